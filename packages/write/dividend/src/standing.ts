/* What the register says of the households of a list on its snapshot date. */
import type { IsoDate } from "@huimin/calendar";
import { type Gather, load, resolve } from "@huimin/decider";
import { ok, type Refusal, type Result, refuse } from "@huimin/outcome";
import { eligibleOn, existsOn, factsOf, type HouseholdFacts, householdFold, householdStream } from "@huimin/registry/events";
import { type Circle, type HouseholdStanding, mayReceive } from "./eligibility.ts";
import { errors } from "./errors.ts";
import { type PoolState, rightOf } from "./evolve/pool.ts";
import { type BeneficiaryState, beneficiaryFold } from "./evolve/rights.ts";
import { beneficiaryStream } from "./streams.ts";

/** The standing of a household. */
export const standingOf = (state: HouseholdFacts, on: IsoDate): HouseholdStanding => ({
  village: state.village,
  exists: existsOn(state, on),
  registered: eligibleOn(state, on),
  members: state.people,
});

export function* gatherStanding(household: string, on: IsoDate): Gather<HouseholdStanding> {
  return standingOf(factsOf((yield* load(householdStream(household), householdFold)).state), on);
}

/** Households of one question to the register's read model. */
export const STANDINGS_ASKED_MAX = 5_000;

/**
 * The same of many households at once, from the register's read model (resolver `householdStandings`): for lists that are
 * recorded in parts. A household that it does not know is absent.
 */
export function* gatherStandings(households: readonly string[], on: IsoDate): Gather<ReadonlyMap<string, HouseholdStanding>> {
  const found = yield* resolve<Readonly<Record<string, HouseholdStanding>>>("householdStandings", {
    households: JSON.stringify(households),
    on,
  });
  return new Map(Object.entries(found));
}

export function* gatherBeneficiaries(pool: string): Gather<BeneficiaryState> {
  return (yield* load(beneficiaryStream(pool), beneficiaryFold)).state;
}

export function* gatherCircle(state: PoolState, pool: string, year: number, on: IsoDate): Gather<Circle> {
  const right = rightOf(state);
  const beneficiaries = right === "beneficial" ? yield* gatherBeneficiaries(pool) : { lists: [] };
  return { right, beneficiaries, year, on };
}

/** Standings of every household of a list, or NOT_ELIGIBLE_ON_SNAPSHOT naming the first that may not be on it. */
export function* gatherEligible(
  circle: Circle,
  households: readonly string[],
): Gather<Result<ReadonlyMap<string, HouseholdStanding>, Refusal>> {
  const standings = new Map<string, HouseholdStanding>();
  for (const household of households) {
    const standing = yield* gatherStanding(household, circle.on);
    if (!mayReceive(circle, household, standing)) return refuse(errors.NOT_ELIGIBLE_ON_SNAPSHOT, { household, on: circle.on });
    standings.set(household, standing);
  }
  return ok(standings);
}
