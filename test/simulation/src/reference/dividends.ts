import { amountsOf, holdersOf, holdShares, sharesOf } from "./batches.ts";
import { daysBetween } from "./dates.ts";
import { batchFixed, fixedRate, stakeDays } from "./fixed.ts";
import type { Data, Fact, Yields } from "./format.ts";
import { byNumber, fenOf, floors, largestRemainder, least, sum, type Weighted, wholeWeights, yuanOf } from "./numbers.ts";
import type { Handler } from "./own.ts";
import type { Segment, World } from "./world.ts";

const keyOf = (pool: string, year: number): string => `${pool}/${year}`;

/** Fixed rate: each household half-up, the total is their sum (R19). */
function declaredAtRate(world: World, data: Data): Map<string, bigint> {
  const segments: readonly Segment[] | undefined = data.segments;
  if (segments === undefined) return batchFixed(world, data.batch, data.year, data.fixedRate);
  const households = [...new Set(segments.map(({ household }) => household))];
  return new Map(
    households.map((household) => [
      household,
      fixedRate(
        world,
        segments.filter((one) => one.household === household),
        data.fixedRate,
      ),
    ]),
  );
}

function declare(world: World, data: Data): Yields | undefined {
  const { pool, year, enterprise } = data;
  if (data.batch !== undefined) world.batchOfPool.set(pool, data.batch);
  if (data.segments !== undefined) world.segments.set(keyOf(pool, year), data.segments);
  let total = data.total === undefined ? 0n : fenOf(data.total);
  let answer: Yields | undefined;
  if (data.fixedRate !== undefined) {
    const perHousehold = declaredAtRate(world, data);
    total = sum(perHousehold.values());
    world.declared.set(keyOf(pool, year), perHousehold);
    answer = { total: yuanOf(total), perHousehold: amountsOf(perHousehold) };
  }
  world.entry("G", ["1218.06", { enterprise, pool, year }], ["2901.01", { pool }], total);
  return answer;
}

/** Model 4: a fixed amount, or a rate on the equity invested, day by day. */
function accrueFixed(world: World, data: Data): Yields {
  const { pool, enterprise, year } = data;
  let total = data.total === undefined ? 0n : fenOf(data.total);
  let days: number | undefined;
  if (data.fixedRate !== undefined) {
    total = fixedRate(world, equitySegments(world, enterprise, data.from, data.toExcl), data.fixedRate);
    days = daysBetween(data.from, data.toExcl);
  }
  world.entry("G", ["1215.01", { enterprise, pool, year }], ["2901.01", { pool }], total);
  return days === undefined ? { total: yuanOf(total) } : { days, total: yuanOf(total) };
}

/** Times of constant equity in an enterprise, by value date. */
function equitySegments(world: World, enterprise: string, from: string, toExcl: string): Segment[] {
  const changes = world.lines
    .filter(({ account, aux }) => account === "1501.01" && aux.enterprise === enterprise)
    .map(({ valueDate }) => valueDate);
  const cuts = [...new Set([from, ...changes.filter((date) => from < date && date < toExcl)])].sort();
  return cuts.map((cut, index) => ({
    household: enterprise,
    stake: yuanOf(world.balance("G", "1501.01", { aux: { enterprise }, asOf: cut })),
    from: cut,
    toExcl: cuts[index + 1] ?? toExcl,
  }));
}

/** What was received lowers the claim of the pool; the excess is held for the enterprise. */
function receive(world: World, { pool, enterprise, amount }: Data): Yields | undefined {
  let rest = fenOf(amount);
  for (const account of ["1218.06", "1215.01"]) {
    const aux = { pool, enterprise };
    const part = least(rest, world.balance("G", account, { aux }));
    if (part <= 0n) continue;
    world.entry("G", ["1002.03"], [account, aux], part);
    rest -= part;
  }
  world.entry("G", ["1002.03"], ["2307.01", { enterprise, pool }], rest);
  return rest > 0n ? { excess: yuanOf(rest) } : undefined;
}

