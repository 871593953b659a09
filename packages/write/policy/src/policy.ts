import type { IsoDate } from "@huimin/calendar";
import { type Gather, load } from "@huimin/decider";
import { type Exact, Exact as ExactNumber, type Fen, fen, percent } from "@huimin/money";
import { invariant } from "@huimin/outcome";
import { type PeriodSegment, type PolicyState, policyDocument, policyFold, policySegments, policyValue } from "./evolve.ts";
import { POLICY_KEYS, type PolicyKey } from "./parameters.ts";
import { policyStream } from "./schema.ts";

/** A party of a split with its weight, in the order of the agreement (tie rule R7). */
export interface Weight {
  readonly party: string;
  readonly weight: Exact;
}

/** The policy of a district as a decision sees it. Asking for a key that was not loaded breaks an invariant. */
export interface Policy {
  /** Text of the value in force, undefined where there is none. */
  value(key: PolicyKey, onDate: IsoDate): string | undefined;
  document(key: PolicyKey, onDate: IsoDate): string | undefined;
  percent(key: PolicyKey, onDate: IsoDate): Exact;
  amount(key: PolicyKey, onDate: IsoDate): Fen;
  integer(key: PolicyKey, onDate: IsoDate): number;
  /** False where nothing is in force. */
  bool(key: PolicyKey, onDate: IsoDate): boolean;
  texts(key: PolicyKey, onDate: IsoDate): readonly string[];
  weights(key: PolicyKey, onDate: IsoDate): readonly Weight[];
  /** The period [from, toExcl) cut where the value changes. */
  segments(key: PolicyKey, from: IsoDate, toExcl: IsoDate): PeriodSegment[];
  /**
   * People's Bank rate for a contract of that date and term; see {@link benchmarkKey}. Undefined before the table begins
   * (2012-07-06): refuse such a contract.
   */
  benchmarkRate(contractDate: IsoDate, months: number): Exact | undefined;
  /** What a microcredit's rate may not exceed: the benchmark, and from 2021 the LPR of the tier (银保监发〔2021〕6号). Undefined as above. */
  rateCeiling(contractDate: IsoDate, months: number): Exact | undefined;
}

const MERGED_TIERS_FROM = "2014-11-22";

/** Key of the tier of a term in months. Until 2014-11-21 the table had five tiers, from then on three. */
export function benchmarkKey(contractDate: IsoDate, months: number): PolicyKey {
  const fiveTiers = contractDate < MERGED_TIERS_FROM;
  if (months <= 6 && fiveTiers) return "interest.benchmark.upTo6m";
  if (months <= 12) return "interest.benchmark.upTo1y";
  if (months > 36 && months <= 60 && fiveTiers) return "interest.benchmark.3to5y";
  return months <= 60 ? "interest.benchmark.1to5y" : "interest.benchmark.over5y";
}

/** ≤ 1 year: 1Y LPR; longer: 5Y+ LPR. */
export const lprKey = (months: number): PolicyKey => (months <= 12 ? "interest.lpr.1y" : "interest.lpr.5y");

/** The keys that {@link Policy.benchmarkRate} and {@link Policy.rateCeiling} need. */
export const RATE_KEYS = [
  "interest.benchmark.upTo6m",
  "interest.benchmark.upTo1y",
  "interest.benchmark.1to5y",
  "interest.benchmark.3to5y",
  "interest.benchmark.over5y",
  "interest.lpr.1y",
  "interest.lpr.5y",
  "microcredit.rateCeiling",
] as const satisfies readonly PolicyKey[];

/** A policy over folded `policy/` streams. Keys that are not in `states` are unknown to it. */
export function policyOf(states: ReadonlyMap<PolicyKey, PolicyState>): Policy {
  const stateOf = (key: PolicyKey): PolicyState => {
    const state = states.get(key);
    invariant(state, `policy key ${key} was not loaded for this decision`);
    return state;
  };
  const value = (key: PolicyKey, onDate: IsoDate): string | undefined => policyValue(stateOf(key), key, onDate);
  const text = (key: PolicyKey, onDate: IsoDate): string => {
    const found = value(key, onDate);
    invariant(found !== undefined, `policy key ${key} has no value on ${onDate}`);
    return found;
  };
  const rateOn = (key: PolicyKey, onDate: IsoDate): Exact | undefined => {
    const rate = value(key, onDate);
    return rate === undefined ? undefined : percent(rate);
  };
  const benchmarkRate = (contractDate: IsoDate, months: number) => rateOn(benchmarkKey(contractDate, months), contractDate);
  return {
    value,
    document: (key, onDate) => policyDocument(stateOf(key), key, onDate),
    percent: (key, onDate) => percent(text(key, onDate)),
    amount: (key, onDate) => fen(text(key, onDate)),
    integer: (key, onDate) => Number.parseInt(text(key, onDate), 10),
    bool: (key, onDate) => value(key, onDate) === "true",
    texts: (key, onDate) => JSON.parse(text(key, onDate)) as string[],
    weights: (key, onDate) =>
      (JSON.parse(text(key, onDate)) as { party: string; weight: string }[]).map(({ party, weight }) => ({
        party,
        weight: new ExactNumber(weight),
      })),
    segments: (key, from, toExcl) => policySegments(stateOf(key), key, from, toExcl),
    benchmarkRate,
    rateCeiling: (contractDate, months) =>
      text("microcredit.rateCeiling", contractDate) === "lpr" ? rateOn(lprKey(months), contractDate) : benchmarkRate(contractDate, months),
  };
}

/** Nothing set: the product's defaults and the published tables. */
export const defaultPolicy: Policy = policyOf(new Map(POLICY_KEYS.map((key) => [key, policyFold.initialState])));

/** Gathers the streams of the keys, so that the append asserts that none of them changed meanwhile. */
export function* loadPolicy(keys: readonly PolicyKey[]): Gather<Policy> {
  const states = new Map<PolicyKey, PolicyState>();
  for (const key of new Set(keys)) states.set(key, (yield* load(policyStream(key), policyFold)).state);
  return policyOf(states);
}
