import type { CommandDefinition } from "@huimin/decider";
import { type App, personCommand } from "@huimin/http";
import { personalCommands } from "./commands.ts";
import { summaries } from "./summaries.ts";

/** `PaySubsidyClaim` → `pay-subsidy-claim`: the address of a command is its name. */
export const addressOf = (name: string): string => name.replace(/(?<!^)([A-Z])/g, "-$1").toLowerCase();

const isSubsidy = (definition: CommandDefinition): boolean => definition.name.includes("Subsidy");
const summaryOf = (definition: CommandDefinition): string => summaries[definition.name] ?? definition.name;

/** 自贷创业: what people record on own loans and subsidies. Register under `/api/v1`. */
export async function startupLendingRoutes(app: App): Promise<void> {
  for (const definition of personalCommands) {
    const area = isSubsidy(definition) ? "subsidies" : "lending";
    personCommand(app, { url: `/${area}/${addressOf(definition.name)}`, definition, summary: summaryOf(definition), tags: [area] });
  }
}
