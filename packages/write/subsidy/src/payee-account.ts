/*
 * S6: the account of a household that is paid a subsidy, by the rules of D6–D8.
 */
import { shanghaiDate } from "@huimin/calendar";
import { type CommandContext, type Gather, load } from "@huimin/decider";
import { ok, type Refusal, type Result } from "@huimin/outcome";
import { loadPolicy } from "@huimin/policy/events";
import { type HouseholdState, householdFold, householdStream, usablePayoutAccount } from "@huimin/registry/events";
import type { SubsidyState } from "./evolve.ts";

/** Purpose of the account to which subsidies go; one for all purposes serves too. */
const SUBSIDY_PURPOSE = "subsidy";
/** A household that was merged into one that was merged into one … */
const MERGERS_MAX = 20;

/** The household whose account is used: the one into which it was merged, if it was. */
function* accountHolder(household: string): Gather<HouseholdState> {
  let { state } = yield* load(householdStream(household), householdFold);
  for (let step = 0; step < MERGERS_MAX && state.ended?.how === "merged" && state.ended.into !== undefined; step += 1) {
    state = (yield* load(householdStream(state.ended.into), householdFold)).state;
  }
  return state;
}

/**
 * Fingerprint of the account to which a payee is paid; undefined for an enterprise. Refuses ACCOUNT_CLOSED,
 * PAYOUT_ACCOUNT_MISSING, ACCOUNT_NOT_FIXED after a payment of this loan that came back, COOLDOWN.
 */
export function* gatherPayeeAccount(
  payee: string,
  subsidy: SubsidyState,
  context: CommandContext,
): Gather<Result<string | undefined, Refusal>> {
  const holder = yield* accountHolder(payee);
  if (holder.household === undefined) return ok(undefined);
  const policy = yield* loadPolicy(["payout.cooldownHours"]);
  const hours = policy.integer("payout.cooldownHours", shanghaiDate(context.recordedAt));
  const failures = subsidy.failures.filter((one) => one.payee === payee);
  const account = usablePayoutAccount(holder, SUBSIDY_PURPOSE, context.recordedAt, hours, failures);
  return account.ok ? ok(account.value.numberHash) : account;
}
