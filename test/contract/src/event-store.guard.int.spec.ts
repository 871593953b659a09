import { migrate, openPool } from "@huimin/database";
import {
  AppendForbidden,
  BANK_CATEGORIES,
  createPostgresStore,
  createReader,
  type EventStore,
  eventStoreMigrations,
} from "@huimin/event-store";
import { withBank } from "@huimin/projector";
import { type TestDatabase, testDatabase } from "@huimin/test-support";
import { Client, type Pool } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { any, append, keyOf, none } from "./requests.ts";

const DISTRICT = "410803";

describe("what the database itself guards", () => {
  let database: TestDatabase;
  let owner: Pool;
  let store: EventStore;
  beforeAll(async () => {
    database = await testDatabase(eventStoreMigrations);
    owner = openPool({ url: database.url });
    store = createPostgresStore({ pool: owner });
    await store.append(DISTRICT, append([["loan/L1", none, 2]], { keys: [keyOf("k1", "a")] }));
  });
  afterAll(async () => {
    await store.close();
    await owner.end();
    await database.drop();
  });

  it.each([
    "UPDATE log.event SET canonical = '{}'",
    "UPDATE log.event SET leaf_hash = '' WHERE position = 1",
    "UPDATE log.event_000000 SET type = 'X'",
    "DELETE FROM log.event",
    "DELETE FROM log.event_000000 WHERE position = 2",
    "TRUNCATE log.event",
    "TRUNCATE log.event_000000",
    "TRUNCATE log.event_000001",
    "UPDATE log.command_key SET answer = '1'",
    "DELETE FROM log.command_key",
    "TRUNCATE log.command_key",
    "SET session_replication_role = replica; DELETE FROM log.event",
  ])("refuses to the owner: %s", async (statement) => {
    const client = await owner.connect();
    try {
      await expect(client.query(statement)).rejects.toThrow("the log is never changed");
    } finally {
      client.release(true);
    }
    expect(await store.readAll(DISTRICT, 0, 10)).toHaveLength(2);
  });

  it("refuses a second event at a version of a stream", async () => {
    const copy = "INSERT INTO log.event SELECT district, 99, stream, version, type, canonical, leaf_hash FROM log.event WHERE position = 1";
    await expect(owner.query(copy)).rejects.toThrow("duplicate key");
  });

  it("a reader stops at a row whose columns say something else than its text", async () => {
    const other = "SELECT 'forged', position, 'period/ledger', version, type, canonical, leaf_hash FROM log.event WHERE position = 1";
    await owner.query(`INSERT INTO log.event ${other}`);
    await expect(store.readAll("forged", 0, 10)).rejects.toThrow("the log is damaged");
  });

  it("a service that calls the function with forged pieces cannot make its event one of another stream", async () => {
    const pool = openPool({ url: database.url, role: "huimin_bank_gateway" });
    const call = (head: string, middle: string, valueDate = "2018-01-01") =>
      pool.query(
        "SELECT * FROM log.append('forge', NULL, 'loan/F', '{1}', '{1}', '{-1}', '{1}', '{1}', 'T', $3, $1, $2, '{}', '', '', '', '', '', NULL)",
        [head, middle, valueDate],
      );
    const honest = '{"actor":"a","period":"2018-01"';
    await call(honest, ',"recordedAt":"t"');
    const forgeries: [head: string, middle: string, valueDate?: string][] = [
      [honest, ',"stream":"period/ledger","streamVersion":9'],
      ['{"stream":"period/ledger","actor":"a"', ',"x":{"y":1}'],
      [honest, ',"x":{"y":1'],
      [honest, ',"stream":"period/ledger","z":"'],
      [honest, ',"stream":"period/ledger","z\\'],
      [honest, ',"stream":"period/ledger"}, {"z":1'],
      [honest, ',"recordedAt":"t"', '2018-01-01","stream":"period/ledger'],
    ];
    for (const forgery of forgeries) await call(...forgery);
    const { rows } = await owner.query("SELECT stream, canonical FROM log.event WHERE district = 'forge' ORDER BY position");
    expect(rows).toHaveLength(forgeries.length + 1);
    for (const { stream, canonical } of rows) {
      expect(stream).toBe("loan/F");
      let read: unknown;
      try {
        read = (JSON.parse(canonical) as { stream: unknown }).stream;
      } catch {
        continue; // no JSON at all: a reader stops there and tells where
      }
      expect(read).toBe("loan/F");
    }
    await expect(
      pool.query(
        "SELECT * FROM log.append('forge', NULL, 'period/ledger', '{1}', '{1}', '{-1}', '{1}', '{1}', 'T', '2018-01-01', $1, '', '{}', '', '', '', '', '', NULL)",
        [honest],
      ),
    ).resolves.toMatchObject({ rows: [{ refused: [{ kind: "forbidden", stream: "period/ledger" }] }] });
    await pool.end();
  });

  const categories: [role: string, own: string, foreign: string][] = [
    ["huimin_registry", "household/H1", "claim/K1-2018Q1"],
    ["huimin_startup_lending", "credit/G1", "household/H1"],
    ["huimin_bank_gateway", "loan/L7", "period/ledger"],
    ["huimin_ledger", "period/ledger", "loan/L1"],
    ["huimin_statements", "statement/H1", "loan/L1"],
    ["huimin_pooled_lending", "batch/B1", "dividend/P1"],
    ["huimin_enterprise_lending", "linkage/E1", "batch/B1"],
    ["huimin_public_equity", "equity/E1", "donation/D1"],
    ["huimin_social_partnership", "donation/D1", "equity/E1"],
    ["huimin_dividends", "dividend/P1", "loan/L1"],
    ["huimin_risk_fund", "compensation/C1", "dividend/P1"],
  ];

  it.each(categories)("%s appends to %s and not to %s, and its neighbours in the batch are not touched", async (role, own, foreign) => {
    const limited = createPostgresStore({ connectionString: database.url, role });
    const [good, bad, mixed] = await Promise.allSettled([
      limited.append(DISTRICT, append([[own, any]])),
      limited.append(DISTRICT, append([[foreign, any]], { keys: [keyOf(`${role}-bad`, "x")] })),
      limited.append(
        DISTRICT,
        append([
          [`${own}-2`, any],
          [`${foreign}-2`, any],
        ]),
      ),
    ]);
    expect(good).toMatchObject({ status: "fulfilled", value: { kind: "appended" } });
    for (const refused of [bad, mixed]) {
      expect(refused.status).toBe("rejected");
      expect((refused as PromiseRejectedResult).reason).toBeInstanceOf(AppendForbidden);
    }
    expect(await limited.findKey(DISTRICT, "bank:K1", `${role}-bad`)).toBeUndefined();
    expect((await limited.readStream(DISTRICT, `${foreign}-2`)).version).toBe(0);
    expect((await limited.readStream(DISTRICT, `${own}-2`)).version).toBe(0);
    // Asserting a stream of another category is reading it, which every service may.
    const asserting = append([[own, any]], { asserts: [{ stream: "loan/L1", expect: { kind: "exists" } }] });
    if (own !== "loan/L1") expect(await limited.append(DISTRICT, asserting)).toMatchObject({ kind: "appended" });
    expect((await limited.readAll(DISTRICT, 0, 1))[0]?.stream).toBe("loan/L1");
    await limited.close();
  });

  it("keeps the same list of the categories that belong to banks as the code", async () => {
    const { rows } = await owner.query("SELECT category FROM log.bank_category");
    expect(new Set(rows.map(({ category }) => category))).toEqual(BANK_CATEGORIES);
  });

  it("lets a transaction of one bank see its own part of the log, in every table; without a bank the gateway decides on all of it", async () => {
    const district = "410888";
    for (const bank of ["K1", "K2"]) {
      const keys = [keyOf("k", "x", `bank:${bank}`)];
      await store.append(
        district,
        append(
          [
            [`loan/${bank}`, any],
            ["credit/H1", any],
          ],
          { bank, keys },
        ),
      );
    }
    const gateway = openPool({ url: database.url, role: "huimin_bank_gateway" });
    const streams = "SELECT stream FROM log.stream_head WHERE district = '410888' ORDER BY 1";
    const events = "SELECT stream FROM log.event WHERE district = '410888' ORDER BY 1";
    const keys = "SELECT client FROM log.command_key WHERE district = '410888' ORDER BY 1";
    const seenBy = (bank: string) =>
      withBank(gateway, district, bank, async (client) => {
        const list = async (sql: string) => (await client.query(sql)).rows.map((row) => Object.values(row)[0]);
        const log = createReader({ query: (query) => client.query(query as never) as never });
        const slices = await log.readStreams(
          district,
          ["loan/K1", "loan/K2", "credit/H1"].map((stream) => ({ stream, afterVersion: 0 })),
        );
        return [
          await list(streams),
          await list(events),
          await list(keys),
          slices.map(({ version, events: read }) => [version, read.length]),
        ];
      });
    expect(await seenBy("K1")).toEqual([
      ["credit/H1", "loan/K1"],
      ["credit/H1", "credit/H1", "loan/K1"],
      ["bank:K1"],
      [
        [1, 1],
        [0, 0],
        [2, 2],
      ],
    ]);
    expect(await seenBy("K9")).toEqual([
      ["credit/H1"],
      ["credit/H1", "credit/H1"],
      [],
      [
        [0, 0],
        [0, 0],
        [2, 2],
      ],
    ]);
    expect((await gateway.query(streams)).rows).toHaveLength(3);
    await gateway.end();
  });

  it("huimin_platform appends to every category", async () => {
    const platform = createPostgresStore({ connectionString: database.url, role: "huimin_platform" });
    expect(await platform.append(DISTRICT, append(categories.map(([, own]) => [`${own}-p`, any])))).toMatchObject({ kind: "appended" });
    await platform.close();
  });

  it.each([
    "INSERT INTO log.event (district, position, stream, version, type, canonical, leaf_hash) VALUES ('x', 1, 'loan/1', 1, 'T', '{\"stream\":\"loan/1\"}', '')",
    "UPDATE log.head SET position = 0",
    "UPDATE log.stream_head SET version = 1",
    "INSERT INTO log.command_key VALUES ('x', 'c', 'k', '', '', 1)",
    "INSERT INTO log.append_grant VALUES ('huimin_bank_gateway', '*')",
    "SELECT log.protect('log.head')",
    "CREATE TABLE log.mine (n int)",
    "ALTER TABLE log.event DISABLE TRIGGER ALL",
    "DROP TABLE log.event",
  ])("refuses to a service: %s", async (statement) => {
    const pool = openPool({ url: database.url, role: "huimin_bank_gateway" });
    await expect(pool.query(statement)).rejects.toThrow(/permission denied|must be owner/);
    await pool.end();
  });

  it("a role that has no grant appends nothing", async () => {
    await owner.query("DO $$ BEGIN CREATE ROLE huimin_spec_stranger; EXCEPTION WHEN duplicate_object THEN NULL; END $$");
    await owner.query(
      "GRANT USAGE ON SCHEMA log TO huimin_spec_stranger; GRANT EXECUTE ON FUNCTION log.append, log.ensure_partitions TO huimin_spec_stranger",
    );
    const stranger = createPostgresStore({ connectionString: database.url, role: "huimin_spec_stranger" });
    await expect(stranger.append(DISTRICT, append([["loan/L1", any]]))).rejects.toThrow(AppendForbidden);
    await stranger.close();
  });
});

