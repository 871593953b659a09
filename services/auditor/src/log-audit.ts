import { type CheckpointFile, type LogFault, leafFaults, type StoredLeaf } from "@huimin/checkpoints";
import { leafHash, NoteError, type NoteVerifier, openCheckpoint } from "@huimin/proof-log";
import type { Pool } from "pg";
import type { LeafBook } from "./leaf-book.ts";

/*
 * The log itself: new events are hashed as they come (tail), those seen before are looked at again and again (sweep), and
 * each checkpoint is compared with the root that follows from the auditor's own hashes.
 */

const LEAVES = `SELECT position, stream, version, type, canonical, leaf_hash FROM log.event
  WHERE district = $1 AND position > $2 AND position <= $3 ORDER BY position`;
/** Events held in memory at a time. */
const BATCH = 2_000;
const WIDTH = 256;

export interface Looked {
  readonly events: number;
  readonly faults: readonly LogFault[];
}

export class LogAudit {
  readonly #pool: Pick<Pool, "query">;
  readonly #district: string;
  readonly #book: LeafBook;
  readonly #tailVersions = new Map<string, number>();
  #sweepVersions = new Map<string, number>();
  /** The sweep began at 1 in this process, so it knows every stream. */
  #sweepIsWhole = false;
  /** Notes that were compared and hold: neither they nor the book change. */
  readonly #held = new Set<string>();

  constructor(pool: Pick<Pool, "query">, district: string, book: LeafBook) {
    this.#pool = pool;
    this.#district = district;
    this.#book = book;
  }

  async head(): Promise<number> {
    const { rows } = await this.#pool.query<{ position: string }>("SELECT position FROM log.head WHERE district = $1", [this.#district]);
    return Number(rows[0]?.position ?? 0);
  }

