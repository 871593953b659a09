import { type OpenedCheckpoint, openCheckpoint } from "./checkpoint.ts";
import { NoteError, type NoteVerifier } from "./note.ts";
import { verifyInclusion } from "./proofs.ts";
import { HASH_BYTES, leafHash } from "./tree.ts";

/*
 * Receipts of C2SP (c2sp.org/tlog-proof): one event, its path to the root, and the checkpoint with that root: all that is
 * needed to show offline that the event is in the log. The event itself travels as the receipt's extra data.
 */

const FIRST_LINE = "c2sp.org/tlog-proof@v1";
/** A tree of 2^53 leaves has paths of 53 hashes. */
const PATH_MAX = 63;

export interface Receipt {
  /** Leaf index = position − 1. */
  readonly index: number;
  readonly path: readonly Uint8Array[];
  /** The signed note, as it was signed. */
  readonly checkpoint: string;
  /** The exact canonical text of the event. */
  readonly canonical?: string;
}

export function writeReceipt({ index, path, checkpoint, canonical }: Receipt): string {
  return [
    FIRST_LINE,
    ...(canonical === undefined ? [] : [`extra ${Buffer.from(canonical, "utf8").toString("base64")}`]),
    `index ${index}`,
    ...path.map((hash) => Buffer.from(hash).toString("base64")),
    "",
    checkpoint,
  ].join("\n");
}

/** Reads a receipt without judging it. Throws {@link NoteError} when it is not well formed. */
export function parseReceipt(text: string): Receipt {
  const blank = text.indexOf("\n\n");
  const [first, ...head] = text.slice(0, Math.max(blank, 0)).split("\n");
  if (first !== FIRST_LINE) throw new NoteError(`a receipt begins with the line ${FIRST_LINE}`);
  const extra = head[0]?.startsWith("extra ") ? head.shift()?.slice("extra ".length) : undefined;
  const [, indexText] = /^index (0|[1-9]\d*)$/.exec(head.shift() ?? "") ?? [];
  const index = Number(indexText);
  if (indexText === undefined || !Number.isSafeInteger(index)) throw new NoteError("a receipt names the index of its entry");
  if (head.length > PATH_MAX) throw new NoteError(`a path has at most ${PATH_MAX} hashes`);
  const path = head.map((line) => {
    const hash = Buffer.from(line, "base64");
    if (hash.length !== HASH_BYTES || hash.toString("base64") !== line) throw new NoteError(`"${line}" is no hash`);
    return hash;
  });
  return {
    index,
    path,
    checkpoint: text.slice(blank + 2),
    ...(extra === undefined ? {} : { canonical: Buffer.from(extra, "base64").toString("utf8") }),
  };
}

/** What a receipt proves when it holds. */
export interface VerifiedReceipt {
  readonly canonical: string;
  readonly checkpoint: OpenedCheckpoint;
}

/**
 * Checks a receipt against known keys: the event's bytes, its path, the checkpoint. `canonical` is given where the receipt
 * carries no event. Throws {@link NoteError} that says what does not hold.
 */
export function openReceipt(text: string, verifiers: readonly NoteVerifier[], canonical?: string): VerifiedReceipt {
  const receipt = parseReceipt(text);
  const event = canonical ?? receipt.canonical;
  if (event === undefined) throw new NoteError("the receipt carries no event and none was given");
  if (canonical !== undefined && receipt.canonical !== undefined && canonical !== receipt.canonical) {
    throw new NoteError("the event in the receipt is not the event that was given");
  }
  const checkpoint = openCheckpoint(receipt.checkpoint, verifiers);
  if (!verifyInclusion(leafHash(event), receipt.index, checkpoint.size, receipt.path, checkpoint.root)) {
    throw new NoteError("the event is not in the log at this place: it or the path was changed");
  }
  return { canonical: event, checkpoint };
}
