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
export type { IsoDate, Period, Quarter } from "./dates.ts";
export { SETTLEMENT_DAY, SETTLEMENT_MONTHS, settlementDays, settlementPeriodStart } from "./settlement.ts";
