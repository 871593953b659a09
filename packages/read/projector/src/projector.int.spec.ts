import { createMemoryStore, type EventStore, type NewEvent } from "@huimin/event-store";
import { type TestDatabase, testDatabase } from "@huimin/test-support";
import { Pool } from "pg";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createProjector, ProjectionOutdated, ProjectionStopped, projectionMigrations, rebuild, waitForPosition } from "./index.ts";
import type { ApplyTarget, Projection } from "./types.ts";

/** Adds the numbers of `Counted` events, and writes each position once more than it should be applied: never. */
function counting(options: { version?: number; onApply?: (target: ApplyTarget, positions: number[]) => Promise<void> } = {}): Projection {
  return {
    name: "counting",
    version: options.version ?? 1,
    handles: new Set(["Counted", "Poison"]),
    tables: (s) =>
      `CREATE TABLE ${s}.applied (district text, position bigint); CREATE TABLE ${s}.total (district text PRIMARY KEY, amount bigint NOT NULL);`,
    indexes: (s) => `ALTER TABLE ${s}.applied ADD PRIMARY KEY (district, position);`,
    open: (s) => ({
      async apply(batch, target) {
        await options.onApply?.(
          target,
          batch.map((event) => event.position),
        );
        for (const event of batch) if (event.type === "Poison") throw new Error("no rule for this");
        const amount = batch.reduce((sum, event) => sum + (event.payload as { n: number }).n, 0);
        await target.client.query(`INSERT INTO ${s}.applied SELECT $1, unnest($2::bigint[])`, [
          target.district,
          batch.map((event) => event.position),
        ]);
        await target.client.query(
          `INSERT INTO ${s}.total AS t VALUES ($1, $2) ON CONFLICT (district) DO UPDATE SET amount = t.amount + excluded.amount`,
          [target.district, amount],
        );
        return undefined;
      },
    }),
  };
}

let number = 0;
const event = (type: string, n = 1): NewEvent => {
  number += 1;
  return {
    eventId: `e${number}`,
    type,
    schemaVersion: 1,
    valueDate: "2018-01-01",
    recordedAt: "2018-01-01T09:00:00.000+08:00",
    period: "2018-01",
    actor: "spec",
    role: "SYS",
    channel: "system",
    commandId: `c${number}`,
    correlationId: `c${number}`,
    payload: { n },
  };
};

const append = (store: EventStore, district: string, types: readonly string[]): Promise<unknown> =>
  store.append(district, {
    writes: [{ stream: "loan/L1", expect: { kind: "any" }, events: types.map((type) => event(type)) }],
    asserts: [],
    keys: [],
    answer: null,
  });

const many = (count: number): string[] => Array.from({ length: count }, () => "Counted");

