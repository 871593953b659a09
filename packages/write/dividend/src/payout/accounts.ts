/* On whose account an item is paid, and whether the money for it is there. */
import { type Gather, load } from "@huimin/decider";
import { ok, type Refusal, type Result } from "@huimin/outcome";
import { factsOf, type HouseholdFacts, householdFold, householdStream } from "@huimin/registry/events";
import { type EntitlementLine, itemStatus } from "../evolve/entitlement.ts";
import { wrongPayoutFold } from "../evolve/payout.ts";
import { wrongPayoutStream } from "../streams.ts";
import { recoveredMoney, type Submitted, type WrongedLines } from "./decide-submission.ts";
import { gatherPart, keyOf } from "./gather.ts";

/** How many mergers a household's money follows. */
const MERGERS_MAX = 10;

/** The household whose account is used: the one into which it was merged, if it was. */
export function* accountHolder(household: string, known: Map<string, HouseholdFacts>): Gather<HouseholdFacts> {
  let number = household;
  for (let step = 0; ; step += 1) {
    const state = known.get(number) ?? factsOf((yield* load(householdStream(number), householdFold)).state);
    known.set(number, state);
    const into = state.ended?.how === "merged" ? state.ended.into : undefined;
    if (into === undefined || step === MERGERS_MAX) return state;
    number = into;
  }
}

/** Who got the money of these lines and may still owe it. */
export const obligorsOf = (items: readonly Submitted[]): Set<string> =>
  new Set(
    items.flatMap(({ line }) =>
      line.items.filter((item) => itemStatus(item) === "wrongly-paid").flatMap(({ results }) => results.at(-1)?.obligor ?? []),
    ),
  );

/** An obligor with the entitlements of those he was paid instead of. */
export function* gatherWronged(obligor: string): Gather<WrongedLines> {
  const { state } = yield* load(wrongPayoutStream(obligor), wrongPayoutFold);
  const lines = new Map<string, EntitlementLine>();
  for (const claim of state.claims) {
    const line = (yield* gatherPart(claim.pool, claim.year, claim.part)).lines.get(claim.household);
    if (line) lines.set(keyOf(claim), line);
  }
  return { obligor, state, lines };
}

/** R15 for every obligor that the items meet. */
export function* gatherRecovered(items: readonly Submitted[]): Gather<Result<true, Refusal>> {
  for (const obligor of obligorsOf(items)) {
    const covered = recoveredMoney(yield* gatherWronged(obligor), items);
    if (!covered.ok) return covered;
  }
  return ok(true);
}
