import { parse } from "csv-parse";
import { stringify } from "csv-stringify/sync";
import { bankFileErrors as errors } from "./errors.ts";
import { BankFileFault } from "./fault.ts";
import { CELL_CHARACTERS_MAX, COLUMNS_MAX, FILE_ROWS_MAX } from "./limits.ts";
import type { RawRow } from "./rows.ts";
import type { FileSource } from "./source.ts";
import { decoded, encodingOf } from "./text.ts";

/** Characters looked at for the delimiter. */
const HEAD_CHARACTERS = 8_192;

/** The one of comma, tab and semicolon that most cells of the beginning are divided by. */
function delimiterOf(head: string): string {
  const counts = [",", "\t", ";"].map((delimiter) => [delimiter, head.split(delimiter).length] as const);
  return counts.reduce((best, one) => (one[1] > best[1] ? one : best))[0];
}

const damaged = (): BankFileFault =>
  new BankFileFault(errors.BANK_FILE_FORMAT, { expected: "CSV", whatZh: "引号不配对", whatEn: "its quotes do not match" });

/**
 * Rows of a CSV file: UTF-8 (with or without mark), GB 18030 or UTF-16; comma, tab or semicolon. Rows are numbered as
 * records, so a line break inside quotes is no new row. Throws BANK_FILE_ENCODING, BANK_FILE_FORMAT, BANK_FILE_TOO_LARGE.
 */
export async function* readCsv(source: FileSource): AsyncGenerator<RawRow> {
  const pieces = decoded(source, await encodingOf(source));
  let head = "";
  const held: string[] = [];
  for (let next = await pieces.next(); !next.done; next = await pieces.next()) {
    held.push(next.value);
    head += next.value;
    if (head.length >= HEAD_CHARACTERS) break;
  }
  const parser = parse({
    delimiter: delimiterOf(head.slice(0, HEAD_CHARACTERS)),
    relax_column_count: true,
    skip_empty_lines: false,
    relax_quotes: true,
    max_record_size: COLUMNS_MAX * CELL_CHARACTERS_MAX,
  });
  const feeding = feed(parser, held, pieces);
  let row = 0;
  try {
    for await (const record of parser as AsyncIterable<string[]>) {
      row += 1;
      if (row > FILE_ROWS_MAX + 50) throw new BankFileFault(errors.BANK_FILE_TOO_LARGE, { what: "rows", limit: FILE_ROWS_MAX });
      yield { row, cells: record.map((text) => ({ text: text.trim() })) };
    }
  } catch (fault) {
    if (fault instanceof BankFileFault || !(fault as { code?: string }).code?.startsWith("CSV_")) throw fault;
    throw damaged();
  } finally {
    parser.destroy();
    await feeding;
  }
}

type CsvParser = ReturnType<typeof parse>;

async function feed(parser: CsvParser, held: readonly string[], rest: AsyncGenerator<string>): Promise<void> {
  const write = async (text: string): Promise<void> => {
    if (!parser.write(text)) await new Promise<void>((resolve) => void parser.once("drain", resolve).once("close", resolve));
  };
  try {
    for (const text of held) if (!parser.destroyed) await write(text);
    for await (const text of rest) {
      if (parser.destroyed) return;
      await write(text);
    }
    if (!parser.destroyed) parser.end();
  } catch (fault) {
    parser.destroy(fault as Error);
  }
}

/** Rows as CSV that spreadsheets open: UTF-8 with mark, CR LF; a cell that begins like a formula is text. */
export async function* writeCsv(rows: AsyncIterable<readonly string[]> | Iterable<readonly string[]>): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  let batch: (readonly string[])[] = [];
  let first = true;
  const flush = (): Uint8Array => {
    const text = stringify(
      batch.map((row) => row.map(harmless)),
      { bom: first, record_delimiter: "windows" },
    );
    first = false;
    batch = [];
    return encoder.encode(text);
  };
  for await (const row of rows) {
    batch.push(row);
    if (batch.length >= ROWS_AT_ONCE) yield flush();
  }
  if (batch.length > 0 || first) yield flush();
}

const ROWS_AT_ONCE = 500;

/** What a spreadsheet would take for a formula gets a mark before it; a negative amount stays a number. */
const harmless = (text: string): string => (/^[=+\-@\t\r]/.test(text) && !/^-\d+(\.\d+)?$/.test(text) ? `'${text}` : text);
