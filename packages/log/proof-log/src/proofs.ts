import { HASH_BYTES, nodeHash } from "./tree.ts";

/*
 * Inclusion and consistency proofs of RFC 6962 section 2.1.1 and 2.1.2, made from the roots of perfect subtrees and
 * verified by the algorithms of RFC 9162 sections 2.1.3.2 and 2.1.4.2 (which need nothing but the proof). Sizes and
 * indexes are whole numbers up to 2^53 − 1; bit operations would cut them at 32 bits, so powers are divided instead.
 */

/**
 * Root of the perfect subtree that covers the leaves [index × 2^level, (index + 1) × 2^level); level 0 is the leaf hash.
 * Only subtrees that are complete in the tree are asked for.
 */
export type SubtreeReader = (level: number, index: number) => Promise<Uint8Array>;

/** Leaves [from, toExcl). */
interface LeafRange {
  readonly from: number;
  readonly toExcl: number;
}

/** The largest power of two below `n` (n ≥ 2). */
function splitOf(n: number): number {
  let k = 1;
  while (k * 2 < n) k *= 2;
  return k;
}

/** PATH(m, D[n]) of RFC 6962 2.1.1 as ranges, from the leaf's sibling up. */
function inclusionRanges(index: number, size: number, from = 0): LeafRange[] {
  if (size <= 1) return [];
  const k = splitOf(size);
  return index < k
    ? [...inclusionRanges(index, k, from), { from: from + k, toExcl: from + size }]
    : [...inclusionRanges(index - k, size - k, from + k), { from, toExcl: from + k }];
}

/** SUBPROOF(m, D[n], b) of RFC 6962 2.1.2 as ranges. */
function consistencyRanges(first: number, size: number, complete: boolean, from = 0): LeafRange[] {
  if (first === size) return complete ? [] : [{ from, toExcl: from + size }];
  const k = splitOf(size);
  return first <= k
    ? [...consistencyRanges(first, k, complete, from), { from: from + k, toExcl: from + size }]
    : [...consistencyRanges(first - k, size - k, false, from + k), { from, toExcl: from + k }];
}

/** Root of the leaves of a range that a proof names: its perfect subtrees, joined from the right. */
async function rangeRoot({ from, toExcl }: LeafRange, read: SubtreeReader): Promise<Uint8Array> {
  const wanted: { level: number; index: number }[] = [];
  let start = from;
  while (start < toExcl) {
    let level = 0;
    let width = 1;
    while (start % (width * 2) === 0 && start + width * 2 <= toExcl) {
      width *= 2;
      level += 1;
    }
    wanted.push({ level, index: start / width });
    start += width;
  }
  const roots = await Promise.all(wanted.map(({ level, index }) => read(level, index)));
  return roots.reduceRight((right, left) => nodeHash(left, right));
}

const isSize = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;

/** The root of the first `size` leaves (size ≥ 1). */
export const rootAt = (size: number, read: SubtreeReader): Promise<Uint8Array> => rangeRoot({ from: 0, toExcl: size }, read);

/** Proof that the leaf `index` (= position − 1) is in the tree of `size` leaves. Throws RangeError when it is not. */
export async function inclusionProof(index: number, size: number, read: SubtreeReader): Promise<Uint8Array[]> {
  if (!isSize(index) || !isSize(size) || index >= size) throw new RangeError(`there is no leaf ${index} in a tree of ${size}`);
  return Promise.all(inclusionRanges(index, size).map((range) => rangeRoot(range, read)));
}

/** Proof that the tree of `size` leaves begins with the tree of `first` leaves. Throws RangeError when first > size. */
export async function consistencyProof(first: number, size: number, read: SubtreeReader): Promise<Uint8Array[]> {
  if (!isSize(first) || !isSize(size) || first > size) throw new RangeError(`a tree of ${size} does not begin with one of ${first}`);
  if (first === 0) return [];
  return Promise.all(consistencyRanges(first, size, true).map((range) => rangeRoot(range, read)));
}

const same = (a: Uint8Array, b: Uint8Array): boolean => a.length === HASH_BYTES && Buffer.compare(a, b) === 0;
const isOdd = (value: number): boolean => value % 2 === 1;
const half = (value: number): number => Math.floor(value / 2);

/** Whether the proof shows that a leaf with this hash is at `index` of the tree with this size and root. RFC 9162 2.1.3.2. */
export function verifyInclusion(leaf: Uint8Array, index: number, size: number, proof: readonly Uint8Array[], root: Uint8Array): boolean {
  if (!isSize(index) || !isSize(size) || index >= size) return false;
  let fn = index;
  let sn = size - 1;
  let hash = leaf;
  for (const sibling of proof) {
    if (sibling.length !== HASH_BYTES || sn === 0) return false;
    if (isOdd(fn) || fn === sn) {
      hash = nodeHash(sibling, hash);
      while (!isOdd(fn) && fn !== 0) {
        fn = half(fn);
        sn = half(sn);
      }
    } else hash = nodeHash(hash, sibling);
    fn = half(fn);
    sn = half(sn);
  }
  return sn === 0 && same(hash, root);
}

export interface TreeHeadOf {
  readonly size: number;
  readonly root: Uint8Array;
}

/**
 * Whether the proof shows that the second tree extends the first. RFC 9162 2.1.4.2. A tree of no leaves is a prefix of
 * every tree with an empty proof; trees of equal size must have equal roots.
 */
export function verifyConsistency(first: TreeHeadOf, second: TreeHeadOf, proof: readonly Uint8Array[]): boolean {
  if (!isSize(first.size) || !isSize(second.size) || first.size > second.size) return false;
  if (first.size === 0) return proof.length === 0;
  if (first.size === second.size) return proof.length === 0 && same(first.root, second.root);
  const path = isPowerOfTwo(first.size) ? [first.root, ...proof] : [...proof];
  const [seed, ...rest] = path;
  if (seed?.length !== HASH_BYTES) return false;
  let fn = first.size - 1;
  let sn = second.size - 1;
  while (isOdd(fn)) {
    fn = half(fn);
    sn = half(sn);
  }
  let fr = seed;
  let sr = seed;
  for (const node of rest) {
    if (node.length !== HASH_BYTES || sn === 0) return false;
    if (isOdd(fn) || fn === sn) {
      fr = nodeHash(node, fr);
      sr = nodeHash(node, sr);
      while (!isOdd(fn) && fn !== 0) {
        fn = half(fn);
        sn = half(sn);
      }
    } else sr = nodeHash(sr, node);
    fn = half(fn);
    sn = half(sn);
  }
  return sn === 0 && same(fr, first.root) && same(sr, second.root);
}

function isPowerOfTwo(value: number): boolean {
  let rest = value;
  while (rest > 1 && !isOdd(rest)) rest = half(rest);
  return rest === 1;
}

/** Reads subtrees of any level from a tree's leaf hashes, for trees that fit in memory. */
export function readerOf(leaves: readonly Uint8Array[]): SubtreeReader {
  const root = (level: number, index: number): Uint8Array =>
    level === 0 ? (leaves[index] as Uint8Array) : nodeHash(root(level - 1, index * 2), root(level - 1, index * 2 + 1));
  return async (level, index) => root(level, index);
}
