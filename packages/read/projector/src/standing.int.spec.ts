import { declareVersions } from "@huimin/decider";
import { createPostgresStore, type EventStore, eventStoreMigrations, type NewEvent } from "@huimin/event-store";
import { type TestDatabase, testDatabase } from "@huimin/test-support";
import { Pool } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createProjector, type Projector, projectionMigrations, rebuild } from "./index.ts";
import type { Projection } from "./types.ts";

/* Two districts in one database: one stands still, the other goes on; a rebuild that is killed; events of other versions. */

const A = "410802";
const B = "410803";

/** Adds numbers; a payload without one can't be applied, unless `mended` says what it is then. */
const adding = (options: { mended?: boolean; version?: number; onApply?: () => Promise<void> } = {}): Projection => ({
  name: "adding",
  version: options.version ?? 1,
  handles: "every",
  tables: (s) => `CREATE TABLE ${s}.applied (district text, position bigint, n bigint NOT NULL, PRIMARY KEY (district, position));`,
  indexes: () => "",
  open: (s) => ({
    async apply(batch, { client, district }) {
      await options.onApply?.();
      const numbers = batch.map(({ payload, position }) => {
        const { n } = payload as { n?: number };
        if (n === undefined && options.mended !== true) throw new TypeError(`no number at ${position}`);
        return n ?? 0;
      });
      await client.query(`INSERT INTO ${s}.applied SELECT $1, p, n FROM unnest($2::bigint[], $3::bigint[]) AS t (p, n)`, [
        district,
        batch.map(({ position }) => position),
        numbers,
      ]);
      return undefined;
    },
  }),
});

let count = 0;
const event = (payload: object, type = "Counted", schemaVersion = 1): NewEvent => ({
  ...{ eventId: `e${++count}`, type, schemaVersion, valueDate: "2018-01-01", recordedAt: "2018-01-01T08:00:00+08:00", period: "2018-01" },
  ...{ actor: "spec", role: "SYS", channel: "system", commandId: `c${count}`, correlationId: `c${count}`, payload },
});

let database: TestDatabase;
let pool: Pool;
let store: EventStore;
const opened: Projector[] = [];

beforeAll(async () => {
  database = await testDatabase([...eventStoreMigrations, ...projectionMigrations([adding()])]);
  pool = new Pool({ connectionString: database.url });
  pool.on("error", () => undefined);
  store = createPostgresStore({ connectionString: database.url });
});
afterAll(async () => {
  for (const one of opened) await one.stop();
  await store.close();
  await pool.end();
  await database.drop();
});

const append = async (district: string, ...events: NewEvent[]): Promise<void> => {
  const done = await store.append(district, {
    writes: [{ stream: "loan/L1", expect: { kind: "any" }, events }],
    asserts: [],
    keys: [],
    answer: null,
  });
  expect(done.kind).toBe("appended");
};
const numbers = (n: number): NewEvent[] => Array.from({ length: n }, () => event({ n: 1 }));
const projector = (district: string, projection = adding()): Projector => {
  const made = createProjector({ pool, store, projections: [projection], district, pollMs: 5, batchSize: 50 });
  opened.push(made);
  return made;
};
const applied = async (district: string): Promise<{ rows: number; sum: number }> =>
  (await pool.query("SELECT count(*)::int AS rows, coalesce(sum(n), 0)::int AS sum FROM adding.applied WHERE district = $1", [district]))
    .rows[0];
const schemas = async (): Promise<string[]> =>
  (await pool.query("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'adding%' ORDER BY 1")).rows.map((row) => row.nspname);

describe("a district whose event can't be applied", () => {
  it("stands still and says why; the other goes on; after the mend it goes on where it was and nothing is lost", async () => {
    await append(A, ...numbers(120), event({}), ...numbers(30));
    await append(B, ...numbers(10));
    const [a, b] = [projector(A), projector(B)];
    await a.start();
    await b.start();
    expect(await a.waitFor(151, 10_000)).toMatchObject({
      ...{ reached: false, position: 120 },
      stopped: { projection: "adding", position: 121, eventType: "Counted", reason: "TypeError: no number at 121" },
    });
    for (let round = 0; round < 20; round += 1) await append(B, ...numbers(10));
    expect(await b.waitFor(210, 10_000)).toMatchObject({ reached: true });
    expect((await b.status()).stopped).toBeUndefined();
    await append(A, ...numbers(5));
    expect([await applied(A), await applied(B)]).toEqual([
      { rows: 120, sum: 120 },
      { rows: 210, sum: 210 },
    ]);
    // Another process sees it too, and a restart of the same program stands where it stood.
    expect((await projector(A).status()).stopped).toMatchObject({ position: 121 });
    await a.stop();
    await a.start();
    expect(await a.waitFor(156, 2_000)).toMatchObject({ reached: false, position: 120 });
    await a.stop();

    const mended = projector(A, adding({ mended: true }));
    await mended.start();
    expect(await mended.waitFor(156, 10_000)).toMatchObject({ reached: true });
    expect([await applied(A), (await mended.status()).stopped]).toEqual([{ rows: 156, sum: 155 }, undefined]);
    await mended.stop();
  });

  it("as well when the mend is a new version of its tables: the rebuild lets it serve again", async () => {
    const newer = adding({ mended: true, version: 2 });
    await expect(rebuild({ pool, store, projections: [adding({ version: 2 })] })).rejects.toThrow("no number at 121");
    expect([await applied(A), await schemas()]).toEqual([{ rows: 156, sum: 155 }, ["adding"]]);
    await rebuild({ pool, store, projections: [newer] });
    expect([await applied(A), await applied(B)]).toEqual([
      { rows: 156, sum: 155 },
      { rows: 210, sum: 210 },
    ]);
    await append(A, ...numbers(3));
    expect(await projector(A, newer).drain()).toBe(159);
    await rebuild({ pool, store, projections: [adding({ mended: true })] });
  });
});

