import type { CommandDefinition } from "@huimin/decider";
import { type App, personCommand } from "@huimin/http";
import { ClosePeriod, periodCommands, TransferPriorYearAdjustment, TransferYearEnd } from "@huimin/period";
import { policyCommands, SetPolicyParameter } from "@huimin/policy";

/** Commands that this service records. */
export const ledgerCommands: readonly CommandDefinition[] = [...periodCommands, ...policyCommands];

/** 结账, 结转, 政策参数. Register under `/api/v1`. */
export async function ledgerCommandRoutes(app: App): Promise<void> {
  personCommand(app, { url: "/periods/closings", definition: ClosePeriod, summary: "结账 / Close a period, for ever", tags: ["periods"] });
  personCommand(app, {
    url: "/periods/prior-year-transfers",
    definition: TransferPriorYearAdjustment,
    summary: "结转以前年度盈余调整 / Transfer 3501 to 3001",
    tags: ["periods"],
  });
  personCommand(app, {
    url: "/periods/year-end-transfers",
    definition: TransferYearEnd,
    summary: "年末结转 / Transfer income and expense through 3301 and 3302 to 3001, in December (?period=YYYY-12)",
    tags: ["periods"],
  });
  personCommand(app, {
    url: "/policy-parameters",
    definition: SetPolicyParameter,
    summary: "政策参数生效 / Set a policy parameter",
    tags: ["policy"],
  });
}
