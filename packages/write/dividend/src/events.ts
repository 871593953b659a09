/* The entry for other packages: the events, and the folds and figures that follow from them. No rules. */
export { type Circle, type HouseholdStanding, mayReceive } from "./eligibility.ts";
export { type DatedStake, stakeDays } from "./engine/fixed-rate.ts";
export { byHousehold, hashOfList, hashOfPart, type ListLine } from "./engine/list-hash.ts";
export * from "./evolve/pool.ts";
export * from "./evolve/rights.ts";
export * from "./figures.ts";
export * from "./payout/events.ts";
export * from "./schema.ts";
export * from "./streams.ts";
