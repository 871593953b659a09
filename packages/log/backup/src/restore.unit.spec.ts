import { createHash, generateKeyPairSync } from "node:crypto";
import { noteSigner } from "@huimin/proof-log";
import type { ClientBase } from "pg";
import { describe, expect, it } from "vitest";
import { BackupFault } from "./errors.ts";
import type { Manifest } from "./manifest.ts";
import type { OpenBackup } from "./read.ts";
import { loadBackup, verifyCopy } from "./restore.ts";

const DISTRICT = "410803";
const { privateKey } = generateKeyPairSync("ed25519");
const signer = noteSigner("huimin-ledger/410803", privateKey.export({ format: "pem", type: "pkcs8" }) as string);

async function refusalOf(work: Promise<unknown>) {
  const fault = await work.catch((thrown: unknown) => thrown);
  if (!(fault instanceof BackupFault)) throw new Error(`no refusal: ${JSON.stringify(fault)}`);
  return fault.refusal;
}

describe("a backup that is not this machine's", () => {
  const migrations = [
    { name: "event-store/001", sha256: "a" },
    { name: "projector/001", sha256: "p" },
  ];
  /** A target of which every touch is noted. */
  function load(manifest: Partial<Manifest>) {
    const touched: string[] = [];
    const client = { query: async (sql: string) => void touched.push(sql) } as unknown as ClientBase;
    const backup = { file: "b.tar", manifest: { id: "b", district: DISTRICT, migrations, ...manifest } } as unknown as OpenBackup;
    const migrate = async () => void touched.push("migrate");
    return { touched, loading: loadBackup({ client, backup, district: DISTRICT, migrations, migrate }) };
  }

  it("given one of another district, then both are named and the target is not touched", async () => {
    const { touched, loading } = load({ district: "410804" });
    expect(await refusalOf(loading)).toEqual({
      code: "BACKUP_OTHER_DISTRICT",
      details: { file: "b.tar", found: "410804", district: DISTRICT },
    });
    expect(touched).toEqual([]);
  });

  it.each([
    ["of a newer program, with a migration that is not known here", { name: "event-store/002", sha256: "b" }],
    ["whose history of the schema is another", { name: "event-store/001", sha256: "other" }],
  ])("given one %s, then the migration is named and the target is not touched", async (_, migration) => {
    const { touched, loading } = load({ migrations: [...migrations, migration] });
    expect(await refusalOf(loading)).toEqual({ code: "BACKUP_OTHER_VERSION", details: { file: "b.tar", migration: migration.name } });
    expect(touched).toEqual([]);
  });
});

describe("a copy whose log is not what it should be", () => {
  const canonical = JSON.stringify({ district: DISTRICT, position: 1, stream: "policy/x", streamVersion: 1, type: "PolicyParameterSet" });
  const hash = createHash("sha256")
    .update(Buffer.from([0]))
    .update(canonical)
    .digest();
  const event = { position: "1", stream: "policy/x", version: 1, type: "PolicyParameterSet", canonical, leaf_hash: hash };

  function verify({ events = [event], head = 1 }: { readonly events?: readonly object[]; readonly head?: number }) {
    let left: readonly object[] = events;
    const client = {
      query: async (sql: string) => {
        if (sql.includes("proof.checkpoint")) return { rows: [] };
        if (sql.includes("log.head")) return { rows: [{ position: String(head) }] };
        const rows = left;
        left = [];
        return { rows };
      },
    } as unknown as ClientBase;
    const manifest = { district: DISTRICT, logs: [] } as unknown as Manifest;
    return verifyCopy({ client, district: DISTRICT, outside: [], manifest, verifiers: [signer.verifier] });
  }

  it("given a log that is whole, then it passes", async () => {
    expect(await verify({})).toMatchObject({ events: 1, faults: [] });
  });

  it.each([
    [
      "an event whose text was changed",
      { events: [{ ...event, leaf_hash: Buffer.alloc(32) }] },
      "the text of the event does not fit its stored hash",
      1,
    ],
    ["an event that is gone from the end", { head: 2 }, "the head says 2 and there are 1 events", 2],
    ["events of which the head knows nothing", { head: 0 }, "the head says 0 and there are 1 events", 2],
  ])("given %s, then the copy is refused with the position", async (_, copy, what, position) => {
    expect(await refusalOf(verify(copy))).toEqual({ code: "RESTORE_NOT_VERIFIED", details: { what, position } });
  });
});
