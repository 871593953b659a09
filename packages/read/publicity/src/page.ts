import { fen, formatAmountGrouped } from "@huimin/money";
import { type Block, type Cell, dateInWords, line, METHOD_NAMES, type Measure, modelName, RESIDUE_NAMES, rows } from "@huimin/statements";
import { type BoardContent, type NameRule, shownName } from "./board.ts";

/** What the template prints, as JSON. */
export interface BoardPage {
  readonly title: string;
  readonly fonts: readonly string[];
  readonly issuer: string;
  readonly date: readonly [number, number, number];
  readonly top: readonly Block[];
  readonly table: readonly Block[];
  readonly bottom: readonly Block[];
  readonly check: string;
  /** Printed at the foot of every sheet. */
  readonly foot: string;
  readonly codeSize: number;
  /** What a row has above and below its text together, em. */
  readonly rowGap: number;
}

/** From wide to close: rows are as wide as the sheet has room. */
export const ROW_GAPS: readonly number[] = [0.9, 0.7, 0.5, 0.35];

/** A4 across less margins of 14 mm, in points; the body is 14 pt (四号). */
const TEXT_WIDTH_PT = ((297 - 28) / 25.4) * 72;
const BODY_PT = 14;
const WIDTH_EM = TEXT_WIDTH_PT / BODY_PT;

const amount = (text: string): Cell => ({ text: formatAmountGrouped(fen(text)), red: fen(text) < 0n });

/** A character that no font has, by its code point: never an empty box on a board that a village reads. */
export const spelled = (text: string, missing: readonly string[]): string =>
  [...text].map((one) => (missing.includes(one) ? `[U+${(one.codePointAt(0) as number).toString(16).toUpperCase()}]` : one)).join("");

export const boardTitle = (board: BoardContent): string =>
  `${board.street}${board.villageName} ${board.year} 年度 ${modelName(board)} 分红到户公示表`;

/** 公示期 and who is behind it. */
export function topLines(board: BoardContent): string[] {
  return [
    `公示期：${dateInWords(board.from)}—${dateInWords(board.to)}（不少于10天）　地点：${board.place}　第 ${board.draft} 版`,
    `合作主体：${board.partner}　分配办法：${METHOD_NAMES[board.method] ?? board.method}，${RESIDUE_NAMES[board.residueRule] ?? board.residueRule}`,
    `制表：${board.maker}　审核：${board.reviewer}`,
  ];
}

export const boardHeads = ["序号", "户主姓名", "人口", "依据", "天数", "分红金额", "备注"] as const;

export const boardCells = (board: BoardContent, rule: NameRule): string[][] =>
  board.rows.map((row, index) => [
    String(index + 1),
    row.group === undefined ? shownName(row, rule) : `${row.group} ${shownName(row, rule)}`,
    String(row.size),
    row.basis,
    row.days === undefined ? "—" : String(row.days),
    formatAmountGrouped(fen(row.amount)),
    row.remark,
  ]);

/** What stands below the table: sums, residues, who takes an objection. */
export function bottomLines(board: BoardContent): string[] {
  const { list } = board;
  return [
    `全部名单 ${list.households} 户，共 ${formatAmountGrouped(fen(list.allocated))} 元；上年结转尾差 ${board.carriedIn} 元，本年结转尾差 ${board.carriedOut} 元`,
    `对名单有意见，请在${dateInWords(board.to)}前到村委会、街道办或区扶贫办提出，或拨打监督电话 ${board.phones.join("、")}。`,
  ];
}

/** The sheet for the board. `missing`: characters that no font has. */
export function boardPage(
  board: BoardContent,
  {
    fonts,
    measure,
    missing,
    check,
    codeSize,
    rule,
  }: {
    readonly fonts: readonly string[];
    readonly measure: Measure;
    readonly missing: (text: string) => readonly string[];
    readonly check: string;
    readonly codeSize: number;
    readonly rule: NameRule;
  },
): BoardPage {
  const cells = boardCells(board, rule).map((row) =>
    row.map((text, index): Cell => (index === 5 ? amount(board.rows[Number(row[0]) - 1]?.amount ?? "0.00") : spelled(text, missing(text)))),
  );
  const table = rows(
    {
      columns: [
        { head: boardHeads[0], kind: "center" },
        { head: boardHeads[1], kind: "text" },
        { head: boardHeads[2], kind: "center" },
        { head: boardHeads[3], kind: "center" },
        { head: boardHeads[4], kind: "center" },
        { head: boardHeads[5], kind: "amount" },
        { head: boardHeads[6], kind: "center" },
      ],
      rows: cells,
      total: ["", `本村合计 ${board.rows.length} 户`, "", "", "", amount(board.amount), ""],
    },
    measure,
    WIDTH_EM,
  );
  const [year, month, day] = board.from.split("-").map(Number) as [number, number, number];
  return {
    title: boardTitle(board),
    fonts,
    issuer: board.maker,
    date: [year, month, day],
    top: topLines(board).map((text) => line(text)),
    table,
    bottom: bottomLines(board).map((text) => line(text)),
    check,
    foot: `${boardTitle(board)}　第 ${board.draft} 版　批次 ${board.pool}　校验码 ${check}`,
    codeSize,
    rowGap: ROW_GAPS[0] as number,
  };
}
