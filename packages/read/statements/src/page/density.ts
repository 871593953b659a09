import type { Block, Section } from "./blocks.ts";
import type { Measure } from "./measure.ts";

/** Distances of a page in em: what a row has above and below its text, between lines, between blocks, before a section. */
export interface Gaps {
  readonly row: number;
  readonly leading: number;
  readonly line: number;
  readonly section: number;
}

/** From wide to close: a page is set as wide as it has room, because old people read it. */
export const DENSITIES: readonly Gaps[] = [
  { row: 1.25, leading: 0.6, line: 0.6, section: 1.15 },
  { row: 0.95, leading: 0.5, line: 0.5, section: 0.85 },
  { row: 0.8, leading: 0.46, line: 0.45, section: 0.72 },
  { row: 0.65, leading: 0.42, line: 0.4, section: 0.6 },
  { row: 0.55, leading: 0.39, line: 0.36, section: 0.52 },
  { row: 0.45, leading: 0.36, line: 0.32, section: 0.45 },
  { row: 0.36, leading: 0.3, line: 0.26, section: 0.36 },
];

/** Height of capitals: what a line of text takes besides its leading. The template says the same. */
const CAPITALS_EM = 0.74;
/** Title, subtitle and the two lines below them, without their gaps. */
const HEADER_EM = 1.5 * CAPITALS_EM + 0.6 + 1.15 * CAPITALS_EM + 0.15 + 2 * CAPITALS_EM;
const SIGNATURES_PT = (38 / 25.4) * 72;
/** A4 less the margins of the template. */
const TEXT_HEIGHT_PT = ((297 - 13 - 15) / 25.4) * 72;
/** Lines break a little before they are full. */
const FULL = 0.97;

/** About how high the page is, in em; the printer looks whether it was right. */
export function heightOf(sections: readonly Section[], gaps: Gaps, bodyPt: number, measure: Measure, widthEm: number): number {
  const blockHeight = (block: Block): number => {
    if (block.kind === "grid")
      return block.lines.reduce((sum, count) => sum + count * (CAPITALS_EM + gaps.leading) - gaps.leading + gaps.row, 0);
    const width = block.parts.reduce(
      (sum, part) => sum + measure.width(typeof part === "string" ? part : part.text, typeof part !== "string"),
      0,
    );
    const count = Math.max(1, Math.ceil(width / (widthEm * FULL)));
    return count * (CAPITALS_EM + gaps.leading) - gaps.leading;
  };
  const header = HEADER_EM + 3 * gaps.line;
  const body = sections.map(
    ({ blocks }) => gaps.section + CAPITALS_EM + blocks.reduce((sum, block) => sum + gaps.line + blockHeight(block), 0),
  );
  return header + body.reduce((sum, height) => sum + height, 0) + gaps.section + 0.2 + SIGNATURES_PT / bodyPt;
}

/** The widest density at which the page should fit; the closest when none does. */
export function densityFor(sections: readonly Section[], bodyPt: number, measure: Measure, widthEm: number): number {
  const found = DENSITIES.findIndex((gaps) => heightOf(sections, gaps, bodyPt, measure, widthEm) <= TEXT_HEIGHT_PT / bodyPt);
  return found < 0 ? DENSITIES.length - 1 : found;
}
