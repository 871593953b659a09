import { parseDate, shanghaiDate } from "@huimin/calendar";
import { PAGE_MAX, RefusalError } from "@huimin/http";
import { CloseBankDay } from "@huimin/reconciliation";
import { deskParts, type FundAccount } from "@huimin/reconciliation/events";
import { ageing, fundAccounts } from "@huimin/reconciliation-view";
import {
  accountDay,
  accountSource,
  banksOf,
  claimsOf,
  listedUnclaimed,
  portfolioOf,
  printAgeing,
  printClaimDifference,
  printClaims,
  printDesk,
  printDifference,
  printPortfolio,
  printPortfolioDifference,
  type ReadingSources,
} from "@huimin/service-reconciliation";
import type { Command } from "commander";
import type { Platform } from "../platform.ts";
import { type CliContext, cliActor, optionsOf, withPlatform } from "./context.ts";
import { CommandRefused, printTable, WrongUsage } from "./output.ts";

interface Options {
  readonly bank?: string;
  readonly day?: string;
  readonly quarter?: string;
  readonly json?: boolean;
}

const sourcesOf = ({ pool, books, portfolio, store, district }: Platform): ReadingSources => ({
  db: pool,
  books,
  portfolio,
  store,
  district,
});

function dayOf(platform: Platform, { day }: Options): string {
  if (day !== undefined && parseDate(day) === undefined) throw new WrongUsage(`--day ${day} is not a date that exists`);
  return day ?? shanghaiDate(platform.clock());
}

/** `1002.03-K1`, or `1002.03` where it stands at one bank only. */
async function deskNamed({ pool, district }: Platform, name: string, on: string): Promise<string> {
  if (deskParts(name)?.kind === "account") return name;
  const found = (await fundAccounts(pool, district, on)).filter(({ account }) => account === name);
  if (found.length === 1) return `${name}-${found[0]?.bank}`;
  const banks = found.map(({ bank }) => `${name}-${bank}`).join(", ");
  throw new WrongUsage(
    found.length === 0 ? `${name} stands at no bank: bind it first` : `${name} stands at several banks: name one of ${banks}`,
  );
}

/** Refusals of the reading side are told like those of commands. */
async function told<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (fault) {
    if (fault instanceof RefusalError) throw new CommandRefused(fault.refusals);
    throw fault;
  }
}

/** Prints as a table or as JSON, and ends with code 1 when something is unexplained. */
function show(
  { terminal }: CliContext,
  { json }: Options,
  of: { readonly summary: { readonly unexplained: number }; readonly items: readonly object[]; readonly header: readonly string[] },
  rows: readonly (readonly string[])[],
  right: ReadonlySet<number>,
): void {
  if (json) terminal.out(JSON.stringify({ ...of.summary, items: of.items }));
  else {
    if (rows.length > 0) printTable(terminal, of.header, rows, right);
    terminal.out(
      Object.entries(of.summary)
        .map(([name, value]) => `${name} ${String(value)}`)
        .join("; "),
    );
  }
  if (of.summary.unexplained > 0) throw new CommandRefused([]);
}

