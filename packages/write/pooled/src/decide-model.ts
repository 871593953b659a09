/* 3.3: whether the model of pooled lending 分贷统还 (户贷企用) may be contracted on a day, and by an enterprise that stands. */
import type { IsoDate } from "@huimin/calendar";
import { type Gather, load } from "@huimin/decider";
import { refuse } from "@huimin/outcome";
import type { Policy } from "@huimin/policy/events";
import { enterpriseFold, enterpriseStream } from "@huimin/registry/events";
import { errors } from "./errors.ts";
import type { BatchState } from "./evolve.ts";
import type { Refused } from "./shared.ts";

export const MODEL_KEYS = ["model1.open.from", "model1.warn.from", "model1.block.from", "model1.forbid.from"] as const;

/** The window in which a day lies, by the parameters model1.* (3.3). */
export function modelWindow(policy: Policy, on: IsoDate): "not-open" | "open" | "warned" | "blocked" | "forbidden" {
  if (policy.bool("model1.forbid.from", on)) return "forbidden";
  if (policy.bool("model1.block.from", on)) return "blocked";
  if (!policy.bool("model1.open.from", on)) return "not-open";
  return policy.bool("model1.warn.from", on) ? "warned" : "open";
}

export interface ContractPermission {
  readonly participationEvidence: boolean;
  /** Number of the document by which FIN-R and FOF allowed it. */
  readonly overrideDocument?: string | undefined;
}

/**
 * By the contract date, not the day of entry. Refuses MODEL_NOT_OPEN, MODEL_FORBIDDEN; in the warning window
 * EVIDENCE_MISSING; when blocked MODEL_BLOCKED unless both offices allowed it with the document (BATCH_OVERRIDE_DIFFERS).
 */
export function modelRefusal(policy: Policy, on: IsoDate, batch: BatchState, permission: ContractPermission): Refused | undefined {
  const window = modelWindow(policy, on);
  if (window === "not-open") return refuse(errors.MODEL_NOT_OPEN, { on }, { path: "/valueDate" });
  if (window === "forbidden") return refuse(errors.MODEL_FORBIDDEN, { on }, { path: "/valueDate" });
  if (window === "open") return undefined;
  if (window === "blocked") {
    const { overrideDocument: document } = permission;
    if (document === undefined) return refuse(errors.MODEL_BLOCKED, { on }, { path: "/valueDate" });
    const roles = new Set(batch.overrides.filter((one) => one.document === document).map((one) => one.role));
    if (roles.size < 2) return refuse(errors.BATCH_OVERRIDE_DIFFERS, { document }, { path: "/overrideDocument" });
  }
  return permission.participationEvidence ? undefined : refuse(errors.EVIDENCE_MISSING, { on }, { path: "/participationEvidence" });
}

/** An enterprise that may use new money: BATCH_ENTERPRISE_UNKNOWN, ENTERPRISE_BANKRUPT, ENTERPRISE_SUSPENDED. */
export function* gatherEnterpriseRefusal(enterprise: string, on: IsoDate): Gather<Refused | undefined> {
  const { state } = yield* load(enterpriseStream(enterprise), enterpriseFold);
  const place = { path: "/enterprise" };
  if (state.enterprise === undefined) return refuse(errors.BATCH_ENTERPRISE_UNKNOWN, { enterprise }, place);
  const { bankruptcyFiledOn: bankrupt, suspendedFrom: suspended } = state;
  if (bankrupt !== undefined && bankrupt <= on) return refuse(errors.ENTERPRISE_BANKRUPT, { enterprise, from: bankrupt }, place);
  if (suspended !== undefined && suspended <= on) return refuse(errors.ENTERPRISE_SUSPENDED, { enterprise, from: suspended }, place);
  return undefined;
}
