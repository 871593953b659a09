import { readFile } from "node:fs/promises";
import type { CommandDefinition, Role } from "@huimin/decider";
import { needsSecondPerson, ROLES } from "@huimin/decider";
import { bodyValidator, RefusalError } from "@huimin/http";
import { errorEntry, fillText } from "@huimin/outcome";
import { PAYOUT_FORMATS } from "@huimin/service-dividends";
import {
  ApproveYearEndLists,
  CancelYearEnd,
  ConfirmYearEndAllocation,
  ConfirmYearEndPayout,
  ConfirmYearEndPublicity,
  ConfirmYearEndStatements,
  OpenYearEnd,
} from "@huimin/year-end-run";
import type { Command } from "commander";
import { give } from "../compose/long-lists.ts";
import type { Platform } from "../types.ts";
import { driveYearEnd } from "../year-end/drive.ts";
import { lookAt, type StepStatus, type YearEndStatus } from "../year-end/look.ts";
import { findRun } from "../year-end/read.ts";
import { type CliContext, cliActor, fileOf, optionsOf, withPlatform } from "./context.ts";
import { CommandRefused, type Terminal, WrongUsage } from "./output.ts";
import { startProgress } from "./progress.ts";

interface Common {
  readonly json?: boolean;
  readonly role?: string;
  readonly checker?: string;
}

const yearOf = (text: string): number => {
  if (!/^\d{4}$/.test(text)) throw new WrongUsage(`${text} is not a year (YYYY)`);
  return Number(text);
};

async function refusing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (fault) {
    if (fault instanceof RefusalError) throw new CommandRefused(fault.refusals);
    throw fault;
  }
}

/** A decision given on this machine; afterwards what follows from it is done here, as far as it goes by itself. */
async function decide(context: CliContext, definition: CommandDefinition, body: Record<string, unknown>, options: Common): Promise<void> {
  const invalid = bodyValidator(definition.schema)(body);
  if (invalid.length > 0) throw new CommandRefused(invalid);
  const role = options.role ?? definition.roles[0];
  if (!(ROLES as readonly string[]).includes(role ?? "")) throw new WrongUsage(`--role ${options.role} is no role`);
  if (needsSecondPerson(definition) && options.checker === undefined) throw new WrongUsage("this needs a second person: --checker <user>");
  const meta = {
    ...{ actor: cliActor(), role: role as Role, channel: "system" as const },
    ...(options.checker === undefined ? {} : { checker: options.checker }),
  };
  const status = await withPlatform(context, (platform) =>
    refusing(async () => {
      const answer = await give({ platform, meta }, definition, body);
      return goOn(platform, { year: Number(answer.year), run: Number(answer.run) }, !options.json);
    }),
  );
  print(context.terminal, status, options.json);
}

/** Does what may be done now and answers where the run stands. */
async function goOn(platform: Platform, of: { readonly year: number; readonly run: number }, shown: boolean): Promise<YearEndStatus> {
  let bar: { readonly step: string; readonly progress: ReturnType<typeof startProgress> } | undefined;
  await driveYearEnd(platform, of, (step, done, total) => {
    if (bar?.step !== step) {
      bar?.progress.stop();
      bar = { step, progress: startProgress(step, shown) };
    }
    bar.progress.update(done, total);
  }).finally(() => bar?.progress.stop());
  return lookAt(platform, await findRun(platform, of.year, of.run));
}

const SIGNS: Readonly<Record<StepStatus["state"], string>> = {
  done: "✓",
  working: "▶",
  ready: "·",
  waiting: "…",
  blocked: "✗",
  later: " ",
  cancelled: "-",
};
/** Items shown of a step; all of them with --json. */
const ERRORS_SHOWN_MAX = 20;

