import {
  checkpointText,
  emptyRoot,
  NoteError,
  type NoteSigner,
  type NoteVerifier,
  openCheckpoint,
  SIGNATURE_TYPES,
  signatureOf,
  verifyConsistency,
} from "@huimin/proof-log";

/*
 * A witness (c2sp.org/tlog-witness): somebody else who cosigns a log's checkpoints, and only those that extend the last one
 * it has seen. Two histories of one log can't both get its cosignature.
 */

/** The last head that a witness has cosigned for a log. */
export interface WitnessedHead {
  readonly size: number;
  readonly root: Uint8Array;
}

export type WitnessAnswer =
  | { readonly kind: "cosigned"; readonly line: string; readonly head: WitnessedHead }
  /** The proof starts from another size than the witness remembers: ask again from `size`. */
  | { readonly kind: "conflict"; readonly size: number }
  | { readonly kind: "refused"; readonly why: string };

/**
 * Judges one checkpoint.
 * @param last - what the witness remembers of this log; absent at first
 * @param oldSize - the size from which `proof` starts
 * @param seconds - POSIX time of the cosignature
 */
export function cosign(
  note: string,
  oldSize: number,
  proof: readonly Uint8Array[],
  known: { readonly log: NoteVerifier; readonly last?: WitnessedHead | undefined },
  signer: NoteSigner,
  seconds: number,
): WitnessAnswer {
  if (signer.verifier.type !== SIGNATURE_TYPES.cosignature) throw new NoteError("a witness signs with a cosignature key");
  const last = known.last ?? { size: 0, root: emptyRoot() };
  try {
    const { origin, size, root } = openCheckpoint(note, [known.log]);
    if (origin !== known.log.name) return { kind: "refused", why: `the checkpoint is of ${origin}` };
    if (oldSize !== last.size) return { kind: "conflict", size: last.size };
    if (!verifyConsistency(last, { size, root }, proof))
      return { kind: "refused", why: `it does not extend the head of ${last.size} that was cosigned` };
    return { kind: "cosigned", line: signatureOf(checkpointText({ origin, size, root }), signer, seconds), head: { size, root } };
  } catch (fault) {
    if (fault instanceof NoteError) return { kind: "refused", why: fault.message };
    throw fault;
  }
}
