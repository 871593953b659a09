import { createHash } from "node:crypto";
import { NoteError, type NoteSigner, type NoteVerifier, openNote, parseNote, signNote } from "@huimin/proof-log";
import type { BackedUpFolder } from "./folder.ts";
import type { CopiedSequence, CopiedTable } from "./tables.ts";

/*
 * The list of contents of a backup. It names every part with its SHA-256, the log's end with its Merkle root, and is signed
 * with the key of the log: whoever changes a byte of the file changes a part, the list, or the signature.
 */

export const MANIFEST = "manifest.json";
export const SIGNATURE = "manifest.note";
export const FORMAT = 1;

export interface BackupPart {
  readonly name: string;
  readonly table: string;
  readonly rows: number;
  readonly sha256: string;
  /** Positions of the events in it, for a part of the log. */
  readonly from?: number;
  readonly to?: number;
}

/** A district's log as it ends in the backup. */
export interface BackedUpLog {
  readonly district: string;
  readonly position: number;
  /** Base64. */
  readonly root: string;
  /** Signed checkpoint of exactly this end. */
  readonly checkpoint: string;
}

export interface Manifest {
  readonly format: typeof FORMAT;
  readonly id: string;
  /** ISO instant. */
  readonly madeAt: string;
  readonly district: string;
  readonly postgres: string;
  readonly migrations: readonly { readonly name: string; readonly sha256: string }[];
  readonly logs: readonly BackedUpLog[];
  /** Public key of the log; who restores compares it with one that is kept elsewhere. */
  readonly key: string;
  /** Ids of the master keys that wrap data keys in it. The keys themselves are not in it. */
  readonly masterKeys: readonly string[];
  readonly tables: readonly (CopiedTable & { readonly rows: number })[];
  readonly sequences: readonly CopiedSequence[];
  readonly parts: readonly BackupPart[];
  /** Files beside the database, sealed. */
  readonly folders: readonly BackedUpFolder[];
  /** Left out on purpose, and why. */
  readonly leftOut: Readonly<Record<string, string>>;
  /** What belongs to the books and lies elsewhere: what it is, and where. */
  readonly elsewhere: Readonly<Record<string, string>>;
}

const origin = (district: string): string => `huimin-ledger/${district}/backup`;

const textOf = (district: string, manifest: Buffer): string =>
  `${origin(district)}\n${createHash("sha256").update(manifest).digest("hex")}\n`;

/** The signed note over a list of contents. */
export const signManifest = (district: string, manifest: Buffer, signer: NoteSigner): string =>
  signNote(textOf(district, manifest), [signer]);

/** Why the note is not a signature of this list by one of the keys; undefined when it is. */
export function manifestFault(district: string, manifest: Buffer, note: string, verifiers: readonly NoteVerifier[]): string | undefined {
  try {
    openNote(note, verifiers);
    return parseNote(note).text === textOf(district, manifest) ? undefined : "the list of contents is not the one that was signed";
  } catch (fault) {
    if (fault instanceof NoteError) return fault.message;
    throw fault;
  }
}