function print(terminal: Terminal, status: YearEndStatus, json: boolean | undefined): void {
  if (json) {
    terminal.out(JSON.stringify(status));
    return;
  }
  const { money } = status;
  terminal.out(`年终兑付 year-end ${status.run}: ${status.state}`);
  terminal.out(`应发 ${money.entitled}  已发 ${money.paid}  在途 ${money.inTransit}  未发 ${money.unpaidAmount}`);
  for (const step of status.steps) printStep(terminal, step);
  for (const one of status.banks)
    terminal.out(
      `  ${one.bank}: ${one.batches} 批 batches, ${one.submitted} 笔, 成功 ${one.succeeded}, 失败 ${one.failed}, 退票 ${one.returned}, 在途 ${one.open}`,
    );
  if (status.cancelled)
    terminal.out(`已中止 cancelled: ${status.cancelled.reason}. ${status.cancelled.stands.zh} ${status.cancelled.stands.en}`);
  if (status.archive) terminal.out(`档案 archive: ${status.archive.statements} statements, SHA256SUMS ${status.archive.indexHash}`);
  terminal.out(`文件 files: ${status.folder}`);
}

function printStep(
  terminal: Terminal,
  { state, number, zh, en, done, of, unit, waitsFor, perSecond, secondsLeft, errors, errorCount }: StepStatus,
): void {
  const speed = perSecond === undefined ? "" : `, ${perSecond}/s, ${secondsLeft} s`;
  terminal.out(`${SIGNS[state]} ${number} ${zh} ${en}  ${state === "later" ? "" : `${done}/${of} ${unit}${speed}`}`.trimEnd());
  if (waitsFor && state === "waiting") {
    terminal.out(`    等待 ${waitsFor.zh}（${waitsFor.who}）  waits for ${waitsFor.en}`);
    if (waitsFor.command) terminal.out(`    → ${waitsFor.command}`);
  }
  if (state === "later") return;
  for (const { item, household, code, details } of errors.slice(0, ERRORS_SHOWN_MAX)) {
    const entry = errorEntry(code);
    const text = entry ? `${fillText(entry.zh, details)} ${fillText(entry.remedyZh, details)}` : "";
    terminal.out(`    ! ${item} ${household ?? ""} ${code} ${text}`.replace(/ +/g, " ").trimEnd());
  }
  if (errorCount > ERRORS_SHOWN_MAX) terminal.out(`    … ${errorCount - ERRORS_SHOWN_MAX} 项 / more (--json)`);
}

const DECISIONS: Readonly<Record<string, CommandDefinition>> = {
  publicity: ConfirmYearEndPublicity,
  approval: ApproveYearEndLists,
  allocation: ConfirmYearEndAllocation,
  payout: ConfirmYearEndPayout,
  statements: ConfirmYearEndStatements,
};

interface OpenOptions extends Common {
  readonly plan?: string;
  readonly pool?: readonly string[];
  readonly bank?: readonly string[];
  readonly snapshot?: string;
  readonly from?: string;
  readonly to?: string;
  readonly place?: string;
}

/** `K1`, `K1:5000`, `K1:5000:xlsx` or `K1::xlsx`: a bank with the rows of its files and their form. */
function bankOf(text: string): { readonly bank: string; readonly rows?: number; readonly format?: string } {
  const [bank = "", rows = "", format = ""] = text.split(":");
  if (rows !== "" && !/^[1-9]\d{0,4}$/.test(rows)) throw new WrongUsage(`--bank ${text}: rows of a file are a number`);
  if (format !== "" && !(PAYOUT_FORMATS as readonly string[]).includes(format))
    throw new WrongUsage(`--bank ${text}: files are ${PAYOUT_FORMATS.join(", ")}`);
  return { bank, ...(rows === "" ? {} : { rows: Number(rows) }), ...(format === "" ? {} : { format }) };
}

async function planOf(context: CliContext, year: number, options: OpenOptions): Promise<Record<string, unknown>> {
  if (options.plan !== undefined) {
    const text = await readFile(fileOf(context, options.plan), "utf8").catch(() => {
      throw new WrongUsage(`${options.plan} can't be read`);
    });
    try {
      return { ...(JSON.parse(text) as Record<string, unknown>), year };
    } catch {
      throw new WrongUsage(`${options.plan} is not JSON`);
    }
  }
  const { pool, bank, snapshot, from, to, place } = options;
  if (!pool || !bank) throw new WrongUsage("name the pools (--pool) and the banks (--bank), or a --plan");
  if ((from === undefined) !== (to === undefined)) throw new WrongUsage("--from and --to go together");
  return {
    year,
    pools: pool.map((one) => ({ pool: one })),
    banks: bank.map(bankOf),
    ...(snapshot === undefined ? {} : { snapshot }),
    ...(from === undefined ? {} : { publicity: { from, to, ...(place === undefined ? {} : { place }) } }),
  };
}

