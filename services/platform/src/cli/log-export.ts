import { createReadStream } from "node:fs";
import { mkdir, open, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { CheckpointFolder, type StoredLeaf } from "@huimin/checkpoints";
import type { EventStore } from "@huimin/event-store";
import { HASH_BYTES } from "@huimin/proof-log";

/*
 * The log as files that anybody can verify without the product's database: `events.jsonl` with the exact text of every
 * event, one a line (a canonical text has no line breaks), `leaf-hashes.bin` with the RFC 6962 leaf hash of each (32 bytes),
 * the checkpoints, and the log's public key. Where the hashes still make the root that was signed, the event that was changed
 * is known exactly, and not just the range since a checkpoint.
 */

const EVENTS = "events.jsonl";
const HASHES = "leaf-hashes.bin";
const KEY = "log.vkey";
const BATCH = 5_000;

/** Writes the first `size` events, checkpoints and key. Answers the number of events. */
export async function exportLog(
  store: EventStore,
  district: string,
  size: number,
  folder: string,
  more: { readonly notes: readonly { readonly size: number; readonly note: string }[]; readonly key: string },
  onProgress: (events: number) => void,
): Promise<number> {
  await mkdir(folder, { recursive: true });
  const file = await open(path.join(folder, EVENTS), "w");
  const hashes = await open(path.join(folder, HASHES), "w");
  let after = 0;
  try {
    while (after < size) {
      const leaves = await store.readLeaves(district, after, Math.min(BATCH, size - after));
      if (leaves.length === 0) break;
      await file.appendFile(leaves.map(({ canonical }) => `${canonical}\n`).join(""));
      await hashes.appendFile(Buffer.concat(leaves.map(({ leafHash }) => leafHash)));
      after = leaves.at(-1)?.position ?? after;
      onProgress(after);
    }
    await file.sync();
    await hashes.sync();
  } finally {
    await file.close();
    await hashes.close();
  }
  const checkpoints = new CheckpointFolder(path.join(folder, "checkpoints"));
  for (const { size: of, note } of more.notes) await checkpoints.write(of, note);
  await writeFile(path.join(folder, KEY), `${more.key}\n`);
  return after;
}

/** Lines end with U+000A alone: the canonical text of a name may hold other line separators. */
async function* linesOf(file: string): AsyncGenerator<string> {
  let rest = "";
  for await (const chunk of createReadStream(file, "utf8")) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() as string;
    yield* lines;
  }
  if (rest !== "") yield rest;
}

/** Events of an export in the order of its lines, each with the hash that was exported beside it, where there is one. */
export async function* exportedLeaves(folder: string): AsyncGenerator<StoredLeaf> {
  const hashes = await open(path.join(folder, HASHES), "r").catch(() => undefined);
  let block = Buffer.alloc(0);
  let position = 0;
  try {
    for await (const canonical of linesOf(path.join(folder, EVENTS))) {
      const at = (position % BATCH) * HASH_BYTES;
      if (at === 0 && hashes) {
        const next = Buffer.alloc(BATCH * HASH_BYTES);
        block = next.subarray(0, (await hashes.read(next, 0, next.length, position * HASH_BYTES)).bytesRead);
      }
      position += 1;
      const leafHash = block.subarray(at, at + HASH_BYTES);
      yield { position, canonical, ...(leafHash.length === HASH_BYTES ? { leafHash } : {}) };
    }
  } finally {
    await hashes?.close();
  }
}

export const exportedNotes = (folder: string) => new CheckpointFolder(path.join(folder, "checkpoints")).notes();
export const exportedKey = (folder: string): Promise<string> => readFile(path.join(folder, KEY), "utf8");

/** The first line's district: what the export is of. */
export async function exportedDistrict(folder: string): Promise<string> {
  for await (const { canonical } of exportedLeaves(folder)) return String((JSON.parse(canonical) as { district?: unknown }).district);
  return "";
}