/** `huimin reconcile …` and `huimin close-day`: 对账 and 银行日结. */
export function reconcileCommands(program: Command, context: CliContext): void {
  const parent = program.command("reconcile").description("where bank and books disagree; exit 1 when something is unexplained");
  parent
    .command("statement <account>")
    .description("a bank's statement against the books, e.g. 1002.03 or 1002.02-K1")
    .option("--day <date>", "end of this day; default today")
    .option("--json", "print JSON")
    .action(async (account: string, _options, command: Command) => {
      const options = optionsOf<Options>(command);
      const day = await told(
        withPlatform(context, async (platform) => {
          const on = dayOf(platform, options);
          const sources = sourcesOf(platform);
          return accountDay(sources, accountSource(sources, await deskNamed(platform, account, on)), on);
        }),
      );
      const items = day.differences.map((one) => printDifference(one, "office"));
      const rows = items.map(({ since, kind, status, amount, age, items: parts, explanation, id }) => [
        since,
        kind,
        status,
        amount,
        String(age),
        parts.map(({ serial, order, position }) => serial ?? order ?? (position === undefined ? "" : `#${position}`)).join(" "),
        explanation ? `${explanation.reason} ${explanation.clearBy ?? ""}`.trim() : "",
        id,
      ]);
      const header = ["日期/since", "差异/kind", "状态/status", "金额/amount", "账龄/age", "流水/serial", "说明/explained", "id"];
      show(context, options, { summary: printDesk(day), items, header }, rows, new Set([3, 4]));
    });
  portfolioCommand(parent, context);
  claimsCommand(parent, context);
  unclaimedCommand(parent, context);
  ageingCommand(parent, context);
  closeDayCommand(program, context);
}

function portfolioCommand(parent: Command, context: CliContext): void {
  parent
    .command("portfolio")
    .description("a bank's portfolio file 贷款余额对账文件 against our loans as of its day")
    .requiredOption("--bank <bank>", "whose file")
    .option("--day <date>", "the file of this day; default its last")
    .option("--json", "print JSON")
    .action(async (_options, command: Command) => {
      const options = optionsOf<Options & { readonly bank: string }>(command);
      const found = await told(
        withPlatform(context, (platform) => {
          const on = shanghaiDate(platform.clock());
          if (options.day !== undefined) dayOf(platform, options);
          return portfolioOf(sourcesOf(platform), options.bank, options.day, on);
        }),
      );
      const items = found.differences.map((one) => printPortfolioDifference(one, "office"));
      const rows = items.map(({ loan, field, kind, theirs = "", ours = "", amount = "", status, cause, id }) => [
        loan,
        field,
        kind,
        theirs,
        ours,
        amount,
        status,
        cause ? `${cause.cause}${cause.position === undefined ? "" : ` #${cause.position} ${cause.valueDate ?? ""}`}` : "",
        id,
      ]);
      const header = ["贷款/loan", "项目/field", "差异/kind", "银行/theirs", "本方/ours", "差额/amount", "状态/status", "原因/cause", "id"];
      show(context, options, { summary: printPortfolio(found), items, header }, rows, new Set([3, 4, 5]));
    });
}

function claimsCommand(parent: Command, context: CliContext): void {
  parent
    .command("claims")
    .description("a bank's claim 贴息申报 against interest and subsidy computed again")
    .requiredOption("--bank <bank>", "whose claim")
    .requiredOption("--quarter <quarter>", "e.g. 2018Q2")
    .option("--json", "print JSON")
    .action(async (_options, command: Command) => {
      const options = optionsOf<Options & { readonly bank: string; readonly quarter: string }>(command);
      if (!/^\d{4}Q[1-4]$/.test(options.quarter)) throw new WrongUsage(`${options.quarter} is not a quarter (YYYYQn)`);
      const found = await told(
        withPlatform(context, (platform) => claimsOf(sourcesOf(platform), options.bank, options.quarter, shanghaiDate(platform.clock()))),
      );
      const items = found.differences.map((one) => printClaimDifference(one, found, "office"));
      const rows = items.map(({ loan, field, theirs, ours, amount, yuanDays, rates, cause, detail = "", status, id }) => [
        loan,
        field,
        theirs,
        ours,
        amount,
        yuanDays,
        rates.join("/"),
        `${cause} ${detail}`.trim(),
        status,
        id,
      ]);
      const header = [
        "贷款/loan",
        "项目/field",
        "申报/theirs",
        "核算/ours",
        "差额/amount",
        "积数/yuan-days",
        "利率/rate",
        "原因/cause",
        "状态/status",
        "id",
      ];
      show(context, options, { summary: printClaims(found), items, header }, rows, new Set([2, 3, 4, 5]));
    });
}

