import type { CheckpointFile, LogReport, StoredLeaf } from "@huimin/checkpoints";
import { verifyLog } from "@huimin/checkpoints";
import { NoteError, type NoteVerifier, openCheckpoint } from "@huimin/proof-log";
import type { ClientBase } from "pg";
import { copyIn } from "./copy.ts";
import { BackupFault } from "./errors.ts";
import type { Manifest } from "./manifest.ts";
import type { OpenBackup } from "./read.ts";
import { readState, STATE_TABLE, writeState } from "./state.ts";

/*
 * A restore fills an empty database, in one transaction, and marks it before the first byte: what is half done can't serve
 * and is begun again. Read models are not in a backup; they are made from the log once that is verified.
 */

const SCHEMAS_SQL = "SELECT nspname AS name FROM pg_namespace WHERE nspname NOT LIKE 'pg\\_%' AND nspname <> 'information_schema'";
const OCCUPIED_SQL = `SELECT n.nspname || '.' || c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'v', 'm') AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
    AND n.nspname || '.' || c.relname <> $1 ORDER BY 1 LIMIT 1`;

export interface RestoreOptions {
  /** Of the owner of the empty database. */
  readonly client: ClientBase;
  readonly backup: OpenBackup;
  readonly district: string;
  /** Migrations that this program knows. */
  readonly migrations: readonly { readonly name: string; readonly sha256: string }[];
  /** Makes the schema by these of them, then all: what a newer program adds comes after the rows. */
  readonly migrate: (names: ReadonlySet<string> | "all") => Promise<void>;
  readonly onProgress?: (rows: number, total: number) => void;
}

/** Loads a backup. Throws {@link BackupFault}: RESTORE_TARGET_NOT_EMPTY, BACKUP_OTHER_VERSION, BACKUP_OTHER_DISTRICT. */
export async function loadBackup(options: RestoreOptions): Promise<void> {
  const { client, backup, district, migrate, onProgress = () => undefined } = options;
  const { manifest, file } = backup;
  if (manifest.district !== district) throw new BackupFault("BACKUP_OTHER_DISTRICT", { file, found: manifest.district, district });
  const names = knownMigrations(options);
  await emptyTarget(client);
  const state = { backup: manifest.id, accepted: null };
  await writeState(client, { ...state, state: "loading", why: `restore of ${manifest.id} began and has not ended` });
  await migrate(names);
  await client.query("BEGIN");
  try {
    await loadRows(client, backup, onProgress);
    await client.query("COMMIT");
  } catch (fault) {
    await client.query("ROLLBACK").catch(() => undefined);
    throw fault;
  }
  await migrate("all");
  await client.query("ANALYZE");
  await writeState(client, { ...state, state: "unverified", why: "loaded, not verified yet" });
}

/** Refuses a backup of a newer program, and one whose history of the schema is another. */
function knownMigrations({ backup, migrations }: RestoreOptions): ReadonlySet<string> {
  const known = new Map(migrations.map(({ name, sha256 }) => [name, sha256]));
  const names = new Set<string>();
  for (const { name, sha256 } of backup.manifest.migrations) {
    if (isReadModel(name)) continue;
    if (known.get(name) !== sha256) throw new BackupFault("BACKUP_OTHER_VERSION", { file: backup.file, migration: name });
    names.add(name);
  }
  for (const { name } of migrations) if (isReadModel(name)) names.add(name);
  return names;
}

/** Tables of read models are this program's own: they are filled from the log. */
const isReadModel = (migration: string): boolean => migration.startsWith("projector/");

/** Nothing is restored over data; what an earlier restore left half done is its own and is thrown away. */
async function emptyTarget(client: ClientBase): Promise<void> {
  const state = await readState(client);
  if (state?.state === "loading" || (state?.state === "unverified" && state.backup !== null)) {
    const { rows } = await client.query<{ name: string }>(SCHEMAS_SQL);
    // The mark goes last: killed in between, the rest is still known as a restore's.
    for (const { name } of rows) if (name !== "public") await client.query(`DROP SCHEMA "${name.replaceAll('"', '""')}" CASCADE`);
    const tables = await client.query<{ name: string }>("SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'");
    for (const { name } of tables.rows)
      if (`public.${name}` !== STATE_TABLE) await client.query(`DROP TABLE public."${name.replaceAll('"', '""')}" CASCADE`);
    await client.query(`DO $$ DECLARE f regprocedure; BEGIN
      FOR f IN SELECT p.oid FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace LOOP EXECUTE format('DROP ROUTINE %s CASCADE', f); END LOOP;
    END $$`);
  }
  // The migration runner's own table may be there before anything was migrated.
  const migrations = await client.query<{ there: boolean }>("SELECT to_regclass('public.schema_migration') IS NOT NULL AS there");
  if (migrations.rows[0]?.there && (await client.query("SELECT 1 FROM public.schema_migration LIMIT 1")).rowCount === 0)
    await client.query("DROP TABLE public.schema_migration");
  const { rows } = await client.query<{ name: string }>(OCCUPIED_SQL, [STATE_TABLE]);
  const [occupied] = rows;
  if (occupied || state?.state === "verified") throw new BackupFault("RESTORE_TARGET_NOT_EMPTY", { table: occupied?.name ?? STATE_TABLE });
}

