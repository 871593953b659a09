import type { App } from "@huimin/http";
import { householdCommandRoutes } from "./commands.ts";
import { importRoutes } from "./imports.ts";
import type { RegistryRoutesOptions } from "./options.ts";
import { partyReadRoutes, policyReadRoutes } from "./parties.ts";
import { privacyRoutes } from "./privacy.ts";
import { householdReadRoutes } from "./reads.ts";

/** Every route of the register. Register under `/api/v1` of a server with people, commands and read models. */
export async function registryRoutes(app: App, options: RegistryRoutesOptions): Promise<void> {
  householdCommandRoutes(app, options);
  householdReadRoutes(app, options);
  privacyRoutes(app, options);
  partyReadRoutes(app, options);
  policyReadRoutes(app, options);
  await importRoutes(app, options);
}
