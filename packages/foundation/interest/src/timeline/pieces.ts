import { addMonths, daysBetween, type IsoDate } from "@huimin/calendar";
import type { Fen } from "@huimin/money";
import { type LoanTimeline, misusedOn, openPrincipal, overduePrincipal, type PrincipalMovement, rateOn } from "./timeline.ts";

/** The part of a day's balance whose interest a prepayment settles on its own. */
export interface PrepaidPart {
  readonly id: string;
  readonly principal: Fen;
}

/** A stretch of days on which nothing that interest depends on changes. */
export interface Piece {
  readonly from: IsoDate;
  readonly toExcl: IsoDate;
  readonly days: number;
  readonly open: Fen;
  readonly overdue: Fen;
  readonly misused: boolean;
  readonly annualRate: string;
  /**
   * Parts settled by prepayments, each always its whole amount, so that the interest of one never depends on others. Their
   * sum exceeds `open` only when money was repaid on these days and drawn again before the prepayment; the quarter
   * then bears the (negative) rest, and the day's sum stays right.
   */
  readonly prepaid: readonly PrepaidPart[];
  /** What one day is of a year: 1 / divisor. */
  readonly divisor: number;
}

export type Prepayment = PrincipalMovement & { readonly interestFrom: IsoDate };

const isPrepayment = (movement: PrincipalMovement): movement is Prepayment =>
  movement.kind === "prepayment" && movement.interestFrom !== undefined;

/** The prepayments of a timeline in the order in which they claim a day's balance: by value date, then by serial. */
export const prepaymentsOf = (timeline: LoanTimeline): readonly Prepayment[] =>
  timeline.movements
    .filter(isPrepayment)
    .sort((a, b) => (a.valueDate === b.valueDate ? (a.id < b.id ? -1 : 1) : a.valueDate < b.valueDate ? -1 : 1));

/** Contract months that begin inside (from, toExcl), and the one that contains `from`, as [start, end) pairs. */
function contractMonths(seed: IsoDate, from: IsoDate, toExcl: IsoDate): { readonly start: IsoDate; readonly end: IsoDate }[] {
  const months: { start: IsoDate; end: IsoDate }[] = [];
  const first = (Number(from.slice(0, 4)) - Number(seed.slice(0, 4))) * 12 + Number(from.slice(5, 7)) - Number(seed.slice(5, 7)) - 1;
  for (let nr = first; addMonths(seed, nr) < toExcl; nr++) months.push({ start: addMonths(seed, nr), end: addMonths(seed, nr + 1) });
  return months.filter((month) => month.end > from);
}

function changeDates(timeline: LoanTimeline): IsoDate[] {
  const dates: IsoDate[] = [timeline.due];
  for (const movement of timeline.movements) {
    dates.push(movement.valueDate);
    if (movement.interestFrom !== undefined) dates.push(movement.interestFrom);
  }
  for (const segment of timeline.rates) dates.push(segment.from);
  for (const row of timeline.dueRows ?? []) dates.push(row.dueOn);
  if (timeline.misuseFrom !== undefined) dates.push(timeline.misuseFrom);
  return dates;
}

/** Cuts [from, toExcl) where the balance, the rate, the due date, the misuse, a prepaid part or a given date changes. */
export function cutPieces(timeline: LoanTimeline, from: IsoDate, toExcl: IsoDate, more: readonly IsoDate[] = []): Piece[] {
  const months = timeline.dayCount === "months" ? contractMonths(timeline.monthsFrom ?? from, from, toExcl) : [];
  const inside = [...changeDates(timeline), ...more, ...months.map((month) => month.start)].filter((date) => date > from && date < toExcl);
  const cuts = [...new Set([from, ...inside])].sort();
  const prepayments = prepaymentsOf(timeline);
  const pieces: Piece[] = [];
  for (const [index, start] of cuts.entries()) {
    const end = cuts[index + 1] ?? toExcl;
    if (start >= end) continue;
    const open = openPrincipal(timeline, start);
    const month = months.find((candidate) => candidate.start <= start && start < candidate.end);
    pieces.push({
      from: start,
      toExcl: end,
      days: daysBetween(start, end),
      open,
      overdue: overduePrincipal(timeline, start),
      misused: misusedOn(timeline, start),
      annualRate: rateOn(timeline, start),
      prepaid: prepaidParts(prepayments, start),
      divisor: month ? 12 * daysBetween(month.start, month.end) : timeline.yearBase,
    });
  }
  return pieces;
}

function prepaidParts(prepayments: readonly Prepayment[], day: IsoDate): PrepaidPart[] {
  return prepayments
    .filter(({ interestFrom, valueDate }) => interestFrom <= day && day < valueDate)
    .map(({ id, amount }) => ({ id, principal: amount }));
}
