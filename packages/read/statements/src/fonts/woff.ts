import { inflateSync } from "node:zlib";
import type { FontTables, ReadBytes } from "./sfnt.ts";

/* WOFF 1.0 (W3C): the tables of a font, each deflated. The typesetter reads plain fonts only. */

const SIGNATURE = 0x774f4646;
const HEADER_BYTES = 44;
const WOFF_ENTRY_BYTES = 20;
const SFNT_HEADER_BYTES = 12;
const SFNT_ENTRY_BYTES = 16;
/** A font of all of Unicode has 30 MB; more than this is no font. */
const SFNT_BYTES_MAX = 100 * 2 ** 20;

const padded = (length: number): number => Math.ceil(length / 4) * 4;

export const isWoff = (head: Buffer): boolean => head.length >= 4 && head.readUInt32BE(0) === SIGNATURE;

interface Entry {
  /** As it stands in the file. */
  readonly tag: Buffer;
  readonly length: number;
  readonly checksum: number;
  /** The table itself; throws where it is not as long as it says. */
  readonly table: () => Buffer;
}

function entriesOf(read: ReadBytes): Entry[] {
  const count = read(0, HEADER_BYTES).readUInt16BE(12);
  const directory = read(HEADER_BYTES, count * WOFF_ENTRY_BYTES);
  return Array.from({ length: count }, (_, index) => {
    const at = index * WOFF_ENTRY_BYTES;
    const tag = directory.subarray(at, at + 4);
    const [offset, packedLength, length, checksum] = [4, 8, 12, 16].map((field) => directory.readUInt32BE(at + field)) as [
      number,
      number,
      number,
      number,
    ];
    if (length > SFNT_BYTES_MAX) throw new Error("the WOFF file is larger than a font can be");
    const table = (): Buffer => {
      const packed = read(offset, packedLength);
      const plain = packedLength < length ? inflateSync(packed, { maxOutputLength: length }) : packed;
      if (plain.length !== length) throw new Error(`the WOFF table ${tag.toString("latin1")} is not as long as it says`);
      return plain;
    };
    return { tag, length, checksum, table };
  });
}

/** The tables of a WOFF file, each inflated when it is asked for. */
export const woffTables = (read: ReadBytes): FontTables =>
  new Map(entriesOf(read).map(({ tag, table }) => [tag.toString("latin1"), table] as const));

/** The plain font in a WOFF file: the same tables in the same order, so the same file gives the same bytes. Throws for a broken one. */
export function sfntOfWoff(woff: Buffer): Buffer {
  const entries = entriesOf((at, length) => woff.subarray(at, at + length));
  const start = SFNT_HEADER_BYTES + entries.length * SFNT_ENTRY_BYTES;
  const size = entries.reduce((sum, { length }) => sum + padded(length), start);
  if (size > SFNT_BYTES_MAX) throw new Error("the WOFF file is larger than a font can be");
  const sfnt = Buffer.alloc(size);
  woff.copy(sfnt, 0, 4, 8); // flavour
  const power = 2 ** Math.floor(Math.log2(Math.max(entries.length, 1)));
  sfnt.writeUInt16BE(entries.length, 4);
  sfnt.writeUInt16BE(power * 16, 6);
  sfnt.writeUInt16BE(Math.log2(power), 8);
  sfnt.writeUInt16BE((entries.length - power) * 16, 10);
  let at = start;
  for (const [index, { tag, length, checksum, table }] of entries.entries()) {
    const entry = SFNT_HEADER_BYTES + index * SFNT_ENTRY_BYTES;
    tag.copy(sfnt, entry);
    sfnt.writeUInt32BE(checksum, entry + 4);
    sfnt.writeUInt32BE(at, entry + 8);
    sfnt.writeUInt32BE(length, entry + 12);
    table().copy(sfnt, at);
    at += padded(length);
  }
  return sfnt;
}
