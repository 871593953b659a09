import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Config } from "@huimin/config";
import { type EmbeddedServer, ensureDatabase, openPool } from "@huimin/database";
import { writtenSecrets } from "@huimin/vault";
import { DEMO_DISTRICT, demoSecrets } from "../demo/world.ts";

/** The heap of the demo, as in the script `demo`: all of it fits in 600 MB. */
const DEMO_HEAP = ["--no-warnings", "--max-old-space-size=160", "--max-semi-space-size=2"];
/** Database that `npm run demo` leaves behind, and the product's own. */
const DEMO_DATABASE = "huimin_demo";
const OWN_DATABASE = "huimin";

async function exists(server: EmbeddedServer, database: string): Promise<boolean> {
  const pool = openPool({ url: server.url("postgres"), max: 1 });
  try {
    return (await pool.query("SELECT 1 FROM pg_database WHERE datname = $1", [database])).rowCount === 1;
  } finally {
    await pool.end();
  }
}

/** `npm run demo` in a process of its own: it needs a clock of its own, and its memory goes when it ends. */
function runDemo(config: Config): Promise<void> {
  const script = new URL("../demo/main.ts", import.meta.url).pathname;
  const child = spawn(process.execPath, [...DEMO_HEAP, script], {
    stdio: "inherit",
    env: { ...process.env, HUIMIN_HOME: config.home },
  });
  return new Promise((done, failed) => {
    child.once("error", failed);
    child.once("exit", (code) =>
      code === 0 ? done() : failed(new Error(`the demo ended with ${code}; start with --empty to do without its data`)),
    );
  });
}

/** The demo's keys follow from its seed, so that its log is the same in every run: nobody's real name belongs under them. */
async function writeDemoSecrets(file: string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, writtenSecrets(demoSecrets()), { mode: 0o600, flag: "wx" });
}

/** Whether this machine works with the demo's keys: then nothing real belongs in its database. */
export const isDemo = (config: Config): boolean =>
  existsSync(config.vaultSecretsFile) && readFileSync(config.vaultSecretsFile, "utf8").includes(`"current":"${demoSecrets().current}"`);

/**
 * Demo data on the first start: the product's database begins as a copy of the demo's (which is made now when it is not
 * there), together with the keys of its personal data. Does nothing when there is a database or a file of keys already,
 * when `empty` is asked for, and for another district than the demo's.
 */
export async function bringDemoData(config: Config, server: EmbeddedServer, empty: boolean): Promise<void> {
  if (empty || config.district !== DEMO_DISTRICT || existsSync(config.vaultSecretsFile) || (await exists(server, OWN_DATABASE))) return;
  if (!(await exists(server, DEMO_DATABASE))) await runDemo(config);
  await writeDemoSecrets(config.vaultSecretsFile);
  await ensureDatabase(server.url("postgres"), OWN_DATABASE, DEMO_DATABASE);
}
