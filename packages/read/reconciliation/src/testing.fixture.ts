import type { StatementLine } from "@huimin/bank-file/events";
import type { FactLog } from "@huimin/books/testing";
import type { StoredEvent } from "@huimin/event-store";
import { fen, formatAmount, sumFen } from "@huimin/money";

/* Statements and movements as stored events. */

export const NUMBER = "41050100001";
let files = 0;

export type LineOf = Partial<StatementLine> & { readonly amount: string };

/** A statement of one day; each says its own bytes. */
export function statement(
  log: FactLog,
  of: { readonly day: string; readonly opening: string; readonly lines: readonly LineOf[]; readonly at?: string; readonly bank?: string },
): StoredEvent {
  const { day, opening, lines, at = day, bank = "K1" } = of;
  files += 1;
  const sha256 = files.toString(16).padStart(64, "0");
  const stream = `bank-statement/${bank}-${NUMBER}-${day}`;
  const all = lines.map((line, index): StatementLine => ({ line: index + 1, direction: "credit", bookedOn: day, ...line }));
  const sum = (direction: string): bigint => sumFen(all.filter((line) => line.direction === direction).map(({ amount }) => fen(amount)));
  const common = { bank, account: NUMBER, date: day, sha256 };
  const when = { on: day, at: `${at}T20:00:00.000+08:00` };
  if (all.length > 0) log.record("BankStatementLinesReceived", stream, { ...common, part: 0, lines: all }, when);
  return log.record(
    "BankStatementReceived",
    stream,
    {
      ...common,
      statement: `${NUMBER}-${day}`,
      from: day,
      opening,
      closing: formatAmount(fen(opening) + sum("credit") - sum("debit")),
      credits: formatAmount(sum("credit")),
      debits: formatAmount(sum("debit")),
      lines: all.length,
      parts: all.length > 0 ? 1 : 0,
    },
    when,
  );
}

/** Money of an asset that came in on 1002.03. */
export const income = (log: FactLog, amount: string, on: string, serial?: string, at = on): StoredEvent =>
  log.record(
    "AssetIncomeReceived",
    "dividend/P1",
    { pool: "P1", bank: "K1", amount, ...(serial === undefined ? {} : { serial }) },
    { on, at: `${at}T09:00:00.000+08:00` },
  );

export const bind = (log: FactLog, from: string, openingBalance = "0.00", bank = "K1", account = "1002.03"): StoredEvent =>
  log.record("FundAccountBound", `fund-account/${account}`, { account, bank, number: NUMBER, from, openingBalance }, { on: from });
