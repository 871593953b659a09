/*
 * Figures of a loan that follow from its state: open interest, which settled periods no longer hold, which days are not
 * settled yet. All from sums and value dates, so they are the same for every order of recording.
 */
import type { IsoDate } from "@huimin/calendar";
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
import type { BankMessage, LoanState, SettledInterest } from "./loan.ts";

const bookedOf = (state: LoanState, kind: BankMessage["kind"]): BankMessage[] =>
  [...state.messages.values()].filter((message) => message.kind === kind && message.status === "booked");

export interface OpenInterest {
  readonly normal: Fen;
  readonly penalty: Fen;
  /** May be negative: a correction took back interest that had been paid. */
  readonly total: Fen;
}

/** Settled and not paid. What was paid without a split pays penalty interest first (3.9). */
export function openInterest(state: LoanState): OpenInterest {
  const repayments = bookedOf(state, "repayment");
  const settled = (kind: InterestKind) => sumFen(state.settlements.filter((one) => one.kind === kind).map((one) => one.amount));
  const normal = settled("normal") - sumFen(repayments.map((one) => one.interest));
  const penalty = settled("penalty") - sumFen(repayments.map((one) => one.penalty));
  const toPenalty = maxFen(0n, minFen(penalty, state.interestPaid));
  return { normal: normal - (state.interestPaid - toPenalty), penalty: penalty - toPenalty, total: normal + penalty - state.interestPaid };
}

const normalSettled = (state: LoanState): readonly DayPeriod[] => state.settlements.filter((one) => one.kind === "normal");

/** The right interest of a period by everything that is known now. */
export const rightInterest = (state: LoanState, from: IsoDate, toExcl: IsoDate, kind: InterestKind): Interest =>
  interestOf(state.timeline, from, toExcl, kind === "penalty" ? { kind, normalSettled: normalSettled(state) } : { kind });

export interface StaleInterest {
  readonly settlement: SettledInterest;
  readonly right: Fen;
}

/**
 * Settled periods whose booked amount is no longer right because a fact was recorded later: they need InterestCorrected.
 * A figure that was flagged stays as the bank booked it.
 */
export function staleInterest(state: LoanState): StaleInterest[] {
  return state.settlements
    .filter((settlement) => !settlement.flagged)
    .map((settlement) => ({ settlement, right: rightInterest(state, settlement.from, settlement.toExcl, settlement.kind).amount }))
    .filter(({ settlement, right }) => settlement.amount !== right);
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
