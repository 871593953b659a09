import type { Fen } from "@huimin/money";
import { yearFraction } from "../day-count.ts";
import { SCHEDULE_ERRORS } from "../errors.ts";
import { equal, type Fraction, fraction, multiply, scale } from "../fraction.ts";
import type { RateTimeline } from "../rates.ts";
import { RefusalSignal } from "../refusal.ts";
import { roundTo } from "../rounding.ts";
import type { InstalmentTerms, Tranche } from "../terms.ts";
import type { Skeleton } from "./skeleton.ts";

/**
 * Flat interest of every row: each run of rows with one rate bears round(lent × rate × year fraction of the run), in equal
 * rounded parts, the run's last row takes the rest. A rate counts for the rows that start on or after its first day.
 */
export function flatInterest(loan: {
  readonly terms: InstalmentTerms;
  readonly skeleton: Skeleton;
  readonly rates: RateTimeline;
  readonly tranches: readonly Tranche[];
}): Fen[] {
  const { terms, skeleton, rates } = loan;
  const count = skeleton.count;
  if (count === undefined) {
    throw new RefusalSignal(SCHEDULE_ERRORS.SCHEDULE_TERMS_INVALID, { reason: "flat interest needs the number of instalments" });
  }
  let lent = 0n;
  for (const { amount } of loan.tranches) lent += amount;
  const interest: Fen[] = [];
  for (let first = 0; first < count; ) {
    const rate = rates.at(skeleton.from(first));
    let end = first + 1;
    while (end < count && equal(rates.at(skeleton.from(end)), rate)) end++;
    const total =
      rate.n === 0n
        ? 0n
        : roundTo(scale(multiply(rate, yearOfRun(terms, skeleton, first, end)), lent), terms.amountUnit, terms.roundingMode);
    const each = roundTo(fraction(total, BigInt(end - first)), terms.amountUnit, terms.roundingMode);
    for (let row = first; row < end - 1; row++) interest.push(each);
    interest.push(total - each * BigInt(end - first - 1));
    first = end;
  }
  return interest;
}

/** With `1/12` a broken row counts as a whole period, so the months of the rows are added; else the run is one interval. */
function yearOfRun(terms: InstalmentTerms, skeleton: Skeleton, first: number, end: number): Fraction {
  if (terms.dayCount !== "1/12") return yearFraction(terms.dayCount, skeleton.from(first), skeleton.dueOn(end - 1));
  let months = 0;
  for (let row = first; row < end; row++) {
    const own = skeleton.months(row);
    if (own === undefined)
      throw new RefusalSignal(SCHEDULE_ERRORS.SCHEDULE_TERMS_INVALID, { reason: "the day count 1/12 needs periods of whole months" });
    if (skeleton.from(row) !== skeleton.dueOn(row)) months += own;
  }
  return fraction(BigInt(months), 12n);
}
