/*
 * R2, 2.0: what a division of a household by heads (or its merger into one) does to what it has. Largest remainder,
 * households by number (R7): nothing is lost or made.
 */

import type { DomainEvent } from "@huimin/decider";
import { beneficiaryStream, type DividendPayload, entitlementStream, landRightStream, partOf } from "@huimin/dividend/events";
import { compareNumbers } from "@huimin/identity";
import { dividedStake, loanStream, type StakeShare, stakesOn, subjectOn, withRealignment } from "@huimin/loan/events";
import { Exact, type Fen, fen, formatAmount, splitLargestRemainder } from "@huimin/money";
import type { HeldEntitlement, HeldLoan, HeldShares, Write } from "./holdings.ts";

export interface Successor {
  readonly household: string;
  readonly village: string;
  readonly heads: number;
}

/** Who has what from now on instead of `source`. The source may be among the successors. */
export interface Division {
  readonly source: string;
  readonly village: string;
  readonly successors: readonly Successor[];
  readonly valueDate: string;
}

/** Successors in the order in which ties are decided: households by number (R7). */
export const inOrder = (successors: readonly Successor[]): Successor[] =>
  [...successors].sort((a, b) => compareNumbers(a.household, b.household));

export interface Portion extends Successor {
  readonly amount: Fen;
}

/** A whole by heads. */
export function portions(amount: Fen, successors: readonly Successor[]): Portion[] {
  const ordered = inOrder(successors);
  const parts = splitLargestRemainder(
    amount,
    ordered.map(({ heads }) => new Exact(heads)),
  );
  return ordered.map((successor, index) => ({ ...successor, amount: parts[index] as Fen }));
}

/** A whole by heads, by household, as an answer gives it. */
const shown = (parts: readonly { readonly household: string; readonly amount: Fen }[]): Record<string, string> =>
  Object.fromEntries(parts.map(({ household, amount }) => [household, formatAmount(amount)]));

const shares = (parts: readonly StakeShare[]): DividendShares =>
  parts.map(({ household, village, amount }) => ({ household, village, amount: formatAmount(amount) }));
type DividendShares = { household: string; village: string; amount: string }[];

export interface DividedStake {
  readonly loan: string;
  readonly shares: Record<string, string>;
  readonly write: Write;
}

/**
 * The source's stake in a loan of a batch, by heads; the loan itself stays with its debtor. Undefined where it has none on
 * the value date. Facts that were recorded before and come after it are realigned (`withRealignment`).
 */
export function divideStake({ loan, state }: HeldLoan, division: Division): DividedStake | undefined {
  const { source, successors, valueDate } = division;
  const { subject } = state;
  const held = stakesOn(state, valueDate).filter((share) => share.household === source && share.amount > 0n);
  const [own] = held;
  if (!subject?.batch || !own) return undefined;
  const heads = inOrder(successors);
  const after = dividedStake(
    own.amount,
    heads.map(({ household, village, heads: count }) => ({ household, village, weight: String(count) })),
  );
  const divided: DomainEvent = {
    type: "StakeDivided",
    valueDate,
    payload: {
      ...subjectOn({ ...state, subject }, valueDate),
      source,
      before: shares(held),
      after: shares(after.filter(({ amount }) => amount > 0n)),
      heads: heads.map(({ household, village, heads: count }) => ({ household, village, heads: count })),
    },
  };
  return { loan, shares: shown(after), write: { stream: loanStream(loan), events: withRealignment(state, loan, [divided]) } };
}

export interface DividedPayable {
  readonly account: "2901.02" | "2901.04";
  readonly pool: string;
  readonly year: number;
  readonly shares: Record<string, string>;
}

type Move = DividendPayload<"EntitlementsDivided">["moves"][number];