describe("an owner who is no superuser", () => {
  it("migrates, and works as each role", async () => {
    const database = await testDatabase();
    const admin = openPool({ url: database.url });
    await admin.query(
      "DO $$ BEGIN CREATE ROLE huimin_spec_owner LOGIN CREATEROLE PASSWORD 'spec'; EXCEPTION WHEN duplicate_object THEN NULL; END $$",
    );
    await admin.query(
      `ALTER DATABASE ${database.name} OWNER TO huimin_spec_owner; ALTER SCHEMA public OWNER TO huimin_spec_owner; DROP TABLE public.schema_migration`,
    );
    // Other databases of this server have made the roles already; an administrator lets the new owner use them.
    await admin.query(
      "DO $$ DECLARE r text; BEGIN FOR r IN SELECT rolname FROM pg_roles WHERE rolname LIKE 'huimin\\_%' AND NOT rolcanlogin LOOP EXECUTE format('GRANT %I TO huimin_spec_owner', r); END LOOP; END $$",
    );
    const url = new URL(database.url);
    url.username = "huimin_spec_owner";
    url.password = "spec";
    const client = new Client({ connectionString: url.toString() });
    await client.connect();
    await migrate(client, eventStoreMigrations);
    await client.end();
    const store = createPostgresStore({ connectionString: url.toString(), role: "huimin_registry" });
    expect(await store.append(DISTRICT, append([["household/H1", none]]))).toMatchObject({ kind: "appended", firstPosition: 1 });
    await expect(store.append(DISTRICT, append([["claim/K1-2018Q1", none]]))).rejects.toThrow(AppendForbidden);
    await store.close();
    await admin.end();
    await database.drop();
  });
});

