import { type App, personCommand } from "@huimin/http";
import { socialPartnershipCommands } from "./commands.ts";
import { type SocialPartnershipReading, socialPartnershipReadingRoutes } from "./reading.ts";
import { summaries } from "./summaries.ts";

/** `SpendDonation` → `spend-donation`: the address of a command is its name. */
const addressOf = (name: string): string => name.replace(/(?<!^)([A-Z])/g, "-$1").toLowerCase();

/** 社企共助: a route for each command that people give, and what can be read. Register under `/api/v1`. */
export async function socialPartnershipRoutes(app: App, options: SocialPartnershipReading): Promise<void> {
  for (const definition of socialPartnershipCommands) {
    const [area, summary] = summaries[definition.name] ?? ["partnership", definition.name];
    personCommand(app, { url: `/${area}/${addressOf(definition.name)}`, definition, summary, tags: ["social partnership"] });
  }
  socialPartnershipReadingRoutes(app, options);
}
