import { randomBytes, randomUUID } from "node:crypto";
import { constants, zstdCompressSync } from "node:zlib";
import {
  type CheckpointBody,
  leafHash,
  NoteError,
  type NoteSigner,
  openCheckpoint,
  signCheckpoint,
  TreeHead,
  verifierKey,
} from "@huimin/proof-log";
import type { ClientBase } from "pg";
import type { ArchiveWriter } from "./archive.ts";
import { columnOf, copyOut } from "./copy.ts";
import { BackupFault } from "./errors.ts";
import { type BackedUpFolder, copyFolder, sealPart } from "./folder.ts";
import { type BackedUpLog, type BackupPart, FORMAT, MANIFEST, type Manifest, SIGNATURE, signManifest } from "./manifest.ts";
import { type CopiedTable, copiedTables } from "./tables.ts";

/*
 * A backup is a logical copy in one snapshot: every table in COPY's text form, in parts of a few megabytes. The programs that
 * PostgreSQL has for it are not in the package of the embedded server, and a physical copy would hold the read models twice
 * and would only fit one version of the server; this one is read by any PostgreSQL from 16 on, and each of its parts by hand.
 * The log is hashed anew while it is read, so no backup of an altered log is ever signed.
 */

/** Rows of one part before they are compressed: one more of them is being compressed and one written. */
const PART_BYTES = 2 << 20;
const EVENTS = "log.event";
/**
 * With a small window, because rows resemble their neighbours; and in this thread, because each thread of the pool keeps the
 * compressor's memory for itself. Nothing else is to be done meanwhile.
 */
const compress = (content: Buffer): Buffer => zstdCompressSync(content, { params: { [constants.ZSTD_c_windowLog]: 19 } });

export interface BackupOptions {
  /** Of the owner, on a connection of its own. */
  readonly client: ClientBase;
  readonly archive: ArchiveWriter;
  readonly district: string;
  /** Signs the list of contents and the end of this district's log; each district's log is signed in its own name. */
  readonly signerOf: (district: string) => NoteSigner;
  /** Why a table, or every table of a schema, is left out: by `schema.table` or `schema`. */
  readonly leftOut: Readonly<Record<string, string>>;
  readonly elsewhere: Readonly<Record<string, string>>;
  /** Folders of files to be copied after the rows, by name: what the log names is there by then. */
  readonly folders: Readonly<Record<string, string>>;
  /** Wraps the key under which this backup's files are sealed. */
  readonly wrap: (key: Uint8Array) => { readonly masterKey: string; readonly wrapped: Uint8Array };
  readonly now: string;
  readonly onProgress?: (rows: number, total: number) => void;
}