/** Open dividends of one line by heads: an event on the source's part, and one on each part where a successor has its line. */
export function divideEntitlement(
  { pool, year, part, parts, line }: HeldEntitlement,
  division: Division,
): { readonly payables: readonly DividedPayable[]; readonly writes: readonly Write[] } {
  const { source, village: sourceVillage, successors, valueDate } = division;
  const places = [
    { account: "2901.02" as const, amount: line.payable },
    { account: "2901.04" as const, amount: line.returned },
  ].filter(({ amount }) => amount > 0n);
  const payables: DividedPayable[] = [];
  const moves: Move[] = [];
  for (const { account, amount } of places) {
    const divided = portions(amount, successors);
    payables.push({ account, pool, year, shares: shown(divided) });
    for (const { household, village, amount: own } of divided)
      if (household !== source && own > 0n) moves.push({ household, village, account, amount: formatAmount(own) });
  }
  if (moves.length === 0) return { payables, writes: [] };
  const event = (side: "source" | "target", at: number, moved: Move[]): DomainEvent => ({
    type: "EntitlementsDivided",
    valueDate,
    payload: { pool, year, part: at, side, source, sourceVillage, moves: moved },
  });
  const targets = Map.groupBy(moves, ({ household }) => partOf(household, parts));
  return {
    payables,
    writes: [
      { stream: entitlementStream(pool, year, part), events: [event("source", part, moves)] },
      ...[...targets].map(([at, moved]) => ({ stream: entitlementStream(pool, year, at), events: [event("target", at, moved)] })),
    ],
  };
}

/** Beneficial shares by heads, whole shares; the largest remainder keeps one that can't be divided together. */
export function divideShares(held: HeldShares, { source, village, successors, valueDate }: Division): Write | undefined {
  const moved = portions(held.shares, successors).filter(({ household, amount }) => household !== source && amount > 0n);
  if (moved.length === 0) return undefined;
  const payload: DividendPayload<"BeneficialSharesDivided"> = {
    pool: held.pool,
    source,
    sourceVillage: held.village || village,
    shares: moved.map(({ household, village: at, amount }) => ({ household, village: at, shares: amount.toString() })),
  };
  return { stream: beneficiaryStream(held.pool), events: [{ type: "BeneficialSharesDivided", valueDate, payload }] };
}

type Parcel = DividendPayload<"LandRightContributed">;

const parcelOf = (parcel: Parcel, to: Successor, units: bigint, valuation: Fen): Parcel => ({
  household: to.household,
  village: to.village,
  parcel: parcel.parcel,
  enterprise: parcel.enterprise,
  pool: parcel.pool,
  areaMu: formatAmount(units),
  units: units.toString(),
  valuation: formatAmount(valuation),
  to: parcel.to,
  certificate: parcel.certificate,
});

/**
 * Land rights by heads: each parcel is withdrawn by the source and contributed again in parts, in units of 0.01 mu; the
 * valuation is divided by the units.
 */
export function divideParcels(parcels: Iterable<Parcel>, { source, village, successors, valueDate }: Division): Write[] {
  const writes: Write[] = [];
  for (const parcel of parcels) {
    const parts = portions(BigInt(parcel.units), successors).filter(({ amount }) => amount > 0n);
    if (parts.every(({ household }) => household === source)) continue;
    const valuations = splitLargestRemainder(
      fen(parcel.valuation),
      parts.map(({ amount }) => new Exact(amount.toString())),
    );
    const { enterprise, pool, units } = parcel;
    const withdrawn = {
      household: source,
      village: parcel.village || village,
      parcel: parcel.parcel,
      enterprise,
      pool,
      units,
      reason: "split",
    };
    writes.push({ stream: landRightStream(source), events: [{ type: "LandRightWithdrawn", valueDate, payload: withdrawn }] });
    for (const [index, part] of parts.entries()) {
      const payload = parcelOf(parcel, part, part.amount, valuations[index] as Fen);
      writes.push({ stream: landRightStream(part.household), events: [{ type: "LandRightContributed", valueDate, payload }] });
    }
  }
  return writes;
}
