import path from "node:path";
import { BackupFault } from "@huimin/backup";
import { type Config, ConfigFault, readConfig } from "@huimin/config";
import { EmbeddedServerFault, ensureDatabase, MigrationChanged, startEmbedded } from "@huimin/database";
import { NoteError } from "@huimin/proof-log";
import closeWithGrace from "close-with-grace";
import { platformOptionsOf } from "./cli/context.ts";
import { auditJob, openPlatformAuditor } from "./compose/auditor.ts";
import { checkpointJob } from "./compose/checkpointing.ts";
import { bringDemoData, isDemo } from "./compose/demo-data.ts";
import { startPlatformJobs } from "./compose/jobs.ts";
import { ownSignals } from "./compose/signals.ts";
import { createPlatform, type Platform } from "./platform.ts";
import { SANDBOX_DATABASE } from "./sandbox/command-line.ts";
import { SandboxFault } from "./sandbox/database.ts";
import { SandboxHost } from "./sandbox/host.ts";
import { writeSandboxKeys } from "./sandbox/keys.ts";
import { SANDBOX_PASSWORD, SANDBOX_STAFF } from "./sandbox/seed.ts";

/** Time for what is in hand after SIGTERM: an append takes milliseconds, a projector batch a tenth of a second. */
const GRACE_MS = 15_000;

const say = (text: string): void => void process.stdout.write(`${text}\n`);

class WrongArguments extends Error {}

/** What was opened, to be closed in reverse order; what is still being opened is waited for. */
const closers: (() => Promise<unknown>)[] = [];

async function opening<T extends { close(): Promise<unknown> } | { stop(): Promise<unknown> }>(work: Promise<T>): Promise<T> {
  closers.push(async () => {
    const opened = await work.catch(() => undefined);
    if (opened) await ("close" in opened ? opened.close() : opened.stop());
  });
  return work;
}

/** Address of the product's database on the embedded server, with the demo's data on the first start. */
async function ownDatabase(config: Config, empty: boolean): Promise<string> {
  const server = await opening(startEmbedded({ dataDirectory: path.join(config.home, "postgres") }));
  await bringDemoData(config, server, empty);
  await ensureDatabase(server.url("postgres"), "huimin");
  return server.url("huimin");
}

/** `npm start`: every service in one process; prints the address and how to sign in. */
async function main(): Promise<void> {
  const args = process.argv.slice(2);
  if (args.some((one) => one !== "--empty" && one !== "--sandbox"))
    throw new WrongArguments(
      "usage: npm start [-- --empty | --sandbox]   (--empty: without demo data; --sandbox: a test system for banks, as HUIMIN_MODE=sandbox)",
    );
  if (args.includes("--sandbox")) process.env.HUIMIN_MODE = "sandbox";
  const config = readConfig();
  if (config.mode === "sandbox") return startSandbox(config);
  const databaseUrl = config.databaseUrl ?? (await ownDatabase(config, args.includes("--empty")));
  const platform = await opening(createPlatform({ ...platformOptionsOf(config), databaseUrl }));
  const auditor = await opening(Promise.resolve(openPlatformAuditor(platform, config)));
  const watching = [auditJob(platform, auditor), checkpointJob(platform, config)].filter((kind) => kind !== undefined);
  await opening(startPlatformJobs(platform, config.redisUrl, watching));
  const address = await platform.app.listen({ host: config.host, port: config.port });
  await greet(platform, config.publicOrigin ?? address);
  if (isDemo(config))
    say("  演示数据，请勿录入真实信息 / demo data: enter nothing real; for real work start with --empty in a new HUIMIN_HOME");
}

/** `npm start -- --sandbox`: a test system for banks; its test keys are written beside its data. */
async function startSandbox(config: Config): Promise<void> {
  const databaseUrl = config.databaseUrl ?? (await sandboxDatabase(config));
  const keys = path.join(config.home, "keys");
  await writeSandboxKeys(keys);
  const options = { ...platformOptionsOf(config), databaseUrl, redisUrl: config.redisUrl };
  const host = await opening(SandboxHost.start(options, { host: config.host, port: config.port }));
  const address = config.publicOrigin ?? host.address;
  say(`惠民账本沙箱 Huimin Ledger sandbox  ${address}`);
  say("  只有虚构数据，测试密钥人人皆知：勿录入真实信息 / invented data and published keys: enter nothing real");
  say(`  测试密钥 / test keys   ${keys}`);
  say(`  接口文档 / API         ${address}/docs   docs/banks/handbook.zh-CN.md   docs/banks/handbook.en.md`);
  say("  恢复初始数据 / reset   POST /sandbox/reset      拨快时钟 / clock   POST /sandbox/clock");
  say(`  办公室登录 / office    ${SANDBOX_STAFF.map(({ login }) => login).join(", ")}   ${SANDBOX_PASSWORD}`);
  say("  按 Ctrl+C 停止 / Ctrl+C stops");
}

async function sandboxDatabase(config: Config): Promise<string> {
  const server = await opening(startEmbedded({ dataDirectory: path.join(config.home, "postgres") }));
  await ensureDatabase(server.url("postgres"), SANDBOX_DATABASE);
  return server.url(SANDBOX_DATABASE);
}

let closing: Promise<void> | undefined;

/** Closes everything once; who asks again waits for the same end. */
function closeAll(): Promise<void> {
  closing ??= (async () => {
    for (const close of closers.splice(0).reverse()) await close();
  })();
  return closing;
}

/** The address, and the first administrator's password, which is shown this once. */
async function greet(platform: Platform, address: string): Promise<void> {
  const administrator = await platform.people.ensureFirstAdministrator();
  say(`惠民账本 Huimin Ledger  ${address}`);
  say(`  接口文档 / API     ${address}/docs`);
  say(`  健康检查 / ready   ${address}/readyz`);
  if (administrator) {
    say(`  首位管理员 / first administrator: ${administrator.login}`);
    say(`  密码（只显示这一次） / password (shown this once): ${administrator.password}`);
  } else {
    say("  登录 / sign in: POST /api/v1/sign-in；忘记密码 / forgotten: npm run huimin -- users reset admin");
  }
  say("  按 Ctrl+C 停止 / Ctrl+C stops");
}

ownSignals();
closeWithGrace({ delay: GRACE_MS, logger: false }, async ({ err }) => {
  if (err) process.stderr.write(`${err.stack ?? err.message}\n`);
  await closeAll();
});
try {
  await main();
} catch (fault) {
  if (closing) await new Promise(() => undefined); // stopped while it started: the signal's handler ends the process
  const expected = [BackupFault, ConfigFault, EmbeddedServerFault, MigrationChanged, NoteError, SandboxFault, WrongArguments].some(
    (kind) => fault instanceof kind,
  );
  process.stderr.write(`${expected ? (fault as Error).message : ((fault as Error).stack ?? String(fault))}\n`);
  await closeAll();
  process.exit(expected ? 2 : 1);
}
