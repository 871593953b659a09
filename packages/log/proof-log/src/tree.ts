import { hash } from "node:crypto";

/*
 * The Merkle tree of RFC 6962 section 2.1 over the log: leaf index = position − 1. Leaves and inner nodes are hashed
 * under different prefixes, so an inner node never passes for a leaf.
 */

export const HASH_BYTES = 32;
const LEAF_PREFIX = Buffer.of(0x00);
const NODE_PREFIX = Buffer.of(0x01);

/**
 * By way of a string, because its bytes then lie in a pool: an array buffer of its own for each of some million hashes is
 * garbage outside the heap, which breaks the process's memory into pieces.
 */
const sha256 = (bytes: Uint8Array): Uint8Array => Buffer.from(hash("sha256", bytes, "latin1"), "latin1");

/** SHA-256(0x00 || bytes), RFC 6962 section 2.1. A text is hashed as UTF-8. */
export function leafHash(canonical: string | Uint8Array): Uint8Array {
  return sha256(typeof canonical === "string" ? Buffer.from(`\0${canonical}`, "utf8") : Buffer.concat([LEAF_PREFIX, canonical]));
}

/** SHA-256(0x01 || left || right). */
export const nodeHash = (left: Uint8Array, right: Uint8Array): Uint8Array => sha256(Buffer.concat([NODE_PREFIX, left, right]));

/** The root of a tree without leaves: SHA-256 of nothing. */
export const emptyRoot = (): Uint8Array => sha256(Buffer.alloc(0));

/** State of a {@link TreeHead} between runs: the number of leaves and the roots of its perfect subtrees, largest first. */
export interface CompactRange {
  readonly size: number;
  readonly roots: readonly Uint8Array[];
}

/**
 * A growing tree that keeps only the roots of its perfect subtrees (a compact range): at most 53 hashes whatever the
 * length of the log. `append` is amortised one node hash per leaf.
 */
export class TreeHead {
  #size: number;
  readonly #roots: Uint8Array[];

  constructor(range: CompactRange = { size: 0, roots: [] }) {
    if (popCount(range.size) !== range.roots.length) throw new Error(`${range.roots.length} roots do not make a tree of ${range.size}`);
    this.#size = range.size;
    this.#roots = [...range.roots];
  }

  get size(): number {
    return this.#size;
  }

  get range(): CompactRange {
    return { size: this.#size, roots: [...this.#roots] };
  }

  /** Adds the next leaf by its hash (see {@link leafHash}). */
  append(leaf: Uint8Array): void {
    if (leaf.length !== HASH_BYTES) throw new Error(`a leaf hash has ${HASH_BYTES} bytes, not ${leaf.length}`);
    let node = leaf;
    // Each trailing one bit of the size is a perfect subtree that the new leaf completes to one of twice the size.
    for (let size = this.#size; size % 2 === 1; size = Math.floor(size / 2)) node = nodeHash(this.#roots.pop() as Uint8Array, node);
    this.#roots.push(node);
    this.#size += 1;
  }

  /** Merkle Tree Hash of all leaves so far. */
  root(): Uint8Array {
    let root = this.#roots.at(-1);
    if (!root) return emptyRoot();
    for (let i = this.#roots.length - 2; i >= 0; i -= 1) root = nodeHash(this.#roots[i] as Uint8Array, root);
    return root;
  }
}

/** The Merkle Tree Hash of a list of leaf hashes. */
export function merkleRoot(leaves: Iterable<Uint8Array>): Uint8Array {
  const head = new TreeHead();
  for (const leaf of leaves) head.append(leaf);
  return head.root();
}

function popCount(size: number): number {
  let count = 0;
  for (let rest = size; rest > 0; rest = Math.floor(rest / 2)) count += rest % 2;
  return count;
}
