/* Gathering a household's credit: its credit files with the loans of each, and the policy that limits them. */
import type { IsoDate } from "@huimin/calendar";
import { type Gather, load } from "@huimin/decider";
import { ok, type Result, refuse } from "@huimin/outcome";
import { loadPolicy, RATE_KEYS } from "@huimin/policy/events";
import { type HouseholdState, householdFold, householdStream } from "@huimin/registry/events";
import type { CreditFacts } from "../decide/approval.ts";
import { errors } from "../errors.ts";
import { type CreditState, creditFold, creditStream, gatherCommitments, topUpCapIsSetOn } from "../evolve.ts";

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

/** Everything that limits a new commitment on `on`, see {@link gatherCommitments}. */
export function* gatherCreditFacts(household: string, on: IsoDate, except: string): Gather<Result<CreditFacts>> {
  const found = yield* gatherHousehold(household);
  if (!found.ok) return found;
  const { credit, commitments } = yield* gatherCommitments(found.value, except);
  const policy = yield* loadPolicy(LIMIT_KEYS);
  return ok({ household: found.value, credit, commitments, policy, topUpCapIsSet: yield* topUpCapIsSetOn(on) });
}
