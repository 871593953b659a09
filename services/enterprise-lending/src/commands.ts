import type { CommandDefinition } from "@huimin/decider";
import { linkageCommands } from "@huimin/linkage";

/**
 * 企贷增收: recognition, agreements, links, reports and guarantee fees. The loans themselves are messages of banks; their
 * subsidies are commands of startup-lending, which serves the chain S of all models.
 */
export const enterpriseLendingCommands: readonly CommandDefinition[] = linkageCommands;
