import type { FontSet } from "../fonts/fonts.ts";

/*
 * Widths of text in em, so that tables reach the typesetter with all widths and heights fixed: it then lays every cell
 * out once (automatic columns and rows cost three times as much), and long names wrap where we say.
 */

/** Typst sets a quarter em between Chinese and Latin text. */
const GAP_EM = 0.25;
const HAN = /[\p{Script=Han}\u3000-\u303f\uff00-\uffef]/u;
const LATIN = /[\p{L}\p{N}]/u;
/** Closing marks never begin a line. */
const CLOSING = new Set(",.;:!?)]}%\uff0c\u3002\u3001\uff1b\uff1a\uff01\uff1f\uff09\u3011\u300d\u300f\u300b\u3009\u3015\u201d\u2019\u00b7");

export interface Measure {
  width(text: string, strong?: boolean): number;
  /**
   * Lines of at most `limitEm`, as few as it takes and of about the same length; words of Latin letters and digits are
   * kept whole when they fit a line.
   */
  lines(text: string, limitEm: number): string[];
}

const isHan = (character: string): boolean => HAN.test(character);
const isLatin = (character: string): boolean => !isHan(character) && LATIN.test(character);

/** Widths remembered: names of columns and banks come again on every page. */
const WIDTHS_MAX = 20_000;
/** Steps in which a broken text is narrowed until its lines are of about the same length. */
const BALANCE_STEPS = 6;

export function createMeasure(fonts: Pick<FontSet, "advance">): Measure {
  const known = [new Map<string, number>(), new Map<string, number>()] as const;

  const width = (text: string, strong = false): number => {
    const widths = known[strong ? 1 : 0];
    let found = widths.get(text);
    if (found === undefined) {
      found = widthOf(text, (codePoint) => fonts.advance(codePoint, strong));
      if (widths.size > WIDTHS_MAX) widths.clear();
      widths.set(text, found);
    }
    return found;
  };

  const lines = (text: string, limitEm: number): string[] =>
    text.split("\n").flatMap((paragraph) => (width(paragraph) <= limitEm ? [paragraph] : balanced(paragraph, limitEm, width)));

  return { width, lines };
}

function widthOf(text: string, advance: (codePoint: number) => number): number {
  let width = 0;
  let before: string | undefined;
  for (const character of text) {
    width += advance(character.codePointAt(0) as number);
    if (before !== undefined && ((isHan(before) && isLatin(character)) || (isLatin(before) && isHan(character)))) width += GAP_EM;
    before = character;
  }
  return width;
}

/** The narrowest lines that are no more than the widest give: no single character is left over. */
function balanced(text: string, limitEm: number, width: (text: string) => number): string[] {
  const pieces = piecesOf(text);
  let best = breakParagraph(pieces, limitEm, width);
  let [low, high] = [width(text) / best.length, limitEm];
  for (let step = 0; step < BALANCE_STEPS; step++) {
    const middle = (low + high) / 2;
    const tried = breakParagraph(pieces, middle, width);
    if (tried.length > best.length) low = middle;
    else {
      best = tried;
      high = middle;
    }
  }
  return best;
}

/** Chinese characters one by one, runs of anything else as one piece; closing marks stay with what is before them. */
function piecesOf(text: string): string[] {
  const pieces: string[] = [];
  for (const character of text) {
    const before = pieces.at(-1);
    const joins =
      before !== undefined &&
      (CLOSING.has(character) || (!isHan(character) && character !== " " && !isHan(before.at(-1) as string) && !before.endsWith(" ")));
    if (joins) pieces[pieces.length - 1] = before + character;
    else pieces.push(character);
  }
  return pieces;
}

function breakParagraph(pieces: readonly string[], limitEm: number, width: (text: string) => number): string[] {
  const done: string[] = [];
  let line = "";
  const put = (piece: string): void => {
    if (line !== "" && width(line + piece) > limitEm) {
      done.push(line.trimEnd());
      line = piece.trimStart();
    } else line += piece;
  };
  for (const piece of pieces) {
    // A single word longer than the line is cut between characters.
    if (width(piece) > limitEm) for (const character of piece) put(character);
    else put(piece);
  }
  return [...done, line.trimEnd()];
}
