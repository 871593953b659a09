import { type App, personCommand } from "@huimin/http";
import { enterpriseLendingCommands } from "./commands.ts";
import { summaries } from "./summaries.ts";

/** `LinkHouseholds` → `link-households`: the address of a command is its name. */
export const addressOf = (name: string): string => name.replace(/(?<!^)([A-Z])/g, "-$1").toLowerCase();

/** 企贷增收: what offices, enterprises and villages record beside the loans. Register under `/api/v1`. */
export async function enterpriseLendingRoutes(app: App): Promise<void> {
  for (const definition of enterpriseLendingCommands) {
    personCommand(app, {
      url: `/enterprise-lending/${addressOf(definition.name)}`,
      definition,
      summary: summaries[definition.name] ?? definition.name,
      tags: ["enterprise-lending"],
    });
  }
}
