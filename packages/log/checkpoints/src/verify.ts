import { type CheckpointBody, emptyRoot, leafHash, NoteError, type NoteVerifier, openCheckpoint, TreeHead } from "@huimin/proof-log";

/*
 * Verification of a log, from its database or from an export, without trusting what is stored beside the events: every
 * event is hashed anew, positions are counted, and the root is compared at the size of each checkpoint.
 */

/** An event as it is stored: the text that was hashed, and what the columns beside it say. */
export interface StoredLeaf {
  readonly position: number;
  readonly canonical: string;
  readonly leafHash?: Uint8Array | undefined;
  readonly stream?: string | undefined;
  readonly version?: number | undefined;
  readonly type?: string | undefined;
}

export interface CheckpointFile {
  /** Where it was found: a file, or the database. */
  readonly place: string;
  readonly note: string;
  /** The size that its place says: a file's name, a row's key. */
  readonly size?: number | undefined;
}

/** What is wrong, and the first position where it is. `from`–`to` when only a range can be named. */
export interface LogFault {
  readonly kind:
    | "altered"
    | "missing"
    | "column"
    | "stream-version"
    | "checkpoint"
    | "signature"
    | "truncated"
    | "district"
    | "subtree"
    | "witness";
  readonly from: number;
  readonly to: number;
  readonly what: string;
}

export interface LogReport {
  readonly events: number;
  readonly root: Uint8Array;
  /** Checkpoints whose signature and root hold. */
  readonly checkpoints: number;
  /** Events after the last checkpoint: nobody has signed them yet. */
  readonly unsigned: number;
  /** Per witness asked for, the size of the largest checkpoint that holds and that it cosigned; 0 for none. */
  readonly witnessed: readonly { readonly name: string; readonly size: number }[];
  /** First fault of each kind, the most exact place first. */
  readonly faults: readonly LogFault[];
}

interface Expected extends CheckpointBody {
  readonly place: string;
  readonly by: readonly NoteVerifier[];
}

/** Reads the checkpoints; those that the log's key has not signed for this log become faults. */
function openAll(
  files: readonly CheckpointFile[],
  logs: readonly NoteVerifier[],
  witnesses: readonly NoteVerifier[],
  faults: LogFault[],
): Expected[] {
  const opened: Expected[] = [];
  const wrong = (place: string, what: string): number => faults.push({ kind: "signature", from: 0, to: 0, what: `${place}: ${what}` });
  for (const { place, note, size: said } of files) {
    try {
      const { origin, size, root, by } = openCheckpoint(note, [...logs, ...witnesses]);
      const keys = by.map(({ verifier }) => verifier);
      if (!keys.some((key) => logs.includes(key))) wrong(place, "the log's key has not signed this checkpoint");
      // A key signs for one log, under its own name: another log's checkpoint is not this one's.
      else if (!keys.some((key) => logs.includes(key) && key.name === origin)) wrong(place, `the checkpoint is of another log (${origin})`);
      else if (said !== undefined && said !== size) wrong(place, `the checkpoint is of ${size} events where one of ${said} belongs`);
      else opened.push({ origin, size, root, place, by: keys });
    } catch (fault) {
      if (!(fault instanceof NoteError)) throw fault;
      wrong(place, fault.message);
    }
  }
  return opened.sort((a, b) => a.size - b.size);
}

/**
 * Compares what is stored beside an event with its text, and the text with itself.
 * @param versions - last version of each stream, kept up to date here
 * @param whole - `versions` began with the log: a stream that it does not know begins at 1. Otherwise its first is taken as it is
 */
