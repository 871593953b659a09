import { type Fen, fen, formatAmountGrouped } from "@huimin/money";
import type { Measure } from "./measure.ts";

/** What is printed in a cell: text, or an amount, red when it is negative (红字). */
export interface Amount {
  readonly text: string;
  readonly red: boolean;
}
export type Cell = string | Amount;

/** A piece of a line; `strong` ones are bold. */
export type Part = string | { readonly text: string; readonly red: boolean };

/** The blocks that the template knows. Sizes in em. */
export type Block =
  | { readonly kind: "grid"; readonly widths: readonly number[]; readonly heights: readonly number[]; readonly cells: readonly GridCell[] }
  | { readonly kind: "line"; readonly parts: readonly Part[]; readonly red?: boolean };

export interface GridCell {
  readonly text: string;
  readonly align: "left" | "right" | "center";
  readonly strong?: boolean;
  readonly red?: boolean;
}

export interface Section {
  readonly title: string;
  readonly unit?: string;
  readonly blocks: readonly Block[];
}

export const DASH = "—";

/** An amount of the statement for a cell: 1,234.50. */
export const amountCell = (amount: string | Fen): Amount => {
  const value = typeof amount === "string" ? fen(amount) : amount;
  return { text: formatAmountGrouped(value), red: value < 0n };
};

export const line = (...parts: Part[]): Block => ({ kind: "line", parts });
export const redLine = (...parts: Part[]): Block => ({ kind: "line", parts, red: true });

/** Space of a cell on both sides, and of a row above and below, em; the template's `inset` says the same. */
const INSET_X_EM = 0.7;
const INSET_Y_EM = 0.8;
const LINE_EM = 1.36;
/** Our widths leave out kerning, which only narrows. */
const SLACK_EM = 0.1;

const textOf = (cell: Cell): string => (typeof cell === "string" ? cell : cell.text);
const isRed = (cell: Cell): boolean => typeof cell !== "string" && cell.red;
const rowHeight = (linesMax: number): number => round(linesMax * LINE_EM + INSET_Y_EM - 0.36);
const round = (value: number): number => Math.round(value * 1000) / 1000;

export interface Fact {
  readonly label: string;
  readonly value: Cell;
}

/** Label and value side by side, two pairs a row: the form of a record. */
export function facts(items: readonly Fact[], measure: Measure, widthEm: number): Block {
  const labels = [0, 1].map((side) => Math.max(...items.filter((_, index) => index % 2 === side).map((item) => measure.width(item.label)), 1));
  const [left, right] = labels.map((label) => label + INSET_X_EM + SLACK_EM) as [number, number];
  const value = (widthEm - left - right) / 2;
  const cells: GridCell[] = [];
  const heights: number[] = [];
  for (let index = 0; index < items.length; index += 2) {
    const pair = [items[index] as Fact, items[index + 1] ?? { label: "", value: "" }];
    let linesMax = 1;
    for (const item of pair) {
      const lines = measure.lines(textOf(item.value), value - INSET_X_EM - SLACK_EM);
      linesMax = Math.max(linesMax, lines.length);
      cells.push({ text: item.label, align: "left", strong: true });
      cells.push({ text: lines.join("\n"), align: "left", ...(isRed(item.value) ? { red: true } : {}) });
    }
    heights.push(rowHeight(linesMax));
  }
  return { kind: "grid", widths: [left, value, right, value].map(round), heights, cells };
}

export interface Column {
  readonly head: string;
  /** text takes the width that is left; amount is right-aligned; center is for dates and words. */
  readonly kind: "text" | "amount" | "center";
}

/** A column of text narrower than this can't be read: the table is then printed as facts. */
const TEXT_COLUMN_EM_MIN = 7;

/** The name of a row stands in its first cell. */
export interface RowsInput {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[];
  readonly total?: readonly Cell[];
}

/**
 * A table with a head. Columns are as wide as their widest cell, the text column takes the rest; where that leaves too
 * little (large print), each row is printed as facts instead.
 */
export function rows(input: RowsInput, measure: Measure, widthEm: number): Block[] {
  const body = input.total ? [...input.rows, input.total] : input.rows;
  const widths = input.columns.map((column, index) => {
    if (column.kind === "text") return 0;
    const head = Math.max(...halves(column.head).map(measure.width));
    return Math.max(head, ...body.map((row) => measure.width(textOf(row[index] as Cell)))) + INSET_X_EM + SLACK_EM;
  });
  const rest = widthEm - widths.reduce((sum, width) => sum + width, 0);
  if (rest < TEXT_COLUMN_EM_MIN) return asFacts(input, measure, widthEm);
  const columns = input.columns.map((column, index) => (column.kind === "text" ? rest : (widths[index] as number)));
  const cells: GridCell[] = [];
  const heights: number[] = [];
  const put = (row: readonly Cell[], strong: boolean, head: boolean): void => {
    let linesMax = 1;
    row.forEach((cell, index) => {
      const { kind } = input.columns[index] as Column;
      const lines = measure.lines(textOf(cell), (columns[index] as number) - INSET_X_EM);
      linesMax = Math.max(linesMax, lines.length);
      const align = head || kind === "center" ? "center" : kind === "amount" ? "right" : "left";
      cells.push({ text: lines.join("\n"), align, ...(strong ? { strong } : {}), ...(isRed(cell) ? { red: true } : {}) });
    });
    heights.push(rowHeight(linesMax));
  };
  put(
    input.columns.map((column, index) => (measure.width(column.head) <= (columns[index] as number) - INSET_X_EM ? column.head : halves(column.head).join("\n"))),
    true,
    true,
  );
  for (const row of input.rows) put(row, false, false);
  if (input.total) put(input.total, true, false);
  return [{ kind: "grid", widths: columns.map(round), heights, cells }];
}

/** A head of five characters or more may stand in two lines. */
const halves = (head: string): string[] => {
  const characters = [...head];
  if (characters.length < 5) return [head];
  const middle = Math.ceil(characters.length / 2);
  return [characters.slice(0, middle).join(""), characters.slice(middle).join("")];
};

function asFacts(input: RowsInput, measure: Measure, widthEm: number): Block[] {
  const all = input.total ? [...input.rows, input.total] : input.rows;
  return all.map((row) => facts(input.columns.map((column, index) => ({ label: column.head, value: (row[index] as Cell) ?? "" })), measure, widthEm));
}
