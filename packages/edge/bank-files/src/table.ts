import { addDays, parseDate } from "@huimin/calendar";
import { parseAmount, parsePercent } from "@huimin/money";
import { readCsv } from "./csv.ts";
import { bankFileErrors as errors } from "./errors.ts";
import { BankFileFault, type PlacedRefusal } from "./fault.ts";
import { COLUMNS_MAX, FILE_ROWS_MAX, PREFACE_ROWS_MAX } from "./limits.ts";
import type { RawCell, RawRow } from "./rows.ts";
import { type FileSource, readBytes } from "./source.ts";
import { readXlsx } from "./xlsx.ts";

/*
 * Tables after a template: columns are found by their names, every cell is checked for its type, and a row whose cells
 * stand one column off is told so instead of being read wrongly. A row with faults is given with them, so that the
 * caller decides whether the others are taken.
 */

/** amount: text with two decimals. id: no spaces or slashes. serial: printable. percent, count, date, text as they say. */
export type ColumnType = "amount" | "date" | "id" | "serial" | "percent" | "count" | "text";

export interface Column {
  /** What the value is called in a row. */
  readonly key: string;
  /** Names in files; the first is the template's. */
  readonly names: readonly string[];
  readonly type: ColumnType;
  readonly required?: boolean;
  /** Only these words; each has its meaning. */
  readonly words?: Readonly<Record<string, string>>;
}

export interface TableHeader {
  readonly kind: "header";
  readonly names: readonly string[];
  /** `名称 → 值` of the rows above the header. */
  readonly preface: ReadonlyMap<string, string>;
  /** Columns of the file that nobody asked for. */
  readonly ignored: readonly string[];
  /** Rows of the file up to the header, as they are. */
  readonly above: readonly (readonly string[])[];
}

export interface TableRow {
  readonly kind: "row";
  readonly row: number;
  /** As in the file. */
  readonly cells: readonly string[];
  /** By column key; absent where the cell is empty. */
  readonly values: Readonly<Record<string, string>>;
  readonly faults: readonly PlacedRefusal[];
}

export type TableFormat = "csv" | "xlsx";

/** Workbook or text, by the first bytes. */
export async function tableFormatOf(source: FileSource): Promise<TableFormat> {
  const [first, second] = await readBytes(source, 0, 2);
  if (first === 0xd0 && second === 0xcf)
    throw new BankFileFault(errors.BANK_FILE_FORMAT, { expected: ".xlsx", whatZh: "旧版 .xls", whatEn: "an old .xls" });
  return first === 0x50 && second === 0x4b ? "xlsx" : "csv";
}

/** Spaces, full-width marks and notes in brackets say nothing about the column. */
const plain = (text: string): string =>
  text
    .replace(/[\s\u3000*＊:：]/g, "")
    .replace(/[(（].*[)）]$/u, "")
    .toLowerCase();

const isBlank = (row: RawRow): boolean => row.cells.every(({ text }) => text === "");

/**
 * The header, then every row that is not blank. Throws BANK_FILE_COLUMN_MISSING, BANK_FILE_COLUMN_TWICE, BANK_FILE_WITHOUT_ROWS,
 * BANK_FILE_TOO_LARGE and what the format's reader throws.
 */
export async function* readTable(source: FileSource, columns: readonly Column[]): AsyncGenerator<TableHeader | TableRow> {
  const format = await tableFormatOf(source);
  const above: RawRow[] = [];
  let reading: RowReading | undefined;
  let rows = 0;
  for await (const row of format === "xlsx" ? readXlsx(source) : readCsv(source)) {
    if (isBlank(row)) continue;
    if (!reading) {
      reading = headerOf(row, columns, above.length >= PREFACE_ROWS_MAX);
      if (reading) yield reading.header(above);
      else above.push(row);
      continue;
    }
    rows += 1;
    if (rows > FILE_ROWS_MAX) throw new BankFileFault(errors.BANK_FILE_TOO_LARGE, { what: "rows", limit: FILE_ROWS_MAX });
    yield reading.read(row);
  }
  if (!reading) throw missing(closest(above, columns), columns);
  if (rows === 0) throw new BankFileFault(errors.BANK_FILE_WITHOUT_ROWS);
}

const named = (column: Column, text: string): boolean => column.names.some((name) => plain(name) === plain(text));

const missing = (row: RawRow | undefined, columns: readonly Column[]): BankFileFault => {
  const lacking = columns.find((column) => column.required && !row?.cells.some(({ text }) => named(column, text)));
  return new BankFileFault(
    errors.BANK_FILE_COLUMN_MISSING,
    { column: lacking?.names[0] ?? "" },
    { row: row?.row ?? 1, column: lacking?.names[0] ?? "" },
  );
};

