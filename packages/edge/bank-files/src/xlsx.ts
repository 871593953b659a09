import { PassThrough } from "node:stream";
import exceljs from "exceljs";
import { SaxesParser, type SaxesTagPlain } from "saxes";
import { bankFileErrors as errors } from "./errors.ts";
import { BankFileFault } from "./fault.ts";
import {
  CELL_CHARACTERS_MAX,
  COLUMNS_MAX,
  FILE_ROWS_MAX,
  SHARED_TEXT_CHARACTERS_MAX,
  SHARED_TEXTS_MAX,
  XML_DEPTH_MAX,
  XML_TOKEN_MAX,
} from "./limits.ts";
import type { RawCell, RawRow } from "./rows.ts";
import type { FileSource } from "./source.ts";
import { damagedZip, readDirectory, unpack, type ZipEntry } from "./zip.ts";

/*
 * Workbooks row by row. Read here and not with the library that writes them: it turns a number into a double before
 * anyone can ask whether the cell was text, and unpacks before anyone can ask how much. Only the first sheet is read,
 * only values: no formulas are evaluated, no links followed.
 */

const unsafe = (): BankFileFault => new BankFileFault(errors.BANK_FILE_UNSAFE_XML, { what: "DOCTYPE" });
const tooLarge = (what: string, limit: number): BankFileFault => new BankFileFault(errors.BANK_FILE_TOO_LARGE, { what, limit });

interface Handlers {
  readonly open: (name: string, attributes: Readonly<Record<string, string>>) => void;
  readonly close: (name: string) => void;
  readonly text: (text: string) => void;
}

/** Feeds one XML part of the workbook; yields after every piece, so that rows can be taken out. */
async function* parsePart(source: FileSource, entry: ZipEntry, handlers: Handlers): AsyncGenerator<void> {
  const parser = new SaxesParser({ xmlns: false });
  let depth = 0;
  let silent = 0;
  const local = (name: string): string => name.slice(name.indexOf(":") + 1);
  parser.on("doctype", () => {
    throw unsafe();
  });
  parser.on("error", () => {
    throw damagedZip(entry.name.slice(0, 40));
  });
  parser.on("opentag", (tag: SaxesTagPlain) => {
    silent = 0;
    depth += 1;
    if (depth > XML_DEPTH_MAX) throw tooLarge("XML depth", XML_DEPTH_MAX);
    handlers.open(local(tag.name), tag.attributes as Record<string, string>);
  });
  parser.on("closetag", (tag: SaxesTagPlain) => {
    silent = 0;
    depth -= 1;
    handlers.close(local(tag.name));
  });
  parser.on("text", (text: string) => {
    silent = 0;
    handlers.text(text);
  });
  const decoder = new TextDecoder("utf-8", { fatal: true });
  for await (const chunk of unpack(source, entry)) {
    const text = decodeOrRefuse(decoder, chunk, entry);
    silent += text.length;
    parser.write(text);
    if (silent > 4 * XML_TOKEN_MAX) throw tooLarge("XML token", XML_TOKEN_MAX);
    yield;
  }
  parser.close();
  yield;
}

function decodeOrRefuse(decoder: TextDecoder, chunk: Uint8Array, entry: ZipEntry): string {
  try {
    return decoder.decode(chunk, { stream: true });
  } catch {
    throw damagedZip(entry.name.slice(0, 40));
  }
}

/** Texts that cells refer to by number; phonetic hints (rPh) are no part of them. */
async function sharedTexts(source: FileSource, entry: ZipEntry | undefined): Promise<readonly string[]> {
  if (!entry) return [];
  const texts: string[] = [];
  let current = "";
  let characters = 0;
  let inText = false;
  let phonetic = 0;
  const parsing = parsePart(source, entry, {
    open(name) {
      if (name === "si") current = "";
      if (name === "rPh") phonetic += 1;
      inText = name === "t" && phonetic === 0;
    },
    close(name) {
      inText = false;
      if (name === "rPh") phonetic -= 1;
      if (name !== "si") return;
      texts.push(current);
      if (texts.length > SHARED_TEXTS_MAX) throw tooLarge("shared texts", SHARED_TEXTS_MAX);
    },
    text(text) {
      if (!inText) return;
      characters += text.length;
      if (characters > SHARED_TEXT_CHARACTERS_MAX) throw tooLarge("shared texts", SHARED_TEXT_CHARACTERS_MAX);
      if (current.length + text.length > CELL_CHARACTERS_MAX) throw tooLarge("cell", CELL_CHARACTERS_MAX);
      current += text;
    },
  });
  for await (const _ of parsing);
  return texts;
}

