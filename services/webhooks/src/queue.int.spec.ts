import { randomBytes } from "node:crypto";
import { type Jobs, migrateJobs, startJobs } from "@huimin/jobs";
import { redisIsThere, type TestRedis, testRedis } from "@huimin/test-support";
import { Pool } from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { RING_JOB, type Webhooks } from "./index.ts";
import { W1, World } from "./world.fixture.ts";

let world: World;
beforeEach(async () => {
  world = await new World().start();
});
afterEach(() => world.stop());

const queues: readonly (readonly [string, boolean])[] = [
  ["PostgreSQL", true],
  ["Redis (needs REDIS_URL or redis-server)", redisIsThere],
];
for (const [where, possible] of queues) {
  describe.skipIf(!possible)(`with the job queue on ${where}`, () => {
    let redis: TestRedis | undefined;
    beforeAll(async () => {
      if (where !== "PostgreSQL") redis = await testRedis();
    });
    afterAll(() => redis?.stop());

    const withQueue = async (webhooks: Webhooks, district: string): Promise<Jobs> => {
      const ring = { name: RING_JOB, run: async ({ bank = "", endpoint = "" }) => webhooks.dispatcher.ring({ bank, endpoint }) };
      const jobs = await startJobs({ databaseUrl: world.database.url, redisUrl: redis?.url, district, kinds: [ring] });
      webhooks.deliverTo((kind, data, options) => jobs.enqueue(kind, data, options));
      return jobs;
    };

    it("given a message, then the queue rings for it; given a refusal and a new process, then the queue rings again", async () => {
      if (!redis) {
        const owner = await new Pool({ connectionString: world.database.url, max: 1 }).connect();
        await migrateJobs(owner);
        owner.release(true);
      }
      const district = `w${randomBytes(4).toString("hex")}`;
      const first = world.process({});
      const jobs = await withQueue(first, district);
      await world.register(W1, world.receiver.url());
      await world.withSecret(first, W1);
      let answers = 0;
      world.receiver.answer = (_, response) => {
        answers += 1;
        // The platform's clock stands still in this spec; the queue's does not.
        if (answers === 1) world.now += 5_000;
        response.writeHead(answers === 1 ? 503 : 204).end();
      };
      await world.hold("L1");
      await first.follow();
      await expect.poll(() => world.receiver.received.length, { timeout: 10_000 }).toBe(1);
      await expect.poll(async () => (await world.rows(first))[0]?.attempts, { timeout: 10_000 }).toBe(1);
      await first.close();
      await jobs.close();
      world.now += 5_000;
      const second = world.process({});
      const again = await withQueue(second, district);
      await expect.poll(async () => (await world.rows(second))[0]?.status, { timeout: 20_000 }).toBe("delivered");
      expect(new Set(world.receiver.ids()).size).toBe(1);
      await second.close();
      await again.close();
    });
  });
}
