import { dayOf, daysBetween, daysInYear, eachDay } from "./dates.ts";
import { decimal, fenOf, halfUp, plus, type Ratio, ratio, sum, times, yuanOf } from "./numbers.ts";
import type { Segment, World } from "./world.ts";

/** Length of [from, toExcl) in years: a whole calendar year is 1, the days of a part of one are / yearBase (R19). */
function yearsOf(from: string, toExcl: string, yearBase: bigint): Ratio {
  let total = ratio(0n);
  for (let year = Number(from.slice(0, 4)); `${year}-01-01` < toExcl; year += 1) {
    const first = from > `${year}-01-01` ? from : `${year}-01-01`;
    const last = toExcl < `${year + 1}-01-01` ? toExcl : `${year + 1}-01-01`;
    const days = daysBetween(first, last);
    total = plus(total, days === daysInYear(year) ? ratio(1n) : ratio(BigInt(days), yearBase));
  }
  return total;
}

/** Dividend at a fixed rate (% a year) on stakes held for some time, one rounding. */
export function fixedRate(world: World, segments: readonly Pick<Segment, "stake" | "from" | "toExcl">[], rate: string): bigint {
  const exact = segments.map(({ stake, from, toExcl }) => {
    const yearBase = BigInt(world.policy.text("dividend.yearBase", from));
    return times(times(ratio(fenOf(stake), 100n), decimal(rate)), yearsOf(from, toExcl, yearBase));
  });
  return halfUp(exact.reduce(plus, ratio(0n)));
}

/** Stake of a household in a batch at the end of a day. */
const stakeIn = (world: World, batch: string, household: string, day: string): bigint =>
  sum(world.loansOf(batch).map((loan) => loan.stake(household, day)));

/** Times of constant stake of a household in a batch, within a calendar year. */
function stakeSegments(world: World, batch: string, household: string, year: number): Segment[] {
  const end = `${year + 1}-01-01`;
  const moves = world.loansOf(batch).flatMap((loan) => loan.stakes.filter((move) => move.household === household).map(({ on }) => on));
  const cuts = [...new Set([`${year}-01-01`, ...moves.filter((on) => `${year}-01-01` < on && on < end)])].sort();
  const times = cuts.map((from, index) => ({
    household,
    stake: yuanOf(stakeIn(world, batch, household, from)),
    from,
    toExcl: cuts[index + 1] ?? end,
  }));
  // Neighbours with the same stake are one time: a whole year must be seen as one.
  const joined: Segment[] = [];
  for (const next of times) {
    const last = joined.at(-1);
    if (last?.stake === next.stake) joined.splice(-1, 1, { ...last, toExcl: next.toExcl });
    else joined.push(next);
  }
  return joined;
}

/** Fixed-rate dividend of every holder of a batch for a year. */
export function batchFixed(world: World, batch: string, year: number, rate: string): Map<string, bigint> {
  const holders = [...new Set(world.loansOf(batch).flatMap((loan) => loan.stakes.map(({ household }) => household)))];
  const amounts = holders.map((household) => [household, fixedRate(world, stakeSegments(world, batch, household, year), rate)] as const);
  return new Map(amounts.filter(([, amount]) => amount > 0n));
}

/** Σ stake × days of a calendar year, in fen-days: of a batch by value date, or of given segments. */
export function stakeDays(
  world: World,
  household: string,
  year: number,
  segments: readonly Segment[] | undefined,
  batch: string | undefined,
): bigint {
  const from = `${year}-01-01`;
  const toExcl = `${year + 1}-01-01`;
  if (segments) {
    const own = segments.filter((one) => one.household === household);
    return sum(
      own.map((one) => {
        const days = Math.min(dayOf(one.toExcl), dayOf(toExcl)) - Math.max(dayOf(one.from), dayOf(from));
        return fenOf(one.stake) * BigInt(Math.max(0, days));
      }),
    );
  }
  const batches = batch === undefined ? [...world.batches.keys()] : [batch];
  let total = 0n;
  for (const day of eachDay(from, toExcl)) total += sum(batches.map((one) => stakeIn(world, one, household, day)));
  return total;
}
