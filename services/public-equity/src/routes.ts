import { type App, personCommand } from "@huimin/http";
import { publicEquityCommands } from "./commands.ts";
import { summaries } from "./summaries.ts";

/** `SignInvestmentAgreement` → `sign-investment-agreement`: the address of a command is its name. */
const addressOf = (name: string): string => name.replace(/(?<!^)([A-Z])/g, "-$1").toLowerCase();

/** 政企联动: what people record on equity, its insurance and its losses. Register under `/api/v1`. */
export async function publicEquityRoutes(app: App): Promise<void> {
  for (const definition of publicEquityCommands) {
    const summary = summaries[definition.name] ?? definition.name;
    personCommand(app, { url: `/equity/${addressOf(definition.name)}`, definition, summary, tags: ["equity"] });
  }
}
