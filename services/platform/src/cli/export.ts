import { createWriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { EventStore } from "@huimin/event-store";
import { beancountJournal, hledgerJournal, type JournalExport, type VoucherSource, vouchersOf } from "@huimin/exports";
import { BATCH_BYTES_MAX } from "@huimin/projector";
import { type Command, Option } from "commander";
import { type CliContext, fileOf, optionsOf, withPlatform } from "./context.ts";
import { WrongUsage } from "./output.ts";
import { startProgress } from "./progress.ts";

/** Events read at a time. */
const BATCH = 2_000;

const FORMATS: Readonly<
  Record<string, { readonly file: string; readonly write: (source: VoucherSource, options: JournalExport) => AsyncIterable<string> }>
> = {
  hledger: { file: "huimin.journal", write: hledgerJournal },
  beancount: { file: "huimin.beancount", write: beancountJournal },
};

interface ExportOptions {
  readonly format: string;
  readonly out: string;
  readonly from?: string;
  readonly through?: string;
  readonly json?: boolean;
}

const checkMonth = (month: string | undefined, option: string): void => {
  if (month !== undefined && !/^\d{4}-(0[1-9]|1[0-2])$/.test(month)) throw new WrongUsage(`${option}: ${month} is not a month (YYYY-MM)`);
};

/** Vouchers of the log up to a position, read in pieces. */
const sourceOf = (store: EventStore, district: string, position: number, onRead: (done: number) => void): VoucherSource =>
  async function* () {
    for (let after = 0; after < position; ) {
      const { events } = await store.readPage(district, after, { events: Math.min(BATCH, position - after), bytes: BATCH_BYTES_MAX });
      if (events.length === 0) return;
      yield* vouchersOf(events);
      after = events.at(-1)?.position ?? position;
      onRead(after);
    }
  };

/** export: the books for other software. */
export function exportCommand(program: Command, context: CliContext): void {
  program
    .command("export")
    .description("write the journal for other software 导出凭证")
    .addOption(new Option("--format <format>", "which software").choices(Object.keys(FORMATS)).makeOptionMandatory())
    .requiredOption("--out <folder>", "where to")
    .option("--from <month>", "first accounting month; what came before becomes opening balances")
    .option("--through <month>", "last accounting month")
    .option("--json", "print JSON")
    .action(async (_options, command: Command) => {
      const { format, out, from, through, json } = optionsOf<ExportOptions>(command);
      checkMonth(from, "--from");
      checkMonth(through, "--through");
      const { file: name, write } = FORMATS[format] as (typeof FORMATS)[string];
      const folder = fileOf(context, out);
      const file = path.join(folder, name);
      await withPlatform(
        context,
        async ({ store, district }) => {
          const position = await store.head(district);
          const progress = startProgress("export", !json);
          const source = sourceOf(store, district, position, (done) => progress.update(done, position));
          await mkdir(folder, { recursive: true });
          await pipeline(Readable.from(write(source, { district, position, from, through })), createWriteStream(file));
          progress.stop();
          context.terminal.out(json ? JSON.stringify({ format, file, position }) : `${file}: ${position} events`);
        },
        { project: false },
      );
    });
}
