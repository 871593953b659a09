import { type FileHandle, mkdir, open } from "node:fs/promises";
import path from "node:path";
import { emptyRoot, HASH_BYTES, merkleRoot, rootAt, type SubtreeReader } from "@huimin/proof-log";

/*
 * 哈希簿: the hash of every event that the auditor has seen, in a file outside the database, 32 bytes an event. With it a
 * change is named at its exact position even where text and hash were changed together, and the root of any size is
 * worked out in milliseconds: roots of 256 leaves stand in a second file, which is made anew when it is short.
 */

const HEIGHT = 8;
const WIDTH = 2 ** HEIGHT;

/** Roots of whole subtrees of `WIDTH` leaves. */
const tilesOf = (leaves: readonly Uint8Array[]): Uint8Array[] =>
  Array.from({ length: Math.floor(leaves.length / WIDTH) }, (_, i) => merkleRoot(leaves.slice(i * WIDTH, (i + 1) * WIDTH)));

export class LeafBook {
  readonly #leaves: FileHandle;
  readonly #tiles: FileHandle;
  #size: number;

  private constructor(leaves: FileHandle, tiles: FileHandle, size: number) {
    this.#leaves = leaves;
    this.#tiles = tiles;
    this.#size = size;
  }

  static async open(folder: string): Promise<LeafBook> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const [leaves, tiles] = [
      await open(path.join(folder, "leaves.bin"), "a+", 0o600),
      await open(path.join(folder, "tiles.bin"), "a+", 0o600),
    ];
    // A write that a crash cut short is begun again.
    const size = Math.floor((await leaves.stat()).size / HASH_BYTES);
    const book = new LeafBook(leaves, tiles, size);
    try {
      await leaves.truncate(size * HASH_BYTES);
      await book.#completeTiles();
      return book;
    } catch (fault) {
      await book.close();
      throw fault;
    }
  }

  /** Events whose hashes are in it: positions 1 to `size`. */
  get size(): number {
    return this.#size;
  }

  /** Adds the hashes of the next events; they are on the disk when it answers. */
  async append(hashes: readonly Uint8Array[]): Promise<void> {
    if (hashes.length === 0) return;
    await this.#leaves.appendFile(Buffer.concat(hashes));
    await this.#leaves.datasync();
    this.#size += hashes.length;
    await this.#completeTiles();
  }

  /** Hashes of the leaves [from, toExcl). */
  async hashes(from: number, toExcl: number): Promise<Uint8Array[]> {
    if (toExcl > this.#size) throw new RangeError(`the book has ${this.#size} hashes`);
    return read(this.#leaves, from, toExcl);
  }

  /** Root of the first `size` events. */
  async root(size: number): Promise<Uint8Array> {
    if (size > this.#size) throw new RangeError(`the book has ${this.#size} hashes`);
    return size === 0 ? emptyRoot() : rootAt(size, this.subtree);
  }

  /** Root of 256 events: number `index` of those. */
  async tile(index: number): Promise<Uint8Array> {
    const [tile] = await read(this.#tiles, index, index + 1);
    return tile as Uint8Array;
  }

  readonly subtree: SubtreeReader = async (level, index) => {
    const file = level < HEIGHT ? this.#leaves : this.#tiles;
    const width = 2 ** (level < HEIGHT ? level : level - HEIGHT);
    return merkleRoot(await read(file, index * width, (index + 1) * width));
  };

  async close(): Promise<void> {
    await this.#leaves.close();
    await this.#tiles.close();
  }

  async #completeTiles(): Promise<void> {
    const complete = Math.floor(this.#size / WIDTH);
    const known = Math.min(complete, Math.floor((await this.#tiles.stat()).size / HASH_BYTES));
    await this.#tiles.truncate(known * HASH_BYTES);
    for (let from = known; from < complete; from += WIDTH) {
      const to = Math.min(complete, from + WIDTH);
      await this.#tiles.appendFile(Buffer.concat(tilesOf(await read(this.#leaves, from * WIDTH, to * WIDTH))));
    }
    if (known < complete) await this.#tiles.datasync();
  }
}

async function read(file: FileHandle, from: number, toExcl: number): Promise<Uint8Array[]> {
  const bytes = Buffer.alloc((toExcl - from) * HASH_BYTES);
  const { bytesRead } = await file.read(bytes, 0, bytes.length, from * HASH_BYTES);
  if (bytesRead !== bytes.length) throw new Error(`hashes ${from} to ${toExcl} are not in the book`);
  return Array.from({ length: toExcl - from }, (_, i) => bytes.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES));
}
