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
const CLOSING = new Set(",.;:!?)]}%,。、;:!?)】」』》〉〕”’·");

export interface Measure {
  width(text: string): number;
  /** Lines of at most `limitEm`; words of Latin letters and digits are kept whole when they fit a line. */
  lines(text: string, limitEm: number): string[];
}

const isHan = (character: string): boolean => HAN.test(character);
const isLatin = (character: string): boolean => !isHan(character) && LATIN.test(character);

export function createMeasure(fonts: Pick<FontSet, "advance">): Measure {
  const widths = new Map<string, number>();

  const widthOf = (text: string): number => {
    let width = 0;
    let before: string | undefined;
    for (const character of text) {
      width += fonts.advance(character.codePointAt(0) as number);
      if (before !== undefined && ((isHan(before) && isLatin(character)) || (isLatin(before) && isHan(character)))) width += GAP_EM;
      before = character;
    }
    return width;
  };

  const width = (text: string): number => {
    let known = widths.get(text);
    if (known === undefined) {
      known = widthOf(text);
      if (widths.size > 20_000) widths.clear();
      widths.set(text, known);
    }
    return known;
  };

  const lines = (text: string, limitEm: number): string[] => {
    if (!text.includes("\n") && width(text) <= limitEm) return [text];
    return text.split("\n").flatMap((paragraph) => breakParagraph(piecesOf(paragraph), limitEm, width));
  };

  return { width, lines };
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
