import type { IsoDate, PeriodLength } from "@huimin/calendar";
import type { Fen } from "@huimin/money";
import { SCHEDULE_ERRORS } from "../errors.ts";
import type { AddInstalments, MoveDueDate, PrincipalHoliday, RateChange, ReAge, ReAmortise } from "../events.ts";
import { fraction } from "../fraction.ts";
import { rateOf } from "../rates.ts";
import { RefusalSignal } from "../refusal.ts";
import { roundUnit } from "../rounding.ts";
import { ROWS_MAX } from "../terms.ts";
import { type BookedRow, type InstalmentBook, openPart } from "./book.ts";
import type { Plan } from "./planner.ts";

/** Rescheduling (调整还款计划). Rows before the one that an event names keep their instalment. Source: loan-cases/1, section 5. */
export function moveDueDate(book: InstalmentBook, event: MoveDueDate): void {
  const { plan, index } = rowDue(book, event.date, event.fromDueOn);
  keepInstalments(book, plan, index + 1);
  book.skeleton.move(index, event.newDueOn);
}

export function addInstalments(book: InstalmentBook, event: AddInstalments): void {
  const { plan, index } = rowDue(book, event.date, event.fromDueOn);
  keepInstalments(book, plan, index);
  extend(book, plan, event.instalments);
  book.skeleton.respreadAt.add(index);
}

export function principalHoliday(book: InstalmentBook, event: PrincipalHoliday): void {
  const { plan, index } = rowDue(book, event.date, event.fromDueOn);
  keepInstalments(book, plan, index);
  extend(book, plan, event.instalments);
  for (let row = index; row < index + event.instalments; row++) book.skeleton.holidays.add(row);
  book.skeleton.respreadAt.add(index + event.instalments);
}

export function changeRate(book: InstalmentBook, event: RateChange): void {
  const rate = rateOf(event.annualRatePercent);
  needMonths(book, rate.n, book.terms.every);
  book.rates = book.rates.with({ from: event.effectiveFrom, decidedOn: event.date, rate });
}

export function reAge(book: InstalmentBook, event: ReAge): void {
  const { terms, skeleton } = book;
  needMonths(book, rateOf(terms.annualRatePercent).n, event.every);
  const { plan, unpaid } = releasePrincipal(book, event.date, "9999-12-31");
  skeleton.settleCount(plan.rows.length);
  if (plan.rows.length + event.instalments > ROWS_MAX) throw new RefusalSignal(SCHEDULE_ERRORS.SCHEDULE_TERMS_ENDLESS, { limit: ROWS_MAX });
  const first = skeleton.append(event.instalments, event.firstDueOn, event.every);
  for (const [row, part] of equalParts(book, unpaid, event.instalments).entries()) skeleton.fixedPrincipal.set(first + row, part);
}

export function reAmortise(book: InstalmentBook, event: ReAmortise): void {
  const { skeleton } = book;
  const { plan, unpaid, paid } = releasePrincipal(book, event.date, event.date);
  const future = plan.rows.filter((row) => row.dueOn > event.date);
  if (future.length === 0) throw new RefusalSignal(SCHEDULE_ERRORS.SCHEDULE_ROW_UNKNOWN, { date: event.date });
  skeleton.settleCount(plan.rows.length);
  for (const [nr, part] of equalParts(book, unpaid, future.length).entries()) {
    const index = (future[nr] as { index: number }).index;
    skeleton.fixedPrincipal.set(index, (paid.get(index) ?? 0n) + part);
  }
}

/** Takes the unpaid principal out of all rows; those due up to `emptyUpTo` keep what was paid on them. */
function releasePrincipal(book: InstalmentBook, date: IsoDate, emptyUpTo: IsoDate): { plan: Plan; unpaid: Fen; paid: Map<number, Fen> } {
  book.penalise(date);
  const plan = book.plan(date);
  const paid = new Map<number, Fen>();
  let unpaid = 0n;
  for (const row of book.rows(plan)) {
    if (!row.plan) continue;
    const { index } = row.plan;
    unpaid += openPart(row, "principal");
    paid.set(index, paidPrincipal(row));
    if (row.dueOn <= emptyUpTo) {
      book.skeleton.fixedPrincipal.set(index, paidPrincipal(row));
      if (openPart(row, "principal") > 0n) book.releasedOn.set(index, date);
    }
    if (row.dueOn <= date && book.settings.interestBasis === "schedule") book.skeleton.frozenInterest.set(index, row.plan.interest);
  }
  return { plan, unpaid, paid };
}

const paidPrincipal = (row: BookedRow): Fen => (row.plan?.principal ?? 0n) - openPart(row, "principal");

/** Equal parts rounded as the instalment, the last the rest; no part is more than what is left. */
function equalParts(book: InstalmentBook, whole: Fen, count: number): Fen[] {
  const { instalmentUnit, instalmentRounding, roundingMode } = book.terms;
  const each = roundUnit(fraction(whole, BigInt(count)), instalmentUnit, instalmentRounding, roundingMode);
  const parts: Fen[] = [];
  let left = whole;
  for (let nr = 1; nr <= count; nr++) {
    const part = nr === count || each > left ? left : each;
    parts.push(part);
    left -= part;
  }
  return parts;
}

function rowDue(book: InstalmentBook, date: IsoDate, dueOn: IsoDate): { plan: Plan; index: number } {
  const plan = book.plan(date);
  const index = book.skeleton.indexDueOn(dueOn, plan.rows.length);
  if (index < 0) throw new RefusalSignal(SCHEDULE_ERRORS.SCHEDULE_ROW_UNKNOWN, { date: dueOn });
  return { plan, index };
}

/** Instalments that are in force before a row stay, whatever the change does to the number or the dates of later rows. */
function keepInstalments(book: InstalmentBook, plan: Plan, before: number): void {
  for (const [index, point] of plan.instalments) if (index < before) book.skeleton.fixedInstalments.set(index, point);
}

function extend(book: InstalmentBook, plan: Plan, rows: number): void {
  if (book.skeleton.count === undefined) book.skeleton.settleCount(plan.rows.length);
  if (!book.skeleton.extend(rows)) throw new RefusalSignal(SCHEDULE_ERRORS.SCHEDULE_TERMS_ENDLESS, { limit: ROWS_MAX });
}

function needMonths(book: InstalmentBook, rate: bigint, every: PeriodLength): void {
  if (rate !== 0n && book.terms.dayCount === "1/12" && every.unit !== "month") {
    throw new RefusalSignal(SCHEDULE_ERRORS.SCHEDULE_TERMS_INVALID, { reason: "the day count 1/12 needs periods of whole months" });
  }
}
