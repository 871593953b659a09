import type { CommandDefinition } from "@huimin/decider";
import { poolCommands } from "./commands.ts";
import { payoutCommands } from "./payout/commands.ts";

export * from "./commands.ts";
export { type Allocation, AllocationList, type ResidueRule } from "./engine/allocation.ts";
export { isWeight, Weights } from "./engine/weights.ts";
export { errors as dividendErrors } from "./errors.ts";
export * from "./events.ts";
export { LIST_HOUSEHOLDS_MAX } from "./fields.ts";
export * from "./payout/commands.ts";
export { payoutErrors } from "./payout/errors.ts";
export { STANDINGS_ASKED_MAX, standingOf } from "./standing.ts";

/** Every command of this package, in the order of the chain D1–D11. */
export const dividendCommands: readonly CommandDefinition[] = [...poolCommands, ...payoutCommands];
