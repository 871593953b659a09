import { shanghaiDate } from "@huimin/calendar";
import { ClosePeriod, type CloseStep, closable, type PeriodSeal, TransferYearEnd } from "@huimin/period";
import { readPeriods, verifyClosedPeriods } from "@huimin/service-ledger";
import type { Command } from "commander";
import type { Platform } from "../types.ts";
import { type CliContext, cliActor, optionsOf, withPlatform } from "./context.ts";
import { CommandRefused, type Terminal, WrongUsage } from "./output.ts";
import { startProgress } from "./progress.ts";

interface CloseOptions {
  readonly dryRun?: boolean;
  readonly verify?: boolean;
  readonly json?: boolean;
}

const MONTH = /^\d{4}-(0[1-9]|1[0-2])$/;

/** close-period, year-end: 结账 and 年末结转. */
export function periodCommands(program: Command, context: CliContext): void {
  program
    .command("close-period [month]")
    .description("close a month (and every earlier one) for ever 结账: steps, lock, seal, signed checkpoint")
    .option("--dry-run", "only show what each step finds 试运行")
    .option("--verify", "compare closed months with their seals, from the log alone 核对已结账期间; without a month: all")
    .option("--json", "print JSON")
    .action(async (month: string | undefined, _options, command: Command) => {
      const options = optionsOf<CloseOptions>(command);
      if (month !== undefined && !MONTH.test(month)) throw new WrongUsage(`${month} is not a month (YYYY-MM)`);
      if (options.verify) return verify(context, month, options);
      if (month === undefined) throw new WrongUsage("name the month to close (YYYY-MM)");
      await withPlatform(context, (platform) => (options.dryRun ? dryRun : close)(platform, month, options, context.terminal));
    });
  program
    .command("year-end [year]")
    .description("with a year alone 年末结转: income and expense through 3301 and 3302 to 3001, in December; needs a second person")
    .option("--checker <actor>", "who checked it 审核人 (another person)")
    .option("--json", "print JSON")
    .action(async (text: string | undefined, _options, command: Command) => {
      const options = optionsOf<{ checker?: string; json?: boolean }>(command);
      const { checker } = options;
      if (text === undefined) throw new WrongUsage("name the year (YYYY), or one of open, confirm, status, continue, cancel");
      if (checker === undefined) throw new WrongUsage("the transfer needs a second person: --checker <actor>");
      if (!/^\d{4}$/.test(text)) throw new WrongUsage(`${text} is not a year (YYYY)`);
      const outcome = await withPlatform(context, (platform) =>
        platform.table
          .handlerOf(TransferYearEnd.name)
          .execute(
            TransferYearEnd,
            { fiscalYear: Number(text) },
            { actor: cliActor(), role: "FIN-M", checker, channel: "system", period: `${text}-12` },
          ),
      );
      if (outcome.kind === "refused" || outcome.kind === "key-conflict") throw new CommandRefused([outcome.refusal]);
      const answer = outcome.answer as { surplus: string; accounts: number };
      context.terminal.out(
        options.json
          ? JSON.stringify({ ...answer, position: outcome.lastPosition })
          : `${text}: 本期盈余 surplus ${answer.surplus}, ${answer.accounts} accounts; position ${outcome.lastPosition}`,
      );
    });
}

async function dryRun(platform: Platform, month: string, options: CloseOptions, terminal: Terminal): Promise<void> {
  const state = await readPeriods(platform.store, platform.district);
  const allowed = closable(state, { period: month, today: shanghaiDate(platform.clock()) });
  if (!allowed.ok) throw new CommandRefused([allowed.refusal]);
  const { closing, atHead } = platform.desk;
  const facts = await closing.facts({ period: month, after: state.lastClosed ?? "" }, atHead);
  const blocked = facts.steps.some(({ status }) => status === "blocked");
  if (options.json) terminal.out(JSON.stringify({ period: month, closable: !blocked, ...facts }));
  else {
    printSteps(terminal, facts.steps);
    printSeals(terminal, facts.seals);
    terminal.out(blocked ? `${month}: 不能结账 cannot be closed` : `${month}: 可以结账 can be closed`);
  }
  if (blocked) throw new CommandRefused([]);
}

async function close(platform: Platform, month: string, options: CloseOptions, terminal: Terminal): Promise<void> {
  const outcome = await platform.table
    .handlerOf(ClosePeriod.name)
    .execute(ClosePeriod, { period: month }, { actor: cliActor(), role: "FIN-R", channel: "system" });
  if (outcome.kind === "refused" || outcome.kind === "key-conflict") throw new CommandRefused([outcome.refusal]);
  const answer = outcome.answer as { steps: { step: string; status: string; findings: number }[]; seals: PeriodSeal[] };
  const checkpoint = await platform.desk.checkpoint();
  if (options.json)
    return terminal.out(JSON.stringify({ ...answer, position: outcome.lastPosition, ...(checkpoint === undefined ? {} : { checkpoint }) }));
  for (const { step, status, findings } of answer.steps) if (status === "warning") terminal.out(`! ${step}: ${findings}`);
  printSeals(terminal, answer.seals);
  terminal.out(`closed ${month}; position ${outcome.lastPosition}`);
  if (checkpoint !== undefined) terminal.out(`检查点 checkpoint: ${checkpoint.size} events, root ${checkpoint.root}`);
}

async function verify(context: CliContext, month: string | undefined, options: CloseOptions): Promise<void> {
  const progress = startProgress("verify", !options.json);
  const found = await withPlatform(
    context,
    ({ store, district }) => verifyClosedPeriods({ store, district, onProgress: (done, total) => progress.update(done, total) }),
    { project: false },
  );
  progress.stop();
  const months = month === undefined ? found : found.filter(({ period }) => period === month);
  if (months.length === 0)
    throw new WrongUsage(month === undefined ? "no closed month has a seal" : `${month} is not closed, or has no vouchers`);
  const changed = months.filter(({ differences }) => differences.length > 0);
  if (options.json) context.terminal.out(JSON.stringify({ verified: months.length, changed: changed.length, months }));
  else {
    for (const { period, differences } of months)
      context.terminal.out(differences.length === 0 ? `${period}: 未改动 unchanged` : `${period}: ✗ ${differences.join("; ")}`);
  }
  if (changed.length > 0) throw new CommandRefused([]);
}

const SIGNS: Readonly<Record<CloseStep["status"], string>> = { passed: "✓", warning: "!", blocked: "✗", skipped: "-" };

function printSteps(terminal: Terminal, steps: readonly CloseStep[]): void {
  for (const [index, { status, zh, en, findings }] of steps.entries()) {
    terminal.out(`${SIGNS[status]} ${index + 1} ${zh} ${en}`);
    for (const finding of findings) terminal.out(`    ${finding}`);
  }
}

function printSeals(terminal: Terminal, seals: readonly PeriodSeal[]): void {
  for (const { period, books } of seals)
    for (const { book, vouchers, lines, total, hash } of books)
      terminal.out(`  ${period} ${book}: ${vouchers} 张凭证 vouchers, ${lines} lines, ${total}, sha256 ${hash}`);
}