describe("the projector", () => {
  const district = "410803";
  let database: TestDatabase;
  let pool: Pool;
  let store: EventStore;
  const opened: { stop(): Promise<void> }[] = [];
  const projector = (options: Partial<Parameters<typeof createProjector>[0]> = {}) => {
    const made = createProjector({ pool, store, projections: [counting()], district, pollMs: 5, ...options });
    opened.push(made);
    return made;
  };
  const total = async (of = district): Promise<{ amount: number; rows: number }> =>
    (
      await pool.query(
        `SELECT coalesce((SELECT amount FROM counting.total WHERE district = $1), 0)::int AS amount, (SELECT count(*) FROM counting.applied WHERE district = $1)::int AS rows`,
        [of],
      )
    ).rows[0];

  beforeEach(async () => {
    database = await testDatabase(projectionMigrations([counting()]));
    pool = new Pool({ connectionString: database.url });
    pool.on("error", () => undefined);
    store = createMemoryStore();
  });

  afterEach(async () => {
    await Promise.all(opened.splice(0).map((each) => each.stop()));
    await pool.end();
    await database.drop();
  });

  it("given events of types it does not handle among others, folds each handled one once and moves past all", async () => {
    await append(store, district, ["Counted", "Other", "Counted", "Other"]);
    expect(await projector().drain()).toBe(4);
    expect(await projector().drain()).toBe(4);
    expect(await total()).toEqual({ amount: 2, rows: 2 });
  });

  it("given four processes on one district while events come in, none is applied twice or left out", async () => {
    const projectors = Array.from({ length: 4 }, () => projector({ batchSize: 3 }));
    await Promise.all(projectors.map((each) => each.start()));
    for (let round = 0; round < 60; round++) await append(store, district, many(5));
    expect((await projectors[2]?.waitFor(300, 20_000))?.reached).toBe(true);
    expect(await total()).toEqual({ amount: 300, rows: 300 });
  });

  it("given an event that can't be applied, keeps what is before it, applies nothing after it and says why", async () => {
    await append(store, district, [...many(37), "Poison", ...many(20)]);
    await append(store, "410802", many(4));
    const heard: unknown[] = [];
    const stuck = projector({ batchSize: 16, onStopped: (stopped) => heard.push(stopped) });
    await stuck.start();
    const answer = await stuck.waitFor(50, 10_000);
    const stopped = { projection: "counting", position: 38, eventType: "Poison", reason: "Error: no rule for this" };
    expect(answer).toEqual({ reached: false, position: 37, stopped });
    expect(await total()).toEqual({ amount: 37, rows: 37 });
    expect(heard).toEqual([stopped]);
    expect(await stuck.status()).toMatchObject({ running: false, position: 37, head: 58, lagEvents: 21, stopped });
    await expect(stuck.drain()).rejects.toThrow(ProjectionStopped);

    expect(await projector({ district: "410802" }).drain()).toBe(4);
    const repaired = counting();
    const lenient: Projection = {
      ...repaired,
      open: (s) => ({
        apply: (batch, target) =>
          repaired.open(s).apply(
            batch.map((each) => ({ ...each, type: "Counted" })),
            target,
          ),
      }),
    };
    expect(await projector({ projections: [lenient] }).drain()).toBe(58);
    expect(await total()).toEqual({ amount: 58, rows: 58 });
    expect((await projector().status()).stopped).toBeUndefined();
  });

  it("given a connection that is cut in the middle of a batch, tries again and counts nothing twice", async () => {
    await append(store, district, many(100));
    let cuts = 0;
    const cutting = counting({
      onApply: async ({ client }, positions) => {
        if (positions.includes(50) && cuts < 2) {
          cuts += 1;
          await client.query("INSERT INTO counting.applied VALUES ('410803', 999)");
          const { rows } = await client.query("SELECT pg_backend_pid() AS pid");
          await pool.query("SELECT pg_terminate_backend($1)", [rows[0].pid]);
        }
      },
    });
    const faults: unknown[] = [];
    const cut = projector({ projections: [cutting], batchSize: 20, onFault: (fault) => faults.push(fault) });
    await cut.start();
    expect((await cut.waitFor(100, 20_000)).reached).toBe(true);
    expect([cuts, faults.length]).toEqual([2, 2]);
    expect(await total()).toEqual({ amount: 100, rows: 100 });
  });

  it("given a wait for a position, answers when it is folded, and when the time is up", async () => {
    const slow = projector({ pollMs: 60_000 });
    await slow.start();
    expect(await slow.waitFor(1, 30)).toEqual({ reached: false, position: 0 });
    const waiting = waitForPosition(pool, { district, projections: ["counting"], position: 3, timeoutMs: 10_000 });
    await append(store, district, many(3));
    slow.wake();
    expect(await waiting).toEqual({ reached: true, position: 3 });
    expect(await slow.waitFor(2, 0)).toEqual({ reached: true, position: 3 });
    expect(await slow.status()).toMatchObject({ lagEvents: 0, lagMs: 0, running: true });
  });

  it("given a projection that was added later, folds it from the start beside those that are up to date", async () => {
    await append(store, district, many(10));
    await projector().drain();
    const late: Projection = { ...counting(), name: "counting_late" };
    await pool.query(projectionMigrations([late])[1]?.sql as string);
    await append(store, district, many(5));
    expect(await projector({ projections: [counting(), late], batchSize: 4 }).drain()).toBe(15);
    expect(await total()).toEqual({ amount: 15, rows: 15 });
    expect((await pool.query("SELECT amount::int FROM counting_late.total")).rows).toEqual([{ amount: 15 }]);
  });

  it("given tables of another version, refuses until they are rebuilt; the rebuild keeps the rights", async () => {
    await append(store, district, many(10));
    await projector().drain();
    await pool.query("GRANT USAGE ON SCHEMA counting TO PUBLIC; GRANT SELECT ON counting.total TO PUBLIC");
    const newer = counting({ version: 2 });
    await expect(projector({ projections: [newer] }).start()).rejects.toThrow(ProjectionOutdated);
    await rebuild({ pool, store, projections: [newer] });
    expect(await projector({ projections: [newer] }).drain()).toBe(10);
    expect(await total()).toEqual({ amount: 10, rows: 10 });
    const { rows } = await pool.query("SELECT relacl::text AS acl FROM pg_class WHERE oid = 'counting.total'::regclass");
    expect(rows[0].acl).toContain("=r/");
  });

  it("given a rebuild while events come in and are projected, loses none and repeats none", async () => {
    await append(store, district, many(200));
    const live = projector({ batchSize: 10 });
    await live.start();
    const readers: number[] = [];
    let busy = true;
    const feed = (async () => {
      for (let round = 0; round < 100; round++)
        await append(store, district, many(3)).then(() => new Promise((done) => setTimeout(done, 2)));
    })();
    const read = (async () => {
      while (busy) readers.push((await total()).rows);
    })();
    const phases = new Set<string>();
    const result = await rebuild({ pool, store, projections: [counting()], batchSize: 25, onProgress: ({ phase }) => phases.add(phase) });
    await feed;
    expect((await live.waitFor(500, 10_000)).reached).toBe(true);
    busy = false;
    await read;
    expect(result.events).toBeGreaterThanOrEqual(200);
    expect([...phases]).toEqual(["folding", "indexing", "catching-up", "switching", "done"].filter((phase) => phases.has(phase)));
    expect(await total()).toEqual({ amount: 500, rows: 500 });
    expect(readers.every((rows, index) => index === 0 || rows >= (readers[index - 1] as number) || rows >= 200)).toBe(true);
  });

  it("given a rebuild that fails, leaves the tables as they were", async () => {
    await append(store, district, many(10));
    await projector().drain();
    await append(store, district, ["Poison"]);
    await expect(rebuild({ pool, store, projections: [counting()] })).rejects.toThrow("no rule for this");
    expect(await total()).toEqual({ amount: 10, rows: 10 });
    expect((await pool.query("SELECT to_regnamespace('counting_next') AS next")).rows[0].next).toBeNull();
  });
});
