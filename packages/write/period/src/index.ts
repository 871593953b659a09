export {
  ClosePeriod,
  ClosePeriodBody,
  periodCommands,
  TransferPriorYearAdjustment,
  TransferPriorYearAdjustmentBody,
  TransferYearEnd,
  TransferYearEndBody,
} from "./commands.ts";
export type { CloseFacts, CloseStep, CloseStepName } from "./decide.ts";
export { CLOSE_STEPS, closable, closePeriod, transferPriorYearAdjustment } from "./decide.ts";
export { errors as periodErrors } from "./errors.ts";
export { PERIOD_STREAM, type PeriodClosed, type PeriodSeal, periodEvents, YEAR_END_TRANSFERS } from "./events.ts";
export { firstOpenPeriod, isOpen, isYearClosed, openPeriodFor, type PeriodState, periodFold } from "./evolve.ts";
export type { SurplusLine, YearEndBalances } from "./year-end.ts";
export { transferYearEnd } from "./year-end.ts";