describe("partitions", () => {
  it("are made ahead of need, and by an insert that finds none", async () => {
    const database = await testDatabase(eventStoreMigrations);
    const pool = openPool({ url: database.url });
    const store = createPostgresStore({ pool });
    await store.append(DISTRICT, append([["loan/L1", none]]));
    const partitions = async () =>
      (
        await pool.query("SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = 'log.event'::regclass ORDER BY 1")
      ).rows.map(({ name }) => name);
    expect(await partitions()).toEqual(["log.event_000000", "log.event_000001", "log.event_000002"]);
    // As if millions had been written by a process that was killed before it made the next partitions.
    await pool.query("UPDATE log.head SET position = 2999999");
    const outcomes = await Promise.all(["a", "b", "c"].map((name) => store.append(DISTRICT, append([[`loan/${name}`, none]]))));
    expect(outcomes.map((outcome) => outcome.kind === "appended" && outcome.firstPosition)).toEqual([3_000_000, 3_000_001, 3_000_002]);
    expect(await partitions()).toContain("log.event_000003");
    expect((await store.readStream(DISTRICT, "loan/c")).events.map(({ position }) => position)).toEqual([3_000_002]);
    expect((await store.readAll(DISTRICT, 1, 10)).map(({ position }) => position)).toEqual([3_000_000, 3_000_001, 3_000_002]);
    await store.append(DISTRICT, append([["loan/L1", any]]));
    expect((await store.readStream(DISTRICT, "loan/L1")).events.map(({ position }) => position)).toEqual([1, 3_000_003]);
    await expect(pool.query("TRUNCATE log.event_000003")).rejects.toThrow("the log is never changed");
    await store.close();
    await pool.end();
    await database.drop();
  });
});
