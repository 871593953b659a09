import { redisIsThere, type TestRedis, testRedis } from "@huimin/test-support";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type JobData, type Jobs, startJobs } from "./index.ts";

describe.skipIf(!redisIsThere)("jobs on Redis (needs REDIS_URL or redis-server)", () => {
  const thisRun = Math.random().toString(36).slice(2);
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await testRedis();
  });
  afterAll(() => redis?.stop());

  const started = async (district: string, run: (data: JobData) => Promise<void>, failures: number[] = []): Promise<Jobs> =>
    startJobs({
      // A Redis that is shared remembers what other runs did.
      databaseUrl: "postgresql://nowhere.invalid/none",
      redisUrl: redis.url,
      district: `${district}-${thisRun}`,
      kinds: [{ name: "overdue", run, daily: { pattern: "30 0 * * *", dataAt: () => ({ day: "2018-03-21" }) } }],
      onFailure: ({ attempt }) => failures.push(attempt),
    });

  it("given the same job twice, then it runs once; nothing touches PostgreSQL, and the counts come from Redis", async () => {
    const ran: JobData[] = [];
    const jobs = await started("r1", async (data) => void ran.push(data));
    expect(await jobs.enqueue("overdue", { day: "2018-03-21" })).toBe("overdue;day=2018-03-21");
    await jobs.enqueue("overdue", { day: "2018-03-21" });
    await expect.poll(() => ran.length, { timeout: 10_000 }).toBe(1);
    await jobs.enqueue("overdue", { day: "2018-03-21" });
    await jobs.enqueue("overdue", { day: "2018-03-22" });
    await expect.poll(() => ran.length, { timeout: 10_000 }).toBe(2);
    await expect.poll(() => jobs.counts(), { timeout: 10_000 }).toEqual({ waiting: 0, active: 0, failed: 0 });
    const client = new Redis(redis.url);
    expect((await client.keys(`*district-r1-${thisRun}*`)).length).toBeGreaterThan(0);
    await client.quit();
    await jobs.close();
  });

  it("given a job that fails at first, then it is tried again", async () => {
    let tries = 0;
    const failures: number[] = [];
    const jobs = await started(
      "r2",
      async () => {
        tries += 1;
        if (tries < 2) throw new Error("not yet");
      },
      failures,
    );
    await jobs.enqueue("overdue", { day: "2018-03-21" });
    await expect.poll(() => tries, { timeout: 15_000 }).toBe(2);
    expect(failures).toEqual([1]);
    await jobs.close();
  });

  it("given a queue that is closed with a job waiting, then the next process does it", async () => {
    const first = await started("r3", async () => undefined);
    await first.enqueue("overdue", { day: "later" }, { delayMs: 300 });
    expect((await first.counts()).waiting).toBe(1);
    await first.close();
    const ran: JobData[] = [];
    const second = await started("r3", async (data) => void ran.push(data));
    await expect.poll(() => ran, { timeout: 15_000 }).toEqual([{ day: "later" }]);
    await second.close();
  });
});
