import type { CommandDefinition } from "@huimin/decider";
import { donationCommands } from "@huimin/donation";

/** Given by banks alone: the bank gateway records them. */
const isBankOnly = (definition: CommandDefinition): boolean => definition.roles.every((role) => role === "BANK");

/** Commands of 社企共助 that people give (a receipt may come from a bank too): this service records them. */
export const socialPartnershipCommands: readonly CommandDefinition[] = donationCommands.filter((definition) => !isBankOnly(definition));
