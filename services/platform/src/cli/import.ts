import { readFile } from "node:fs/promises";
import { parseDate, shanghaiDate } from "@huimin/calendar";
import { type ImportReport, importHouseholds } from "@huimin/service-registry";
import type { Command } from "commander";
import type { Platform } from "../platform.ts";
import { type CliContext, cliActor, fileOf, optionsOf, withPlatform } from "./context.ts";
import { importBankFiles } from "./import-bank-files.ts";
import { CommandRefused, WrongUsage } from "./output.ts";
import { startProgress } from "./progress.ts";

interface ImportOptions {
  readonly goodRows?: boolean;
  readonly dryRun?: boolean;
  readonly valueDate?: string;
  readonly json?: boolean;
}

/** Faults printed at most; the JSON form has a thousand. */
const FAULTS_PRINTED_MAX = 50;

/** `huimin import households FILE`: the register from CSV (UTF-8, GB 18030) or Excel. */
export function importCommands(program: Command, context: CliContext): void {
  const parent = program.command("import").description("import files");
  importBankFiles(parent, context);
  parent
    .command("households <file>")
    .description("import households from CSV or .xlsx, one row a person; nothing is registered unless every row is right")
    .option("--good-rows", "take the households without a fault, leave the others")
    .option("--dry-run", "check only")
    .option("--value-date <date>", "for rows without 登记日期; default today")
    .option("--json", "print JSON")
    .action(async (name: string, _options, command: Command) => {
      const options = optionsOf<ImportOptions>(command);
      if (options.valueDate !== undefined && parseDate(options.valueDate) === undefined)
        throw new WrongUsage(`--value-date ${options.valueDate} is not a date that exists`);
      const bytes = await readFile(fileOf(context, name)).catch(() => undefined);
      if (!bytes) throw new WrongUsage(`${name} can't be read`);
      const report = await withPlatform(context, (platform) => run(platform, bytes, options));
      if (options.json) context.terminal.out(JSON.stringify(report));
      else print(context, report);
      if (report.outcome === "refused") throw new CommandRefused([]);
    });
}

async function run(platform: Platform, bytes: Uint8Array, options: ImportOptions): Promise<ImportReport> {
  const today = shanghaiDate(platform.clock());
  const progress = startProgress("import", !options.json);
  try {
    return await importHouseholds(
      bytes,
      {
        today,
        valueDate: options.valueDate ?? today,
        goodRows: options.goodRows ?? false,
        dryRun: options.dryRun ?? false,
        onProgress: ({ done, of }) => progress.update(done, of),
      },
      {
        district: platform.district,
        vault: platform.vault,
        view: platform.registry,
        record: async (definition, body, key) => {
          const meta = {
            actor: cliActor(),
            role: "POV" as const,
            channel: "import" as const,
            keys: [{ client: `import:${cliActor()}`, key }],
          };
          const outcome = await platform.table.handlerOf(definition.name).execute(definition, body, meta);
          if (outcome.kind === "refused" || outcome.kind === "key-conflict") return { ok: false, refusal: outcome.refusal };
          return { ok: true, value: { position: outcome.lastPosition } };
        },
      },
    );
  } finally {
    progress.stop();
  }
}

function print({ terminal }: CliContext, report: ImportReport): void {
  for (const fault of report.faults.slice(0, FAULTS_PRINTED_MAX)) {
    const place = [fault.row === undefined ? "" : `第${fault.row}行/row ${fault.row}`, fault.column ?? ""]
      .filter((part) => part !== "")
      .join(" ");
    terminal.err(`${place} ${fault.code}: ${fault.zh} ${fault.remedyZh}`.trim());
    terminal.err(`  ${fault.en} ${fault.remedyEn}`);
  }
  if (report.faultsTotal > FAULTS_PRINTED_MAX) terminal.err(`… ${report.faultsTotal - FAULTS_PRINTED_MAX} 条 / more`);
  terminal.out(
    `${report.outcome}: ${report.registered.households} households, ${report.registered.people} people registered of ${report.found.households} and ${report.found.people} found; ${report.faultsTotal} faults`,
  );
}
