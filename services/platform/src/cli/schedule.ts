import { parseDate } from "@huimin/calendar";
import { DAY_COUNTS, type DayCount, REPAYMENT_METHODS, type RepaymentMethod, scheduleOf } from "@huimin/interest";
import { formatAmount, parseAmount, parsePercent } from "@huimin/money";
import { type Command, Option } from "commander";
import { type CliContext, optionsOf } from "./context.ts";
import { CommandRefused, printTable, WrongUsage } from "./output.ts";

interface ScheduleOptions {
  readonly principal: string;
  readonly rate: string;
  readonly from: string;
  readonly to?: string;
  readonly months?: string;
  readonly method: RepaymentMethod;
  readonly dayCount?: DayCount;
  readonly json?: boolean;
}

/** `huimin schedule`: a repayment schedule from the terms, without a database. */
export function scheduleCommand(program: Command, context: CliContext): void {
  program
    .command("schedule")
    .description("repayment schedule 还款计划 of a loan from its terms (needs no database)")
    .requiredOption("--principal <yuan>", "e.g. 50000.00")
    .requiredOption("--rate <percent>", "percent a year, e.g. 4.75")
    .requiredOption("--from <date>", "day of disbursement")
    .option("--to <date>", "maturity; or")
    .option("--months <n>", "term in months")
    .addOption(new Option("--method <method>", "how it is repaid").choices([...REPAYMENT_METHODS]).default("interest-only-then-bullet"))
    .addOption(
      new Option("--day-count <convention>", "default: 1/12 for monthly methods, actual/360 for the others").choices([...DAY_COUNTS]),
    )
    .option("--json", "print JSON")
    .action((_options, command: Command) => {
      const options = optionsOf<ScheduleOptions>(command);
      const schedule = scheduleOf({
        ...termsOf(options),
        method: options.method,
        ...(options.dayCount === undefined ? {} : { dayCount: options.dayCount }),
      });
      if (!schedule.ok) throw new CommandRefused([schedule.refusal]);
      const { rows, totals, instalment } = schedule.value;
      const printed = {
        rows: rows.map((row) => ({
          nr: row.nr,
          type: row.type,
          from: row.from,
          to: row.to,
          dueOn: row.dueOn,
          days: row.days,
          principal: formatAmount(row.principal),
          interest: formatAmount(row.interest),
          total: formatAmount(row.total),
          balanceAfter: formatAmount(row.balanceAfter),
        })),
        totals: {
          principal: formatAmount(totals.principal),
          interest: formatAmount(totals.interest),
          total: formatAmount(totals.total),
          days: totals.days,
        },
        ...(instalment === undefined ? {} : { instalment: formatAmount(instalment) }),
      };
      if (options.json) context.terminal.out(JSON.stringify(printed));
      else
        printTable(
          context.terminal,
          ["#", "due", "days", "principal", "interest", "total", "balance after"],
          [
            ...printed.rows.map((row) => [
              String(row.nr),
              row.dueOn,
              String(row.days),
              row.principal,
              row.interest,
              row.total,
              row.balanceAfter,
            ]),
            ["", "", String(totals.days), printed.totals.principal, printed.totals.interest, printed.totals.total, ""],
          ],
          new Set([0, 2, 3, 4, 5, 6]),
        );
    });
}

function termsOf(options: ScheduleOptions) {
  const principal = parseAmount(options.principal);
  if (principal === undefined) throw new WrongUsage("--principal takes yuan with two decimals, e.g. 50000.00");
  const annualRatePercent = parsePercent(options.rate);
  if (annualRatePercent === undefined) throw new WrongUsage("--rate takes percent a year, e.g. 4.75");
  const disbursedOn = parseDate(options.from);
  if (disbursedOn === undefined) throw new WrongUsage(`--from ${options.from} is not a date that exists`);
  if ((options.to === undefined) === (options.months === undefined)) throw new WrongUsage("give either --to or --months");
  if (options.months !== undefined) {
    if (!/^[1-9]\d{0,2}$/.test(options.months)) throw new WrongUsage("--months takes a whole number of months");
    return { principal, annualRatePercent, disbursedOn, months: Number(options.months) };
  }
  const maturesOn = parseDate(options.to);
  if (maturesOn === undefined) throw new WrongUsage(`--to ${options.to} is not a date that exists`);
  return { principal, annualRatePercent, disbursedOn, maturesOn };
}
