export type { IsoDate, Period, Quarter } from "./dates.ts";
export {
  addDays,
  addMonths,
  dayNumber,
  daysBetween,
  earlierDate,
  isLeapYear,
  lastDayOfMonth,
  laterDate,
  monthsAndDays,
  nextPeriod,
  parseDate,
  periodOf,
  quarterOf,
  shanghaiDate,
  shanghaiInstant,
  termMonths,
  yearOf,
} from "./dates.ts";
export { days30E360, days30E360Isda, daysActual, daysByLeapYear, daysMonthsAndDays360 } from "./day-count.ts";
export type { MonthEndRule, PeriodLength, PeriodUnit } from "./periods.ts";
export { addPeriods, daysInMonth, isLastDayOfMonth } from "./periods.ts";
export { SETTLEMENT_DAY, SETTLEMENT_MONTHS, settlementDays, settlementPeriodStart } from "./settlement.ts";