export function leafFaults(leaf: StoredLeaf, position: number, district: string, versions: Map<string, number>, whole = true): LogFault[] {
  const at = (kind: LogFault["kind"], what: string): LogFault => ({ kind, from: position, to: position, what });
  let event: { district?: unknown; position?: unknown; stream?: unknown; streamVersion?: unknown; type?: unknown };
  try {
    event = JSON.parse(leaf.canonical) as typeof event;
  } catch {
    return [at("altered", "the text of the event is not JSON")];
  }
  const found: LogFault[] = [];
  if (leaf.leafHash && Buffer.compare(leafHash(leaf.canonical), leaf.leafHash) !== 0) {
    found.push(at("altered", "the text of the event does not fit its stored hash"));
  }
  if (event.district !== district) found.push(at("district", `the event belongs to ${String(event.district)}`));
  if (event.position !== position) found.push(at("altered", `the event says position ${String(event.position)}`));
  for (const [column, stored, said] of [
    ["stream", leaf.stream, event.stream],
    ["version", leaf.version, event.streamVersion],
    ["type", leaf.type, event.type],
  ] as const) {
    if (stored !== undefined && stored !== said)
      found.push(at("column", `column ${column} says ${stored}, the event says ${String(said)}`));
  }
  const stream = String(event.stream);
  const expected = (versions.get(stream) ?? 0) + 1;
  if (event.streamVersion !== expected && (whole || versions.has(stream))) {
    found.push(at("stream-version", `${stream} has version ${String(event.streamVersion)} where ${expected} follows`));
  }
  versions.set(stream, typeof event.streamVersion === "number" ? event.streamVersion : expected);
  return found;
}

/** The first fault of each kind: one change makes many later ones. */
class Faults {
  readonly #first = new Map<string, LogFault>();

  add(fault: LogFault): void {
    if (!this.#first.has(fault.kind)) this.#first.set(fault.kind, fault);
  }

  list(): LogFault[] {
    return [...this.#first.values()].sort((a, b) => a.to - a.from - (b.to - b.from) || a.from - b.from);
  }
}

export interface VerifyOptions {
  /** Witnesses that must each have cosigned a checkpoint of this log. */
  readonly witnesses?: readonly NoteVerifier[];
  /** Position that the log's head named before the events were read: no fewer may be there. */
  readonly head?: number | undefined;
}

/**
 * Verifies a log of a district.
 * @param leaves - every event in order of position
 * @param files - checkpoints from the database and from outside it
 * @param onProgress - called with the number of events every now and then
 */
export async function verifyLog(
  district: string,
  leaves: AsyncIterable<StoredLeaf>,
  files: readonly CheckpointFile[],
  verifiers: readonly NoteVerifier[],
  onProgress: (events: number) => void = () => undefined,
  { witnesses = [], head: named = 0 }: VerifyOptions = {},
): Promise<LogReport> {
  const unsignedNotes: LogFault[] = [];
  const expected = openAll(files, verifiers, witnesses, unsignedNotes);
  const faults = new Faults();
  for (const fault of unsignedNotes) faults.add(fault);
  const head = new TreeHead();
  const versions = new Map<string, number>();
  let good = 0;
  let lastGood = 0;
  let next = 0;
  const cosigned = new Map(witnesses.map((key) => [key, 0]));
  const compare = (): void => {
    for (; expected[next]?.size === head.size; next += 1) {
      const { root, place, by } = expected[next] as Expected;
      if (Buffer.compare(head.root(), root) === 0) {
        good += 1;
        lastGood = head.size;
        for (const key of by) if (cosigned.has(key)) cosigned.set(key, head.size);
      } else
        faults.add({ kind: "checkpoint", from: lastGood + 1, to: head.size, what: `${place}: the events were others when it was signed` });
    }
  };
  compare();
  for await (const leaf of leaves) {
    const position = head.size + 1;
    if (leaf.position !== position) {
      faults.add({ kind: "missing", from: position, to: leaf.position - 1, what: "events are missing" });
      break;
    }
    for (const fault of leafFaults(leaf, position, district, versions)) faults.add(fault);
    head.append(leafHash(leaf.canonical));
    compare();
    if (position % 10_000 === 0) onProgress(position);
  }
  for (const { size, place } of expected.slice(next)) {
    faults.add({ kind: "truncated", from: head.size + 1, to: size, what: `${place}: ${size} events were signed, ${head.size} are here` });
  }
  if (head.size < named) {
    faults.add({ kind: "truncated", from: head.size + 1, to: named, what: `the log's head says ${named} events, ${head.size} are here` });
  }
  for (const [{ name, keyId }, size] of cosigned)
    if (size === 0)
      faults.add({ kind: "witness", from: 1, to: head.size, what: `no checkpoint that holds was cosigned by ${name}+${keyId}` });
  const root = head.size === 0 ? emptyRoot() : head.root();
  const witnessed = [...cosigned].map(([{ name }, size]) => ({ name, size }));
  return { witnessed, events: head.size, root, checkpoints: good, unsigned: head.size - lastGood, faults: faults.list() };
}
