import { generateKeyPairSync } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { openPool } from "@huimin/database";
import { createPostgresStore, type EventStore, eventStoreMigrations, type NewEvent } from "@huimin/event-store";
import { type NoteVerifier, noteSigner } from "@huimin/proof-log";
import { testDatabase } from "@huimin/test-support";
import { expect } from "vitest";
import { CheckpointFolder, Checkpoints, checkpointMigrations, type StoredLeaf, storedCheckpoints, verifyLog } from "./index.ts";

/* A log of small events with its checkpoints in a database and a folder, and what an intruder does to them. */

export const district = "410803";
export const pem = () => generateKeyPairSync("ed25519").privateKey.export({ format: "pem", type: "pkcs8" }) as string;
export const signer = noteSigner("huimin.example/410803", pem());

const event = (n: number): NewEvent => ({
  ...{ eventId: `e${n}`, type: "PolicyParameterSet", schemaVersion: 1, valueDate: "2018-01-01", recordedAt: "2018-01-01T08:00:00+08:00" },
  ...{ period: "2018-01", actor: "system", role: "SYS", channel: "system", commandId: `c${n}`, correlationId: `c${n}`, payload: { n } },
});

export async function fill(store: EventStore, from: number, to: number): Promise<void> {
  const events = Array.from({ length: to - from + 1 }, (_, i) => event(from + i));
  const done = await store.append(district, {
    writes: [{ stream: "policy/x", expect: { kind: "any" }, events }],
    ...{ asserts: [], keys: [], answer: null },
  });
  expect(done.kind).toBe("appended");
}

export async function stage() {
  const database = await testDatabase([...eventStoreMigrations, ...checkpointMigrations]);
  const pool = openPool({ url: database.url });
  const store = createPostgresStore({ connectionString: database.url });
  const home = await mkdtemp(path.join(tmpdir(), "huimin-checkpoints-"));
  const folder = new CheckpointFolder(path.join(home, "outside"));
  const checkpoints = new Checkpoints({ pool, store, district, signer, folder });
  /** What an intruder with the owner's password does. */
  const tamper = async (sql: string): Promise<void> => {
    await pool.query(
      `SET session_replication_role = replica; ALTER TABLE log.event DISABLE TRIGGER USER; ${sql}; ALTER TABLE log.event ENABLE ALWAYS TRIGGER never_changed`,
    );
  };
  const verify = async (witnesses: readonly NoteVerifier[] = []) => {
    const { rows } = await pool.query(
      "SELECT position, stream, version, type, canonical, leaf_hash FROM log.event WHERE district = $1 ORDER BY position",
      [district],
    );
    async function* leaves(): AsyncGenerator<StoredLeaf> {
      for (const row of rows) yield { ...row, position: Number(row.position), version: Number(row.version), leafHash: row.leaf_hash };
    }
    const files = [
      ...(await storedCheckpoints(pool, district)).map((one) => ({ ...one, place: "the database" })),
      ...(await folder.notes()).map(({ file, note, size }) => ({ place: file, note, size })),
    ];
    return verifyLog(district, leaves(), files, [signer.verifier], undefined, { witnesses, head: await store.head(district) });
  };
  const close = async () => {
    await store.close();
    await pool.end();
    await database.drop();
    await rm(home, { recursive: true });
  };
  return { pool, store, folder, checkpoints, tamper, verify, close };
}
