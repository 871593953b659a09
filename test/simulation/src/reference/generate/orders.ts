import { isDeepStrictEqual } from "node:util";
import type { Fact, File, Order } from "../format.ts";
import { record, worldOf } from "../play.ts";
import { World } from "../world.ts";
import { rowsOf } from "./checkpoints.ts";
import { Random } from "./random.ts";

/** Facts that may be recorded before or after others: messages about different things. */
const FREE: ReadonlySet<string> = new Set([
  "RepaymentReceived",
  "InterestPaid",
  "DonationReceived",
  "DonationSpent",
  "InKindDonationReceived",
  "RiskFundDeposited",
  "RiskFundInterestCredited",
  "SubsidyFundsAppropriated",
  "AssetIncomeReceived",
  "HouseholdLinked",
  "HouseholdUnlinked",
  "EnterprisePrepaid",
  "InsurancePaid",
  "LossShareReceived",
  "PayoutSucceeded",
  "PayoutFailed",
  "SubsidyClawbackReceived",
]);

const ORDERS_MAX = 3;

/** Puts the facts of a list on its times of recording, each in its turn. */
function retimed(facts: readonly Fact[], times: readonly string[]): Fact[] {
  return facts.map(({ yields: _, ...fact }, index) => ({ ...fact, n: index + 1, recordedAt: times[index] ?? fact.recordedAt }));
}

/** A neighbour swap is allowed when both are free, different things, and neither is recorded before its value date. */
function mayFollow(earlier: Fact, later: Fact): boolean {
  if (!FREE.has(earlier.event) || !FREE.has(later.event)) return false;
  return later.valueDate <= earlier.recordedAt.slice(0, 10) && samePeriod(earlier, later);
}

/** Accounts with a fiscal year, and closed months, stay as they are. */
const samePeriod = (a: Fact, b: Fact): boolean => a.recordedAt.slice(0, 7) === b.recordedAt.slice(0, 7);

const endOf = (world: World) => rowsOf(world, new Random(1));

/** Recordings of the same case in other orders; each ends in the same books by the reference. */
export function ordersOf(file: File, random: Random): Order[] {
  const { facts } = file;
  const times = facts.map(({ recordedAt }) => recordedAt);
  const plain = facts.map(({ yields: _, ...fact }) => fact);
  const expected = endOf(worldOf(file, facts));
  const orders: Order[] = [{ order: 1, recordedAs: plain }];
  for (let attempt = 0; attempt < 12 && orders.length < ORDERS_MAX; attempt += 1) {
    const list = [...plain];
    let swaps = 0;
    for (let k = 0; k < list.length * 2; k += 1) {
      const at = random.int(0, list.length - 2);
      const [a, b] = [list[at], list[at + 1]];
      const time = times[at] ?? "";
      if (!a || !b || !mayFollow({ ...a, recordedAt: time }, b)) continue;
      list.splice(at, 2, b, a);
      swaps += 1;
    }
    const recordedAs = retimed(list, times);
    if (swaps === 0 || orders.some((one) => isDeepStrictEqual(one.recordedAs, recordedAs))) continue;
    if (playable(file, recordedAs) && isDeepStrictEqual(endOf(worldOf(file, recordedAs)), expected))
      orders.push({ order: orders.length + 1, recordedAs });
  }
  return orders;
}

/** Answers of the reference must be possible: no principal or stock below zero on the way. */
function playable(file: File, facts: readonly Fact[]): boolean {
  const world = new World(file);
  return facts.every((fact) => {
    record(world, fact);
    return [...world.loans.values()].every((loan) => loan.open() >= 0n) && fact.valueDate <= fact.recordedAt.slice(0, 10);
  });
}
