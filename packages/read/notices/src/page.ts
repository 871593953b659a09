import { fen, formatAmountGrouped } from "@huimin/money";
import type { NoticeKind } from "@huimin/notice/events";
import { type Block, type Cell, dateInWords, facts, line, type Measure, rows, type Section } from "@huimin/statements";
import type { NoticeContent, NoticeSection, NoticeTable } from "./content.ts";

/** What the template prints, as JSON. */
export interface NoticePage {
  readonly paper: "a4" | "a5";
  readonly across: boolean;
  readonly bodyPt: number;
  readonly marginMm: number;
  readonly wall: boolean;
  readonly title: string;
  readonly number: string;
  readonly to: string;
  readonly sections: readonly Section[];
  readonly issuer: string;
  readonly seal: string;
  readonly issuedOn: string;
  readonly cutoff: string;
  readonly phones: string;
  readonly date: readonly [number, number, number];
  readonly fonts: readonly string[];
  readonly signatures: readonly string[];
  readonly check: string;
  readonly codeSize: number;
}

interface Shape {
  readonly paper: "a4" | "a5";
  readonly across: boolean;
  readonly bodyPt: number;
  readonly marginMm: number;
}

const SLIP: Shape = { paper: "a5", across: true, bodyPt: 12, marginMm: 12 };
const SHEET: Shape = { paper: "a4", across: false, bodyPt: 15, marginMm: 20 };
/** Large type: the readers are old, and the roll hangs on a wall. */
const SHAPES: Readonly<Record<NoticeKind, Shape>> = {
  subsidy: SLIP,
  "payout-failure": SLIP,
  stake: SHEET,
  settlement: SHEET,
  donation: SHEET,
  honour: { ...SHEET, bodyPt: 18 },
};
const WIDTHS_MM = { a4: [210, 297], a5: [148, 210] } as const;

export function noticePage(
  content: NoticeContent,
  of: { readonly fonts: readonly string[]; readonly measure: Measure; readonly check: string; readonly codeSize: number },
): NoticePage {
  const { kind, title, number, to, sections, issuedOn, cutoff, notice, signatures } = content;
  const shape = SHAPES[kind];
  const widthMm = WIDTHS_MM[shape.paper][shape.across ? 1 : 0] - 2 * shape.marginMm;
  const widthEm = (widthMm / 25.4) * (72 / shape.bodyPt);
  const [year, month, day] = issuedOn.split("-").map(Number) as [number, number, number];
  return {
    ...shape,
    ...{ wall: kind === "honour", title, number, to, issuer: notice.issuer, seal: notice.seal, signatures, date: [year, month, day] },
    sections: sections.map((section) => ({ title: section.title, blocks: blocksOf(section, of.measure, widthEm) })),
    ...{ issuedOn: dateInWords(issuedOn), cutoff: dateInWords(cutoff.recordedAt.slice(0, 10)), phones: notice.phones.join("、") },
    ...{ fonts: of.fonts, check: of.check, codeSize: of.codeSize },
  };
}

function blocksOf(section: NoticeSection, measure: Measure, widthEm: number): Block[] {
  return [
    ...(section.facts ? [facts(section.facts, measure, widthEm)] : []),
    ...(section.lines ?? []).map((text) => line(text)),
    ...(section.table ? rows(tableOf(section.table), measure, widthEm) : []),
  ];
}

function tableOf({ columns, rows: body, total }: NoticeTable) {
  const cell = (text: string, index: number): Cell =>
    columns[index]?.kind === "amount" && /^-?\d+\.\d{2}$/.test(text) ? { text: formatAmountGrouped(fen(text)), red: fen(text) < 0n } : text;
  return { columns, rows: body.map((row) => row.map(cell)), ...(total ? { total: total.map(cell) } : {}) };
}

/** Every text of a notice that comes from data, for the check against the fonts. */
export const textsOfNotice = ({ title, number, to, sections, notice }: NoticeContent): string =>
  [
    ...[title, number, to, notice.issuer, notice.seal],
    ...sections.flatMap((section) => [
      section.title,
      ...(section.facts ?? []).flatMap(({ label, value }) => [label, value]),
      ...(section.table ? [section.table.columns.map(({ head }) => head), ...section.table.rows].flat() : []),
      ...(section.lines ?? []),
    ]),
  ].join("");
