import { openPool } from "@huimin/database";
import { testDatabase } from "@huimin/test-support";
import type { Client, PoolClient } from "pg";
import { describe, expect, it } from "vitest";
import { createPostgresStore, eventStoreMigrations, type NewEvent } from "./index.ts";
import { READ_ALL_SQL, READ_CATEGORIES_SQL, READ_PAGE_SQL } from "./postgres.ts";

const DISTRICT = "410803";
const newEvent = (n: number): NewEvent => ({
  eventId: `e${n}`,
  type: "RepaymentReceived",
  schemaVersion: 1,
  valueDate: "2018-01-01",
  recordedAt: "2018-01-01T08:00:00.000+08:00",
  period: "2018-01",
  actor: "spec",
  role: "BANK",
  channel: "bank-api",
  commandId: `c${n}`,
  correlationId: `c${n}`,
  payload: { n },
});

/** The plan of a prepared statement as every later execution uses it. */
async function genericPlan(client: Client | PoolClient, sql: string, types: string, values: string): Promise<string> {
  await client.query("SET plan_cache_mode = force_generic_plan");
  await client.query(`PREPARE probe (${types}) AS ${sql}`);
  const { rows } = await client.query(`EXPLAIN (ANALYZE) EXECUTE probe(${values})`);
  await client.query("DEALLOCATE probe");
  return rows.map((row) => row["QUERY PLAN"]).join("\n");
}

describe("plans on PostgreSQL", () => {
  it("the poll of a reader goes through the index of the partitions that can hold it", async () => {
    const database = await testDatabase(eventStoreMigrations);
    const pool = openPool({ url: database.url });
    const store = createPostgresStore({ pool });
    const events = Array.from({ length: 2_000 }, (_, n) => newEvent(n));
    await store.append(DISTRICT, {
      writes: [{ stream: "loan/L1", expect: { kind: "none" }, events }],
      asserts: [],
      keys: [],
      answer: null,
    });
    const client = await pool.connect();
    for (const plan of [
      await genericPlan(client, READ_ALL_SQL, "text, bigint, int", "'410803', 1400, 50"),
      await genericPlan(client, READ_PAGE_SQL, "text, bigint, int, bigint", "'410803', 1400, 50, 1000"),
      await genericPlan(client, READ_CATEGORIES_SQL, "text, bigint, int, text[]", "'410803', 1400, 50, '{loan,bank}'"),
    ]) {
      expect(plan).toContain("Index Scan using event_000000_pkey");
      expect(plan).not.toMatch(/Seq Scan|Sort/);
    }
    client.release();
    await store.close();
    await pool.end();
    await database.drop();
  });

  it("reading streams touches only index entries of those streams, also while the tables have no statistics", async () => {
    const database = await testDatabase(eventStoreMigrations);
    const pool = openPool({ url: database.url, max: 1 });
    const store = createPostgresStore({ pool });
    const read = () =>
      store.readStreams(DISTRICT, [
        { stream: "loan/0", afterVersion: 0 },
        { stream: "loan/none", afterVersion: 0 },
      ]);
    for (let i = 0; i < 10; i += 1) await read(); // the plan is made and kept while everything is empty
    const one = (n: number) => ({
      writes: [{ stream: `loan/${n}`, expect: { kind: "any" as const }, events: [newEvent(n)] }],
      asserts: [],
      keys: [],
      answer: null,
    });
    await Promise.all(Array.from({ length: 5_000 }, (_, n) => store.append(DISTRICT, one(n))));
    await pool.query("SELECT pg_stat_force_next_flush()");
    const scanned = async () =>
      Number(
        (await pool.query("SELECT sum(seq_tup_read) + sum(idx_tup_fetch) AS n FROM pg_stat_user_tables WHERE schemaname = 'log'")).rows[0]
          .n,
      );
    const before = await scanned();
    expect((await read()).map(({ version }) => version)).toEqual([1, 0]);
    await pool.query("SELECT pg_stat_force_next_flush()");
    expect((await scanned()) - before).toBeLessThan(10);
    await store.close();
    await pool.end();
    await database.drop();
  });

  it("appending touches a handful of rows per request, with plans made on empty tables and after statistics were taken", async () => {
    const database = await testDatabase(eventStoreMigrations);
    const pool = openPool({ url: database.url, max: 1 });
    const store = createPostgresStore({ pool });
    let n = 0;
    const batch = (size: number, streams: number) =>
      Promise.all(
        Array.from({ length: size }, () => {
          n += 1;
          return store.append(DISTRICT, {
            writes: [{ stream: `loan/${n % streams}`, expect: { kind: "any" }, events: [newEvent(n)] }],
            asserts: [{ stream: "period/ledger", expect: { kind: "none" } }],
            keys: [{ client: "spec", key: `k${n}`, bodyHash: "0".repeat(64) }],
            answer: null,
          });
        }),
      );
    const touched = async () => {
      await pool.query("SELECT pg_stat_force_next_flush()");
      const { rows } = await pool.query(
        "SELECT sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0)) AS n FROM pg_stat_user_tables WHERE schemaname = 'log'",
      );
      return Number(rows[0].n);
    };
    for (let i = 0; i < 10; i += 1) await batch(1, 5_000);
    await batch(10_000, 5_000);
    for (const analyze of [false, true]) {
      if (analyze) await pool.query("ANALYZE");
      await batch(500, 5_000);
      const before = await touched();
      await batch(500, 5_000);
      expect((await touched()) - before).toBeLessThan(500 * 6);
    }
    await store.close();
    await pool.end();
    await database.drop();
  });
});
