// Set-up before every command of the README: installs what package-lock.json asks for when it is not there yet.
// Runs on the Node.js that the machine has (20 or later); everything after it runs on the one that it installs.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const stamp = path.join(root, "node_modules/.huimin-setup");
const lock = createHash("sha256")
  .update(readFileSync(path.join(root, "package-lock.json")))
  .digest("hex");
const wanted = `${lock} ${process.platform}-${process.arch}`;

const [major] = process.versions.node.split(".").map(Number);
if (major < 20) {
  process.stderr.write(
    `需要 Node.js 20 或更高版本,当前为 ${process.versions.node} / Node.js 20 or later is needed, this is ${process.versions.node}\n`,
  );
  process.exit(2);
}
const installed = existsSync(stamp) && readFileSync(stamp, "utf8") === wanted;
if (!installed) {
  process.stderr.write("安装依赖… / Installing dependencies…\n");
  const npm = process.env.npm_execpath;
  const [command, args] = npm && /\.[cm]?js$/.test(npm) ? [process.execPath, [npm]] : ["npm", []];
  // `install` and not `ci`: a lock file made where a registry lacks some other platform's optional package is short of that
  // entry, which `ci` refuses on every platform. `--no-save` keeps both files as they are; versions stay those of the lock.
  const result = spawnSync(command, [...args, "install", "--no-save", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
    shell: command === "npm" && process.platform === "win32",
    env: { ...process.env, npm_config_ignore_scripts: "" },
  });
  if (result.status !== 0) {
    rmSync(stamp, { force: true });
    process.stderr.write("依赖安装失败,请检查网络后重试 / Installing failed: check the network and run the command again\n");
    process.exit(1);
  }
  mkdirSync(path.dirname(stamp), { recursive: true });
  writeFileSync(stamp, wanted);
}
