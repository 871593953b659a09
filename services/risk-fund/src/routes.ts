import { type App, personCommand } from "@huimin/http";
import { personalCommands } from "./commands.ts";
import { type RiskFundReading, riskFundReadingRoutes } from "./reading.ts";
import { summaries } from "./summaries.ts";

/** `PayCompensation` → `pay-compensation`: the address of a command is its name. */
const addressOf = (name: string): string => name.replace(/(?<!^)([A-Z])/g, "-$1").toLowerCase();

/** 风险补偿: what people record on the fund, its cases and insurers, and the breaker's reset. Register under `/api/v1`. */
export async function riskFundRoutes(app: App, options: RiskFundReading): Promise<void> {
  for (const definition of personalCommands) {
    personCommand(app, {
      url: `/risk-fund/${addressOf(definition.name)}`,
      definition,
      summary: summaries[definition.name] ?? definition.name,
      tags: ["risk fund"],
    });
  }
  await riskFundReadingRoutes(app, options);
}
