/* What the commands on a case ask for before they decide. */
import { type CommandContext, type Gather, load } from "@huimin/decider";
import { ok, type Refusal, type Result, refuse } from "@huimin/outcome";
import { errors } from "./errors.ts";
import { type CaseStatus, type CompensationState, compensationFold, compensationStream } from "./evolve-case.ts";
import type { CaseSubject } from "./schema.ts";
import { senderRefusal } from "./shared.ts";

/** A case that was applied for. */
export type StandingCase = CompensationState & { readonly subject: CaseSubject };

/** The case, in one of these states. Refuses CASE_UNKNOWN, OTHER_BANKS_CASE, CASE_STATUS. */
export function* gatherCase(ref: string, context: CommandContext, statuses: readonly CaseStatus[]): Gather<Result<StandingCase, Refusal>> {
  const { state } = yield* load(compensationStream(ref), compensationFold);
  const { subject } = state;
  if (!subject) return refuse(errors.CASE_UNKNOWN, { ref }, { path: "/ref" });
  const foreign = senderRefusal(context, subject.bank);
  if (foreign) return foreign;
  if (!statuses.includes(state.status)) return refuse(errors.CASE_STATUS, { ref, status: state.status }, { path: "/ref" });
  return ok({ ...state, subject });
}