function unclaimedCommand(parent: Command, context: CliContext): void {
  parent
    .command("unclaimed")
    .description("subsidies 应报未报 that a bank could claim and never claimed, of quarters that are over")
    .option("--bank <bank>", "of this bank; default all")
    .option("--json", "print JSON")
    .action(async (_options, command: Command) => {
      const options = optionsOf<Options>(command);
      const items = await withPlatform(context, async (platform) => {
        const sources = sourcesOf(platform);
        const on = shanghaiDate(platform.clock());
        const banks = await banksOf(sources, on, options.bank);
        const all = [];
        for (let cursor: string | undefined = ""; cursor !== undefined; ) {
          const page: Awaited<ReturnType<typeof listedUnclaimed>> = await listedUnclaimed(
            sources,
            { banks, on, limit: PAGE_MAX, cursor: cursor === "" ? undefined : cursor },
            "office",
          );
          all.push(...page.items);
          cursor = page.next;
        }
        return all;
      });
      const unexplained = items.filter(({ status }) => status === "unexplained").length;
      const summary = { unexplained, explained: items.length - unexplained };
      const rows = items.map(({ bank, loan, quarter, interest, amount, age, bucket, status, id }) => [
        ...[bank, loan, quarter, interest, amount, String(age), bucket, status, id],
      ]);
      const header = [
        "银行/bank",
        "贷款/loan",
        "季度/quarter",
        "利息/interest",
        "贴息/subsidy",
        "天数/days",
        "账龄/age",
        "状态/status",
        "id",
      ];
      show(context, options, { summary, items, header }, rows, new Set([3, 4, 5]));
    });
}

function ageingCommand(parent: Command, context: CliContext): void {
  parent
    .command("ageing")
    .description("open differences of every fund account by age 差异账龄")
    .option("--day <date>", "end of this day; default today")
    .option("--json", "print JSON")
    .action(async (_options, command: Command) => {
      const options = optionsOf<Options>(command);
      const rows = await withPlatform(context, async (platform) =>
        (await ageing(platform.pool, platform.district, dayOf(platform, options))).map(printAgeing),
      );
      const unexplained = rows.reduce((sum, row) => sum + row.unexplained, 0);
      const cells = rows.map(({ desk, bucket, unexplained: open, explained, amount }) => [
        desk,
        bucket,
        String(open),
        String(explained),
        amount,
      ]);
      const header = ["专户/desk", "账龄/days", "未说明/unexplained", "已说明/explained", "金额/amount"];
      show(context, options, { summary: { unexplained }, items: rows, header }, cells, new Set([2, 3, 4]));
    });
}

function closeDayCommand(program: Command, context: CliContext): void {
  program
    .command("close-day <account> <day>")
    .description("close a bank day 银行日结 of a fund account, e.g. 1002.03 or 1002.02-K1; refused over unexplained differences")
    .option("--json", "print JSON")
    .action(async (name: string, day: string, _options, command: Command) => {
      if (parseDate(day) === undefined) throw new WrongUsage(`${day} is not a date that exists`);
      const outcome = await withPlatform(context, async (platform) => {
        const parts = deskParts(await deskNamed(platform, name, day));
        const body = { account: parts?.account as FundAccount, bank: parts?.bank ?? "", day };
        // The command waits for the read models; a command line has nothing that moves them.
        await platform.projector.drain();
        return platform.table
          .handlerOf(CloseBankDay.name)
          .execute(CloseBankDay, body, { actor: cliActor(), role: "FIN-R", channel: "system" });
      });
      if (outcome.kind === "refused" || outcome.kind === "key-conflict") throw new CommandRefused([outcome.refusal]);
      const answer = outcome.answer as { readonly desk: string; readonly open: number };
      context.terminal.out(
        optionsOf<Options>(command).json
          ? JSON.stringify({ ...answer, position: outcome.lastPosition })
          : `closed ${answer.desk} ${day}; ${answer.open} open items carry over; position ${outcome.lastPosition}`,
      );
    });
}
