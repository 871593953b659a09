import type { CommandDefinition } from "@huimin/decider";
import { loanCommands } from "@huimin/loan";
import { subsidyCommands } from "@huimin/subsidy";

/** Roles of people who work in an office or village; banks, jobs and auditors are not among them. */
const isPersonal = (definition: CommandDefinition): boolean =>
  definition.roles.some((role) => role !== "BANK" && role !== "SYS" && role !== "AUD");

/** Commands on own loans and their subsidies that people or jobs give: this service records them. */
export const startupLendingCommands: readonly CommandDefinition[] = [...loanCommands, ...subsidyCommands].filter(
  (definition) => isPersonal(definition) || definition.roles.every((role) => role === "SYS"),
);

/** Those of {@link startupLendingCommands} that have a route. */
export const personalCommands: readonly CommandDefinition[] = startupLendingCommands.filter(isPersonal);
