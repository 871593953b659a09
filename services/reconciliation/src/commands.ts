import type { CommandDefinition } from "@huimin/decider";
import { type App, personCommand } from "@huimin/http";
import {
  BindFundAccount,
  CloseBankDay,
  ConfirmMatch,
  EndFundAccount,
  ExplainDifference,
  ResolveDifference,
  reconciliationCommands,
  UndoMatch,
} from "@huimin/reconciliation";

/** Commands that this service records. */
export const reconciliationServiceCommands: readonly CommandDefinition[] = reconciliationCommands;

const ROUTES: readonly (readonly [string, CommandDefinition, string])[] = [
  ["fund-accounts", BindFundAccount, "专户绑定 / Say which account at a bank stands for an account of the books"],
  ["fund-account-endings", EndFundAccount, "销户 / Its last day"],
  ["explanations", ExplainDifference, "差异说明 / Explain differences until a day"],
  ["matches", ConfirmMatch, "人工勾对 / Put lines and movements together"],
  ["undone-matches", UndoMatch, "取消勾对 / Take a match apart"],
  ["resolutions", ResolveDifference, "差异消除 / Name what resolved a difference"],
  ["closings", CloseBankDay, "银行日结 / Close a bank day"],
];

/** Register under `/api/v1`. */
export async function reconciliationCommandRoutes(app: App): Promise<void> {
  for (const [url, definition, summary] of ROUTES)
    personCommand(app, { url: `/reconciliation/${url}`, definition, summary, tags: ["reconciliation"] });
}
