import { type IsoDate, lastDayOfMonth } from "./dates.ts";

/** Length of a repayment period: 3 months, 2 weeks, 15 days. A week is 7 days. */
export interface PeriodLength {
  readonly count: number;
  readonly unit: PeriodUnit;
}
export type PeriodUnit = "day" | "week" | "month";

/**
 * What a date becomes whose month lacks the day: `clamp` is the month's last day (the rule of Chinese banks, 到期月无对日的为
 * 月末日), `first-of-next-month` the 1st of the month after.
 */
export type MonthEndRule = "clamp" | "first-of-next-month";

const DAY_MS = 86_400_000;

const pad = (value: number, length: number): string => String(value).padStart(length, "0");

/** Days of a month, 1-based month. */
export function daysInMonth(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/**
 * `seed` plus `times` periods. A schedule counts every date from its seed, so 31 January, 28 February, 31 March: the day
 * does not drift. `times` may be negative or zero.
 */
export function addPeriods(seed: IsoDate, length: PeriodLength, times: number, monthEnd: MonthEndRule = "clamp"): IsoDate {
  const steps = length.count * times;
  if (steps === 0) return seed;
  const year = Number(seed.slice(0, 4));
  const month = Number(seed.slice(5, 7));
  const day = Number(seed.slice(8, 10));
  if (length.unit !== "month") {
    const days = length.unit === "week" ? steps * 7 : steps;
    return new Date(Date.UTC(year, month - 1, day) + days * DAY_MS).toISOString().slice(0, 10);
  }
  const months = year * 12 + (month - 1) + steps;
  const [toYear, toMonth] = [Math.floor(months / 12), (((months % 12) + 12) % 12) + 1];
  const last = daysInMonth(toYear, toMonth);
  if (day <= last) return `${pad(toYear, 4)}-${pad(toMonth, 2)}-${pad(day, 2)}`;
  if (monthEnd === "clamp") return `${pad(toYear, 4)}-${pad(toMonth, 2)}-${pad(last, 2)}`;
  return toMonth === 12 ? `${pad(toYear + 1, 4)}-01-01` : `${pad(toYear, 4)}-${pad(toMonth + 1, 2)}-01`;
}

/** True for the last day of a month: 28 or 29 February, 30 April … */
export const isLastDayOfMonth = (date: IsoDate): boolean => lastDayOfMonth(date) === date;