/** The row that looks most like a header, to say what it lacks. */
function closest(rows: readonly RawRow[], columns: readonly Column[]): RawRow | undefined {
  const score = (row: RawRow): number => columns.filter((column) => row.cells.some(({ text }) => named(column, text))).length;
  return rows.reduce<RawRow | undefined>((best, row) => (best && score(best) >= score(row) ? best : row), undefined);
}

/** The header when the row is one; a row that is one but lacks a column is a fault of the file when no other can come. */
function headerOf(row: RawRow, columns: readonly Column[], last: boolean): RowReading | undefined {
  const complete = columns.every((column) => !column.required || row.cells.some(({ text }) => named(column, text)));
  if (!complete) {
    if (last) throw missing(row, columns);
    return undefined;
  }
  if (row.cells.length > COLUMNS_MAX) throw new BankFileFault(errors.BANK_FILE_TOO_LARGE, { what: "columns", limit: COLUMNS_MAX });
  return new RowReading(row, columns);
}

class RowReading {
  readonly #names: readonly string[];
  /** The column at each place of the file; undefined for one that nobody asked for. */
  readonly #columns: readonly (Column | undefined)[];

  constructor(row: RawRow, columns: readonly Column[]) {
    const names = row.cells.map(({ text }) => text);
    while (names.at(-1) === "") names.pop();
    this.#names = names;
    this.#columns = names.map((name) => columns.find((column) => named(column, name)));
    for (const column of columns) {
      if (this.#columns.filter((one) => one === column).length > 1)
        throw new BankFileFault(
          errors.BANK_FILE_COLUMN_TWICE,
          { column: column.names[0] ?? "" },
          { row: row.row, column: column.names[0] ?? "" },
        );
    }
  }

  header(above: readonly RawRow[]): TableHeader {
    const preface = above.map(({ cells }): [string, string] => [plain(cells[0]?.text ?? ""), cells[1]?.text ?? ""]);
    const ignored = this.#names.filter((name, at) => this.#columns[at] === undefined && name !== "");
    return {
      kind: "header",
      names: this.#names,
      preface: new Map(preface),
      ignored,
      above: above.map(({ cells }) => cells.map(({ text }) => text)),
    };
  }

  read({ row, cells }: RawRow): TableRow {
    const texts = cells.map(({ text }) => text);
    const { values, faults } = this.#check(row, cells);
    const beyond = cells.slice(this.#names.length).some(({ text }) => text !== "");
    const shiftable = faults.some(({ code }) => SHIFT_SIGNS.has(code)) || beyond;
    const from = shiftable ? this.#shiftedFrom(row, cells) : undefined;
    const at = from ?? (beyond ? this.#names.length - 1 : undefined);
    if (at === undefined) return { kind: "row", row, cells: texts, values, faults };
    const column = this.#names[at] ?? "";
    return {
      kind: "row",
      row,
      cells: texts,
      values: {},
      faults: [{ code: errors.BANK_FILE_ROW_SHIFTED, details: { row, column }, row, column }],
    };
  }

  #check(row: number, cells: readonly RawCell[]): { values: Record<string, string>; faults: PlacedRefusal[] } {
    const values: Record<string, string> = {};
    const faults: PlacedRefusal[] = [];
    this.#columns.forEach((column, at) => {
      if (!column) return;
      const cell = cells[at] ?? { text: "" };
      const name = this.#names[at] ?? "";
      if (cell.text === "") {
        if (column.required) faults.push(fault(errors.BANK_FILE_CELL_EMPTY, row, name));
        return;
      }
      const value = cellValue(column, cell);
      if (typeof value === "string") values[column.key] = value;
      else faults.push(fault(value.code, row, name, value.details));
    });
    return { values, faults };
  }

