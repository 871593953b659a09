import { closeSync, existsSync, openSync, readFileSync, readSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type FontFace, readFont, sfntTables } from "./sfnt.ts";
import { isWoff, sfntOfWoff, woffTables } from "./woff.ts";

/** The fonts of a statement in order of preference, and what can be printed with them. */
export interface FontSet {
  readonly families: readonly string[];
  /** Files beyond the bundled fonts, for threads that read their own. */
  readonly fallback: readonly string[];
  /** The files, read anew at each call: a typesetter has its own copy of them, and nobody else needs 10 to 20 MB a font. */
  data(): readonly Buffer[];
  /** Characters of the text that no font has; they are never printed as a box. */
  missing(text: string): readonly string[];
  /** Advance of a code point in em, in the first font that has it. */
  advance(codePoint: number, strong?: boolean): number;
}

/** Files that HUIMIN_FALLBACK_FONT names: one or more, separated by `:`; none when it is not set. */
export const fallbackFontsOf = (value: string | undefined): readonly string[] => (value ?? "").split(":").filter((file) => file !== "");

/** Noto Sans SC (SIL OFL 1.1): Regular 400 and Bold 700, nothing else: each weight is 10 MB. */
const NOTO_SANS_SC = ["400Regular/NotoSansSC_400Regular.ttf", "700Bold/NotoSansSC_700Bold.ttf"];

/**
 * Fonts for rare characters of names (𠮷 …), used where their package is installed; both SIL OFL 1.1. LXGW WenKai has all of
 * the basic block and 1,600 of the extensions B to I, among them what names and places need most; Noto Sans HK 1,700 of
 * extension B. What is beyond them needs HUIMIN_FALLBACK_FONT.
 */
const RARE_FONTS = [
  "@fontsource/lxgw-wenkai/files/lxgw-wenkai-latin-500-normal.woff",
  "@expo-google-fonts/noto-sans-hk/400Regular/NotoSansHK_400Regular.ttf",
];

/** The file of an installed package; undefined where the package is not installed, or has it no more. */
function installed(file: string): string | undefined {
  try {
    const found = fileURLToPath(import.meta.resolve(file));
    return existsSync(found) ? found : undefined;
  } catch {
    return undefined;
  }
}

/** A font file, TrueType, OpenType or WOFF, as the typesetter takes it. */
function readWhole(file: string): Buffer {
  const data = readFileSync(file);
  return isWoff(data) ? sfntOfWoff(data) : data;
}

/** What is asked of a font: its small tables are read, the outlines are not. */
function readFace(file: string): FontFace {
  const handle = openSync(file, "r");
  const read = (at: number, length: number): Buffer => {
    const bytes = Buffer.alloc(length);
    return bytes.subarray(0, readSync(handle, bytes, 0, length, at));
  };
  try {
    return readFont(isWoff(read(0, 4)) ? woffTables(read) : sfntTables(read));
  } finally {
    closeSync(handle);
  }
}

/**
 * Reads the fonts: Noto Sans SC, then `fallback`, the office's own choice (HUIMIN_FALLBACK_FONT, e.g. of fonts-hanazono),
 * then installed fonts for rare characters. A character is set in the first that has it.
 */
export function loadFonts(fallback: readonly string[] = [], rare: readonly string[] = RARE_FONTS): FontSet {
  const bundled = NOTO_SANS_SC.map((file) => fileURLToPath(import.meta.resolve(`@expo-google-fonts/noto-sans-sc/${file}`)));
  const own = rare.flatMap((file) => installed(file) ?? []);
  const files = [...bundled, ...fallback, ...own];
  const [regular, bold, ...others] = files.map(readFace) as [FontFace, FontFace, ...FontFace[]];
  // Text is set in both weights: what only one of them has can't be printed everywhere.
  const covered = (codePoint: number): boolean =>
    (regular.has(codePoint) && bold.has(codePoint)) || others.some((face) => face.has(codePoint));
  const faces = [regular, ...others];
  const strongFaces = [bold, ...others];
  return {
    fallback,
    families: [...new Set([regular, ...others].map((face) => face.family))],
    data: () => files.map(readWhole),
    missing: (text) => [...new Set(text)].filter((character) => !isLayout(character) && !covered(character.codePointAt(0) as number)),
    advance: (codePoint, strong = false) =>
      ((strong ? strongFaces : faces).find((face) => face.has(codePoint)) ?? regular).advance(codePoint),
  };
}

const isLayout = (character: string): boolean => character === "\n" || character === " ";
