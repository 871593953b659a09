import { startPlatformJobs } from "../compose/jobs.ts";
import { createPlatform } from "../platform.ts";
import { DISTRICT } from "../testing/live-district.ts";

/** What a process of its own is started with: the platform's jobs at one instant of the story. */
export interface RunnerOrder {
  readonly databaseUrl: string;
  readonly home: string;
  readonly vaultSecretsFile: string;
  readonly now: number;
  readonly redisUrl?: string;
}

/* The product's jobs and nothing else, to be killed at any moment. */
process.once("message", async ({ databaseUrl, home, vaultSecretsFile, now, redisUrl }: RunnerOrder) => {
  const clock = () => now;
  const platform = await createPlatform({
    district: DISTRICT,
    home,
    databaseUrl,
    vaultSecretsFile,
    clock,
    logLevel: "silent",
    migrate: false,
  });
  await startPlatformJobs(platform, redisUrl);
  process.on("disconnect", () => process.exit(0));
  process.send?.({ ready: true });
});