/** `C7` → 2. */
function columnIndex(reference: string | undefined, fallback: number): number {
  const letters = /^[A-Z]{1,3}/.exec(reference ?? "")?.[0];
  if (letters === undefined) return fallback;
  let index = 0;
  for (const letter of letters) index = index * 26 + letter.charCodeAt(0) - 64;
  return index - 1;
}

class SheetReading {
  readonly rows: RawRow[] = [];
  readonly #shared: readonly string[];
  #row = 0;
  #cells: RawCell[] = [];
  #column = -1;
  #type = "";
  #value = "";
  #inValue = false;

  constructor(shared: readonly string[]) {
    this.#shared = shared;
  }

  readonly open = (name: string, attributes: Readonly<Record<string, string>>): void => {
    if (name === "row") {
      const number = Number(attributes.r ?? this.#row + 1);
      if (!Number.isInteger(number) || number <= this.#row) throw damagedZip("row");
      this.#row = number;
      this.#cells = [];
      this.#column = -1;
      if (this.#row > FILE_ROWS_MAX + 50) throw tooLarge("rows", FILE_ROWS_MAX);
    }
    if (name === "c") {
      this.#column = columnIndex(attributes.r, this.#column + 1);
      this.#type = attributes.t ?? "n";
      this.#value = "";
    }
    this.#inValue = name === "v" || name === "t";
  };

  readonly text = (text: string): void => {
    if (!this.#inValue) return;
    if (this.#value.length + text.length > CELL_CHARACTERS_MAX) throw tooLarge("cell", CELL_CHARACTERS_MAX);
    this.#value += text;
  };

  readonly close = (name: string): void => {
    this.#inValue = false;
    if (name === "c" && this.#value !== "") this.#put();
    if (name === "row") this.rows.push({ row: this.#row, cells: this.#cells });
  };

  #put(): void {
    if (this.#column >= COLUMNS_MAX) throw tooLarge("columns", COLUMNS_MAX);
    while (this.#cells.length <= this.#column) this.#cells.push({ text: "" });
    this.#cells[this.#column] = this.#cell();
  }

  #cell(): RawCell {
    if (this.#type === "s") return { text: (this.#shared[Number(this.#value)] ?? "").trim() };
    if (this.#type === "n") return { text: this.#value.trim(), number: true };
    return { text: this.#type === "e" ? "" : this.#value.trim() };
  }
}

/** Rows of the first sheet, in flat memory but for the shared texts. Throws BANK_FILE_ZIP_BOMB, BANK_FILE_FORMAT, BANK_FILE_TOO_LARGE. */
export async function* readXlsx(source: FileSource): AsyncGenerator<RawRow> {
  const entries = await readDirectory(source);
  const named = (name: string): ZipEntry | undefined => entries.find((entry) => entry.name.toLowerCase() === name);
  const sheets = entries.filter(({ name }) => /^xl\/worksheets\/sheet\d+\.xml$/i.test(name));
  const [sheet] = sheets.sort((a, b) => Number(/\d+/.exec(a.name)?.[0]) - Number(/\d+/.exec(b.name)?.[0]));
  if (!sheet) throw damagedZip("no sheet");
  const reading = new SheetReading(await sharedTexts(source, named("xl/sharedstrings.xml")));
  for await (const _ of parsePart(source, sheet, reading)) yield* reading.rows.splice(0);
}

/** A workbook with one sheet of text cells, in pieces, written as the rows come. `created` stands in it; default: now. */
export async function* writeXlsx(
  sheet: string,
  rows: AsyncIterable<readonly string[]> | Iterable<readonly string[]>,
  created?: Date,
): AsyncGenerator<Uint8Array> {
  const stream = new PassThrough();
  const dates = created ? { created, modified: created } : {};
  const writing = (async () => {
    const workbook = new exceljs.stream.xlsx.WorkbookWriter({ stream, useStyles: false, useSharedStrings: false, ...dates });
    const page = workbook.addWorksheet(sheet);
    for await (const row of rows) {
      page.addRow([...row]).commit();
      if (stream.writableNeedDrain) await new Promise<void>((resolve) => stream.once("drain", resolve));
    }
    page.commit();
    await workbook.commit();
  })().catch((fault: unknown) => void stream.destroy(fault as Error));
  for await (const chunk of stream) yield chunk as Uint8Array;
  await writing;
}