/** Copies the database while it is in use. Throws {@link BackupFault} when the log is not what was signed. */
export async function makeBackup(options: BackupOptions): Promise<Manifest> {
  const { client } = options;
  await client.query("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
  try {
    const manifest = await new Backup(options).run();
    await client.query("COMMIT");
    return manifest;
  } catch (fault) {
    await client.query("ROLLBACK").catch(() => undefined);
    throw fault;
  }
}

class Backup {
  readonly #options: BackupOptions;
  readonly #parts: BackupPart[] = [];
  /** Rows of the part that is being filled: one buffer for all of them. */
  #part = Buffer.allocUnsafeSlow(PART_BYTES);
  readonly #logs: BackedUpLog[] = [];
  #rows = 0;
  #total = 0;

  constructor(options: BackupOptions) {
    this.#options = options;
  }

  async run(): Promise<Manifest> {
    const { client, archive, district, signerOf, leftOut, now } = this.#options;
    const { tables, sequences } = await copiedTables(
      client,
      (name) => leftOut[name] !== undefined || leftOut[name.split(".")[0] as string] !== undefined,
    );
    this.#total = await this.#count(tables);
    const copied: (CopiedTable & { rows: number })[] = [];
    for (const table of tables) copied.push({ ...table, rows: await this.#copy(table) });
    const folders: BackedUpFolder[] = [];
    for (const [name, root] of Object.entries(this.#options.folders)) folders.push(await this.#copyFolder(name, root));
    const manifest: Manifest = {
      format: FORMAT,
      id: randomUUID(),
      madeAt: now,
      district,
      postgres: await this.#one("SHOW server_version"),
      migrations: (await client.query("SELECT name, sha256 FROM public.schema_migration ORDER BY name")).rows,
      logs: this.#logs,
      key: verifierKey(signerOf(district).verifier),
      masterKeys: await this.#masterKeys(folders),
      tables: copied,
      sequences,
      parts: this.#parts,
      folders,
      leftOut,
      elsewhere: this.#options.elsewhere,
    };
    const bytes = Buffer.from(`${JSON.stringify(manifest, null, 1)}\n`);
    await archive.add(MANIFEST, bytes);
    await archive.add(SIGNATURE, Buffer.from(signManifest(district, bytes, signerOf(district))));
    await archive.finish();
    return manifest;
  }

  /** Those that wrap a person's data key or the key of the files: they can't be thrown away while this backup is kept. */
  async #masterKeys(folders: readonly BackedUpFolder[]): Promise<string[]> {
    const { rows } = await this.#options.client.query<{ id: string }>(
      "SELECT DISTINCT master_key AS id FROM vault_key WHERE wrapped IS NOT NULL",
    );
    return [...new Set([...rows.map(({ id }) => id), ...folders.map(({ masterKey }) => masterKey)])].sort();
  }

  async #copyFolder(name: string, root: string): Promise<BackedUpFolder> {
    const key = randomBytes(32);
    const { masterKey, wrapped } = this.#options.wrap(key);
    const parts: { name: string; sha256: string }[] = [];
    const listing = await copyFolder(root, PART_BYTES, async (piece, bytes) => {
      const part = `files/${name}/${String(parts.length + 1).padStart(6, "0")}.zst.sealed`;
      const content = sealPart(key, part, compress(Buffer.concat(piece, bytes)), parts.length + 1);
      parts.push({ name: part, sha256: await this.#options.archive.add(part, content) });
    });
    return { name, ...listing, masterKey, wrapped: Buffer.from(wrapped).toString("base64"), parts };
  }

  async #one(sql: string): Promise<string> {
    const { rows } = await this.#options.client.query({ text: sql, rowMode: "array" });
    return String(rows[0]?.[0]);
  }

  /** For the progress alone: what the planner knows, and the exact number of events. */
  async #count(tables: readonly CopiedTable[]): Promise<number> {
    const names = tables.map(({ name }) => name).filter((name) => name !== EVENTS);
    const { rows } = await this.#options.client.query<{ n: string }>(
      "SELECT coalesce(sum(greatest(reltuples, 0)), 0)::bigint + (SELECT coalesce(sum(position), 0) FROM log.head) AS n FROM pg_class WHERE oid = ANY ($1::regclass[])",
      [names],
    );
    return Number(rows[0]?.n ?? 0);
  }

  async #copy(table: CopiedTable): Promise<number> {
    const columns = table.columns.join(", ");
    const order = table.key.length === 0 ? "" : ` ORDER BY ${table.key.join(", ")}`;
    const events = table.name === EVENTS ? new EventsOf(table, await this.#checkpoints()) : undefined;
    let bytes = 0;
    let waiting = 0;
    let rows = 0;
    let number = 0;
    const flush = async (): Promise<void> => {
      if (waiting === 0) return;
      number += 1;
      const content = compress(this.#part.subarray(0, bytes));
      const name = `data/${table.name}/${String(number).padStart(6, "0")}.zst`;
      const sha256 = await this.#options.archive.add(name, content);
      this.#parts.push({ name, table: table.name, rows: waiting, sha256, ...events?.part() });
      waiting = 0;
      bytes = 0;
      this.#options.onProgress?.(this.#rows, Math.max(this.#total, this.#rows));
    };
    for await (const { bytes: block, ends } of copyOut(
      this.#options.client,
      `COPY (SELECT ${columns} FROM ${table.name}${order}) TO STDOUT`,
    )) {
      let from = 0;
      for (const end of ends) {
        const row = block.subarray(from, end);
        from = end;
        if (bytes + row.length > this.#part.length) await flush();
        if (row.length > this.#part.length) this.#part = Buffer.allocUnsafeSlow(row.length);
        events?.add(row);
        row.copy(this.#part, bytes);
        bytes += row.length;
        waiting += 1;
        rows += 1;
        this.#rows += 1;
      }
    }
    await flush();
    if (events) this.#logs.push(...events.logs((district) => this.#options.signerOf(district)));
    return rows;
  }

  /** Every signed size in this snapshot, by district. */
  async #checkpoints(): Promise<Map<string, Map<number, Uint8Array>>> {
    const { rows } = await this.#options.client.query<{ district: string; note: string }>("SELECT district, note FROM proof.checkpoint");
    const known = new Map<string, Map<number, Uint8Array>>();
    for (const { district, note } of rows) {
      const opened = opening(note, this.#options.signerOf(district));
      if (opened) known.set(district, (known.get(district) ?? new Map()).set(opened.size, opened.root));
    }
    return known;
  }
}

/** A checkpoint of another key (one that was replaced, or nobody's) says nothing here; `huimin verify` names it. */
function opening(note: string, signer: NoteSigner): CheckpointBody | undefined {
  try {
    return openCheckpoint(note, [signer.verifier]);
  } catch (fault) {
    if (fault instanceof NoteError) return undefined;
    throw fault;
  }
}

/** The events on their way out: hashed anew, counted, and compared with what was signed. */
class EventsOf {
  readonly #columns: { readonly district: number; readonly position: number; readonly canonical: number };
  readonly #signed: ReadonlyMap<string, ReadonlyMap<number, Uint8Array>>;
  readonly #heads = new Map<string, TreeHead>();
  #from: number | undefined;
  #to = 0;

  constructor(table: CopiedTable, signed: ReadonlyMap<string, ReadonlyMap<number, Uint8Array>>) {
    const at = (name: string): number => table.columns.indexOf(name);
    this.#columns = { district: at("district"), position: at("position"), canonical: at("canonical") };
    this.#signed = signed;
  }

  add(row: Buffer): void {
    const district = columnOf(row, this.#columns.district) as string;
    const position = Number(columnOf(row, this.#columns.position));
    const head = this.#heads.get(district) ?? new TreeHead();
    this.#heads.set(district, head);
    if (head.size + 1 !== position) throw new BackupFault("BACKUP_LOG_ALTERED", { size: head.size + 1 });
    head.append(leafHash(columnOf(row, this.#columns.canonical) as string));
    this.#from ??= position;
    this.#to = position;
    const signed = this.#signed.get(district)?.get(head.size);
    if (signed && Buffer.compare(signed, head.root()) !== 0) throw new BackupFault("BACKUP_LOG_ALTERED", { size: head.size });
  }

  part(): Pick<BackupPart, "from" | "to"> {
    const part = { from: this.#from ?? 0, to: this.#to };
    this.#from = undefined;
    return part;
  }

  logs(signerOf: (district: string) => NoteSigner): BackedUpLog[] {
    return [...this.#heads].map(([district, head]) => {
      const longest = Math.max(0, ...(this.#signed.get(district)?.keys() ?? []));
      if (longest > head.size) throw new BackupFault("BACKUP_LOG_ALTERED", { size: longest });
      const signer = signerOf(district);
      const root = head.root();
      const checkpoint = signCheckpoint({ origin: signer.verifier.name, size: head.size, root }, [signer]);
      return { district, position: head.size, root: Buffer.from(root).toString("base64"), checkpoint };
    });
  }
}
