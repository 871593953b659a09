/* This package records events of other packages only; what it publishes is what its resolver must answer. */
export type { HoldingsIndex } from "./holdings.ts";
/** No event type of its own. */
export const successionEvents = {} as const;