/** `huimin year-end open|status|continue|confirm|cancel YEAR`: 年终兑付. Beside `huimin year-end YEAR`, the transfer of the books. */
export function yearEndCommands(program: Command, context: CliContext): void {
  const yearEnd = program.commands.find((command) => command.name() === "year-end") ?? program.command("year-end");
  yearEnd
    .command("open <year>")
    .description("open the year-end run 开启年终兑付: snapshot and lists are made at once")
    .option("--pool <pool...>", "pools that are paid")
    .option(
      "--bank <bank...>",
      "who pays, K1, K1:5000 with the rows of a file, K1:5000:xlsx with its form; the first also pays on accounts of every other bank",
    )
    .option("--snapshot <date>", "eligibility 资格快照日; default: 30 November")
    .option("--from <date>", "first day of publicity; default: 11 December")
    .option("--to <date>", "last day of publicity; default: 20 December")
    .option("--place <text>", "where the lists hang out")
    .option("--plan <file>", "all of it as JSON, as POST /api/v1/year-end/open takes it")
    .option("--role <role>", "in which role")
    .option("--json", "print JSON")
    .action(async (text: string, _options, command: Command) => {
      const options = optionsOf<OpenOptions>(command);
      await decide(context, OpenYearEnd, await planOf(context, yearOf(text), options), options);
    });
  yearEnd
    .command("confirm <step> <year>")
    .description(`decide a step: ${Object.keys(DECISIONS).join(", ")}; what follows is done at once`)
    .option("--role <role>", "in which role; default: the first that may")
    .option("--checker <user>", "the second person, for allocation and payout")
    .option("--issued-on <date>", "day printed on the statements")
    .option("--large-print", "statements in larger type 大字版")
    .option("--two-copies", "statements in two copies 两联")
    .option("--json", "print JSON")
    .action(async (step: string, text: string, _options, command: Command) => {
      const options = optionsOf<Common & { issuedOn?: string; largePrint?: boolean; twoCopies?: boolean }>(command);
      const definition = DECISIONS[step];
      if (!definition) throw new WrongUsage(`${step} is not one of ${Object.keys(DECISIONS).join(", ")}`);
      const { issuedOn, largePrint, twoCopies } = options;
      const paper = { ...(issuedOn ? { issuedOn } : {}), ...(largePrint ? { largePrint } : {}), ...(twoCopies ? { twoCopies } : {}) };
      await decide(context, definition, { year: yearOf(text), ...(step === "statements" ? paper : {}) }, options);
    });
  yearEnd
    .command("status <year>")
    .description("where the run stands: steps, what is waited for, items that could not be done 进度")
    .option("--run <number>", "which run of the year; default: the last")
    .option("--json", "print JSON")
    .action(async (text: string, _options, command: Command) => {
      const options = optionsOf<Common & { run?: string }>(command);
      if (options.run !== undefined && !/^[1-9]\d?$/.test(options.run)) throw new WrongUsage(`--run ${options.run} is not a number`);
      const run = options.run === undefined ? undefined : Number(options.run);
      const status = await withPlatform(context, (platform) =>
        refusing(async () => lookAt(platform, await findRun(platform, yearOf(text), run))),
      );
      print(context.terminal, status, options.json);
    });
  yearEnd
    .command("continue <year>")
    .description("do what may be done now, in this process 继续: after a fault, or after an item's cause was removed")
    .option("--json", "print JSON")
    .action(async (text: string, _options, command: Command) => {
      const options = optionsOf<Common>(command);
      const status = await withPlatform(context, (platform) =>
        refusing(async () => {
          const { run } = await findRun(platform, yearOf(text));
          return goOn(platform, { year: yearOf(text), run: run.plan.is.run }, !options.json);
        }),
      );
      print(context.terminal, status, options.json);
    });
  yearEnd
    .command("cancel <year>")
    .description("stop before the next item 中止; what is with a bank stays with it")
    .requiredOption("--reason <text>", "why")
    .option("--role <role>", "FIN-R or FIN-M")
    .option("--json", "print JSON")
    .action(async (text: string, _options, command: Command) => {
      const options = optionsOf<Common & { reason: string }>(command);
      await decide(context, CancelYearEnd, { year: yearOf(text), reason: options.reason }, options);
    });
}
