/*
 * Which account money may be paid to: the same rules for dividends (D4) and subsidies (S6).
 */
import { ok, type Refusal, type Result, refuse } from "@huimin/outcome";
import { registryErrors as errors } from "./errors.ts";
import { type AccountFacts, type HouseholdState, payoutAccount } from "./household.ts";

/** A payment that came back, or did not go out: on which account (fingerprint) and why. */
export interface FailedPayment {
  readonly numberHash: string;
  /** The bank's reason code, ISO 20022 where there is one. */
  readonly reason: string;
  /** When the failure was recorded, ISO instant. */
  readonly recordedAt: string;
}

/**
 * Codes that say that the account itself is wrong: it does not exist (AC01), is closed (AC04) or blocked (AC06), is in
 * another name (BE01), its holder is dead (MD07). A duplicate (AM05) or another cause (MS03) says nothing of the account.
 */
const ACCOUNT_REASONS: ReadonlySet<string> = new Set(["AC01", "AC04", "AC06", "BE01", "MD07"]);

/** The account on file is the one that failed, and nobody has bound it anew since. */
const failedOn = (account: AccountFacts, failures: readonly FailedPayment[]): FailedPayment | undefined =>
  failures.find(
    ({ numberHash, reason, recordedAt }) =>
      ACCOUNT_REASONS.has(reason) && numberHash === account.numberHash && Date.parse(account.recordedAt) <= Date.parse(recordedAt),
  );

/**
 * The account of a household that a payment recorded at `at` (ISO instant) may use, or why there is none. Refuses an ended
 * household (ACCOUNT_CLOSED), none on file (PAYOUT_ACCOUNT_MISSING), the account on which this payment failed before
 * (ACCOUNT_NOT_FIXED) and one inside the cool-down of `payout.cooldownHours` from its recording (COOLDOWN, R23).
 */
export function usablePayoutAccount<A extends AccountFacts>(
  state: Pick<HouseholdState, "household" | "ended"> & { readonly accounts: readonly A[] },
  purpose: string,
  at: string,
  cooldownHours: number,
  failures: readonly FailedPayment[] = [],
): Result<A, Refusal> {
  const household = state.household ?? "";
  if (state.ended) return refuse(errors.ACCOUNT_CLOSED, { household, date: state.ended.from, how: state.ended.how });
  const found = payoutAccount(state, purpose, at, cooldownHours);
  if (found.kind === "none") return refuse(errors.PAYOUT_ACCOUNT_MISSING, { household });
  const failed = failedOn(found.account, failures);
  if (failed) return refuse(errors.ACCOUNT_NOT_FIXED, { household, reason: failed.reason });
  return found.kind === "cooling" ? refuse(errors.COOLDOWN, { household, usableFrom: found.usableFrom }) : ok(found.account);
}