  /** A date, an amount or a word has come to stand in its column: texts alone prove nothing. */
  #typedFrom(cells: readonly RawCell[], from: number): boolean {
    return this.#columns.some((column, at) => {
      const typed = column?.words !== undefined || column?.type === "date" || column?.type === "amount";
      return typed && at >= from && (cells[at]?.text ?? "") !== "";
    });
  }

  /** The first column at which one cell too many or too few explains everything that is wrong with the row. */
  #shiftedFrom(row: number, cells: readonly RawCell[]): number | undefined {
    for (let at = 0; at < this.#names.length; at += 1) {
      const without = [...cells.slice(0, at), ...cells.slice(at + 1)];
      // Nothing is off by one where nothing follows.
      if (cells.slice(at + 1).every(({ text }) => text === "")) return undefined;
      const fits = without.slice(this.#names.length).every(({ text }) => text === "");
      if (fits && this.#typedFrom(without, at) && this.#check(row, without).faults.length === 0) return at;
      const withOne = [...cells.slice(0, at), { text: "" }, ...cells.slice(at)];
      const faults = withOne.slice(this.#names.length).some(({ text }) => text !== "") ? undefined : this.#check(row, withOne).faults;
      const explained = faults?.every(({ code, column }) => code === errors.BANK_FILE_CELL_EMPTY && column === this.#names[at]);
      if (explained && this.#typedFrom(withOne, at)) return at;
    }
    return undefined;
  }
}

const SHIFT_SIGNS: ReadonlySet<string> = new Set([
  errors.BANK_FILE_CELL_AMOUNT,
  errors.BANK_FILE_CELL_DATE,
  errors.BANK_FILE_CELL_WORD,
  errors.BANK_FILE_CELL_TEXT,
]);

const fault = (code: string, row: number, column: string, details: Readonly<Record<string, string>> = {}): PlacedRefusal => ({
  code,
  details: { row, column, ...details },
  row,
  column,
});

interface CellFault {
  readonly code: string;
  readonly details?: Readonly<Record<string, string>>;
}

/** A number as spreadsheets write it into CSV when the column was not text. */
const EXPONENT = /^\d(\.\d+)?[eE]\+?\d{1,3}$/;
/** Digits that a spreadsheet's number keeps. */
const NUMBER_DIGITS_MAX = 15;

function cellValue(column: Column, cell: RawCell): string | CellFault {
  const { text } = cell;
  if (column.words) {
    const meaning = Object.hasOwn(column.words, text) ? column.words[text] : undefined;
    return meaning ?? { code: errors.BANK_FILE_CELL_WORD, details: { words: Object.keys(column.words).slice(0, 12).join("、") } };
  }
  switch (column.type) {
    case "amount":
      return amountText(cell);
    case "date":
      return dateText(cell) ?? { code: errors.BANK_FILE_CELL_DATE };
    case "percent":
      return parsePercent(text) ? text : { code: errors.BANK_FILE_CELL_TEXT };
    case "count":
      return /^\d{1,9}$/.test(text) ? text : { code: errors.BANK_FILE_CELL_TEXT };
    case "id":
      return wholeNumber(cell) ?? (/^[^/\s\p{Cc}]{1,64}$/u.test(text) ? text : { code: errors.BANK_FILE_CELL_TEXT });
    case "serial":
      return wholeNumber(cell) ?? (/^[^\p{Cc}]{1,64}$/u.test(text) ? text : { code: errors.BANK_FILE_CELL_TEXT });
    case "text":
      return text;
  }
}

/** Text only: a number in a workbook is a double, and nobody can say any more what was typed. */
const amountText = ({ text, number }: RawCell): string | CellFault => {
  const amount = number ? undefined : parseAmount(text);
  return amount === undefined || amount < 0n ? { code: errors.BANK_FILE_CELL_AMOUNT } : text;
};

/** What a number may have lost; undefined for a cell that lost nothing. */
function wholeNumber({ text, number }: RawCell): CellFault | undefined {
  if (number) return /^\d+$/.test(text) && text.length <= NUMBER_DIGITS_MAX ? undefined : { code: errors.BANK_FILE_CELL_NUMBER_CUT };
  return EXPONENT.test(text) ? { code: errors.BANK_FILE_CELL_NUMBER_CUT } : undefined;
}

/** Days of a spreadsheet count from here (1900 is no leap year for us, so from a day earlier). */
const DAY_ZERO = "1899-12-30";

function dateText({ text, number }: RawCell): string | undefined {
  if (number) {
    const day = /^\d{5}(\.0+)?$/.test(text) ? Number(text) : Number.NaN;
    return day >= 20_000 && day <= 80_000 ? addDays(DAY_ZERO, day) : undefined;
  }
  const match = /^(\d{4})(?:-(\d{2})-(\d{2})|[/.](\d{1,2})[/.](\d{1,2})|年(\d{1,2})月(\d{1,2})日|(\d{2})(\d{2}))$/.exec(text);
  if (!match) return undefined;
  const [year, ...parts] = match.slice(1).filter((part) => part !== undefined) as [string, ...string[]];
  return parseDate([year, ...parts.map((part) => part.padStart(2, "0"))].join("-"));
}
