import {
  addMonths,
  days30E360,
  days30E360Isda,
  daysBetween,
  daysByLeapYear,
  daysMonthsAndDays360,
  type IsoDate,
  monthsAndDays,
} from "@huimin/calendar";
import { type Fraction, fraction, ZERO } from "./fraction.ts";

/**
 * How a stretch of days becomes a part of a year (计息天数与年基数).
 *
 * `1/12`: a whole period of c months is c/12, a part of it its share by days. `actual/N`: days / N. `actual/actual-isda`:
 * days in leap years / 366 + the others / 365. `30e/360` and `30e/360-isda`: every month 30 days. `months-and-days/360`
 * (对年对月对日, 逐笔计息法): whole months × 30 plus odd days, / 360.
 */
export type DayCount = (typeof DAY_COUNTS)[number];
export const DAY_COUNTS = [
  "1/12",
  "actual/360",
  "actual/364",
  "actual/365",
  "actual/actual-isda",
  "30e/360",
  "30e/360-isda",
  "months-and-days/360",
] as const;

/** The repayment period that a part belongs to; only `1/12` needs it. */
export interface WholePeriod {
  readonly from: IsoDate;
  readonly to: IsoDate;
  /** Length of a period in months; undefined where periods are counted in days or weeks, which `1/12` refuses. */
  readonly months: number | undefined;
}

/** The part of a year that [from, to) is; 0 for an empty interval. Source: loan-cases/1, section 3. */
export function yearFraction(dayCount: DayCount, from: IsoDate, to: IsoDate, whole?: WholePeriod): Fraction {
  if (from === to) return ZERO;
  switch (dayCount) {
    case "1/12":
      return whole ? twelfths(from, to, whole) : calendarTwelfths(from, to);
    case "actual/360":
      return fraction(BigInt(daysBetween(from, to)), 360n);
    case "actual/364":
      return fraction(BigInt(daysBetween(from, to)), 364n);
    case "actual/365":
      return fraction(BigInt(daysBetween(from, to)), 365n);
    case "actual/actual-isda": {
      const { leap, common } = daysByLeapYear(from, to);
      if (leap === 0) return fraction(BigInt(common), 365n);
      return common === 0 ? fraction(BigInt(leap), 366n) : fraction(BigInt(leap) * 365n + BigInt(common) * 366n, 366n * 365n);
    }
    default:
      return fraction(BigInt(dayNumerator(dayCount, from, to)), 360n);
  }
}

/** The number of days that a day count sees in [from, to): the numerator alone. */
export function dayNumerator(dayCount: DayCount, from: IsoDate, to: IsoDate): number {
  if (dayCount === "30e/360") return days30E360(from, to);
  if (dayCount === "30e/360-isda") return days30E360Isda(from, to);
  return dayCount === "months-and-days/360" ? daysMonthsAndDays360(from, to) : daysBetween(from, to);
}

function twelfths(from: IsoDate, to: IsoDate, whole: WholePeriod): Fraction {
  if (whole.months === undefined) throw new RangeError("the day count 1/12 needs periods of whole months");
  const year = fraction(BigInt(whole.months), 12n);
  if (from === whole.from && to === whole.to) return year;
  return fraction(year.n * BigInt(daysBetween(from, to)), year.d * BigInt(daysBetween(whole.from, whole.to)));
}

/** `1/12` of an interval that belongs to no schedule: whole months, then the odd days' share of the month that they begin. */
function calendarTwelfths(from: IsoDate, to: IsoDate): Fraction {
  const { months, days } = monthsAndDays(from, to);
  if (days === 0) return fraction(BigInt(months), 12n);
  const month = BigInt(daysBetween(addMonths(from, months), addMonths(from, months + 1)));
  return fraction(BigInt(months) * month + BigInt(days), 12n * month);
}
