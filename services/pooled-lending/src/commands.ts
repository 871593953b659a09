import type { CommandDefinition } from "@huimin/decider";
import { pooledCommands } from "@huimin/pooled";

/** Roles of people who work in an office, a village or an enterprise; banks and jobs are not among them. */
const isPersonal = (definition: CommandDefinition): boolean => definition.roles.some((role) => role !== "BANK" && role !== "SYS");

/** Commands on batches that people or jobs give: this service records them. The rest are messages of banks. */
export const pooledLendingCommands: readonly CommandDefinition[] = pooledCommands.filter(
  (definition) => isPersonal(definition) || definition.roles.every((role) => role === "SYS"),
);

/** Those that have a route. */
export const personalCommands: readonly CommandDefinition[] = pooledLendingCommands.filter(isPersonal);
