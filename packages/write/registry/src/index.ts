import type { CommandDefinition } from "@huimin/decider";
import { householdCommands } from "./commands/household.ts";
import { partyCommands } from "./commands/parties.ts";
import { RegisterHousehold, RegisterHouseholds } from "./commands/register.ts";

export * from "./commands/bodies.ts";
export * from "./commands/household.ts";
export * from "./commands/parties.ts";
export { RegisterHousehold, RegisterHouseholds, registrationBatches } from "./commands/register.ts";
export { registryErrors } from "./errors.ts";
export * from "./events.ts";

/** Every command of this package. */
export const registryCommands: readonly CommandDefinition[] = [
  RegisterHousehold,
  RegisterHouseholds,
  ...householdCommands,
  ...partyCommands,
];
