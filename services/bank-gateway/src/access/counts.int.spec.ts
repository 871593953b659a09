import { openPool } from "@huimin/database";
import { eventStoreMigrations } from "@huimin/event-store";
import { type TestDatabase, testDatabase } from "@huimin/test-support";
import type { Pool } from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { type Failure, SecurityFailures } from "./failures.ts";
import { bankGatewayMigrations } from "./migrations.ts";
import { DailyQuota } from "./quota.ts";

const district = "410803";
const fail = (fault: unknown): never => {
  throw fault;
};

let database: TestDatabase;
let pool: Pool;
beforeAll(async () => {
  database = await testDatabase([...eventStoreMigrations, ...bankGatewayMigrations]);
  pool = openPool({ url: database.url, role: "huimin_bank_gateway", max: 4 });
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

describe("the day's quota", () => {
  let client = 0;
  const quotaOf = (perDay: number) => ({ bank: "K1", client: `c${client}`, perDay });
  const used = async (quota: DailyQuota, day = "2018-05-10") => (await quota.used(day)).find((one) => one.client === `c${client}`)?.used;
  beforeEach(() => {
    client += 1;
  });

  it("lets exactly so many through, in one process", async () => {
    const quota = new DailyQuota(pool, district, fail);
    const taken: boolean[] = [];
    for (let n = 0; n < 130; n++) taken.push(await quota.take(quotaOf(100), "2018-05-10"));
    expect(taken.filter(Boolean)).toHaveLength(100);
    expect(taken.slice(0, 100).every(Boolean)).toBe(true);
    expect(await quota.take(quotaOf(100), "2018-05-11")).toBe(true);
  });

  it("never lets more through over several processes at once, and little less", async () => {
    const processes = Array.from({ length: 4 }, () => new DailyQuota(pool, district, fail));
    const takes = Array.from({ length: 1_400 }, (_, n) => processes[n % 4]?.take(quotaOf(1_000), "2018-05-10"));
    const taken = (await Promise.all(takes)).filter(Boolean).length;
    expect(taken).toBeLessThanOrEqual(1_000);
    expect(taken).toBeGreaterThan(900);
  });

  it("survives the process: what was used and leased counts, and what is given back does not", async () => {
    const first = new DailyQuota(pool, district, fail);
    for (let n = 0; n < 30; n++) await first.take(quotaOf(1_000), "2018-05-10");
    expect(await used(first)).toBeGreaterThanOrEqual(30);
    await first.close();
    expect(await used(first)).toBe(30);
    const killed = new DailyQuota(pool, district, fail);
    await killed.take(quotaOf(1_000), "2018-05-10");
    expect(await used(new DailyQuota(pool, district, fail))).toBeGreaterThan(31);
  });

  it("asks the database once for many messages, and not at all while the lease lasts", async () => {
    const asked = vi.spyOn(pool, "query");
    const quota = new DailyQuota(pool, district, fail);
    for (let n = 0; n < 10_000; n++) await quota.take(quotaOf(10_000_000), "2018-05-10");
    expect(asked.mock.calls.length).toBeLessThan(40);
    asked.mockRestore();
    await quota.close();
  });

  it("takes many messages at once, or none of them", async () => {
    const quota = new DailyQuota(pool, district, fail);
    expect(await quota.take(quotaOf(100), "2018-05-10", 60)).toBe(true);
    expect(await quota.take(quotaOf(100), "2018-05-10", 60)).toBe(false);
    expect(await quota.take(quotaOf(100), "2018-05-10", 40)).toBe(true);
    expect(await quota.take(quotaOf(100), "2018-05-10")).toBe(false);
    expect(await quota.take(quotaOf(200), "2018-05-10", 50)).toBe(true); // raised by the office
  });
});

describe("failures that the office sees", () => {
  const failure: Failure = {
    code: "SIGNATURE_INVALID",
    address: "203.0.113.7",
    keyId: "k1",
    route: "POST /bank/v1/repayments",
    bank: "K1",
    client: "main",
  };

  it("counts like ones of ten minutes as one row, over processes, newest first", async () => {
    let now = Date.UTC(2018, 4, 10, 2, 0, 0);
    const processes = [0, 1].map(() => new SecurityFailures(pool, district, () => now, fail));
    for (let n = 0; n < 50; n++) processes[n % 2]?.note(failure);
    for (const process of processes) await process.flush();
    now += 700_000;
    processes[0]?.note({ ...failure, code: "KEY_UNKNOWN", keyId: "nobody", bank: undefined, client: undefined });
    const rows = await processes[0]?.list(10, 0);
    expect(rows).toEqual([
      {
        code: "KEY_UNKNOWN",
        address: "203.0.113.7",
        keyId: "nobody",
        route: failure.route,
        times: 1,
        firstAt: "2018-05-10T10:11:40+08:00",
        lastAt: "2018-05-10T10:11:40+08:00",
      },
      { ...failure, times: 50, firstAt: "2018-05-10T10:00:00+08:00", lastAt: "2018-05-10T10:00:00+08:00" },
    ]);
    expect(await processes[0]?.list(1, 1)).toHaveLength(1);
  });

  it("stays small in a flood of different ones", async () => {
    const now = Date.UTC(2018, 4, 11);
    const failures = new SecurityFailures(pool, "410804", () => now, fail);
    for (let n = 0; n < 5_000; n++) failures.note({ ...failure, address: `10.0.${n >> 8}.${n & 255}` });
    const rows = await failures.list(1_000, 0);
    expect(rows).toHaveLength(501);
    expect(rows.find(({ address }) => address === "(many)")).toMatchObject({ times: 4_500, keyId: "" });
  });

  it("forgets them after thirty days", async () => {
    let now = Date.UTC(2018, 4, 10);
    const failures = new SecurityFailures(pool, "410805", () => now, fail);
    failures.note(failure);
    await failures.flush();
    now += 31 * 86_400_000;
    failures.note({ ...failure, code: "REPLAYED" });
    expect((await failures.list(10, 0)).map(({ code }) => code)).toEqual(["REPLAYED"]);
  });
});
