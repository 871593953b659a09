export { canonicalJson, canonicalString, NotCanonical } from "./canonical.ts";
export type { CheckpointBody, OpenedCheckpoint } from "./checkpoint.ts";
export { checkpointText, openCheckpoint, parseCheckpointText, signCheckpoint } from "./checkpoint.ts";
export type { NoteSignature, NoteSigner, NoteVerifier, ParsedNote, VerifiedSignature } from "./note.ts";
export {
  NoteError,
  noteSigner,
  noteVerifier,
  openNote,
  parseNote,
  parseVerifierKey,
  SIGNATURE_TYPES,
  signatureOf,
  signNote,
  verifierKey,
} from "./note.ts";
export type { SubtreeReader, TreeHeadOf } from "./proofs.ts";
export { consistencyProof, inclusionProof, readerOf, rootAt, verifyConsistency, verifyInclusion } from "./proofs.ts";
export type { Receipt, VerifiedReceipt } from "./receipt.ts";
export { openReceipt, parseReceipt, writeReceipt } from "./receipt.ts";
export type { CompactRange } from "./tree.ts";
export { emptyRoot, HASH_BYTES, leafHash, merkleRoot, nodeHash, TreeHead } from "./tree.ts";
