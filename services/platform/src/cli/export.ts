import { createWriteStream } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import path from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { writeXlsx } from "@huimin/bank-files";
import { BOOKS, type Book, type KnownAt } from "@huimin/books";
import { parseDate } from "@huimin/calendar";
import {
  beancountJournal,
  type Charset,
  ExportRefused,
  encoded,
  exportErrors,
  gbtArchive,
  gbtLedger,
  hledgerJournal,
  type JournalSource,
  journalSource,
  kingdeeRows,
  yonyouVouchers,
} from "@huimin/exports";
import { parseKnownAt } from "@huimin/service-ledger";
import { createVouchers, type VoucherTypes } from "@huimin/vouchers";
import { type Command, Option } from "commander";
import type { Platform } from "../platform.ts";
import { type CliContext, fileOf, optionsOf, withPlatform } from "./context.ts";
import { CommandRefused, WrongUsage } from "./output.ts";
import { startProgress } from "./progress.ts";

/** How a format is written: its files, each in pieces. `book`: one book a file; a journal has all of them. */
interface Format {
  readonly charset: Charset;
  /** Book that is exported when none is named; every book when absent. */
  readonly book?: Book;
  readonly files: (
    source: JournalSource,
    options: { readonly book: Book; readonly charset: Charset; readonly unit: string },
  ) => Readonly<Record<string, AsyncIterable<string | Uint8Array>>>;
}

const FORMATS: Readonly<Record<string, Format>> = {
  hledger: { charset: "utf-8", files: (source) => ({ "huimin.journal": hledgerJournal(source) }) },
  beancount: { charset: "utf-8", files: (source) => ({ "huimin.beancount": beancountJournal(source) }) },
  gbt24589: {
    charset: "utf-8",
    book: "G",
    files: (source, options) => ({
      "公共档案.xml": encoded(gbtArchive(source, options), options.charset),
      "总账.xml": encoded(gbtLedger(source, options), options.charset),
    }),
  },
  yonyou: {
    charset: "gbk",
    book: "G",
    files: (source, { book, charset }) => ({ "用友U8凭证.txt": encoded(yonyouVouchers(source, book), charset) }),
  },
  kingdee: {
    charset: "utf-8",
    book: "G",
    files: (source, { book }) => ({ "金蝶KIS凭证.xlsx": writeXlsx("凭证", kingdeeRows(source, book)) }),
  },
};

interface ExportOptions {
  readonly format: string;
  readonly out: string;
  readonly book?: Book;
  readonly from?: string;
  readonly through?: string;
  readonly asOf?: string;
  readonly knownAt?: string;
  readonly types: VoucherTypes;
  readonly encoding?: Charset;
  readonly unit: string;
  readonly json?: boolean;
}

const checkMonth = (month: string | undefined, option: string): void => {
  if (month !== undefined && !/^\d{4}-(0[1-9]|1[0-2])$/.test(month)) throw new WrongUsage(`${option}: ${month} is not a month (YYYY-MM)`);
};

function knownAtOf(text: string | undefined): KnownAt | undefined {
  if (text === undefined) return undefined;
  const knownAt = parseKnownAt(text);
  if (knownAt === undefined) throw new WrongUsage(`--known-at ${text} is neither a position nor an instant with its offset`);
  return knownAt;
}

/** Refuses what can't be meant before anything is read. */
function checked(options: ExportOptions): KnownAt | undefined {
  checkMonth(options.from, "--from");
  checkMonth(options.through, "--through");
  if (options.asOf !== undefined && parseDate(options.asOf) === undefined)
    throw new WrongUsage(`--as-of ${options.asOf} is not a date that exists`);
  if (options.asOf !== undefined && options.from !== undefined)
    throw new CommandRefused([{ code: exportErrors.EXPORT_SPAN_MIXED, details: {} }]);
  if (options.asOf !== undefined && FORMATS[options.format]?.book !== undefined)
    throw new WrongUsage(`--format ${options.format} is by accounting month: --as-of does not go with it`);
  return knownAtOf(options.knownAt);
}

/** Writes a file beside its name and gives it the name when it is whole: a reader never finds half of one. */
async function writeWhole(file: string, pieces: AsyncIterable<string | Uint8Array>): Promise<void> {
  const part = `${file}.part`;
  try {
    await pipeline(Readable.from(pieces, { objectMode: true }), createWriteStream(part));
    await rename(part, file);
  } catch (fault) {
    await rm(part, { force: true });
    if (fault instanceof ExportRefused) throw new CommandRefused([fault.refusal]);
    throw fault;
  }
}

async function exported(platform: Platform, options: ExportOptions, folder: string, knownAt: KnownAt | undefined) {
  const { pool, books, store, district } = platform;
  const format = FORMATS[options.format] as Format;
  const position = knownAt && "position" in knownAt ? Math.min(knownAt.position, await store.head(district)) : await store.head(district);
  const { from, through, asOf, types } = options;
  const progress = startProgress("export", !options.json);
  const source = journalSource({
    district,
    position,
    vouchers: createVouchers(pool),
    books,
    span: { from, through },
    types,
    book: options.book ?? format.book,
    asOf,
    // What is recorded while the export runs is not in it.
    knownAt: knownAt ?? { position },
    onVoucher: (done) => progress.update(done, position),
  });
  const files: string[] = [];
  try {
    await mkdir(folder, { recursive: true });
    const { encoding: charset = format.charset, unit } = options;
    const pieces = format.files(source, { book: options.book ?? format.book ?? "G", charset, unit });
    for (const [name, content] of Object.entries(pieces)) {
      const file = path.join(folder, name);
      await writeWhole(file, content);
      files.push(file);
    }
  } finally {
    progress.stop();
  }
  return { format: options.format, files, position };
}

/** export: the books for other software. */
export function exportCommand(program: Command, context: CliContext): void {
  program
    .command("export")
    .description("write the books for other software 导出账簿")
    .addOption(new Option("--format <format>", "which software").choices(Object.keys(FORMATS)).makeOptionMandatory())
    .requiredOption("--out <folder>", "where to")
    .addOption(new Option("--book <book>", "one book; journals have all by default, the others G").choices([...BOOKS]))
    .option("--from <month>", "first accounting month; what came before becomes opening balances")
    .option("--through <month>", "last accounting month")
    .option("--as-of <date>", "journals: value date 业务发生日, inclusive (YYYY-MM-DD)")
    .option("--known-at <position|instant>", "only what was recorded up to then")
    .addOption(new Option("--types <types>", "voucher numbers: 记, or 收 付 转").choices(["single", "three"]).default("single"))
    .addOption(new Option("--encoding <charset>", "of text files").choices(["utf-8", "gbk", "gb18030"]))
    .option("--unit <name>", "会计核算单位 in GB/T 24589", "中站区财政局")
    .option("--json", "print JSON")
    .action(async (_options, command: Command) => {
      const options = optionsOf<ExportOptions>(command);
      const knownAt = checked(options);
      const folder = fileOf(context, options.out);
      const result = await withPlatform(context, (platform) => exported(platform, options, folder, knownAt));
      if (options.json) context.terminal.out(JSON.stringify({ ...result, file: result.files[0] }));
      else for (const file of result.files) context.terminal.out(`${file}: ${result.position} events`);
    });
}
