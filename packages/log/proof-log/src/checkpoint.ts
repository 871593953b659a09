import { NoteError, type NoteSigner, type NoteVerifier, openNote, signNote, type VerifiedSignature } from "./note.ts";
import { HASH_BYTES } from "./tree.ts";

/*
 * Checkpoints of C2SP (c2sp.org/tlog-checkpoint): size and root of the log's tree under the log's name, as a signed note.
 */

export interface CheckpointBody {
  /** Name of the log, e.g. `huimin.example/410803`. */
  readonly origin: string;
  readonly size: number;
  readonly root: Uint8Array;
}

/** The text that is signed: origin, size, root. */
export function checkpointText({ origin, size, root }: CheckpointBody): string {
  if (origin === "" || /[\n]/.test(origin)) throw new NoteError("an origin is one line");
  if (!Number.isSafeInteger(size) || size < 0) throw new NoteError(`${size} is no size of a tree`);
  if (root.length !== HASH_BYTES) throw new NoteError(`a root has ${HASH_BYTES} bytes`);
  return `${origin}\n${size}\n${Buffer.from(root).toString("base64")}\n`;
}

/** Reads the text of a checkpoint; extension lines are allowed and passed over. */
export function parseCheckpointText(text: string): CheckpointBody {
  const [origin, sizeText, rootText, ...rest] = text.split("\n");
  const root = Buffer.from(rootText ?? "", "base64");
  const extensions = rest.slice(0, -1);
  if (!origin || !/^(0|[1-9]\d*)$/.test(sizeText ?? "") || root.length !== HASH_BYTES || root.toString("base64") !== rootText) {
    throw new NoteError("a checkpoint has an origin, a size and a root of 32 bytes");
  }
  if (rest.at(-1) !== "" || extensions.includes("")) throw new NoteError("an extension line of a checkpoint is not empty");
  const size = Number(sizeText);
  if (!Number.isSafeInteger(size)) throw new NoteError(`a tree of ${sizeText} leaves is larger than this product reads`);
  return { origin, size, root };
}

export const signCheckpoint = (body: CheckpointBody, signers: readonly NoteSigner[]): string => signNote(checkpointText(body), signers);

export interface OpenedCheckpoint extends CheckpointBody {
  readonly by: readonly VerifiedSignature[];
}

/** A checkpoint whose known signatures hold. Throws {@link NoteError}; see {@link openNote}. */
export function openCheckpoint(note: string, verifiers: readonly NoteVerifier[]): OpenedCheckpoint {
  const { text, by } = openNote(note, verifiers);
  return { ...parseCheckpointText(text), by };
}
