export { CLAIM_KEYS, type Claimable, claimable, quarterPeriod } from "./claimable.ts";
export * from "./commands.ts";
export { errors as subsidyErrors } from "./errors.ts";
export * from "./events.ts";
