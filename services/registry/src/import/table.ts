import { ok, type Refusal, type Result, refuse } from "@huimin/outcome";
import { parse } from "csv-parse";
import exceljs from "exceljs";
import { importErrors as errors } from "./errors.ts";

/** A cell: its text, and whether a spreadsheet has stored it as a number that lost digits. */
export interface Cell {
  readonly text: string;
  readonly numberCut: boolean;
}

export interface Line {
  /** As a spreadsheet shows it: the header is usually row 1. */
  readonly row: number;
  readonly cells: readonly Cell[];
}

export const FILE_BYTES_MAX = 64 * 1024 * 1024;
/** A workbook is compressed: it unpacks to some ten times this. */
const WORKBOOK_BYTES_MAX = 16 * 1024 * 1024;
/** An xlsx of this many rows takes some hundred megabytes while it is read; a district has a few thousand. */
export const FILE_ROWS_MAX = 200_000;

/**
 * Rows of a CSV file (UTF-8 with or without BOM, GB 18030, UTF-16 with BOM; comma, semicolon or tab) or of the first
 * sheet of an .xlsx workbook. The bytes decide, not the name. Refuses FILE_EMPTY, FILE_TOO_LARGE, FILE_ENCODING,
 * FILE_FORMAT, FILE_TOO_MANY_ROWS.
 */
export async function readTable(bytes: Uint8Array): Promise<Result<Line[], Refusal>> {
  if (bytes.length === 0) return refuse(errors.FILE_EMPTY);
  if (bytes.length > FILE_BYTES_MAX) return refuse(errors.FILE_TOO_LARGE, { limit: FILE_BYTES_MAX / 1024 / 1024 });
  if (bytes[0] === 0x50 && bytes[1] === 0x4b) return readWorkbook(bytes);
  if (bytes[0] === 0xd0 && bytes[1] === 0xcf) return refuse(errors.FILE_FORMAT); // the old .xls
  const text = decodeText(bytes);
  return text === undefined ? refuse(errors.FILE_ENCODING) : readCsv(text);
}

const UTF16_LE = [0xff, 0xfe];
const UTF16_BE = [0xfe, 0xff];

/** Undefined when the bytes are no text in any encoding that is taken. A BOM is not part of the text. */
export function decodeText(bytes: Uint8Array): string | undefined {
  const starts = (mark: readonly number[]): boolean => mark.every((byte, index) => bytes[index] === byte);
  const labels = starts(UTF16_LE) ? ["utf-16le"] : starts(UTF16_BE) ? ["utf-16be"] : ["utf-8", "gb18030"];
  for (const label of labels) {
    try {
      const text = new TextDecoder(label, { fatal: true }).decode(bytes);
      // A picture can pass for GB 18030; a table has no control characters.
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
      return /[\u0000-\u0008\u000e-\u001f]/.test(text) ? undefined : text;
    } catch {
      // the next one
    }
  }
  return undefined;
}

/** The delimiter that the first line with text has most of. */
function delimiterOf(text: string): string {
  const first = text.trimStart().slice(0, 4096).split(/\r?\n/, 1)[0] ?? "";
  const counts = [",", "\t", ";"].map((delimiter) => [delimiter, first.split(delimiter).length] as const);
  return counts.reduce((best, one) => (one[1] > best[1] ? one : best))[0];
}

/** A number as spreadsheets write it into CSV when the column was not text. */
const CUT_NUMBER = /^\d(\.\d+)?[eE]\+?\d{1,2}$/;

async function readCsv(text: string): Promise<Result<Line[], Refusal>> {
  const lines: Line[] = [];
  const parser = parse(text, {
    delimiter: delimiterOf(text),
    relax_column_count: true,
    skip_empty_lines: false,
    relax_quotes: true,
    max_record_size: 100_000,
  });
  try {
    for await (const record of parser as AsyncIterable<string[]>) {
      lines.push({ row: lines.length + 1, cells: record.map((cell) => ({ text: cell.trim(), numberCut: CUT_NUMBER.test(cell.trim()) })) });
      if (lines.length > FILE_ROWS_MAX + 1) return refuse(errors.FILE_TOO_MANY_ROWS, { limit: FILE_ROWS_MAX });
    }
  } catch {
    return refuse(errors.FILE_FORMAT);
  }
  return ok(lines);
}

async function readWorkbook(bytes: Uint8Array): Promise<Result<Line[], Refusal>> {
  if (bytes.length > WORKBOOK_BYTES_MAX) return refuse(errors.FILE_TOO_LARGE, { limit: WORKBOOK_BYTES_MAX / 1024 / 1024 });
  const workbook = new exceljs.Workbook();
  try {
    await workbook.xlsx.load(Buffer.from(bytes) as unknown as ArrayBuffer);
  } catch {
    return refuse(errors.FILE_FORMAT);
  }
  const sheet = workbook.worksheets[0];
  if (!sheet) return refuse(errors.FILE_FORMAT);
  if (sheet.rowCount > FILE_ROWS_MAX + 1) return refuse(errors.FILE_TOO_MANY_ROWS, { limit: FILE_ROWS_MAX });
  const lines: Line[] = [];
  sheet.eachRow({ includeEmpty: true }, (row, number) => {
    const cells: Cell[] = [];
    for (let column = 1; column <= row.cellCount; column++) cells.push(cellOf(row.getCell(column).value));
    lines.push({ row: number, cells });
  });
  return ok(lines);
}

/** Above 2^53 a number cell no longer holds the digits that were typed. */
const CUT_FROM = 2 ** 53;

function cellOf(value: exceljs.CellValue): Cell {
  if (value === null || value === undefined) return { text: "", numberCut: false };
  if (typeof value === "number")
    return { text: Number.isInteger(value) && value < 1e21 ? value.toFixed(0) : String(value), numberCut: value >= CUT_FROM };
  if (value instanceof Date) return { text: value.toISOString().slice(0, 10), numberCut: false };
  if (typeof value === "object") {
    if ("richText" in value)
      return {
        text: value.richText
          .map(({ text }) => text)
          .join("")
          .trim(),
        numberCut: false,
      };
    if ("result" in value) return cellOf(value.result as exceljs.CellValue);
    if ("text" in value) return { text: String(value.text).trim(), numberCut: false };
    return { text: "", numberCut: false };
  }
  return { text: String(value).trim(), numberCut: false };
}
