import type { CommandDefinition } from "@huimin/decider";
import { dividendCommands as chain } from "@huimin/dividend";

/** Given by banks alone: the bank gateway records the messages of banks. */
const isBankOnly = (definition: CommandDefinition): boolean => definition.roles.every((role) => role === "BANK");

/** Commands on pools, lists, entitlements and payouts that people or jobs give: this service records them. */
export const dividendsCommands: readonly CommandDefinition[] = chain.filter((definition) => !isBankOnly(definition));

/** Those of {@link dividendsCommands} that have a route. */
export const personalCommands: readonly CommandDefinition[] = dividendsCommands.filter(({ roles }) =>
  roles.some((role) => role !== "BANK" && role !== "SYS"),
);
