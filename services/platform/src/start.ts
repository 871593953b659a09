import { ConfigFault, readConfig } from "@huimin/config";
import { EmbeddedServerFault, MigrationChanged } from "@huimin/database";
import closeWithGrace from "close-with-grace";
import { platformOptionsOf } from "./cli/context.ts";
import { startPlatformJobs } from "./compose/jobs.ts";
import { ownSignals } from "./compose/signals.ts";
import { createPlatform, type Platform } from "./platform.ts";

/** Time for what is in hand after SIGTERM: an append takes milliseconds, a projector batch a tenth of a second. */
const GRACE_MS = 15_000;

const say = (text: string): void => void process.stdout.write(`${text}\n`);

/** `npm start`: every service in one process; prints the address and how to sign in. */
async function main(): Promise<void> {
  const config = readConfig();
  const platform = await createPlatform(platformOptionsOf(config));
  const jobs = await startPlatformJobs(platform, config.redisUrl);
  closeWithGrace(
    { delay: GRACE_MS, logger: { error: (line: unknown) => platform.logger.error(String(line)) } as never },
    async ({ err }) => {
      if (err) platform.logger.fatal({ err }, "stopping after a fault");
      await jobs.close();
      await platform.close();
    },
  );
  const address = await platform.app.listen({ host: config.host, port: config.port });
  await greet(platform, config.publicOrigin ?? address);
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
try {
  await main();
} catch (fault) {
  const expected = fault instanceof ConfigFault || fault instanceof EmbeddedServerFault || fault instanceof MigrationChanged;
  process.stderr.write(`${expected ? (fault as Error).message : ((fault as Error).stack ?? String(fault))}\n`);
  process.exit(expected ? 2 : 1);
}
