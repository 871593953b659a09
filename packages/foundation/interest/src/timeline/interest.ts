import type { IsoDate } from "@huimin/calendar";
import { Exact, type Fen, percent, roundHalfUp } from "@huimin/money";
import { cutPieces, type Piece } from "./pieces.ts";
import type { LoanTimeline } from "./timeline.ts";

/** A period [from, toExcl) of days. */
export interface DayPeriod {
  readonly from: IsoDate;
  readonly toExcl: IsoDate;
}

/** `normal`: contract rate. `penalty`: contract rate × (1 + surcharge), overdue or misused principal only. */
export type InterestKind = "normal" | "penalty";

/** One part of a settlement: principal × rate for some days. */
export interface InterestSegment extends DayPeriod {
  readonly days: number;
  readonly principal: Fen;
  /** percent a year, surcharge included */
  readonly annualRate: string;
  /** one day is 1 / divisor of a year */
  readonly divisor: number;
}

export interface Interest {
  /** 积数 parts with principal. */
  readonly segments: readonly InterestSegment[];
  /** yuan, not rounded */
  readonly exact: Exact;
  /** `exact`, rounded once, half up */
  readonly amount: Fen;
}

export interface InterestOptions {
  /** default `normal` */
  readonly kind?: InterestKind;
  /** Leave out what prepayments settle on their own; default true. */
  readonly excludePrepaid?: boolean;
  /**
   * penalty: periods whose normal interest is settled already. There only the surcharge is left to charge, so that a
   * day never bears the contract rate twice (misuse found after the quarters were settled).
   */
  readonly normalSettled?: readonly DayPeriod[];
}

/** Σ principal × days × rate, exact: products are added per divisor, so only the last division can be inexact. */
export function addUp(segments: readonly InterestSegment[]): Exact {
  const products = new Map<number, Exact>();
  for (const { principal, days, annualRate, divisor } of segments) {
    const product = new Exact((principal * BigInt(days)).toString()).mul(annualRate);
    products.set(divisor, product.add(products.get(divisor) ?? 0));
  }
  let sum = new Exact(0);
  // fen → yuan and percent → fraction: two times 100
  for (const [divisor, product] of products) sum = sum.add(product.div(divisor * 10_000));
  return sum;
}

const settle = (segments: readonly InterestSegment[]): Interest => {
  const bearing = segments.filter((segment) => segment.principal !== 0n);
  const exact = addUp(bearing);
  return { segments: bearing, exact, amount: roundHalfUp(exact) };
};

const segmentOf = (piece: Piece, principal: Fen, annualRate: string): InterestSegment => ({
  from: piece.from,
  toExcl: piece.toExcl,
  days: piece.days,
  principal,
  annualRate,
  divisor: piece.divisor,
});

/** What remains of a piece for the quarter after the parts that prepayments settle. */
const quarterPrincipal = (piece: Piece): Fen => piece.prepaid.reduce((left, part) => left - part.principal, piece.open);

/**
 * Interest 利息 of the loan for [from, toExcl), one rounding of the sum of its segments (scenario T17).
 * Normal interest is that of every day at the contract rate, overdue and misused days included (the base of a
 * compensation, E4); penalty interest 罚息 is the whole charge of overdue or misused days at the penalty rate.
 */
export function interestOf(timeline: LoanTimeline, from: IsoDate, toExcl: IsoDate, options: InterestOptions = {}): Interest {
  if (options.kind === "penalty") return penaltyOf(timeline, from, toExcl, options.normalSettled ?? []);
  const pieces = cutPieces(timeline, from, toExcl);
  const principalOf = options.excludePrepaid === false ? (piece: Piece) => piece.open : quarterPrincipal;
  return settle(pieces.map((piece) => segmentOf(piece, principalOf(piece), piece.annualRate)));
}

function penaltyOf(timeline: LoanTimeline, from: IsoDate, toExcl: IsoDate, normalSettled: readonly DayPeriod[]): Interest {
  const surcharge = percent(timeline.penaltySurcharge).div(100);
  const cuts = normalSettled.flatMap((period) => [period.from, period.toExcl]);
  return settle(
    cutPieces(timeline, from, toExcl, cuts).map((piece) => {
      const settled = normalSettled.some((period) => period.from <= piece.from && piece.from < period.toExcl);
      const rate = percent(piece.annualRate).mul(settled ? surcharge : surcharge.add(1));
      // Misuse concerns the loan, overdue only what is due; a prepaid part was settled as money not misused.
      const principal = piece.misused ? quarterPrincipal(piece) : piece.overdue;
      return segmentOf(piece, principal, rate.toFixed());
    }),
  );
}

/** The surcharge alone (罚息与正常利息之差): rounded penalty interest minus rounded normal interest, scenario T9. */
export const penaltyExtra = (timeline: LoanTimeline, from: IsoDate, toExcl: IsoDate): Fen => {
  const whole = interestOf(timeline, from, toExcl, { kind: "penalty" });
  const atContractRate = settle(
    cutPieces(timeline, from, toExcl).map((piece) =>
      segmentOf(piece, piece.misused ? quarterPrincipal(piece) : piece.overdue, piece.annualRate),
    ),
  );
  return whole.amount - atContractRate.amount;
};

/**
 * Interest that the prepayment with this serial settles: that of its part of the balance from its `interestFrom` up to
 * its value date. The prepayment must be in the timeline.
 */
export function prepaidInterest(timeline: LoanTimeline, id: string): Interest {
  const prepayment = timeline.movements.find((movement) => movement.kind === "prepayment" && movement.id === id);
  if (!prepayment?.interestFrom) throw new Error(`no prepayment ${id} in this timeline`);
  return settle(
    cutPieces(timeline, prepayment.interestFrom, prepayment.valueDate).map((piece) =>
      segmentOf(piece, piece.prepaid.find((part) => part.id === id)?.principal ?? 0n, piece.annualRate),
    ),
  );
}
