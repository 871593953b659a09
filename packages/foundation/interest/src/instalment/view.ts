import { daysBetween, type IsoDate, laterDate } from "@huimin/calendar";
import type { Fen } from "@huimin/money";
import { ZERO } from "../fraction.ts";
import type { LoanRow, LoanState } from "../state.ts";
import { type Account, type BookedRow, type InstalmentBook, openPart, paidParts } from "./book.ts";
import { periodRateOf } from "./planner.ts";

/** The loan as it stands on a day. */
export function stateOf(book: InstalmentBook, asOf: IsoDate): LoanState {
  if (!book.writtenOff) book.penalise(asOf);
  const plan = book.plan(asOf);
  const rows = book.rows(plan).map((row, nr) => rowOf(book, row, nr + 1));
  const open = rows.reduce((sum, row) => sum + row.outstanding, 0n);
  return {
    asOf,
    rows,
    payments: book.payments,
    status: book.writtenOff ? "written-off" : open === 0n && book.owed("9999-12-31") <= 0n ? "closed" : "active",
    maturesOn: rows.findLast((row) => row.type === "instalment")?.dueOn ?? asOf,
    instalment: [...plan.instalments.values()].at(-1)?.amount,
  };
}

function rowOf(book: InstalmentBook, row: BookedRow, nr: number): LoanRow {
  const principal = row.plan?.principal ?? 0n;
  const interest = row.plan?.interest ?? 0n;
  const fees = charged(row, "fee");
  const penalties = charged(row, "penalty");
  const total = principal + interest + fees + penalties;
  const parts = [row.principalPaid, row.interestPaid, ...row.charges.map((charge) => charge.paid)].flatMap(
    (account: Account) => account.parts,
  );
  const paid = sum(parts);
  const paidPart = paidParts(row);
  const gone = book.writtenOff;
  return {
    nr,
    type: row.plan ? "instalment" : "charge",
    from: row.from,
    dueOn: row.dueOn,
    to: row.dueOn,
    days: daysBetween(row.from, row.dueOn),
    principal,
    interest,
    fees,
    penalties,
    total,
    balanceAfter: row.balanceAfter,
    paid,
    outstanding: gone ? 0n : total - paid,
    paidEarly: sum(parts.filter((part) => part.date < row.dueOn)),
    paidLate: sum(parts.filter((part) => part.date > row.dueOn)),
    paidOn: total > 0n && paid >= total ? lastDay(parts, book.releasedOn.get(row.plan?.index ?? -1)) : null,
    principalPaid: paidPart.principal,
    interestPaid: paidPart.interest,
    principalOutstanding: gone ? 0n : openPart(row, "principal"),
    interestOutstanding: gone ? 0n : openPart(row, "interest"),
    periodRate: row.plan ? periodRateOf(book.terms, book.skeleton, row.plan.index, book.rates.at(row.from)) : ZERO,
  };
}

/** The day of the last payment, or the later day on which the row's unpaid principal was taken out of it. */
function lastDay(parts: readonly { readonly date: IsoDate }[], released: IsoDate = ""): IsoDate {
  return parts.reduce((last, part) => laterDate(last, part.date), released);
}

function charged(row: BookedRow, kind: "fee" | "penalty"): Fen {
  let amount = 0n;
  for (const charge of row.charges) if (charge.kind === kind) amount += charge.amount;
  return amount;
}

function sum(parts: readonly { readonly amount: Fen }[]): Fen {
  let total = 0n;
  for (const { amount } of parts) total += amount;
  return total;
}
