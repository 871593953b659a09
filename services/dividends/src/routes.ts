import { type App, personCommand } from "@huimin/http";
import { personalCommands } from "./commands.ts";
import { type DividendReading, dividendReadingRoutes } from "./reading.ts";
import { summaries } from "./summaries.ts";

/** `DeclareDividend` → `declare-dividend`: the address of a command is its name. */
const addressOf = (name: string): string => name.replace(/(?<!^)([A-Z])/g, "-$1").toLowerCase();

/** 分红代发 and asset income: what people record on pools, lists and payouts. Register under `/api/v1`. */
export async function dividendRoutes(app: App, options: DividendReading): Promise<void> {
  for (const definition of personalCommands) {
    personCommand(app, {
      url: `/dividends/${addressOf(definition.name)}`,
      definition,
      summary: summaries[definition.name] ?? definition.name,
      tags: ["dividends"],
    });
  }
  await dividendReadingRoutes(app, options);
}
