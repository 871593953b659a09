import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { CheckpointFolder, Checkpoints, checkpointMigrations } from "@huimin/checkpoints";
import { openPool } from "@huimin/database";
import { createPostgresStore, type EventStore, eventStoreMigrations, type NewEvent } from "@huimin/event-store";
import { projectionMigrations } from "@huimin/projector";
import { leafHash, noteSigner } from "@huimin/proof-log";
import { testDatabase } from "@huimin/test-support";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { Auditor, type AuditorOptions, type AuditState, openFindings, SWEEP_EVENTS_MAX } from "./index.ts";

const district = "410803";
const pem = () => generateKeyPairSync("ed25519").privateKey.export({ format: "pem", type: "pkcs8" }) as string;
const signer = noteSigner("huimin-ledger/410803", pem());
const closers: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const close of closers) await close();
});

const event = (n: number): NewEvent => ({
  ...{ eventId: `e${n}`, type: "PolicyParameterSet", schemaVersion: 1, valueDate: "2018-01-01", recordedAt: "2018-01-01T08:00:00+08:00" },
  ...{ period: "2018-01", actor: "system", role: "SYS", channel: "system", commandId: `c${n}`, correlationId: `c${n}`, payload: { n } },
});

async function stage() {
  const database = await testDatabase([...eventStoreMigrations, ...checkpointMigrations, ...projectionMigrations([])]);
  const owner = openPool({ url: database.url, max: 2 });
  const pool = openPool({ url: database.url, role: "huimin_auditor", max: 2 });
  const store = createPostgresStore({ connectionString: database.url });
  const home = mkdtempSync(path.join(tmpdir(), "huimin-auditor-"));
  const outside = new CheckpointFolder(path.join(home, "outside"));
  const checkpoints = new Checkpoints({ pool: owner, store, district, signer, folder: outside });
  let now = Date.UTC(2018, 0, 1);
  const auditor = (more: Partial<AuditorOptions> = {}) =>
    new Auditor({
      ...{ pool, district, folder: path.join(home, "audit"), logKeys: [signer.verifier], checkpointFolders: [outside.path] },
      ...{ checks: [], clock: () => (now += 1_000), ...more },
    });
  const tamper = (sql: string) =>
    owner.query(
      `ALTER TABLE log.event DISABLE TRIGGER USER; ALTER TABLE proof.checkpoint DISABLE TRIGGER USER; ALTER TABLE proof.subtree DISABLE TRIGGER USER; ${sql}`,
    );
  closers.push(async () => {
    await store.close();
    await pool.end();
    await owner.end();
    await database.drop();
    rmSync(home, { recursive: true });
  });
  return { owner, store, outside, checkpoints, auditor, tamper, home };
}

async function fill(store: EventStore, from: number, to: number): Promise<void> {
  for (let first = from; first <= to; first += 1_000) {
    const events = Array.from({ length: Math.min(1_000, to - first + 1) }, (_, i) => event(first + i));
    const done = await store.append(district, {
      writes: [{ stream: "policy/x", expect: { kind: "any" }, events }],
      ...{ asserts: [], keys: [], answer: null },
    });
    expect(done.kind).toBe("appended");
  }
}

const ids = (state: AuditState): string[] => openFindings(state.findings).map(({ id }) => id);
/** Text and hash changed together, so that nothing in the database contradicts it. */
const rewrite = (position: number, from: string, to: string): string => {
  const text = `replace(canonical, '${from}', '${to}')`;
  return `UPDATE log.event SET canonical = ${text}, leaf_hash = sha256('\\x00'::bytea || convert_to(${text}, 'UTF8')) WHERE position = ${position}`;
};

let at: Awaited<ReturnType<typeof stage>>;
beforeEach(async () => {
  at = await stage();
});

describe("rounds", () => {
  it("are bounded, go on where the last one was, and see everything again in the end", async () => {
    await fill(at.store, 1, SWEEP_EVENTS_MAX + 20_000);
    await at.checkpoints.sign();
    const seen: { hashed: number; again: number; done: number; cursor: number }[] = [];
    // Each round is another process: nothing but the folder is handed on.
    for (let round = 0; round < 3; round += 1) {
      const { state, hashed, again } = await at.auditor().round();
      seen.push({ hashed, again, done: state.sweep.done, cursor: state.sweep.cursor });
      expect([state.position, ids(state)]).toEqual([SWEEP_EVENTS_MAX + 20_000, []]);
    }
    expect(seen).toEqual([
      { hashed: SWEEP_EVENTS_MAX + 20_000, again: 0, done: 0, cursor: 0 },
      { hashed: 0, again: SWEEP_EVENTS_MAX, done: 0, cursor: SWEEP_EVENTS_MAX },
      { hashed: 0, again: 20_000, done: 1, cursor: 0 },
    ]);
    const state = (await at.auditor().state()) as AuditState;
    expect(state.root).toBe(Buffer.from((await at.checkpoints.sign()).root).toString("base64"));
  });

  it("that break off leave what was done before; the next one goes on", async () => {
    await fill(at.store, 1, 300);
    await at.auditor().round();
    await fill(at.store, 301, 600);
    const none = { id: "none", title: { zh: "无", en: "none" }, severity: "error" as const, failed: 0, examples: [] };
    const broken = at.auditor({
      checks: [
        { id: "x", run: async ({ pool }) => Promise.all([pool.query("SELECT * FROM none"), pool.query("SELECT 1")]).then(() => []) },
        { id: "y", run: async ({ pool }) => [{ ...none, checked: (await pool.query("SELECT 1")).rows.length }] },
      ],
    });
    const { state } = await broken.round({ all: true });
    // The check after the one that failed is made all the same.
    expect(ids(state)).toEqual(["x-ran"]);
    expect(state.books?.results).toContainEqual(expect.objectContaining({ id: "none", checked: 1 }));
    const after = await at.auditor().round({ all: true });
    expect([after.state.position, after.hashed, ids(after.state)]).toEqual([600, 0, []]);
    await expect(at.auditor({ district: "410802" }).round()).rejects.toThrow(/is of district 410803/);
  });
});