describe("a rebuild", () => {
  it("that is killed half-way leaves the old tables serving, and the next one leaves nothing of it", async () => {
    const before = [await applied(A), await applied(B)];
    let batches = 0;
    const killed = adding({
      mended: true,
      onApply: async () => {
        batches += 1;
        if (batches === 2)
          await pool.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'spec rebuild'");
      },
    });
    const own = new Pool({ connectionString: database.url, application_name: "spec rebuild", max: 1 });
    own.on("error", () => undefined);
    await expect(rebuild({ pool: own, store, projections: [killed], batchSize: 50 })).rejects.toThrow();
    await own.end();
    expect(await schemas()).toEqual(["adding", "adding_next"]);
    expect([await applied(A), await applied(B)]).toEqual(before);
    await append(B, ...numbers(5));
    await projector(B, adding({ mended: true })).drain();
    // Killed after the switch, another one left the tables that it had replaced.
    await pool.query("CREATE SCHEMA adding_old; CREATE TABLE adding_old.applied (n int)");
    await rebuild({ pool, store, projections: [adding({ mended: true })] });
    expect(await schemas()).toEqual(["adding"]);
    expect([await applied(A), (await applied(B)).rows]).toEqual([before[0], 215]);
  });

  it("while two districts are written to as fast as they take it: the switch loses and repeats nothing", async () => {
    const lenient = adding({ mended: true });
    const live = [projector(A, lenient), projector(B, lenient)];
    for (const one of live) await one.start();
    const heads: Record<string, number> = { [A]: await store.head(A), [B]: await store.head(B) };
    let writing = true;
    const feed = (district: string) =>
      (async () => {
        while (writing) await append(district, ...numbers(20));
      })();
    const feeds = [feed(A), feed(B)];
    for (let round = 0; round < 3; round += 1) await rebuild({ pool, store, projections: [lenient], batchSize: 200 });
    writing = false;
    await Promise.all(feeds);
    for (const [i, district] of [A, B].entries()) {
      const head = await store.head(district);
      expect(head).toBeGreaterThan((heads[district] as number) + 100);
      expect(await (live[i] as Projector).waitFor(head, 20_000)).toMatchObject({ reached: true });
      expect((await applied(district)).rows).toBe(head);
    }
    for (const one of live) await one.stop();
  });
});

describe("events of other versions", () => {
  declareVersions("SpecRenamed", [{ schema: {}, example: { amount: 3 }, up: ({ amount }: { amount: number }) => ({ n: amount }) }]);
  const lenient = adding({ mended: true });

  it("given an older version, the projection sees the current one; the stored bytes and their hash stay", async () => {
    const at = await store.head(B);
    await append(B, event({ amount: 7 }, "SpecRenamed", 1), event({ n: 5 }, "SpecRenamed", 2));
    await projector(B, lenient).drain();
    const { rows } = await pool.query("SELECT n::int FROM adding.applied WHERE district = $1 AND position > $2 ORDER BY position", [B, at]);
    expect(rows).toEqual([{ n: 7 }, { n: 5 }]);
    const [leaf] = await store.readLeaves(B, at, 1);
    expect(JSON.parse(leaf?.canonical ?? "")).toMatchObject({ schemaVersion: 1, payload: { amount: 7 } });
    expect((await store.readStream(B, "loan/L1")).events.at(-2)).toMatchObject({ schemaVersion: 2, payload: { n: 7 } });
  });

  it("given a version of a newer program, stands still before it and says so; what is before it is applied", async () => {
    await append(B, ...numbers(60), event({ n: 1 }, "Counted", 2), ...numbers(10));
    const head = await store.head(B);
    const stuck = projector(B, lenient);
    await stuck.start();
    expect(await stuck.waitFor(head, 10_000)).toMatchObject({
      ...{ reached: false, position: head - 11 },
      stopped: { projection: "log", position: head - 10, eventType: "Counted", reason: expect.stringContaining("run a newer program") },
    });
    await stuck.stop();
  });
});
