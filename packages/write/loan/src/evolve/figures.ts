/*
 * Figures of a loan that follow from its state: open interest, which settled periods no longer hold, which days are not
 * settled yet. All from sums and value dates, so they are the same for every order of recording.
 */
import { earlierDate, type IsoDate, laterDate } from "@huimin/calendar";
import {
  cutPieces,
  type DayPeriod,
  firstDrawing,
  type Interest,
  type InterestKind,
  interestOf,
  openPrincipal,
} from "@huimin/interest/timeline";
import { type Fen, maxFen, minFen, sumFen } from "@huimin/money";
import { rightCompound } from "./compound.ts";
import type { BankMessage, LoanState, SettledCompound, SettlementKind } from "./state.ts";

const bookedOf = (state: LoanState, kind: BankMessage["kind"]): BankMessage[] =>
  [...state.messages.values()].filter((message) => message.kind === kind && message.status === "booked");

export interface OpenInterest {
  readonly normal: Fen;
  readonly penalty: Fen;
  /** 复利; what was paid without a split pays it after penalty interest and before the rest */
  readonly compound: Fen;
  /** May be negative: a correction took back interest that had been paid. */
  readonly total: Fen;
}

/** Settled and not paid. What was paid without a split pays penalty interest first (3.9). */
export function openInterest(state: LoanState): OpenInterest {
  const repayments = bookedOf(state, "repayment");
  const settled = (kind: InterestKind) => sumFen(state.settlements.filter((one) => one.kind === kind).map((one) => one.amount));
  const normal = settled("normal") - sumFen(repayments.map((one) => one.interest));
  const penalty = settled("penalty") - sumFen(repayments.map((one) => one.penalty));
  const compound = sumFen((state.compounds ?? []).map((one) => one.amount));
  const toBoth = maxFen(0n, minFen(penalty + compound, state.interestPaid));
  const both = penalty + compound - toBoth;
  const openCompound = maxFen(0n, minFen(compound, both));
  return {
    normal: normal - (state.interestPaid - toBoth),
    penalty: both - openCompound,
    compound: openCompound,
    total: normal + penalty + compound - state.interestPaid,
  };
}

const normalSettled = (state: LoanState): readonly DayPeriod[] => state.settlements.filter((one) => one.kind === "normal");

/** The right interest of a period by everything that is known now. */
export function rightInterest(state: LoanState, from: IsoDate, toExcl: IsoDate, kind: SettlementKind): Interest {
  if (kind === "compound") return rightCompound(state, from, toExcl);
  return interestOf(state.timeline, from, toExcl, kind === "penalty" ? { kind, normalSettled: normalSettled(state) } : { kind });
}

export interface StaleInterest {
  readonly settlement: SettledCompound & { readonly kind: SettlementKind };
  readonly right: Fen;
}

/**
 * Settled periods whose booked amount is no longer right because a fact was recorded later: they need InterestCorrected.
 * A figure that was flagged stays as the bank booked it.
 */
export function staleInterest(state: LoanState): StaleInterest[] {
  const compounds = (state.compounds ?? []).map((one) => ({ ...one, kind: "compound" as const }));
  return [...state.settlements, ...compounds]
    .filter((settlement) => !settlement.flagged)
    .map((settlement) => ({ settlement, right: rightInterest(state, settlement.from, settlement.toExcl, settlement.kind).amount }))
    .filter(({ settlement, right }) => settlement.amount !== right);
}

/**
 * A settled period that a new settlement may not repeat. A day is settled once: penalty interest over days whose normal
 * interest is settled carries the surcharge only; normal interest over days settled at the penalty rate would charge the
 * contract rate twice.
 */
export function settledBefore(state: LoanState, { from, toExcl }: DayPeriod, kind: SettlementKind): SettledCompound | undefined {
  if (kind === "compound") return (state.compounds ?? []).find((one) => one.from < toExcl && from < one.toExcl);
  const bears = (one: DayPeriod): boolean =>
    rightInterest(state, laterDate(one.from, from), earlierDate(one.toExcl, toExcl), "penalty").amount > 0n;
  return state.settlements.find(
    (one) => one.from < toExcl && from < one.toExcl && (one.kind === kind || (kind === "normal" && one.kind === "penalty" && bears(one))),
  );
}

/** Days that bear interest and are in no settlement, up to `toExcl`: gaps that are still to be settled. */
export function unsettledDays(state: LoanState, toExcl: IsoDate): DayPeriod[] {
  const from = firstDrawing(state.timeline);
  if (from === undefined || from >= toExcl) return [];
  const cuts = state.settlements.flatMap((one) => [one.from, one.toExcl]);
  const gaps: { from: IsoDate; toExcl: IsoDate }[] = [];
  for (const piece of cutPieces(state.timeline, from, toExcl, cuts)) {
    const bearing = piece.prepaid.reduce((left, part) => left - part.principal, piece.open);
    const covered = state.settlements.some((one) => one.from <= piece.from && piece.from < one.toExcl);
    if (bearing === 0n || covered) continue;
    const last = gaps.at(-1);
    if (last?.toExcl === piece.from) last.toExcl = piece.toExcl;
    else gaps.push({ from: piece.from, toExcl: piece.toExcl });
  }
  return gaps;
}

/** Prepayments that settled interest on their own, for the subsidy of the quarter in which they lie. */
export const prepaymentsOf = (state: LoanState): readonly BankMessage[] => bookedOf(state, "prepayment");

/** Repayments, prepayments and drawings that are booked now. */
export const bookedMessages = (state: LoanState): readonly BankMessage[] =>
  [...state.messages.values()].filter((message) => message.status === "booked");

/** Principal open at the bank when everything known has happened. */
export const openPrincipalNow = (state: LoanState): Fen => openPrincipal(state.timeline, "9999-12-31");
