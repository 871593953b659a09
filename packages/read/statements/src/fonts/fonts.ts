import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type FontFace, readFont } from "./sfnt.ts";

/** The fonts of a statement in order of preference, and what can be printed with them. */
export interface FontSet {
  readonly families: readonly string[];
  /** Files beyond the bundled fonts, for threads that read their own. */
  readonly fallback: readonly string[];
  readonly data: readonly Buffer[];
  /** Characters of the text that no font has; they are never printed as a box. */
  missing(text: string): readonly string[];
  /** Advance of a code point in em, in the first font that has it. */
  advance(codePoint: number, strong?: boolean): number;
}

/** Files that HUIMIN_FALLBACK_FONT names: one or more, separated by `:`; none when it is not set. */
export const fallbackFontsOf = (value: string | undefined): readonly string[] => (value ?? "").split(":").filter((file) => file !== "");

/** Noto Sans SC (SIL OFL 1.1): Regular 400 and Bold 700, nothing else: each weight is 10 MB. */
const NOTO_SANS_SC = ["400Regular/NotoSansSC_400Regular.ttf", "700Bold/NotoSansSC_700Bold.ttf"];

/** Reads the fonts. `fallback`: file of a font for characters beyond Noto Sans SC (HUIMIN_FALLBACK_FONT), e.g. of fonts-hanazono. */
export function loadFonts(fallback: readonly string[] = []): FontSet {
  const bundled = NOTO_SANS_SC.map((file) => fileURLToPath(import.meta.resolve(`@expo-google-fonts/noto-sans-sc/${file}`)));
  const [regular, bold, ...others] = [...bundled, ...fallback].map((file) => readFont(readFileSync(file))) as [
    FontFace,
    FontFace,
    ...FontFace[],
  ];
  // Text is set in both weights: what only one of them has can't be printed everywhere.
  const covered = (codePoint: number): boolean =>
    (regular.has(codePoint) && bold.has(codePoint)) || others.some((face) => face.has(codePoint));
  const faces = [regular, ...others];
  const strongFaces = [bold, ...others];
  return {
    fallback,
    families: [...new Set([regular, ...others].map((face) => face.family))],
    data: [regular, bold, ...others].map((face) => face.data),
    missing: (text) => [...new Set(text)].filter((character) => !isLayout(character) && !covered(character.codePointAt(0) as number)),
    advance: (codePoint, strong = false) =>
      ((strong ? strongFaces : faces).find((face) => face.has(codePoint)) ?? regular).advance(codePoint),
  };
}

const isLayout = (character: string): boolean => character === "\n" || character === " ";
