import { inflateSync } from "node:zlib";

/* WOFF 1.0 (W3C): the tables of a font, each deflated. The typesetter reads plain fonts only. */

const SIGNATURE = 0x774f4646;
const HEADER_BYTES = 44;
const WOFF_ENTRY_BYTES = 20;
const SFNT_HEADER_BYTES = 12;
const SFNT_ENTRY_BYTES = 16;
/** A font of all of Unicode has 30 MB; more than this is no font. */
const SFNT_BYTES_MAX = 100 * 2 ** 20;

const padded = (length: number): number => Math.ceil(length / 4) * 4;

export const isWoff = (data: Buffer): boolean => data.length > HEADER_BYTES && data.readUInt32BE(0) === SIGNATURE;

/** The plain font in a WOFF file: the same tables in the same order, so the same file gives the same bytes. Throws for a broken one. */
export function sfntOfWoff(woff: Buffer): Buffer {
  const tables = Array.from({ length: woff.readUInt16BE(12) }, (_, index) => {
    const at = HEADER_BYTES + index * WOFF_ENTRY_BYTES;
    const [offset, packedLength, length, checksum] = [4, 8, 12, 16].map((field) => woff.readUInt32BE(at + field)) as [
      number,
      number,
      number,
      number,
    ];
    return { tag: woff.subarray(at, at + 4), offset, packedLength, length, checksum };
  });
  const start = SFNT_HEADER_BYTES + tables.length * SFNT_ENTRY_BYTES;
  const size = tables.reduce((sum, { length }) => sum + padded(length), start);
  if (size > SFNT_BYTES_MAX) throw new Error("the WOFF file is larger than a font can be");
  const sfnt = Buffer.alloc(size);
  woff.copy(sfnt, 0, 4, 8); // flavour
  const power = 2 ** Math.floor(Math.log2(Math.max(tables.length, 1)));
  sfnt.writeUInt16BE(tables.length, 4);
  sfnt.writeUInt16BE(power * 16, 6);
  sfnt.writeUInt16BE(Math.log2(power), 8);
  sfnt.writeUInt16BE((tables.length - power) * 16, 10);
  let at = start;
  for (const [index, { tag, offset, packedLength, length, checksum }] of tables.entries()) {
    const packed = woff.subarray(offset, offset + packedLength);
    const table = packedLength < length ? inflateSync(packed, { maxOutputLength: length }) : packed;
    if (table.length !== length) throw new Error(`the WOFF table ${tag.toString("latin1")} is not as long as it says`);
    const entry = SFNT_HEADER_BYTES + index * SFNT_ENTRY_BYTES;
    tag.copy(sfnt, entry);
    sfnt.writeUInt32BE(checksum, entry + 4);
    sfnt.writeUInt32BE(at, entry + 8);
    sfnt.writeUInt32BE(length, entry + 12);
    table.copy(sfnt, at);
    at += padded(length);
  }
  return sfnt;
}