describe("what no checkpoint shows, the auditor's own hashes do", () => {
  beforeEach(async () => {
    await fill(at.store, 1, 700);
    await at.checkpoints.sign();
    await fill(at.store, 701, 900);
    await at.auditor().round();
  });

  it("an event rewritten with its hash: exactly its position, before and after the last checkpoint", async () => {
    await at.tamper(`${rewrite(317, '"n":317}', '"n":318}')}; ${rewrite(850, '"n":850}', '"n":851}')}`);
    const { state, fresh } = await at.auditor().round({ all: true });
    expect(ids(state).sort()).toEqual(["log:altered:317", "log:altered:850"]);
    expect(fresh).toHaveLength(2);
    expect((await at.auditor().round({ all: true })).fresh).toEqual([]);
    await at.tamper(`${rewrite(317, '"n":318}', '"n":317}')}; ${rewrite(850, '"n":851}', '"n":850}')}`);
    const mended = await at.auditor().round({ all: true });
    expect([ids(mended.state), mended.state.findings.map(({ gone }) => gone !== undefined)]).toEqual([[], [true, true]]);
  });

  it("events in another order: the first of them", async () => {
    const { rows } = await at.owner.query("SELECT canonical FROM log.event WHERE position IN (40, 41) ORDER BY position");
    const put = (position: number, text: string): string =>
      `UPDATE log.event SET canonical = '${text}', leaf_hash = '\\x${Buffer.from(leafHash(text)).toString("hex")}' WHERE position = ${position}`;
    await at.tamper(`${put(40, rows[1].canonical)}; ${put(41, rows[0].canonical)}`);
    const { state } = await at.auditor().round({ all: true });
    expect(ids(state)).toEqual(expect.arrayContaining(["log:altered:40", "log:stream-version:40"]));
  });

  it("the last event deleted, head and stream head lowered, no checkpoint over it", async () => {
    await at.tamper(
      "DELETE FROM log.event WHERE position = 900; UPDATE log.head SET position = 899; UPDATE log.stream_head SET version = 899, last_position = 899",
    );
    const { state } = await at.auditor().round({ all: true });
    expect(ids(state)).toEqual(expect.arrayContaining(["log:missing:900", "log:truncated:end"]));
    // Another event in its place does not help.
    await fill(at.store, 5_000, 5_000);
    expect(ids((await at.auditor().round({ all: true })).state)).toContain("log:altered:900");
  });

  it("an old database with a folder of its own age: the auditor's copies of the checkpoints remember", async () => {
    const old = await stage();
    await fill(old.store, 1, 500);
    await old.checkpoints.sign();
    rmSync(at.outside.path, { recursive: true });
    const { state } = await old
      .auditor({ folder: path.join(at.home, "audit"), checkpointFolders: [old.outside.path] })
      .round({ all: true });
    expect(ids(state)).toEqual(expect.arrayContaining(["log:missing:501", "log:truncated:end"]));
    const cut = state.findings.find(({ id }) => id === "log:truncated:end");
    expect(cut?.examples[0]).toContain("positions 501–900");
    expect(readdirSync(path.join(at.home, "audit", "checkpoints"))).toContain("witnessed-000000000700.txt");
  });

  it("another history signed with the log's own key: the first event that differs", async () => {
    const fork = await stage();
    await fill(fork.store, 1, 300);
    await fill(fork.store, 1_301, 2_000);
    await fork.checkpoints.sign();
    const { state } = await fork
      .auditor({ folder: path.join(at.home, "audit"), checkpointFolders: [fork.outside.path] })
      .round({ all: true });
    const altered = openFindings(state.findings).filter(({ id }) => id.startsWith("log:altered:"));
    expect(altered).toMatchObject([{ id: "log:altered:301", examples: [expect.stringContaining("positions 301–900")], count: 600 }]);
    expect(ids(state)).toEqual(expect.arrayContaining([expect.stringMatching(/^log:checkpoint:/)]));
  });

  it("another key of the log, and another root of a subtree in the database", async () => {
    const other = noteSigner("huimin-ledger/410803", pem());
    const { state } = await at.auditor({ logKeys: [signer.verifier, other.verifier] }).round({ all: true });
    expect(ids(state)).toEqual(["log:key:other"]);
    await at.tamper("UPDATE proof.subtree SET root = sha256('x') WHERE level = 8 AND index = 1");
    expect(ids((await at.auditor().round({ all: true })).state)).toEqual(["log:subtree:257"]);
  });
});
