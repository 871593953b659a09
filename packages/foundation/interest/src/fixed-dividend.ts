import { daysBetween, type IsoDate, yearOf } from "@huimin/calendar";
import { Exact, type Fen, roundHalfUp, toExact } from "@huimin/money";

/** Days of a part year (reading R19): 365, also in a leap year. */
export const FIXED_DIVIDEND_YEAR_DAYS = 365;

/**
 * 固定分红 of one holder for [from, toExcl): a whole calendar year is the full rate, part years are days / 365, also in
 * a leap year (R19, scenario T8); half up to the fen once. `annualRate` is percent a year.
 */
export function fixedDividend(principal: Fen, annualRate: Exact, from: IsoDate, toExcl: IsoDate): Fen {
  const yearly = toExact(principal).mul(annualRate).div(100);
  let total = new Exact(0);
  for (let year = yearOf(from); year <= yearOf(toExcl); year++) {
    const [first, next] = [`${year}-01-01`, `${year + 1}-01-01`];
    const start = from > first ? from : first;
    const end = toExcl < next ? toExcl : next;
    if (start >= end) continue;
    const whole = start === first && end === next;
    total = total.add(whole ? yearly : yearly.mul(daysBetween(start, end)).div(FIXED_DIVIDEND_YEAR_DAYS));
  }
  return roundHalfUp(total);
}
