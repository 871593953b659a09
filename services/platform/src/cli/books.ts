import {
  ACCOUNTS,
  accountsUnder,
  BOOKS,
  type Book,
  DIMENSIONS,
  type Dimension,
  printAmount,
  printedCode,
  type TrialBalanceQuestion,
} from "@huimin/books";
import { lastDayOfMonth, parseDate, shanghaiDate } from "@huimin/calendar";
import { printBalance, printSheet } from "@huimin/service-ledger";
import { type Command, Option } from "commander";
import type { Platform } from "../platform.ts";
import { type AxesOptions, axesOf, withAxes } from "./axes.ts";
import { type CliContext, optionsOf, withPlatform } from "./context.ts";
import { CommandRefused, printTable, WrongUsage } from "./output.ts";

const bookOption = (): Option => new Option("--book <book>", "G main, M memorandum, Q shares").choices([...BOOKS]);

interface BalancesOptions extends AxesOptions {
  readonly book?: Book;
  readonly account?: string;
  readonly household?: string;
  readonly by?: string;
  readonly dim?: readonly string[];
  readonly fiscalYear?: string;
  readonly beforeTransfers?: boolean;
}

export function bookCommands(program: Command, context: CliContext): void {
  accountsCommand(program, context);
  withAxes(
    program
      .command("balances")
      .description("balances of accounts, by dimension where asked for")
      .addOption(bookOption())
      .option("--account <code>", "code or the head of codes, e.g. 2303.01 or 1002")
      .option("--household <no>", "of this household")
      .option("--dim <name=value...>", "of these dimensions, e.g. loan=L001 bank=K1")
      .option("--by <dimensions>", "list by these dimensions, comma-separated")
      .option("--fiscal-year <year>", "only the movement of this fiscal year: for income, expense, 3001 and 3501")
      .option("--before-transfers", "结转前: without the transfers at the end of the year"),
  ).action(async (_options, command: Command) => {
    const options = optionsOf<BalancesOptions>(command);
    const rows = await withPlatform(context, (platform) => balances(platform, options));
    if (options.json) context.terminal.out(JSON.stringify({ rows }));
    else
      printTable(
        context.terminal,
        ["科目/account", "", "dims", "debit", "credit", "side", "balance"],
        rows.map((row) => [row.code, row.zh, dimsText(row.dims), row.debit, row.credit, row.side, row.amount]),
        new Set([3, 4, 6]),
      );
  });
  withAxes(
    program
      .command("trial-balance")
      .description("trial balance by period, or by value date with --as-of")
      .addOption(bookOption())
      .option("--from <month>", "first month of the movement (YYYY-MM)")
      .option("--through <month>", "last month")
      .option("--since <date>", "with --as-of: first day of the movement"),
  ).action(async (_options, command: Command) => {
    const options = optionsOf<TrialOptions>(command);
    const trial = await withPlatform(context, (platform) => trialBalance(platform, options));
    if (options.json) context.terminal.out(JSON.stringify(trial));
    else {
      printTable(
        context.terminal,
        ["科目/account", "", "opening", "debit", "credit", "closing"],
        trial.rows.map((row) => [row.code, row.zh, row.opening, row.debit, row.credit, row.closing]),
        new Set([2, 3, 4, 5]),
      );
      for (const [book, total] of Object.entries(trial.totals))
        context.terminal.out(`${book}: ${total.debit} / ${total.credit}${total.debit === total.credit ? "" : "  ✗"}`);
    }
    if (Object.values(trial.totals).some((total) => total.debit !== total.credit)) throw new CommandRefused([]);
  });
  withAxes(program.command("sheet <household>").description("everything of one household 一户全貌")).action(
    async (household: string, _options, command: Command) => {
      const options = optionsOf<AxesOptions>(command);
      const sheet = await withPlatform(context, (platform) =>
        platform.sheets.sheet({ district: platform.district, household, today: shanghaiDate(platform.clock()), ...axesOf(options) }),
      );
      if (sheet.status === "unknown" && sheet.lines.length === 0)
        throw new CommandRefused([{ code: "HOUSEHOLD_NOT_FOUND", details: { household } }]);
      const printed = printSheet(sheet);
      if (options.json) context.terminal.out(JSON.stringify(printed));
      else printSheetText(context, printed);
    },
  );
}

/** accounts: 科目表 of a day, and which codes changed between two. */
function accountsCommand(program: Command, context: CliContext): void {
  program
    .command("accounts")
    .description("chart of accounts 科目表 as printed on a day; with --changed-since, the mapping of codes that changed")
    .option("--as-of <date>", "day (YYYY-MM-DD)")
    .option("--changed-since <date>", "only accounts whose code on --as-of is another than on this day")
    .option("--json", "print JSON")
    .action(async (_options, command: Command) => {
      const { asOf, changedSince, json } = optionsOf<{ asOf?: string; changedSince?: string; json?: boolean }>(command);
      for (const day of [asOf, changedSince])
        if (day !== undefined && parseDate(day) === undefined) throw new WrongUsage(`${day} is not a date that exists`);
      const on = asOf ?? shanghaiDate(Date.now());
      const rows = ACCOUNTS.filter((one) => changedSince === undefined || printedCode(one, changedSince) !== printedCode(one, on)).map(
        (one) => ({
          id: one.id,
          book: one.book,
          code: printedCode(one, on),
          ...(changedSince === undefined ? {} : { codeBefore: printedCode(one, changedSince) }),
          zh: one.zh,
          en: one.en,
        }),
      );
      if (json) context.terminal.out(JSON.stringify({ asOf: on, accounts: rows }));
      else
        printTable(
          context.terminal,
          ["科目/account", ...(changedSince === undefined ? [] : [`${changedSince}`]), "", "book", ""],
          rows.map((row) => [row.code, ...(row.codeBefore === undefined ? [] : [row.codeBefore]), row.zh, row.book, row.en]),
          new Set(),
        );
    });
}

