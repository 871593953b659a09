import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import { type CheckReport, checkStatements, coverageOf, type YearCoverage } from "@huimin/service-statements";
import { createStatementRegister } from "@huimin/statement-register";
import { createPrinterPool } from "@huimin/statements";
import type { Command } from "commander";
import { statementOptionsOf } from "../compose/statements.ts";
import type { Platform } from "../types.ts";
import { type CliContext, fileOf, optionsOf, withPlatform } from "./context.ts";
import { CommandRefused, printTable, WrongUsage } from "./output.ts";
import { startProgress } from "./progress.ts";

interface ReportOptions {
  readonly year: string;
  readonly papers?: string;
  readonly pdftotext?: boolean;
  readonly json?: boolean;
}

const yearOf = ({ year }: ReportOptions): number => {
  if (!/^2\d{3}$/.test(year)) throw new WrongUsage(`--year ${year} is not a year`);
  return Number(year);
};

/** `huimin statements coverage` and `check`: who has a statement, and whether the papers say what the books say. */
export function statementReports(statements: Command, context: CliContext): void {
  coverageCommand(statements, context);
  checkCommand(statements, context);
}

const optionsWithRegister = (platform: Platform) => ({ ...statementOptionsOf(platform), register: createStatementRegister(platform.pool) });

function coverageCommand(statements: Command, context: CliContext): void {
  statements
    .command("coverage")
    .description("覆盖情况: by village who has a statement of the year, and who has none and why")
    .requiredOption("--year <year>", "calendar year")
    .option("--papers <dir>", "folder of the printed papers: statements without a file there are told")
    .option("--json", "print JSON")
    .action(async (_options, command: Command) => {
      const given = optionsOf<ReportOptions>(command);
      const year = yearOf(given);
      const papers = given.papers === undefined ? undefined : fileOf(context, given.papers);
      const progress = startProgress("coverage", !given.json);
      const found = await withPlatform(context, (platform) =>
        coverageOf({ year, papers }, optionsWithRegister(platform), ({ done, total }) => progress.update(done, total)),
      ).finally(() => progress.stop());
      if (!found.ok) throw new CommandRefused([found.refusal]);
      if (given.json) context.terminal.out(JSON.stringify(found.value));
      else printCoverage(context, found.value);
    });
}

/** Households printed one by one at most; the JSON has all of them. */
const ENTRIES_PRINTED_MAX = 200;

function printCoverage({ terminal }: CliContext, { year, position, villages, total, entries }: YearCoverage): void {
  terminal.out(`${year} 年度告知书覆盖情况 coverage, as of position ${position}`);
  printTable(
    terminal,
    ["村", "户数", "已出具", "无数据", "未出具", "待补充", "扣留", "未打印"],
    [...villages, { ...total, village: "合计" }].map(({ village, households, covered, lacks }) => [
      village,
      ...[households, covered, lacks.nil, lacks.due, lacks.outdated, lacks.held, lacks.unprinted].map(String),
    ]),
    new Set([1, 2, 3, 4, 5, 6, 7]),
  );
  for (const { household, village, code, reason } of entries.slice(0, ENTRIES_PRINTED_MAX))
    terminal.out(`${household} ${village} ${code ?? ""} ${reason ?? ""}`.trimEnd());
  if (entries.length > ENTRIES_PRINTED_MAX) terminal.out(`… ${entries.length - ENTRIES_PRINTED_MAX} 户 / more (--json)`);
}

/** The text of a PDF as poppler reads it: a reader that shares nothing with us. */
const poppler = (pdf: Buffer): Promise<string> =>
  new Promise((resolve, reject) => {
    const child = spawn("pdftotext", ["-layout", "-", "-"], { stdio: ["pipe", "pipe", "ignore"] });
    const pieces: Buffer[] = [];
    child.stdout.on("data", (piece: Buffer) => pieces.push(piece));
    child.on("error", () => reject(new WrongUsage("--pdftotext: pdftotext is not installed (Debian: poppler-utils)")));
    child.on("close", () => resolve(Buffer.concat(pieces).toString("utf8")));
    child.stdin.end(pdf);
  });

function checkCommand(statements: Command, context: CliContext): void {
  statements
    .command("check")
    .description(
      "核对: extract the text of every statement of the year and compare it with its figures, and these with the household's sheet",
    )
    .requiredOption("--year <year>", "calendar year")
    .option("--papers <dir>", "folder of printed papers; without it they are printed anew")
    .option("--pdftotext", "read them with poppler's pdftotext")
    .option("--json", "print JSON")
    .action(async (_options, command: Command) => {
      const given = optionsOf<ReportOptions>(command);
      const year = yearOf(given);
      const papers = given.papers === undefined ? undefined : fileOf(context, given.papers);
      const progress = startProgress("check", !given.json);
      const report = await withPlatform(context, async (platform) => {
        const options = optionsWithRegister(platform);
        const printer = createPrinterPool({ threads: Math.max(1, availableParallelism() - 1), fallbackFonts: options.fonts().fallback });
        try {
          const reader = given.pdftotext ? { textOf: poppler } : {};
          return await checkStatements({ year, papers }, { ...options, sheets: platform.sheets, printer, ...reader }, ({ done, total }) =>
            progress.update(done, total),
          );
        } finally {
          await printer.close();
        }
      }).finally(() => progress.stop());
      printCheck(context, report, given.json ?? false);
      if (report.faults.length > 0) throw new CommandRefused([]);
    });
}

function printCheck({ terminal }: CliContext, report: CheckReport, json: boolean): void {
  if (json) terminal.out(JSON.stringify(report));
  if (json) return;
  const { year, statements, supplements, amounts, faults } = report;
  terminal.out(`${year}: ${statements} statements, ${supplements} supplements, ${amounts} amounts on paper, ${faults.length} faults`);
  for (const { number, what } of faults) terminal.err(`${number}: ${what}`);
}
