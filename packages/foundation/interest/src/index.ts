export type { DayCount, WholePeriod } from "./day-count.ts";
export { DAY_COUNTS, dayNumerator, yearFraction } from "./day-count.ts";
export type { Dividend, DividendHolder, DividendTerms, GuaranteedDividend, ShareDividend } from "./dividend.ts";
export { distribute } from "./dividend.ts";
export { SCHEDULE_ERRORS } from "./errors.ts";
export type { LoanHappening } from "./events.ts";
export { FIXED_DIVIDEND_YEAR_DAYS, fixedDividend } from "./fixed-dividend.ts";
export type { Fraction } from "./fraction.ts";
export { fraction, fractionOf, toDecimal } from "./fraction.ts";
export { RateTimeline, rateOf } from "./rates.ts";
export type { LoanReplay } from "./replay.ts";
export { dailyAccrual, replayLoan } from "./replay.ts";
export type { RoundingMode, UnitRounding } from "./rounding.ts";
export { ceilTo, floorTo, roundTo, roundUnit } from "./rounding.ts";
export type { RepaymentMethod, Schedule, SimpleTerms } from "./schedule-of.ts";
export { dayCountFrom, REPAYMENT_METHODS, scheduleOf } from "./schedule-of.ts";
export type { DailyAccrual, LoanPayment, LoanRow, LoanState, LoanStatus } from "./state.ts";
export type {
  Component,
  ExcessRule,
  InstalmentMethod,
  InstalmentTerms,
  LoanSettings,
  LoanTerms,
  SettlementTerms,
  Tranche,
} from "./terms.ts";
export { DEFAULT_SETTINGS, EXCESS_RULES, INSTALMENT_METHODS, ROWS_MAX } from "./terms.ts";
export { internalRate, netPresentValue, numberOfPeriods, payment, paymentParts, ratePerPeriod } from "./time-value.ts";
export * from "./timeline/index.ts";
