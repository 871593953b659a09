import type { CommandDefinition } from "@huimin/decider";
import { breakerCommands } from "@huimin/loan";
import { riskFundCommands as chain } from "@huimin/risk-fund";

/** Given by banks or jobs alone: the bank gateway records the messages of banks. */
const isBankOnly = (definition: CommandDefinition): boolean => definition.roles.every((role) => role === "BANK");

/** Commands of the risk chain and the breaker that people or jobs give: this service records them. */
export const riskFundCommands: readonly CommandDefinition[] = [...chain, ...breakerCommands].filter(
  (definition) => !isBankOnly(definition),
);

/** Those of {@link riskFundCommands} that have a route. */
export const personalCommands: readonly CommandDefinition[] = riskFundCommands.filter(({ roles }) =>
  roles.some((role) => role !== "BANK" && role !== "SYS"),
);
