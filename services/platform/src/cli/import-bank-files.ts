import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { BANK_FILE_KINDS, type FileAnswer, type FileRequest } from "@huimin/service-bank-gateway";
import { type Command, Option } from "commander";
import type { Platform } from "../platform.ts";
import { type CliContext, cliActor, fileOf, optionsOf, withPlatform } from "./context.ts";
import { CommandRefused, WrongUsage } from "./output.ts";
import { startProgress } from "./progress.ts";

interface BankFileOptions {
  readonly bank: string;
  readonly mode: "good" | "all";
  readonly json?: boolean;
}

/** What a kind of file is called on the command line, where it differs. */
const NAMES: Readonly<Record<string, string>> = { disbursements: "loans" };

/** `huimin import repayments FILE --bank K1`: a bank's file, by the same way as one that the bank sends itself. */
export function importBankFiles(parent: Command, context: CliContext): void {
  for (const kind of BANK_FILE_KINDS) {
    parent
      .command(`${NAMES[kind] ?? kind} <file>`)
      .description(`import a bank's file of ${kind}: CSV, .xlsx or ISO 20022; the same file is never booked twice`)
      .requiredOption("--bank <bank>", "whose file it is")
      .addOption(
        new Option("--mode <mode>", "all: every row or none; good: the rows without a fault").choices(["good", "all"]).default("good"),
      )
      .option("--json", "print JSON")
      .action(async (name: string, _options, command: Command) => {
        const options = optionsOf<BankFileOptions>(command);
        const file = fileOf(context, name);
        if (!(await stat(file).catch(() => undefined))?.isFile()) throw new WrongUsage(`${name} is not a file`);
        const { bank, mode } = options;
        const { answer, again } = await withPlatform(context, (platform) => take(platform, file, { bank, kind, mode }, !options.json));
        if (options.json) context.terminal.out(JSON.stringify({ ...answer, again }));
        else print(context, answer, again);
        if (answer.status !== "booked") throw new CommandRefused([]);
      });
  }
}

async function take(platform: Platform, file: string, request: FileRequest, show: boolean) {
  const progress = startProgress("import", show);
  try {
    const intake = platform.bankFiles.intakeWith(({ done, of }) => progress.update(done, of));
    const spooled = await intake.storage.spool(createReadStream(file));
    return await intake.take(spooled, request, { bank: request.bank, channel: "import", checker: cliActor() });
  } finally {
    progress.stop();
  }
}

function print({ terminal }: CliContext, { status, rows, counts, faults, faultsTotal, sha256, total }: FileAnswer, again: boolean): void {
  for (const fault of faults) {
    const place = [fault.row === undefined ? "" : `第${fault.row}行/row ${fault.row}`, fault.column ?? ""]
      .filter((part) => part !== "")
      .join(" ");
    terminal.err(`${place} ${fault.code}: ${fault.zh} ${fault.remedyZh}`.trim());
    terminal.err(`  ${fault.en} ${fault.remedyEn}`);
  }
  if (faultsTotal > faults.length) terminal.err(`… ${faultsTotal - faults.length} 条 / more: see the report`);
  const { booked, repeated, held, refused } = counts;
  const sum = total === undefined ? "" : `, total ${total}`;
  terminal.out(
    `${again ? "known already, " : ""}${status}: ${rows} rows${sum}; booked ${booked}, repeated ${repeated}, held ${held}, refused ${refused}; ${sha256}`,
  );
}
