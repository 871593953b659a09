export { ClosePeriod, ClosePeriodBody, periodCommands, TransferPriorYearAdjustment, TransferPriorYearAdjustmentBody } from "./commands.ts";
export { closePeriod, transferPriorYearAdjustment } from "./decide.ts";
export { errors as periodErrors } from "./errors.ts";
export { PERIOD_STREAM, periodEvents } from "./events.ts";
export { firstOpenPeriod, isOpen, isYearClosed, openPeriodFor, type PeriodState, periodFold } from "./evolve.ts";
