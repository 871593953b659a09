/* The entry for other packages: the events, and the folds and figures that follow from them. No rules. */
export type { PeriodState } from "./evolve.ts";
export { firstOpenPeriod, isOpen, isYearClosed, openPeriodFor, periodFold } from "./evolve.ts";
export * from "./schema.ts";