  /** Hashes at most `limit` events that are new, and keeps their hashes. Stops before an event that is missing. */
  async tail(head: number, limit: number): Promise<Looked> {
    const faults: LogFault[] = [];
    const until = Math.min(head, this.#book.size + limit);
    let events = 0;
    if (head < this.#book.size) faults.push(shorter(head, this.#book.size));
    while (this.#book.size < until) {
      const leaves = await this.#read(this.#book.size, Math.min(until, this.#book.size + BATCH));
      const hashes: Uint8Array[] = [];
      for (const leaf of leaves) {
        const position = this.#book.size + hashes.length + 1;
        if (leaf.position !== position) break;
        faults.push(...leafFaults(leaf, position, this.#district, this.#tailVersions, this.#tailIsWhole()));
        hashes.push(leafHash(leaf.canonical));
      }
      await this.#book.append(hashes);
      events += hashes.length;
      if (hashes.length < leaves.length || leaves.length === 0) {
        const next = leaves[hashes.length]?.position ?? head + 1;
        faults.push({ kind: "missing", from: this.#book.size + 1, to: next - 1, what: "events are missing" });
        break;
      }
    }
    return { events, faults };
  }

  #tailWhole: boolean | undefined;
  #tailIsWhole(): boolean {
    this.#tailWhole ??= this.#book.size === 0;
    return this.#tailWhole;
  }

  /** Looks again at most `limit` events after `cursor` that were seen before; answers where to go on, 0 at the end. */
  async sweep(cursor: number, limit: number): Promise<Looked & { readonly cursor: number }> {
    if (cursor === 0) {
      this.#sweepVersions = new Map();
      this.#sweepIsWhole = true;
    }
    const faults: LogFault[] = [];
    const until = Math.min(this.#book.size, cursor + limit);
    let at = cursor;
    while (at < until) {
      const to = Math.min(until, at + BATCH);
      const seen = await this.#book.hashes(at, to);
      const leaves = new Map((await this.#read(at, to)).map((leaf) => [leaf.position, leaf]));
      for (const [i, hash] of seen.entries()) faults.push(...this.#again(at + i + 1, hash, leaves.get(at + i + 1)));
      faults.push(...(await this.#tileFaults(at, to)));
      at = to;
    }
    return { events: at - cursor, faults, cursor: at >= this.#book.size ? 0 : at };
  }

  #again(position: number, hash: Uint8Array, leaf: StoredLeaf | undefined): LogFault[] {
    if (!leaf) return [{ kind: "missing", from: position, to: position, what: "an event that the auditor has seen is missing" }];
    const faults = leafFaults(leaf, position, this.#district, this.#sweepVersions, this.#sweepIsWhole);
    if (Buffer.compare(leafHash(leaf.canonical), hash) !== 0)
      faults.push({
        kind: "altered",
        from: position,
        to: position,
        what: "the event is not the one that the auditor has seen at this position",
      });
    return faults;
  }

  /** Roots of subtrees in the database, from which receipts are made. */
  async #tileFaults(from: number, to: number): Promise<LogFault[]> {
    const first = Math.ceil(from / WIDTH);
    const { rows } = await this.#pool.query<{ index: string; root: Buffer }>(
      "SELECT index, root FROM proof.subtree WHERE district = $1 AND level = 8 AND index >= $2 AND index < $3 ORDER BY index",
      [this.#district, first, Math.floor(to / WIDTH)],
    );
    const faults: LogFault[] = [];
    for (const { index, root } of rows) {
      const tile = Number(index);
      if (Buffer.compare(root, await this.#book.tile(tile)) === 0) continue;
      const what = "the root of these events that is kept in the database is another";
      faults.push({ kind: "subtree", from: tile * WIDTH + 1, to: (tile + 1) * WIDTH, what });
    }
    return faults;
  }

  /** Compares checkpoints with the book. Those beyond its size wait, unless the log's head is below them too. */
  async checkpoints(
    files: readonly CheckpointFile[],
    keys: { readonly logs: readonly NoteVerifier[]; readonly witnesses: readonly NoteVerifier[] },
    head: number,
  ): Promise<{ readonly good: readonly Held[]; readonly faults: readonly LogFault[] }> {
    const good: Held[] = [];
    const faults: LogFault[] = [];
    for (const file of files) {
      try {
        const held = this.#open(file, keys);
        if (typeof held === "string") faults.push({ kind: "signature", from: 0, to: 0, what: `${file.place}: ${held}` });
        else if (held.size > this.#book.size) {
          if (held.size > head)
            faults.push({
              kind: "truncated",
              from: head + 1,
              to: held.size,
              what: `${file.place}: ${held.size} events were signed, ${head} are here`,
            });
        } else if (this.#held.has(file.note) || Buffer.compare(await this.#book.root(held.size), held.root) === 0) {
          this.#held.add(file.note);
          good.push(held);
        } else
          faults.push({ kind: "checkpoint", from: 1, to: held.size, what: `${file.place}: the events were others when it was signed` });
      } catch (fault) {
        if (!(fault instanceof NoteError)) throw fault;
        faults.push({ kind: "signature", from: 0, to: 0, what: `${file.place}: ${fault.message}` });
      }
    }
    return { good, faults: narrowed(faults, good) };
  }

  #open(
    { note, size: said }: CheckpointFile,
    { logs, witnesses }: { logs: readonly NoteVerifier[]; witnesses: readonly NoteVerifier[] },
  ): Held | string {
    const { origin, size, root, by } = openCheckpoint(note, [...logs, ...witnesses]);
    const keys = by.map(({ verifier }) => verifier);
    if (!keys.some((key) => logs.includes(key) && key.name === origin)) return `the log's key has not signed this checkpoint of ${origin}`;
    if (said !== undefined && said !== size) return `the checkpoint is of ${size} events where one of ${said} belongs`;
    return { size, root, note, by: keys.filter((key) => witnesses.includes(key)).map(({ name }) => name) };
  }

  async #read(after: number, to: number): Promise<StoredLeaf[]> {
    const { rows } = await this.#pool.query(LEAVES, [this.#district, after, to]);
    return rows.map((row) => ({ ...row, position: Number(row.position), version: Number(row.version), leafHash: row.leaf_hash }));
  }
}

/** A checkpoint that holds. */
export interface Held {
  readonly size: number;
  readonly root: Uint8Array;
  readonly note: string;
  /** Names of the witnesses that cosigned it. */
  readonly by: readonly string[];
}

/** A wrong checkpoint speaks of the events after the last one that holds below it. */
const narrowed = (faults: readonly LogFault[], good: readonly Held[]): LogFault[] =>
  faults.map((fault) => {
    if (fault.kind !== "checkpoint") return fault;
    const below = good.reduce((largest, { size }) => (size < fault.to && size > largest ? size : largest), 0);
    return { ...fault, from: below + 1 };
  });

const shorter = (head: number, seen: number): LogFault => ({
  ...{ kind: "truncated", from: head + 1, to: seen },
  what: `the auditor has seen ${seen} events, the log's head says ${head}`,
});