const dimsText = (dims: Readonly<Record<string, string | undefined>>): string =>
  Object.entries(dims)
    .map(([name, value]) => `${name}=${value}`)
    .join(" ");

async function balances(platform: Platform, options: BalancesOptions) {
  const axes = axesOf(options);
  const by = (options.by ?? "").split(",").filter((name) => name !== "");
  const unknown = by.find((name) => !(DIMENSIONS as readonly string[]).includes(name));
  if (unknown !== undefined) throw new WrongUsage(`--by ${unknown} is not a dimension: ${DIMENSIONS.join(", ")}`);
  const dims: Record<string, string> = options.household === undefined ? {} : { household: options.household };
  for (const pair of options.dim ?? []) {
    const [name = "", ...value] = pair.split("=");
    if (!(DIMENSIONS as readonly string[]).includes(name) || value.length === 0)
      throw new WrongUsage(`--dim ${pair}: give dimension=value, one of ${DIMENSIONS.join(", ")}`);
    dims[name] = value.join("=");
  }
  const accounts = options.account === undefined ? ACCOUNTS : accountsUnder(options.account);
  if (accounts.length === 0 || !ACCOUNTS.includes(accounts[0] as never))
    throw new WrongUsage(`--account ${options.account} is not in the chart`);
  if (options.fiscalYear !== undefined && !/^\d{4}$/.test(options.fiscalYear))
    throw new WrongUsage(`--fiscal-year ${options.fiscalYear} is not a year (YYYY)`);
  const year = options.fiscalYear === undefined ? {} : { year: Number(options.fiscalYear) };
  const transfers = options.beforeTransfers ? { beforeTransfers: true } : {};
  const onDate = options.asOf ?? shanghaiDate(platform.clock());
  const rows = [];
  for (const account of accounts.filter((one) => options.book === undefined || one.book === options.book)) {
    const question = { district: platform.district, account: account.id, dims, ...year, ...transfers, ...axes };
    const details =
      by.length > 0
        ? await platform.books.details({ ...question, by: by as Dimension[] })
        : [{ dims, balance: await platform.books.balance(question) }];
    for (const detail of details) {
      if (detail.balance.debit === 0n && detail.balance.credit === 0n && options.account === undefined) continue;
      rows.push({
        book: account.book,
        code: printedCode(account, onDate),
        zh: account.zh,
        dims: detail.dims as Record<string, string>,
        ...printBalance(account.book, detail.balance),
      });
    }
  }
  return rows;
}

interface TrialOptions extends AxesOptions {
  readonly book?: Book;
  readonly from?: string;
  readonly through?: string;
  readonly since?: string;
}

async function trialBalance(platform: Platform, options: TrialOptions) {
  const { asOf, ...known } = axesOf(options);
  for (const month of [options.from, options.through])
    if (month !== undefined && !/^\d{4}-(0[1-9]|1[0-2])$/.test(month)) throw new WrongUsage(`${month} is not a month (YYYY-MM)`);
  if (asOf === undefined && options.since !== undefined) throw new WrongUsage("--since needs --as-of");
  const span = asOf === undefined ? { from: options.from, through: options.through } : { asOf, since: options.since };
  const trial = await platform.books.trialBalance({
    district: platform.district,
    book: options.book,
    ...known,
    ...span,
  } as TrialBalanceQuestion);
  const onDate = asOf ?? (options.through === undefined ? shanghaiDate(platform.clock()) : lastDayOfMonth(`${options.through}-01`));
  const rows = trial.rows.map(({ account, opening, debit, credit, closing }) => ({
    book: account.book,
    code: printedCode(account, onDate),
    zh: account.zh,
    opening: printAmount(account.book, opening),
    debit: printAmount(account.book, debit),
    credit: printAmount(account.book, credit),
    closing: printAmount(account.book, closing),
  }));
  const totals = Object.fromEntries(
    BOOKS.map((book) => [
      book,
      { debit: printAmount(book, trial.totals[book].debit), credit: printAmount(book, trial.totals[book].credit) },
    ]),
  );
  return { rows, totals };
}

function printSheetText({ terminal }: CliContext, sheet: ReturnType<typeof printSheet>): void {
  terminal.out(`${sheet.household}  ${sheet.village ?? ""}  ${sheet.status}`);
  for (const member of sheet.members) terminal.out(`  ${member.head ? "户主" : member.relation}  ${member.maskedName ?? member.personId}`);
  terminal.out("");
  for (const [name, amount] of Object.entries(sheet.figures)) terminal.out(`  ${name}: ${amount}`);
  terminal.out("");
  printTable(
    terminal,
    ["loan", "bank", "drawn", "principal", "rate", "due", "interest open"],
    sheet.loans.map((loan) => [loan.loan, loan.bank, loan.drawn, loan.principal, loan.annualRate, loan.due, loan.interestOpen]),
    new Set([2, 3, 4, 6]),
  );
  terminal.out("");
  for (const entry of sheet.timeline)
    terminal.out(`  ${entry.valueDate}  #${entry.position}  ${entry.zh} ${entry.loan ?? ""} ${entry.amount ?? ""}`);
}
