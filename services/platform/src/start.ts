import path from "node:path";
import { type Config, ConfigFault, readConfig } from "@huimin/config";
import { EmbeddedServerFault, ensureDatabase, MigrationChanged, startEmbedded } from "@huimin/database";
import closeWithGrace from "close-with-grace";
import { platformOptionsOf } from "./cli/context.ts";
import { bringDemoData, isDemo } from "./compose/demo-data.ts";
import { startPlatformJobs } from "./compose/jobs.ts";
import { ownSignals } from "./compose/signals.ts";
import { createPlatform, type Platform } from "./platform.ts";

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
  if (args.some((one) => one !== "--empty")) throw new WrongArguments("usage: npm start [-- --empty]   (--empty: without demo data)");
  const config = readConfig();
  const databaseUrl = config.databaseUrl ?? (await ownDatabase(config, args.includes("--empty")));
  const platform = await opening(createPlatform({ ...platformOptionsOf(config), databaseUrl }));
  await opening(startPlatformJobs(platform, config.redisUrl));
  const address = await platform.app.listen({ host: config.host, port: config.port });
  await greet(platform, config.publicOrigin ?? address);
  if (isDemo(config))
    say("  演示数据，请勿录入真实信息 / demo data: enter nothing real; for real work start with --empty in a new HUIMIN_HOME");
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
  const expected = [ConfigFault, EmbeddedServerFault, MigrationChanged, WrongArguments].some((kind) => fault instanceof kind);
  process.stderr.write(`${expected ? (fault as Error).message : ((fault as Error).stack ?? String(fault))}\n`);
  await closeAll();
  process.exit(expected ? 2 : 1);
}
