import { addDays, type IsoDate } from "./dates.ts";

/** 结息日: quarterly on the 20th of March, June, September and December; the period ends with that day. */
export const SETTLEMENT_DAY = 20;
export const SETTLEMENT_MONTHS: readonly number[] = [3, 6, 9, 12];

/** The settlement days with `from` ≤ day ≤ `to`. */
export function settlementDays(from: IsoDate, to: IsoDate, months: readonly number[] = SETTLEMENT_MONTHS, day = SETTLEMENT_DAY): IsoDate[] {
  const found: IsoDate[] = [];
  for (let year = Number(from.slice(0, 4)); year <= Number(to.slice(0, 4)); year++) {
    for (const month of months) {
      const last = Temporal.PlainYearMonth.from({ year, month }).daysInMonth;
      const date = `${year}-${String(month).padStart(2, "0")}-${String(Math.min(day, last)).padStart(2, "0")}`;
      if (date >= from && date <= to) found.push(date);
    }
  }
  return found;
}

/** First day of the settlement period that contains `date`: the 21st after the last settlement day before it. */
export function settlementPeriodStart(date: IsoDate): IsoDate {
  const days = settlementDays(addDays(date, -100), addDays(date, -1));
  return addDays(days.at(-1) as IsoDate, 1);
}
