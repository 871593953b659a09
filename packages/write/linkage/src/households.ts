/* Households as links and reports see them. */
import type { IsoDate } from "@huimin/calendar";
import { type Gather, load } from "@huimin/decider";
import { ok, type Result, refuse } from "@huimin/outcome";
import type { Policy } from "@huimin/policy/events";
import { eligibleOn, type HouseholdState, householdFold, householdStream } from "@huimin/registry/events";
import { errors } from "./errors.ts";

/** Households of one command: two streams are loaded for each. */
export const LINKS_MAX = 400;

export function* gatherHousehold(household: string, path: string): Gather<Result<HouseholdState>> {
  const { state } = yield* load(householdStream(household), householdFold);
  return state.household === undefined ? refuse(errors.LINK_HOUSEHOLD_UNKNOWN, { household }, { path }) : ok(state);
}

/**
 * A household of the circle that is supported on the day, the same that may take microcredit (microcredit.eligible):
 * registered ones, later those monitored and those that left poverty too.
 */
export function* eligibleHousehold(household: string, on: IsoDate, policy: Policy, path: string): Gather<Result<HouseholdState>> {
  const found = yield* gatherHousehold(household, path);
  if (!found.ok) return found;
  const eligible = eligibleOn(found.value, on, policy.texts("microcredit.eligible", on));
  return eligible ? found : refuse(errors.LINK_HOUSEHOLD_NOT_ELIGIBLE, { household, on }, { path });
}
