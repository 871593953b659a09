/*
 * What the statement needs to know of a TrueType font: its family, which characters it has and how wide they are.
 * Tables `name`, `cmap` (formats 4 and 12), `hhea`, `hmtx`, `head` of ISO/IEC 14496-22.
 */

/** A font as read: a glyph and an advance per code point. */
export interface FontFace {
  readonly family: string;
  /** Has a glyph for the code point. */
  has(codePoint: number): boolean;
  /** Advance of the code point in em; 1 where the font lacks it. */
  advance(codePoint: number): number;
}

/** Tables of a font by tag, read when they are asked for. */
export type FontTables = ReadonlyMap<string, () => Buffer>;
/** Bytes of a file: so many from there. */
export type ReadBytes = (at: number, length: number) => Buffer;

const HEADER_BYTES = 12;
const ENTRY_BYTES = 16;

/** The tables of a TrueType or OpenType file. Throws for a collection, and for a file that is no font. */
export function sfntTables(read: ReadBytes): FontTables {
  const header = read(0, HEADER_BYTES);
  const signature = header.readUInt32BE(0);
  if (signature !== 0x00010000 && signature !== 0x4f54544f) throw new Error("not a single TrueType or OpenType font");
  const count = header.readUInt16BE(4);
  const directory = read(HEADER_BYTES, count * ENTRY_BYTES);
  return new Map(
    Array.from({ length: count }, (_, index) => {
      const at = index * ENTRY_BYTES;
      const [offset, length] = [directory.readUInt32BE(at + 8), directory.readUInt32BE(at + 12)];
      return [directory.toString("latin1", at, at + 4), () => read(offset, length)] as const;
    }),
  );
}

/** Reads a font of one face; what it answers holds no table of the file, which has 10 to 20 MB. Throws where a table is missing. */
export function readFont(tables: FontTables): FontFace {
  const table = (tag: string): Buffer => {
    const read = tables.get(tag);
    if (!read) throw new Error(`the font has no table ${tag}`);
    return read();
  };
  const glyphs = readCharacterMap(table("cmap"), 0);
  const unitsPerEm = table("head").readUInt16BE(18);
  const metrics = table("hhea").readUInt16BE(34);
  const widths = table("hmtx");
  const advances = Uint16Array.from({ length: metrics }, (_, index) => widths.readUInt16BE(index * 4));
  return {
    family: readFamily(table("name"), 0),
    has: (codePoint) => glyphs.has(codePoint),
    advance: (codePoint) => {
      const glyph = glyphs.get(codePoint);
      return glyph === undefined ? 1 : (advances[Math.min(glyph, metrics - 1)] as number) / unitsPerEm;
    },
  };
}

function readCharacterMap(data: Buffer, start: number): ReadonlyMap<number, number> {
  const subtables: { readonly rank: number; readonly offset: number }[] = [];
  for (let index = 0; index < data.readUInt16BE(start + 2); index++) {
    const at = start + 4 + index * 8;
    const offset = start + data.readUInt32BE(at + 4);
    const format = data.readUInt16BE(offset);
    // A map of all of Unicode before one of the basic plane only.
    if (format === 12) subtables.push({ rank: 0, offset });
    else if (format === 4) subtables.push({ rank: 1, offset });
  }
  subtables.sort((a, b) => a.rank - b.rank);
  const best = subtables[0];
  if (!best) throw new Error("the font has no character map of format 4 or 12");
  return best.rank === 0 ? readFormat12(data, best.offset) : readFormat4(data, best.offset);
}

function readFormat12(data: Buffer, at: number): Map<number, number> {
  const glyphs = new Map<number, number>();
  for (let group = 0; group < data.readUInt32BE(at + 12); group++) {
    const from = at + 16 + group * 12;
    const [first, last, glyph] = [data.readUInt32BE(from), data.readUInt32BE(from + 4), data.readUInt32BE(from + 8)];
    for (let codePoint = first; codePoint <= last; codePoint++) glyphs.set(codePoint, glyph + codePoint - first);
  }
  return glyphs;
}

function readFormat4(data: Buffer, at: number): Map<number, number> {
  const glyphs = new Map<number, number>();
  const doubled = data.readUInt16BE(at + 6);
  for (let segment = 0; segment < doubled; segment += 2) {
    const last = data.readUInt16BE(at + 14 + segment);
    const first = data.readUInt16BE(at + 16 + doubled + segment);
    const delta = data.readUInt16BE(at + 16 + 2 * doubled + segment);
    const rangeAt = at + 16 + 3 * doubled + segment;
    const range = data.readUInt16BE(rangeAt);
    for (let codePoint = first; codePoint <= last && codePoint !== 0xffff; codePoint++) {
      const raw = range === 0 ? codePoint : data.readUInt16BE(rangeAt + range + (codePoint - first) * 2);
      const glyph = raw === 0 ? 0 : (raw + delta) & 0xffff;
      if (glyph !== 0) glyphs.set(codePoint, glyph);
    }
  }
  return glyphs;
}

const TYPOGRAPHIC_FAMILY = 16;
const FAMILY = 1;

/** The family's English name: what a document names the font by. */
function readFamily(data: Buffer, start: number): string {
  const strings = start + data.readUInt16BE(start + 4);
  let found: { readonly rank: number; readonly text: string } | undefined;
  for (let index = 0; index < data.readUInt16BE(start + 2); index++) {
    const at = start + 6 + index * 12;
    const [platform, , language, name, length, offset] = [0, 2, 4, 6, 8, 10].map((field) => data.readUInt16BE(at + field)) as [
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    if (platform !== 3 || (name !== TYPOGRAPHIC_FAMILY && name !== FAMILY)) continue;
    const rank = (name === TYPOGRAPHIC_FAMILY ? 0 : 1) + (language === 0x0409 ? 0 : 2);
    if (found && found.rank <= rank) continue;
    const bytes = Buffer.from(data.subarray(strings + offset, strings + offset + length));
    found = { rank, text: bytes.swap16().toString("utf16le") };
  }
  if (!found) throw new Error("the font has no family name");
  return found.text;
}
