/* Gathering a household's credit: its credit files with the loans of each, and the policy that limits them. */
import type { IsoDate } from "@huimin/calendar";
import { type Gather, load } from "@huimin/decider";
import { ok, type Result, refuse } from "@huimin/outcome";
import { loadPolicy, type PolicyState, policyFold, policyStream, RATE_KEYS } from "@huimin/policy/events";
import { type HouseholdState, householdFold, householdStream } from "@huimin/registry/events";
import type { Commitment, CreditFacts } from "../decide/approval.ts";
import { errors } from "../errors.ts";
import { type CreditState, creditFold, creditStream, loanStream, loanTimelineFold } from "../evolve.ts";

export function* gatherHousehold(household: string): Gather<Result<HouseholdState>> {
  const loaded = yield* load(householdStream(household), householdFold);
  return loaded.state.household === undefined
    ? refuse(errors.LOAN_HOUSEHOLD_UNKNOWN, { household }, { path: "/household" })
    : ok(loaded.state);
}

export function* gatherCredit(household: HouseholdState): Gather<CreditState> {
  return (yield* load(creditStream(household.creditGroup), creditFold)).state;
}

const LIMIT_KEYS = [
  ...RATE_KEYS,
  "microcredit.cap",
  "microcredit.cap.withTopUp",
  "microcredit.termMonths",
  "microcredit.eligible",
] as const;

const isSetOn = (state: PolicyState, on: IsoDate): boolean =>
  state.entries.some((entry) => entry.from <= on && (entry.toExcl === undefined || on < entry.toExcl));

/**
 * Everything that limits a new commitment on `on`: all versions are asserted in the append, so two approvals never both
 * see the same room under the cap.
 */
export function* gatherCreditFacts(household: string, on: IsoDate, except: string): Gather<Result<CreditFacts>> {
  const found = yield* gatherHousehold(household);
  if (!found.ok) return found;
  const credit = yield* gatherCredit(found.value);
  const files = [credit];
  for (const group of found.value.mergedCreditGroups) {
    if (group !== found.value.creditGroup) files.push((yield* load(creditStream(group), creditFold)).state);
  }
  const commitments: Commitment[] = [];
  for (const entry of files.flatMap((file) => [...file.entries.values()])) {
    if (entry.loan === except || entry.status === "rejected" || entry.status === "withdrawn") continue;
    commitments.push({ entry, loan: (yield* load(loanStream(entry.loan), loanTimelineFold)).state });
  }
  const policy = yield* loadPolicy(LIMIT_KEYS);
  const topUpCap = yield* load(policyStream("microcredit.cap.withTopUp"), policyFold);
  return ok({ household: found.value, credit, commitments, policy, topUpCapIsSet: isSetOn(topUpCap.state, on) });
}
