import { dayNumber, daysBetween, type IsoDate, isLeapYear, monthsAndDays, yearOf } from "./dates.ts";
import { daysInMonth } from "./periods.ts";

/** Days of [from, to) that lie in leap years and those that do not; each day belongs to its own calendar year. */
export function daysByLeapYear(from: IsoDate, to: IsoDate): { readonly leap: number; readonly common: number } {
  let leap = 0;
  let common = 0;
  for (let year = yearOf(from); year <= yearOf(to); year++) {
    const start = Math.max(dayNumber(from), dayNumber(`${String(year).padStart(4, "0")}-01-01`));
    const end = Math.min(dayNumber(to), dayNumber(`${String(year + 1).padStart(4, "0")}-01-01`));
    if (end <= start) continue;
    if (isLeapYear(year)) leap += end - start;
    else common += end - start;
  }
  return { leap, common };
}

/** Days of 30E/360 (Eurobond): every month has 30 days, the 31st counts as the 30th. */
export const days30E360 = (from: IsoDate, to: IsoDate): number => days360(from, to, (date) => Math.min(dayOf(date), 30));

/** Days of 30E/360 ISDA: as 30E/360, and the last day of February counts as the 30th too. */
export const days30E360Isda = (from: IsoDate, to: IsoDate): number =>
  days360(from, to, (date) => (dayOf(date) === daysInMonth(yearOf(date), monthOf(date)) ? 30 : Math.min(dayOf(date), 30)));

/** 对年对月对日: whole months × 30 plus the odd days (逐笔计息法). */
export function daysMonthsAndDays360(from: IsoDate, to: IsoDate): number {
  const { months, days } = monthsAndDays(from, to);
  return months * 30 + days;
}

/** Actual days, first day in, last day out (算头不算尾). */
export const daysActual = daysBetween;

const dayOf = (date: IsoDate): number => Number(date.slice(8, 10));
const monthOf = (date: IsoDate): number => Number(date.slice(5, 7));

function days360(from: IsoDate, to: IsoDate, day: (date: IsoDate) => number): number {
  return 360 * (yearOf(to) - yearOf(from)) + 30 * (monthOf(to) - monthOf(from)) + day(to) - day(from);
}
