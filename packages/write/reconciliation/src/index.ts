export * from "./commands.ts";
export * from "./commands-portfolio.ts";
export { EXPLANATION_DAYS_MAX, OPEN_ITEMS_MAX } from "./decide.ts";
export { errors as reconciliationErrors } from "./errors.ts";
export * from "./events.ts";
