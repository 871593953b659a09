/* From weights to a list that is publicised: who gets how much of a pool (D3). */
import type { IsoDate } from "@huimin/calendar";
import { type Gather, load } from "@huimin/decider";
import { type Fen, fen, formatAmount } from "@huimin/money";
import { ok, type Refusal, type Result, refuse } from "@huimin/outcome";
import { loadPolicy } from "@huimin/policy/events";
import type { Static } from "typebox";
import { gatherStakes } from "../commands/declare.ts";
import type { Circle } from "../eligibility.ts";
import { AllocationList } from "../engine/allocation.ts";
import { stakeDays } from "../engine/fixed-rate.ts";
import { byHousehold, type ListLine } from "../engine/list-hash.ts";
import { isWeight } from "../engine/weights.ts";
import { errors } from "../errors.ts";
import { entitlementFold } from "../evolve/entitlement.ts";
import type { DraftHeader, PoolState } from "../evolve/pool.ts";
import { holdersOfYear, holdersOn } from "../evolve/rights.ts";
import { LIST_HOUSEHOLDS_MAX, type SegmentField } from "../fields.ts";
import { gatherStanding } from "../standing.ts";
import { entitlementStream } from "../streams.ts";

export type Method = DraftHeader["method"];
export type WeightsFrom = DraftHeader["weightsFrom"];

/** What a draft is asked for. */
export interface ListRequest {
  readonly pool: string;
  readonly year: number;
  readonly snapshot: IsoDate;
  readonly method: Method;
  readonly weights?: readonly { readonly household: string; readonly weight: string }[] | undefined;
  readonly households?: readonly string[] | undefined;
  readonly segments?: readonly Static<typeof SegmentField>[] | undefined;
}

export interface WeightedList {
  readonly from: WeightsFrom;
  /** Decimal text by household. */
  readonly weights: ReadonlyMap<string, string>;
}

const OF_STAKES: ReadonlySet<Method> = new Set(["by-stake", "by-stake-days"]);

/** Weights as given: each household once, decimal, not all zero. */
function given(rows: NonNullable<ListRequest["weights"]>): Result<WeightedList, Refusal> {
  const weights = new Map<string, string>();
  for (const [index, { household, weight }] of rows.entries()) {
    const place = { path: `/weights/${index}`, row: index + 1 };
    if (weights.has(household)) return refuse(errors.LIST_HOUSEHOLD_TWICE, { household }, place);
    if (!isWeight(weight)) return refuse(errors.LIST_WEIGHTS_INVALID, { household, weight }, place);
    weights.set(household, weight);
  }
  return ok({ from: "given", weights });
}

const asWeights = (sums: ReadonlyMap<string, Fen>, keepZero: boolean): Map<string, string> =>
  new Map([...sums].filter(([, sum]) => keepZero || sum > 0n).map(([household, sum]) => [household, formatAmount(sum)]));

/** Stakes on the snapshot date, or stake × days of the calendar year, in yuan or yuan·days. */
function* ofStakes(request: ListRequest, batch: string | undefined): Gather<WeightedList> {
  const stakes = yield* gatherStakes({ batch, segments: request.segments });
  const keepZero = request.segments !== undefined;
  const from = keepZero ? "segments" : "stakes";
  if (request.method === "by-stake-days") return { from, weights: asWeights(stakeDays(stakes, request.year), keepZero) };
  const sums = new Map<string, Fen>();
  for (const { household, stake, from: first, toExcl } of stakes) {
    const held = first <= request.snapshot && request.snapshot < toExcl ? stake : 0n;
    sums.set(household, (sums.get(household) ?? 0n) + held);
  }
  return { from, weights: asWeights(sums, keepZero) };
}

/** What each household was declared at the fixed rate and has not been allocated yet (R14: received in parts). */
function* ofDeclaration(state: PoolState, { pool, year }: ListRequest): Gather<Result<WeightedList, Refusal>> {
  const rows = state.claims.filter((claim) => claim.year === year).flatMap(({ perHousehold }) => perHousehold ?? []);
  if (rows.length === 0) return refuse(errors.FIXED_RATE_NOT_DECLARED, { pool, year });
  const open = new Map<string, Fen>();
  for (const { household, amount } of rows) open.set(household, (open.get(household) ?? 0n) + fen(amount));
  const parts = Math.max(0, ...(state.years.get(year)?.allocated ?? []).map((list) => list.parts));
  for (let part = 0; part < parts; part++) {
    const { lines } = (yield* load(entitlementStream(pool, year, part), entitlementFold)).state;
    for (const { household, entitled } of lines.values()) {
      const declared = open.get(household);
      if (declared !== undefined) open.set(household, declared > entitled ? declared - entitled : 0n);
    }
  }
  return ok({ from: "declaration", weights: asWeights(open, true) });
}

