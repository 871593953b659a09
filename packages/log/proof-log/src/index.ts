export { canonicalJson, canonicalString, NotCanonical } from "./canonical.ts";
export type { CompactRange } from "./tree.ts";
export { emptyRoot, HASH_BYTES, leafHash, merkleRoot, nodeHash, TreeHead } from "./tree.ts";
