import { crc32, createInflateRaw } from "node:zlib";
import { bankFileErrors as errors } from "./errors.ts";
import { BankFileFault } from "./fault.ts";
import { ZIP_ENTRIES_MAX, ZIP_RATIO_FROM_BYTES, ZIP_RATIO_MAX, ZIP_UNPACKED_BYTES_MAX } from "./limits.ts";
import { type FileSource, readBytes } from "./source.ts";

/*
 * A zip archive by its central directory, as a workbook needs it. The directory says how large everything gets before a
 * byte is unpacked, and unpacking stops at what it said: an archive that lies about itself is damaged, not large.
 */

export interface ZipEntry {
  readonly name: string;
  readonly method: number;
  readonly packed: number;
  readonly unpacked: number;
  readonly crc: number;
  readonly offset: number;
}

const END = 0x06054b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
const END_BYTES = 22;
const COMMENT_MAX = 65_535;
const CENTRAL_BYTES = 46;
const LOCAL_BYTES = 30;
/** Directory of {@link ZIP_ENTRIES_MAX} names. */
const DIRECTORY_BYTES_MAX = ZIP_ENTRIES_MAX * 1_024;

export const damagedZip = (why: string): BankFileFault =>
  new BankFileFault(errors.BANK_FILE_FORMAT, {
    expected: ".xlsx",
    whatZh: `压缩包已损坏（${why}）`,
    whatEn: `the archive is damaged (${why})`,
  });
const bomb = (what: string, limit: number): BankFileFault => new BankFileFault(errors.BANK_FILE_ZIP_BOMB, { what, limit });

/** The files of an archive. Throws BANK_FILE_ZIP_BOMB, BANK_FILE_FORMAT. */
export async function readDirectory(source: FileSource): Promise<ZipEntry[]> {
  const tail = await readBytes(source, source.size - END_BYTES - COMMENT_MAX, source.size);
  let at = tail.length - END_BYTES;
  while (at >= 0 && tail.readUInt32LE(at) !== END) at -= 1;
  if (at < 0) throw damagedZip("no directory");
  const count = tail.readUInt16LE(at + 10);
  const size = tail.readUInt32LE(at + 12);
  const offset = tail.readUInt32LE(at + 16);
  if (count > ZIP_ENTRIES_MAX) throw bomb("files", ZIP_ENTRIES_MAX);
  if (size > DIRECTORY_BYTES_MAX || offset + size > source.size) throw damagedZip("directory");
  const entries = parseDirectory(await readBytes(source, offset, offset + size), count);
  checkSizes(entries);
  return entries;
}

function parseDirectory(bytes: Buffer, count: number): ZipEntry[] {
  const entries: ZipEntry[] = [];
  let at = 0;
  for (let index = 0; index < count; index += 1) {
    if (at + CENTRAL_BYTES > bytes.length || bytes.readUInt32LE(at) !== CENTRAL) throw damagedZip("directory");
    const nameLength = bytes.readUInt16LE(at + 28);
    if (bytes.readUInt16LE(at + 8) & 1) throw damagedZip("encrypted");
    entries.push({
      name: bytes.toString("utf8", at + CENTRAL_BYTES, at + CENTRAL_BYTES + nameLength),
      method: bytes.readUInt16LE(at + 10),
      crc: bytes.readUInt32LE(at + 16),
      packed: bytes.readUInt32LE(at + 20),
      unpacked: bytes.readUInt32LE(at + 24),
      offset: bytes.readUInt32LE(at + 42),
    });
    at += CENTRAL_BYTES + nameLength + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
  }
  return entries;
}

/** Files that lie on top of each other unpack the same bytes again and again. */
function checkSizes(entries: readonly ZipEntry[]): void {
  let total = 0;
  let end = 0;
  for (const entry of [...entries].sort((a, b) => a.offset - b.offset)) {
    total += entry.unpacked;
    if (entry.unpacked > ZIP_RATIO_FROM_BYTES && entry.unpacked > entry.packed * ZIP_RATIO_MAX) throw bomb("ratio", ZIP_RATIO_MAX);
    if (entry.offset < end) throw bomb("overlapping files", 0);
    end = entry.offset + LOCAL_BYTES + entry.packed;
  }
  if (total > ZIP_UNPACKED_BYTES_MAX) throw bomb("bytes", ZIP_UNPACKED_BYTES_MAX);
}

/** A file of an archive, unpacked in pieces; never more than the directory said. Throws BANK_FILE_FORMAT, BANK_FILE_ZIP_BOMB. */
export async function* unpack(source: FileSource, entry: ZipEntry): AsyncGenerator<Uint8Array> {
  const local = await readBytes(source, entry.offset, entry.offset + LOCAL_BYTES);
  if (local.length < LOCAL_BYTES || local.readUInt32LE(0) !== LOCAL) throw damagedZip(entry.name.slice(0, 40));
  const start = entry.offset + LOCAL_BYTES + local.readUInt16LE(26) + local.readUInt16LE(28);
  const packed = source.read(start, Math.min(start + entry.packed, source.size));
  let unpacked = 0;
  let crc = 0;
  for await (const chunk of entry.method === 0 ? packed : inflated(packed, entry)) {
    unpacked += chunk.length;
    if (unpacked > entry.unpacked) throw bomb("bytes beyond the directory", entry.unpacked);
    crc = crc32(chunk, crc);
    yield chunk;
  }
  if (unpacked !== entry.unpacked || crc !== entry.crc) throw damagedZip(entry.name.slice(0, 40));
}

async function* inflated(packed: AsyncIterable<Uint8Array>, entry: ZipEntry): AsyncGenerator<Uint8Array> {
  if (entry.method !== 8) throw damagedZip(`method ${entry.method}`);
  const inflate = createInflateRaw();
  const feeding = (async () => {
    for await (const chunk of packed) {
      if (inflate.destroyed) return;
      if (!inflate.write(chunk)) await new Promise<void>((resolve) => inflate.once("drain", resolve).once("close", resolve));
    }
    inflate.end();
  })().catch((fault: unknown) => void inflate.destroy(fault as Error));
  try {
    for await (const chunk of inflate) yield chunk as Uint8Array;
  } catch (fault) {
    if ((fault as { code?: string }).code?.startsWith("Z_")) throw damagedZip(entry.name.slice(0, 40));
    throw fault;
  } finally {
    inflate.destroy();
    await feeding;
  }
}
