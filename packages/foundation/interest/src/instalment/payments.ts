import { type Fen, minFen } from "@huimin/money";
import { SCHEDULE_ERRORS } from "../errors.ts";
import type { PayOff, Repayment, WriteOff } from "../events.ts";
import { fraction } from "../fraction.ts";
import { RefusalSignal } from "../refusal.ts";
import { roundTo } from "../rounding.ts";
import { type BookedRow, type InstalmentBook, openOf, openPart } from "./book.ts";
import type { Plan, PlanRow } from "./planner.ts";
import { byDueDate, Till } from "./till.ts";

/** Due rows oldest first, each completely before the next; then what is left by the rule for excess. Section 6. */
export function repay(book: InstalmentBook, event: Repayment): void {
  const { settings } = book;
  book.penalise(event.date);
  const plan = book.plan(event.date);
  const rows = byDueDate(book.rows(plan));
  const due = rows.filter((row) => row.dueOn <= event.date);
  if (settings.excess === "refuse") {
    const open = due.reduce((sum, row) => sum + openOf(row), 0n);
    if (event.amount > open) throw new RefusalSignal(SCHEDULE_ERRORS.SCHEDULE_EXCESS_REFUSED, { excess: String(event.amount - open) });
  }
  const till = new Till(event.date, event.amount);
  for (const row of due) till.payRow(row, settings.allocationOrder, till.rest);
  if (till.rest > 0n) payExcess(book, plan, rows, till);
  record(book, event, till, event.amount);
}

function payExcess(book: InstalmentBook, plan: Plan, rows: readonly BookedRow[], till: Till): void {
  const { settings } = book;
  const future = rows.filter((row) => row.dueOn > till.date);
  const current = future.find((row) => row.plan);
  if (settings.accruedInterestFirst && current?.plan) {
    const accrued = plan.accrued(current.plan.index, till.date) - current.interestPaid.total;
    const open = openPart(current, "interest");
    till.pay(current, "interest", minFen(accrued, open));
  }
  const order = settings.allocationOrder;
  switch (settings.excess) {
    case "next-row":
      for (const row of future) till.payRow(row, order, till.rest);
      return;
    case "last-row":
      for (const row of future.toReversed()) till.payRow(row, order, till.rest);
      return;
    case "spread-equally":
      spreadEqually(book, future, till);
      return;
    case "next-rows-principal":
      for (const row of future) till.pay(row, "principal", openPart(row, "principal"));
      return;
    case "current-row-principal": {
      const today = rows.findLast((row) => row.plan && row.dueOn === till.date) ?? current;
      if (today) till.pay(today, "principal", book.owed(till.date));
      return;
    }
    default:
      return;
  }
}

/** Equal rounded parts, the last row the rest; what a row can't take is spread again over those still open. */
function spreadEqually(book: InstalmentBook, future: readonly BookedRow[], till: Till): void {
  const { amountUnit, roundingMode } = book.terms;
  for (;;) {
    const open = future.filter((row) => openOf(row) > 0n);
    if (open.length === 0 || till.rest === 0n) return;
    const whole = till.rest;
    const each = roundTo(fraction(whole, BigInt(open.length)), amountUnit, roundingMode);
    for (const [index, row] of open.entries()) {
      till.payRow(row, book.settings.allocationOrder, index + 1 < open.length ? each : whole - each * BigInt(open.length - 1));
    }
    if (till.rest === whole) {
      for (const row of open) till.payRow(row, book.settings.allocationOrder, till.rest);
      return;
    }
  }
}

/**
 * 结清: what is unpaid of due rows, all charges, all principal, and the interest of the current row up to the pay-off day
 * or to the end of the row. On a due date the row of that day ends and nothing of the next has accrued.
 */
export function payOff(book: InstalmentBook, event: PayOff): void {
  const { settings, skeleton } = book;
  book.penalise(event.date);
  const plan = book.plan(event.date);
  const rows = byDueDate(book.rows(plan));
  const till = new Till(event.date, 1n << 200n);
  const current = rows.find((row) => row.plan && row.dueOn > event.date && (row.from < event.date || row.plan.index === 0));
  const today = rows.findLast((row) => row.plan && row.dueOn === event.date);
  for (const row of rows) {
    const due = row.dueOn <= event.date;
    for (const component of settings.allocationOrder) {
      if (due || component === "fee" || component === "penalty") till.pay(row, component, openPart(row, component));
    }
  }
  const last = current ?? today;
  if (current) {
    const index = (current.plan as PlanRow).index;
    const interest = plan.accrued(index, settings.payOffInterestTo === "end-of-period" ? current.dueOn : event.date);
    till.pay(current, "interest", interest - current.interestPaid.total);
    book.closing = { index, interest: current.interestPaid.total };
  } else if (today) {
    book.closing = { index: (today.plan as PlanRow).index };
  }
  if (last) till.pay(last, "principal", book.owed(event.date));
  if (book.closing) skeleton.settleCount(book.closing.index + 1);
  book.tranches = book.tranches.filter((tranche) => tranche.date <= event.date);
  record(book, event, till, till.allocated);
}

/** 核销: what is owed, and what the rows have open, leaves the books. */
export function writeOff(book: InstalmentBook, event: WriteOff): void {
  book.penalise(event.date);
  const till = new Till(event.date, 0n);
  for (const row of book.rows(book.plan(event.date))) {
    for (const component of ["penalty", "fee", "interest"] as const) till.parts[component] += openPart(row, component);
  }
  till.parts.principal = book.owed(event.date);
  book.writtenOff = true;
  record(book, event, till, till.allocated);
}

function record(book: InstalmentBook, event: Repayment | PayOff | WriteOff, till: Till, amount: Fen): void {
  book.payments.push(till.receipt(event, amount, event.type === "write-off" ? 0n : book.owed(event.date)));
}
