import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { bankFileErrors as errors } from "./errors.ts";
import { BankFileFault } from "./fault.ts";
import { FILE_BYTES_MAX } from "./limits.ts";

/** A file that can be read more than once: to be checked, then to be booked. It is never held in memory as a whole. */
export interface FileSource {
  readonly size: number;
  /** From the beginning; ends early when `end` (exclusive) is given. */
  read(start?: number, end?: number): AsyncIterable<Uint8Array>;
}

/** Bytes of one read of the file system. */
const CHUNK = 64 * 1024;

/** A file on disk. Throws BANK_FILE_EMPTY, BANK_FILE_TOO_LARGE. */
export async function fileSource(path: string): Promise<FileSource> {
  const { size } = await stat(path);
  return bounded({
    size,
    read: (start = 0, end = size) => (end <= start ? none() : createReadStream(path, { start, end: end - 1, highWaterMark: CHUNK })),
  });
}

/** Bytes that are in memory already. */
export const bytesSource = (bytes: Uint8Array): FileSource =>
  bounded({
    size: bytes.length,
    async *read(start = 0, end = bytes.length) {
      for (let at = start; at < end; at += CHUNK) yield bytes.subarray(at, Math.min(at + CHUNK, end));
    },
  });

async function* none(): AsyncGenerator<Uint8Array> {}

function bounded(source: FileSource): FileSource {
  if (source.size === 0) throw new BankFileFault(errors.BANK_FILE_EMPTY);
  if (source.size > FILE_BYTES_MAX) throw new BankFileFault(errors.BANK_FILE_TOO_LARGE, { what: "bytes", limit: FILE_BYTES_MAX });
  return source;
}

/** Some bytes together. */
export async function readBytes(source: FileSource, start: number, end: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of source.read(Math.max(0, start), Math.min(end, source.size))) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** SHA-256 of the file, hex. */
export async function sha256Of(source: FileSource): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of source.read()) hash.update(chunk);
  return hash.digest("hex");
}
