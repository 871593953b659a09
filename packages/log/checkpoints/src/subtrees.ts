import { leafHash, type SubtreeReader, TreeHead } from "@huimin/proof-log";
import type { Pool } from "pg";

/*
 * Roots of complete subtrees, kept every eight levels (as C2SP tiles are): a root of any level is made from at most 256
 * hashes of the kept level below it, or of the log itself. Rows are added once a subtree is complete and never change.
 */

const HEIGHT = 8;
const WIDTH = 2 ** HEIGHT;
/** Leaves read at a time: a whole number of tiles, few enough that a log of large events needs little memory. */
const BATCH = WIDTH;

/** An event whose bytes are not those that were hashed when it was stored. */
export class LogAltered extends Error {
  override readonly name = "LogAltered";
  readonly position: number;
  constructor(position: number, what: string) {
    super(`position ${position}: ${what}`);
    this.position = position;
  }
}

const rootOf = (hashes: readonly Uint8Array[]): Uint8Array => {
  const head = new TreeHead();
  for (const hash of hashes) head.append(hash);
  return head.root();
};

export class Subtrees {
  readonly #pool: Pool;
  readonly #district: string;

  constructor(pool: Pool, district: string) {
    this.#pool = pool;
    this.#district = district;
  }

  /**
   * Adds the roots of the subtrees that are complete in the first `size` leaves. Each event is hashed anew from its text:
   * throws {@link LogAltered} at the first that does not fit its stored hash, and then adds nothing of its batch.
   */
  async extend(size: number): Promise<void> {
    const complete = Math.floor(size / WIDTH);
    let next = await this.#count(HEIGHT);
    while (next < complete) {
      const until = Math.min(complete, next + BATCH / WIDTH);
      const leaves = await this.#checkedLeaves(next * WIDTH, until * WIDTH);
      const roots: Uint8Array[] = [];
      for (let at = 0; at < leaves.length; at += WIDTH) roots.push(rootOf(leaves.slice(at, at + WIDTH)));
      await this.#insert(HEIGHT, next, roots);
      next = until;
    }
    await this.#extendAbove(HEIGHT, next);
  }

  async #extendAbove(below: number, count: number): Promise<void> {
    const level = below + HEIGHT;
    const complete = Math.floor(count / WIDTH);
    if (complete === 0) return;
    for (let next = await this.#count(level); next < complete; next += 1) {
      await this.#insert(level, next, [rootOf(await this.#stored(below, next * WIDTH, WIDTH))]);
    }
    await this.#extendAbove(level, complete);
  }

  /** Roots of perfect subtrees below the size to which the kept ones reach. */
  readonly read: SubtreeReader = async (level, index) => {
    const kept = level - (level % HEIGHT);
    const width = 2 ** (level - kept);
    const hashes = kept === 0 ? await this.#leafHashes(index * width, width) : await this.#stored(kept, index * width, width);
    if (hashes.length !== width) throw new Error(`subtree ${index} of level ${level} is not complete`);
    return rootOf(hashes);
  };

  async #count(level: number): Promise<number> {
    const { rows } = await this.#pool.query<{ count: string }>(
      "SELECT coalesce(max(index) + 1, 0) AS count FROM proof.subtree WHERE district = $1 AND level = $2",
      [this.#district, level],
    );
    return Number(rows[0]?.count ?? 0);
  }

  async #stored(level: number, from: number, count: number): Promise<Uint8Array[]> {
    const { rows } = await this.#pool.query<{ root: Buffer }>(
      "SELECT root FROM proof.subtree WHERE district = $1 AND level = $2 AND index >= $3 AND index < $4 ORDER BY index",
      [this.#district, level, from, from + count],
    );
    return rows.map((row) => row.root);
  }

  async #leafHashes(from: number, count: number): Promise<Uint8Array[]> {
    const { rows } = await this.#pool.query<{ leaf_hash: Buffer }>(
      "SELECT leaf_hash FROM log.event WHERE district = $1 AND position > $2 AND position <= $3 ORDER BY position",
      [this.#district, from, from + count],
    );
    return rows.map((row) => row.leaf_hash);
  }

  async #checkedLeaves(from: number, to: number): Promise<Uint8Array[]> {
    const { rows } = await this.#pool.query<{ position: string; canonical: string; leaf_hash: Buffer }>(
      "SELECT position, canonical, leaf_hash FROM log.event WHERE district = $1 AND position > $2 AND position <= $3 ORDER BY position",
      [this.#district, from, to],
    );
    return rows.map(({ position, canonical, leaf_hash: stored }, i) => {
      if (Number(position) !== from + i + 1) throw new LogAltered(from + i + 1, "the event is missing");
      const hash = leafHash(canonical);
      if (Buffer.compare(hash, stored) !== 0) throw new LogAltered(Number(position), "the text does not fit its hash");
      return hash;
    });
  }

  async #insert(level: number, from: number, roots: readonly Uint8Array[]): Promise<void> {
    await this.#pool.query(
      `INSERT INTO proof.subtree (district, level, index, root)
       SELECT $1, $2, $3 + ordinality - 1, root FROM unnest($4::bytea[]) WITH ORDINALITY AS given (root, ordinality)
       ON CONFLICT DO NOTHING`,
      [this.#district, level, from, roots.map((root) => Buffer.from(root))],
    );
  }
}
