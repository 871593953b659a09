import type { CommandDefinition } from "@huimin/decider";
import { equityCommands } from "@huimin/equity";

/** Commands of 政企联动 that people give: this service records them. What banks send belongs to the bank gateway. */
export const publicEquityCommands: readonly CommandDefinition[] = equityCommands.filter((definition) => !definition.roles.includes("BANK"));
