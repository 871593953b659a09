import { type App, personCommand } from "@huimin/http";
import { personalCommands } from "./commands.ts";
import { summaries } from "./summaries.ts";

/** `ProposeBatch` → `propose-batch`: the address of a command is its name. */
export const addressOf = (name: string): string => name.replace(/(?<!^)([A-Z])/g, "-$1").toLowerCase();

/** 分贷统还: what offices, villages and enterprises record on batches. Register under `/api/v1`. */
export async function pooledLendingRoutes(app: App): Promise<void> {
  for (const definition of personalCommands) {
    personCommand(app, {
      url: `/pooled-lending/${addressOf(definition.name)}`,
      definition,
      summary: summaries[definition.name] ?? definition.name,
      tags: ["pooled-lending"],
    });
  }
}
