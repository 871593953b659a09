import {
  emptyRoot,
  NoteError,
  type NoteSigner,
  type NoteVerifier,
  openCheckpoint,
  parseCheckpointText,
  parseNote,
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

/** Why nothing was signed, as the specification divides it: 400, 404, 403, 422. */
export type WitnessRefusal = "malformed" | "unknown-log" | "signature" | "proof";

export type WitnessAnswer =
  | { readonly kind: "cosigned"; readonly line: string; readonly head: WitnessedHead }
  /** The proof starts from another size than the witness remembers (ask again from `size`), or that size has another root. */
  | { readonly kind: "conflict"; readonly size: number; readonly forked: boolean }
  | { readonly kind: "refused"; readonly reason: WitnessRefusal; readonly why: string };

/** What a witness knows of a log: its key, and its last head. */
export interface KnownLog {
  readonly log: NoteVerifier;
  readonly last?: WitnessedHead | undefined;
}

/**
 * Judges one checkpoint.
 * @param oldSize - the size from which `proof` starts
 * @param known - what the witness remembers of this log; `last` is absent at first
 * @param seconds - POSIX time of the cosignature
 */
export function cosign(
  note: string,
  oldSize: number,
  proof: readonly Uint8Array[],
  known: KnownLog,
  signer: NoteSigner,
  seconds: number,
): WitnessAnswer {
  if (signer.verifier.type !== SIGNATURE_TYPES.cosignature) throw new NoteError("a witness signs with a cosignature key");
  const last = known.last ?? { size: 0, root: emptyRoot() };
  const refused = (reason: WitnessRefusal, why: string): WitnessAnswer => ({ kind: "refused", reason, why });
  let text: string;
  let origin: string;
  try {
    text = parseNote(note).text;
    origin = parseCheckpointText(text).origin;
  } catch (fault) {
    if (fault instanceof NoteError) return refused("malformed", fault.message);
    throw fault;
  }
  if (origin !== known.log.name) return refused("unknown-log", `the checkpoint is of ${origin}`);
  try {
    const { size, root } = openCheckpoint(note, [known.log]);
    if (oldSize > size) return refused("malformed", `the old size ${oldSize} is above that of the checkpoint`);
    if (oldSize !== last.size) return { kind: "conflict", size: last.size, forked: false };
    if (oldSize === size && Buffer.compare(root, last.root) !== 0) return { kind: "conflict", size: last.size, forked: true };
    if (!verifyConsistency(last, { size, root }, proof))
      return refused("proof", `it does not extend the head of ${last.size} that was cosigned`);
    // The whole text, extension lines included, is what the log has signed.
    return { kind: "cosigned", line: signatureOf(text, signer, seconds), head: { size, root } };
  } catch (fault) {
    if (fault instanceof NoteError) return refused("signature", fault.message);
    throw fault;
  }
}

/** More than a tree of 2^62 leaves needs; the specification's bound. */
export const PROOF_LINES_MAX = 63;
const HASH_BYTES = 32;

/** Body of `add-checkpoint`: where the proof starts, the proof, and the checkpoint. */
export interface AddCheckpoint {
  readonly oldSize: number;
  readonly proof: readonly Uint8Array[];
  readonly note: string;
}

export const writeAddCheckpoint = ({ oldSize, proof, note }: AddCheckpoint): string =>
  [`old ${oldSize}`, ...proof.map((hash) => Buffer.from(hash).toString("base64")), "", note].join("\n");

/** Reads a request. Throws {@link NoteError} when it is not well formed. */
export function parseAddCheckpoint(body: string): AddCheckpoint {
  const blank = body.indexOf("\n\n");
  if (blank < 0) throw new NoteError("a request is an old size, a proof, an empty line and a checkpoint");
  const [first = "", ...lines] = body.slice(0, blank).split("\n");
  const size = /^old (0|[1-9]\d*)$/.exec(first)?.[1];
  if (size === undefined || !Number.isSafeInteger(Number(size))) throw new NoteError('a request begins with "old" and a size');
  if (lines.length > PROOF_LINES_MAX) throw new NoteError(`a proof has at most ${PROOF_LINES_MAX} hashes`);
  const proof = lines.map((line) => {
    const hash = Buffer.from(line, "base64");
    if (hash.length !== HASH_BYTES || hash.toString("base64") !== line) throw new NoteError(`"${line}" is no hash`);
    return hash;
  });
  return { oldSize: Number(size), proof, note: body.slice(blank + 2) };
}