async function loadRows(client: ClientBase, backup: OpenBackup, onProgress: (rows: number, total: number) => void): Promise<void> {
  const { tables, parts, sequences } = backup.manifest;
  const total = tables.reduce((sum, { rows }) => sum + rows, 0);
  const byTable = Map.groupBy(parts, ({ table }) => table);
  let done = 0;
  for (const { name, columns } of tables) {
    if (name === "log.event") await client.query("SELECT log.ensure_partitions()");
    // What a migration put in is in the backup too, as it was.
    if ((await client.query(`SELECT 1 FROM ${name} LIMIT 1`)).rowCount === 1) await client.query(`DELETE FROM ${name}`);
    for (const part of byTable.get(name) ?? []) {
      await copyIn(client, `COPY ${name} (${columns.join(", ")}) FROM STDIN`, await backup.rows(part));
      done += part.rows;
      onProgress(done, total);
    }
  }
  for (const { name, last } of sequences) if (last !== null) await client.query("SELECT setval($1::regclass, $2::bigint)", [name, last]);
}

const LEAVES_SQL =
  "SELECT position, stream, version, type, canonical, leaf_hash FROM log.event WHERE district = $1 AND position > $2 ORDER BY position LIMIT 5000";

/** Every event of a district as it is stored, some thousands at a time. */
export async function* storedLeaves(client: Pick<ClientBase, "query">, district: string): AsyncGenerator<StoredLeaf> {
  let after = 0;
  for (;;) {
    const { rows } = await client.query(LEAVES_SQL, [district, after]);
    if (rows.length === 0) return;
    for (const row of rows) yield { ...row, position: Number(row.position), version: Number(row.version), leafHash: row.leaf_hash };
    after = Number(rows.at(-1).position);
  }
}

export interface VerifyCopyOptions {
  readonly client: ClientBase;
  readonly district: string;
  /** Checkpoints that are kept outside: the folder, an auditor's file. */
  readonly outside: readonly CheckpointFile[];
  /** End of the log that the backup says, when the copy came from one. */
  readonly manifest?: Manifest | undefined;
  readonly verifiers: readonly NoteVerifier[];
  readonly onProgress?: (events: number) => void;
}

/** A copy that is complete in itself, and older than a checkpoint that was signed elsewhere. */
export interface OlderCopy {
  readonly position: number;
  readonly signed: number;
  readonly missing: number;
  readonly place: string;
}

export interface CopyReport extends LogReport {
  readonly older?: OlderCopy;
}

/**
 * Hashes the copy's log anew and compares it with every checkpoint: those in it, the backup's own, those outside. A later
 * checkpoint outside makes it an older copy, which is named; anything else that is wrong throws RESTORE_NOT_VERIFIED.
 */
export async function verifyCopy(options: VerifyCopyOptions): Promise<CopyReport> {
  const { client, district, outside, manifest, verifiers } = options;
  const own = manifest?.logs.find((log) => log.district === district);
  const inside = (
    await client.query<{ note: string }>("SELECT note FROM proof.checkpoint WHERE district = $1 ORDER BY size", [district])
  ).rows.map(({ note }) => ({ place: "the database", note }));
  const backup = own ? [{ place: "the backup", note: own.checkpoint }] : [];
  const fail = (what: string, position: number): never => {
    throw new BackupFault("RESTORE_NOT_VERIFIED", { what, position });
  };
  const report = await verifyLog(
    district,
    storedLeaves(client, district),
    [...inside, ...backup, ...outside],
    verifiers,
    options.onProgress,
  );
  const later = report.faults.find(({ kind, what }) => kind === "truncated" && outside.some(({ place }) => what.startsWith(`${place}: `)));
  const other = report.faults.find((fault) => fault !== later);
  if (other) fail(other.what, other.from);
  const head = await client.query<{ position: string }>("SELECT position FROM log.head WHERE district = $1", [district]);
  const position = Number(head.rows[0]?.position ?? 0);
  if (position !== report.events) fail(`the head says ${position} and there are ${report.events} events`, report.events + 1);
  if (own && own.position !== report.events)
    fail(`the backup has ${own.position} events and there are ${report.events}`, report.events + 1);
  if (!later) return report;
  const signed = outside
    .flatMap(({ place, note }) => {
      const opened = sizeOf(note, verifiers);
      return opened === undefined ? [] : [{ place, size: opened }];
    })
    .reduce((a, b) => (b.size > a.size ? b : a));
  return {
    ...report,
    older: { position: report.events, signed: signed.size, missing: signed.size - report.events, place: signed.place },
  };
}

function sizeOf(note: string, verifiers: readonly NoteVerifier[]): number | undefined {
  try {
    return openCheckpoint(note, verifiers).size;
  } catch (fault) {
    if (fault instanceof NoteError) return undefined;
    throw fault;
  }
}
