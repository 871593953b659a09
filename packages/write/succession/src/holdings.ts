/*
 * What a household has that a change of the register moves: stakes in loans of a batch, open dividends, beneficial shares,
 * land rights. Where they are is asked of the books at the head of the log; how much, of the streams.
 */
import { type DomainEvent, type Gather, load, resolve } from "@huimin/decider";
import {
  beneficiaryFold,
  beneficiaryStream,
  type EntitlementLine,
  entitlementFold,
  entitlementStream,
  holdersNow,
  landRightFold,
  landRightStream,
  partOf,
  poolFold,
  poolStream,
} from "@huimin/dividend/events";
import { type LoanState, loanStream, loanTimelineFold } from "@huimin/loan/events";

/**
 * The answer of the resolver `holdings {household}`: loans in which it has or had a stake (9101), pools and years of
 * which something is open (2901.02, 2901.04), pools in which it holds shares (9106).
 */
export interface HoldingsIndex {
  readonly loans: readonly string[];
  readonly entitlements: readonly { readonly pool: string; readonly year: number }[];
  readonly sharePools: readonly string[];
}

export interface HeldLoan {
  readonly loan: string;
  readonly state: LoanState;
}

export interface HeldEntitlement {
  readonly pool: string;
  readonly year: number;
  readonly part: number;
  /** Parts of the list: where a household that gets something has its line. */
  readonly parts: number;
  readonly line: EntitlementLine;
}

export interface HeldShares {
  readonly pool: string;
  readonly shares: bigint;
  readonly village: string;
}

/** The loans in which the household has or had a stake, in the order of their numbers. */
export function* gatherLoans(index: HoldingsIndex): Gather<readonly HeldLoan[]> {
  const held: HeldLoan[] = [];
  for (const loan of [...index.loans].sort()) held.push({ loan, state: (yield* load(loanStream(loan), loanTimelineFold)).state });
  return held;
}

const byPoolAndYear = (a: { pool: string; year: number }, b: { pool: string; year: number }): number =>
  a.year - b.year || (a.pool < b.pool ? -1 : a.pool > b.pool ? 1 : 0);

/** Its lines with something open, by year and pool. What is with the bank (2901.03) is not open: it stays with the account it was sent to. */
export function* gatherEntitlements(index: HoldingsIndex, household: string): Gather<readonly HeldEntitlement[]> {
  const held: HeldEntitlement[] = [];
  for (const { pool, year } of [...index.entitlements].sort(byPoolAndYear)) {
    const { state } = yield* load(poolStream(pool), poolFold);
    const counts = new Set((state.years.get(year)?.allocated ?? []).map(({ parts }) => parts));
    const streams = new Map([...counts].map((parts) => [partOf(household, parts), parts]));
    for (const [part, parts] of [...streams].sort(([a], [b]) => a - b)) {
      const line = (yield* load(entitlementStream(pool, year, part), entitlementFold)).state.lines.get(household);
      if (line && (line.payable > 0n || line.returned > 0n)) held.push({ pool, year, part, parts, line });
    }
  }
  return held;
}

export function* gatherShares(index: HoldingsIndex, household: string): Gather<readonly HeldShares[]> {
  const held: HeldShares[] = [];
  for (const pool of [...index.sharePools].sort()) {
    const { state } = yield* load(beneficiaryStream(pool), beneficiaryFold);
    const own = holdersNow(state).get(household);
    if (own && own.shares > 0n) held.push({ pool, ...own });
  }
  return held;
}

export function* gatherParcels(household: string) {
  return (yield* load(landRightStream(household), landRightFold)).state;
}

export function* gatherIndex(household: string): Gather<HoldingsIndex> {
  return yield* resolve<HoldingsIndex>("holdings", { household });
}

/** Events for one stream. */
export interface Write {
  readonly stream: string;
  readonly events: readonly DomainEvent[];
}
