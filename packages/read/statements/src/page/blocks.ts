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

/**
 * The blocks that the template knows. Of a grid, widths in em and the number of lines of each row: the template gives
 * them their height, closer or wider as the page has room.
 */
export type Block =
  | {
      readonly kind: "grid";
      readonly widths: readonly number[];
      readonly lines: readonly number[];
      readonly cells: readonly GridCell[];
      /** Its first row names the columns. */
      readonly head?: boolean;
    }
  | { readonly kind: "line"; readonly parts: readonly Part[]; readonly red?: boolean };

export interface GridCell {
  readonly text: string;
  readonly align: "left" | "right" | "center";
  readonly strong?: boolean;
  readonly red?: boolean;
  /** Names what stands beside or below it: shaded. */
  readonly label?: boolean;
  /** Columns that it spans. */
  readonly span?: number;
}

export interface Section {
  readonly title: string;
  /** Printed behind the title on its line. */
  readonly text?: string;
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

/** Space of a cell on both sides together, em; half of it is the template's `inset`. */
const INSET_X_EM = 0.7;
/** What rounding and kerning may add to a measured width. */
const SLACK_EM = 0.1;

const textOf = (cell: Cell): string => (typeof cell === "string" ? cell : cell.text);
const isRed = (cell: Cell): boolean => typeof cell !== "string" && cell.red;
const round = (value: number): number => Math.round(value * 1000) / 1000;

export interface Fact {
  readonly label: string;
  readonly value: Cell;
}

/** Label and value side by side, two pairs a row: the form of a record. Amounts stand right. */
export function facts(items: readonly Fact[], measure: Measure, widthEm: number): Block {
  const labels = [0, 1].map((side) =>
    Math.max(...items.filter((_, index) => index % 2 === side).map((item) => measure.width(item.label)), 1),
  );
  const [left, right] = labels.map((label) => label + INSET_X_EM + SLACK_EM) as [number, number];
  const half = (widthEm - left - right) / 2;
  const cells: GridCell[] = [];
  const lines: number[] = [];
  for (let index = 0; index < items.length; index += 2) {
    const pair = items.slice(index, index + 2);
    const alone = pair.length === 1;
    let linesMax = 1;
    for (const item of pair) {
      const room = alone ? half + right + half : half;
      const texts = measure.lines(textOf(item.value), room - INSET_X_EM - SLACK_EM);
      linesMax = Math.max(linesMax, texts.length);
      cells.push({ text: item.label, align: "left", label: true });
      cells.push({
        text: texts.join("\n"),
        align: typeof item.value === "string" ? "left" : "right",
        ...(isRed(item.value) ? { red: true } : {}),
        ...(alone ? { span: 3 } : {}),
      });
    }
    lines.push(linesMax);
  }
  return { kind: "grid", widths: [left, half, right, half].map(round), lines, cells };
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
 * A table with a head. Columns are as wide as their widest cell, the text column takes the rest: long heads stand in two
 * lines when it needs the room, and where too little is left (large print) each row is printed as facts instead.
 */
export function rows(input: RowsInput, measure: Measure, widthEm: number): Block[] {
  const wide = columnWidths(input, measure, widthEm, (head) => measure.width(head));
  const narrow = columnWidths(input, measure, widthEm, (head) => Math.max(...halves(head).map((half) => measure.width(half))));
  const textIndex = input.columns.findIndex((column) => column.kind === "text");
  const widest = Math.max(
    ...input.rows.map((row) =>
      Math.max(
        ...textOf(row[textIndex] as Cell)
          .split("\n")
          .map((text) => measure.width(text)),
      ),
    ),
  );
  const columns = (wide[textIndex] as number) >= widest + INSET_X_EM + SLACK_EM ? wide : narrow;
  if ((columns[textIndex] as number) < TEXT_COLUMN_EM_MIN) return asFacts(input, measure, widthEm);
  return [tableOf(input, columns, measure)];
}

const bodyOf = (input: RowsInput): readonly (readonly Cell[])[] => (input.total ? [...input.rows, input.total] : input.rows);

function columnWidths(input: RowsInput, measure: Measure, widthEm: number, headWidth: (head: string) => number): number[] {
  const body = bodyOf(input);
  const widths = input.columns.map((column, index) => {
    if (column.kind === "text") return 0;
    const cells = body.flatMap((row) =>
      textOf(row[index] as Cell)
        .split("\n")
        .map((text) => measure.width(text, row === input.total)),
    );
    return Math.max(headWidth(column.head), ...cells) + INSET_X_EM + SLACK_EM;
  });
  const rest = widthEm - widths.reduce((sum, width) => sum + width, 0);
  return input.columns.map((column, index) => (column.kind === "text" ? rest : (widths[index] as number)));
}

function tableOf(input: RowsInput, widths: readonly number[], measure: Measure): Block {
  const cells: GridCell[] = [];
  const lines: number[] = [];
  const limit = (index: number): number => (widths[index] as number) - INSET_X_EM;
  const heads = input.columns.map((column, index) => (measure.width(column.head) <= limit(index) ? [column.head] : halves(column.head)));
  for (const head of heads) cells.push({ text: head.join("\n"), align: "center", label: true });
  lines.push(Math.max(...heads.map((head) => head.length)));
  for (const row of bodyOf(input)) {
    let linesMax = 1;
    row.forEach((cell, index) => {
      const { kind } = input.columns[index] as Column;
      const texts = measure.lines(textOf(cell), limit(index));
      linesMax = Math.max(linesMax, texts.length);
      const align = kind === "center" ? "center" : kind === "amount" ? "right" : "left";
      cells.push({
        text: texts.join("\n"),
        align,
        ...(row === input.total ? { strong: true } : {}),
        ...(isRed(cell) ? { red: true } : {}),
      });
    });
    lines.push(linesMax);
  }
  return { kind: "grid", widths: widths.map(round), lines, cells, head: true };
}

/** A head of five characters or more may stand in two lines. */
function halves(head: string): string[] {
  const characters = [...head];
  if (characters.length < 5) return [head];
  const middle = Math.ceil(characters.length / 2);
  return [characters.slice(0, middle).join(""), characters.slice(middle).join("")];
}

/** Large print has no room for seven columns: each row under its own heads. */
const asFacts = (input: RowsInput, measure: Measure, widthEm: number): Block[] =>
  bodyOf(input).map((row) =>
    facts(
      input.columns.flatMap((column, index) =>
        row === input.total && row[index] === "" ? [] : [{ label: column.head, value: row[index] as Cell }],
      ),
      measure,
      widthEm,
    ),
  );