function* ofHouseholds(households: readonly string[], request: ListRequest): Gather<Result<WeightedList, Refusal>> {
  const weights = new Map<string, string>();
  for (const household of households) {
    if (weights.has(household)) return refuse(errors.LIST_HOUSEHOLD_TWICE, { household });
    const heads = request.method === "by-heads" ? (yield* gatherStanding(household, request.snapshot)).members : 1;
    weights.set(household, String(heads));
  }
  return ok({ from: request.method === "by-heads" ? "members" : "given", weights });
}

/** Holders of the pool's beneficial shares on the snapshot date, else those of the year. */
function holdersOf({ beneficiaries, year, on }: Circle): ReadonlyMap<string, string> {
  const holders = holdersOn(beneficiaries, on) ?? holdersOfYear(beneficiaries, year) ?? new Map<string, { shares: bigint }>();
  return new Map([...holders].map(([household, { shares }]) => [household, shares.toString()]));
}

/**
 * The weights of a list: as given, or from stakes, from the declaration, from the households named, from the holders of
 * shares. Refuses LIST_EMPTY, LIST_TOO_LONG, LIST_HOUSEHOLD_TWICE, LIST_WEIGHTS_INVALID, FIXED_RATE_NOT_DECLARED.
 */
export function* gatherWeights(request: ListRequest, state: PoolState, circle: Circle): Gather<Result<WeightedList, Refusal>> {
  const found = yield* weightsOf(request, state, circle);
  if (!found.ok) return found;
  const { size } = found.value.weights;
  if (size === 0) return refuse(errors.LIST_EMPTY);
  if (size > LIST_HOUSEHOLDS_MAX) return refuse(errors.LIST_TOO_LONG, { limit: LIST_HOUSEHOLDS_MAX, households: size });
  return found;
}

function* weightsOf(request: ListRequest, state: PoolState, circle: Circle): Gather<Result<WeightedList, Refusal>> {
  if (request.weights) return given(request.weights);
  if (request.method === "fixed-rate") return yield* ofDeclaration(state, request);
  const stakes = request.segments !== undefined || (OF_STAKES.has(request.method) && state.batch !== undefined);
  if (stakes) return ok(yield* ofStakes(request, state.batch));
  if (request.households) return yield* ofHouseholds(request.households, request);
  const holders = holdersOf(circle);
  if (request.method === "equal" || request.method === "by-heads") {
    const named = yield* ofHouseholds([...holders.keys()], request);
    return named.ok ? ok({ from: "holders", weights: named.value.weights }) : named;
  }
  return ok({ from: "holders", weights: holders });
}

/** The list with amounts, households by number: LIST_WEIGHTS_INVALID when all weights are zero. */
export function split(
  weights: ReadonlyMap<string, string>,
  total: Fen,
  rule: DraftHeader["residueRule"],
): Result<{ readonly lines: readonly Omit<ListLine, "village">[]; readonly allocated: Fen; readonly carried: Fen }, Refusal> {
  const rows = [...weights].map(([household, weight]) => ({ household, weight })).sort(byHousehold);
  const list = new AllocationList();
  for (const { weight } of rows) list.add(weight);
  if (!list.canSplit) return refuse(errors.LIST_WEIGHTS_INVALID, { household: rows[0]?.household ?? "–", weight: "0" });
  const allocation = list.split(total, rule);
  const lines = rows.map((row, index) => ({ ...row, amount: formatAmount(allocation.amount(index)) }));
  return ok({ lines, allocated: allocation.allocated, carried: allocation.carried });
}

/** Method as given, or by policy for a pool with a batch. METHOD_MISSING where there is none. */
export function* gatherMethod(method: Method | undefined, state: PoolState, on: IsoDate): Gather<Result<Method, Refusal>> {
  if (method !== undefined) return ok(method);
  if (state.batch === undefined) return refuse(errors.METHOD_MISSING, {}, { path: "/method" });
  return ok((yield* loadPolicy(["dividend.method"])).value("dividend.method", on) as Method);
}

/** Residue rule of the agreement, or by policy: asset income, equal splits, everything by weight (R6). */
export function* gatherResidueRule(
  rule: DraftHeader["residueRule"] | undefined,
  state: PoolState,
  method: Method,
  on: IsoDate,
): Gather<DraftHeader["residueRule"]> {
  if (rule !== undefined) return rule;
  const equal = method === "equal" || method === "by-heads";
  const key = state.model === 6 ? "pv.residueRule" : equal ? "dividend.residueRule.equal" : "dividend.residueRule.byStake";
  return (yield* loadPolicy([key])).value(key, on) as DraftHeader["residueRule"];
}
