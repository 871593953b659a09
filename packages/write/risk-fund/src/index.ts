export * from "./commands.ts";
export { errors as riskFundErrors } from "./errors.ts";
export * from "./events.ts";
export type { CompensationSplit, LoanBase } from "./split.ts";
export { splitAmong, splitCompensation } from "./split.ts";
