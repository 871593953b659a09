/*
 * S5 公示: what must have been published, for how long, and which objections are in the way of an approval.
 */
import { daysBetween, type IsoDate, type Quarter } from "@huimin/calendar";
import { ok, type Refusal, type Result, refuse } from "@huimin/outcome";
import { errors } from "./errors.ts";
import { type ClaimLine, type ClaimState, objectionsOf } from "./evolve-claim.ts";

/**
 * No objection against a pending line is open (CLAIM_OBJECTION_OPEN) or upheld (CLAIM_OBJECTION_UPHELD: the line is rejected
 * first), and, where publicity is required, each line was published for so many days (CLAIM_NOT_PUBLISHED), which are over
 * (CLAIM_PUBLICITY_NOT_FINISHED).
 */
export function checkPublicity(
  request: { readonly bank: string; readonly quarter: Quarter; readonly valueDate: IsoDate; readonly publicityDays: number },
  claim: ClaimState,
  pending: readonly ClaimLine[],
): Result<true, Refusal> {
  const { bank, quarter, valueDate, publicityDays: days } = request;
  for (const { objection, loan, status } of objectionsOf(claim)) {
    if (status === "dismissed" || !pending.some((line) => line.loan === loan)) continue;
    return refuse(status === "open" ? errors.CLAIM_OBJECTION_OPEN : errors.CLAIM_OBJECTION_UPHELD, { objection, loan });
  }
  if (days === 0) return ok(true);
  for (const { loan, publicity } of pending) {
    if (publicity === undefined || daysBetween(publicity.from, publicity.to) + 1 < days)
      return refuse(errors.CLAIM_NOT_PUBLISHED, { bank, quarter, loan, days });
    if (valueDate <= publicity.to) return refuse(errors.CLAIM_PUBLICITY_NOT_FINISHED, { to: publicity.to, date: valueDate });
  }
  return ok(true);
}