/** Weights of the households, by number (R7). */
function weightsOf(world: World, data: Data): Weighted[] {
  const { method, pool, year } = data;
  const given: [string, string][] = Object.entries(data.weights ?? {});
  if (method === "equal") return given.map(([key]) => ({ key, weight: 1n })).sort((a, b) => byNumber(a.key, b.key));
  if (method !== "by-stake-days")
    return wholeWeights(given.map(([key, weight]) => ({ key, weight }))).sort((a, b) => byNumber(a.key, b.key));
  const segments: readonly Segment[] | undefined = data.segments ?? world.segments.get(keyOf(pool, year));
  const batch = world.batchOfPool.get(pool);
  const households = segments ? [...new Set(segments.map(({ household }) => household))].sort(byNumber) : holdersOf(world, batch ?? "");
  return households.map((key) => ({ key, weight: stakeDays(world, key, year, segments, batch) })).filter(({ weight }) => weight > 0n);
}

/** What was declared at a fixed rate and not yet allocated: a part of the money is shared in its proportion (R14). */
function stillDeclared(world: World, pool: string, year: number): Weighted[] {
  const before = world.allocations.filter((one) => one.pool === pool && one.year === year);
  const given = (household: string): bigint => sum(before.map((one) => one.perHousehold.get(household) ?? 0n));
  return [...(world.declared.get(keyOf(pool, year)) ?? [])].map(([key, amount]) => ({ key, weight: amount - given(key) }));
}

function allocate(world: World, data: Data, fact: Fact): Yields {
  const { pool, year, method, residueRule } = data;
  const total = fenOf(data.total);
  if (data.segments !== undefined) world.segments.set(keyOf(pool, year), data.segments);
  const distributable = -world.balance("G", "2901.01", { aux: { pool } });
  const shares =
    method === "fixed-rate"
      ? largestRemainder(total, stillDeclared(world, pool, year))
      : residueRule === "FLOOR_CARRY"
        ? floors(total, weightsOf(world, data))
        : largestRemainder(total, weightsOf(world, data));
  const allocated = sum(shares.values());
  world.post("G", "2901.01", { pool }, allocated);
  for (const [household, amount] of shares) world.post("G", "2901.02", { household, pool, year }, -amount);
  world.allocations.push({ pool, year, n: fact.n, distributable, perHousehold: shares });
  return { allocated: yuanOf(allocated), carried: yuanOf(total - allocated), perHousehold: amountsOf(shares) };
}

const shared = (shares: Record<string, string>): [string, bigint][] =>
  Object.entries(shares).map(([household, share]) => [household, BigInt(share)]);

const held = (world: World, pool: string, household: string): bigint => world.balance("Q", "9106", { aux: { household, pool } });

function assign(world: World, { pool, shares }: Data): undefined {
  for (const [household, share] of shared(shares)) holdShares(world, pool, household, share - held(world, pool, household));
}

function reassign(world: World, { pool, shares, takenBack }: Data): undefined {
  for (const household of takenBack as string[]) holdShares(world, pool, household, -held(world, pool, household));
  assign(world, { pool, shares });
}

/** The share of a household that has no living member returns to the pool. */
function extinct(world: World, { household }: Data): undefined {
  for (const [pool, shares] of sharesOf(world, household)) holdShares(world, pool, household, -shares);
}

const nothing: Handler = () => undefined;

/** Dividends and other distributable income, to the entitlement of each household. */
export const DIVIDENDS: Readonly<Record<string, Handler>> = {
  DividendDeclared: declare,
  FixedDividendAccrued: accrueFixed,
  DividendFundsReceived: receive,
  DividendAllocated: allocate,
  OverpaymentRefunded: (world, { enterprise, amount }) => void world.entry("G", ["2307.01", { enterprise }], ["1002.03"], fenOf(amount)),
  AssetIncomeReceived: (world, { pool, amount }) => void world.entry("G", ["1002.03"], ["2901.01", { pool }], fenOf(amount)),
  OperatingCostDeducted: (world, { pool, amount }) => void world.entry("G", ["2901.01", { pool }], ["1002.03"], fenOf(amount)),
  BeneficiariesAssigned: assign,
  BeneficiariesReassigned: reassign,
  HouseholdExtinct: extinct,
  PublicityPosted: nothing,
  AllocationApproved: nothing,
  ObjectionFiled: nothing,
  ObjectionResolved: nothing,
  DividendDefaulted: nothing,
};
