/*
 * The subsidised tranche 贴息部分 of a loan, day by day.
 *
 * Of what is drawn, the first yuan up to the cap (subsidy.cap) are subsidised. What is repaid lowers the unsubsidised
 * tranche first, unless the bank states `subsidised-tranche` (R13). Facts of one day count in a fixed order (drawings,
 * stated repayments, all others), so the order of recording does not matter. A prepayment settles the interest of its
 * part on its own and carries its share of the tranche with it; the shares of a day always add up to its tranche.
 */
import { daysBetween, type IsoDate } from "@huimin/calendar";
import { type Exact, type Fen, maxFen, minFen, percent, roundHalfUp } from "@huimin/money";
import { addUp, type InterestSegment } from "./interest.ts";
import { cutPieces } from "./pieces.ts";
import type { LoanTimeline, PrincipalMovement } from "./timeline.ts";

/** A value that holds for [from, toExcl); open at either end when absent. */
export interface DatedValue<T> {
  readonly from?: IsoDate;
  readonly toExcl?: IsoDate;
  readonly value: T;
}

/** The subsidised tranche of a stretch of days on which nothing changes. */
export interface SubsidisedBaseSegment {
  readonly from: IsoDate;
  readonly toExcl: IsoDate;
  readonly days: number;
  /** contract rate, percent a year */
  readonly annualRate: string;
  readonly divisor: number;
  readonly open: Fen;
  /** Subsidised principal of the day: `quarter` + Σ `prepaid`. */
  readonly tranche: Fen;
  /** The part whose interest the settlement of the period bears. */
  readonly quarter: Fen;
  /** The parts whose interest prepayments settled on their own, by serial. */
  readonly prepaid: readonly { readonly id: string; readonly base: Fen }[];
  /** Principal is overdue: no subsidy from the due date on. */
  readonly overdue: boolean;
  /** Misused: no subsidy from that day on. */
  readonly misused: boolean;
}

interface Tranches {
  readonly from: IsoDate;
  readonly subsidised: Fen;
  readonly unsubsidised: Fen;
}

const byDayThenOrder = (a: PrincipalMovement, b: PrincipalMovement): number => {
  if (a.valueDate !== b.valueDate) return a.valueDate < b.valueDate ? -1 : 1;
  const rank = (movement: PrincipalMovement) => (movement.kind === "drawing" ? 0 : movement.tranche ? 1 : 2);
  return rank(a) - rank(b) || (a.id < b.id ? -1 : 1);
};

/** Both tranches after each day with a movement, and how much of the unsubsidised one each prepayment took. */
function walk(
  timeline: LoanTimeline,
  cap: Fen,
): { readonly days: readonly Tranches[]; readonly unsubsidisedTaken: ReadonlyMap<string, Fen> } {
  const days: Tranches[] = [];
  const unsubsidisedTaken = new Map<string, Fen>();
  let drawn = 0n;
  let subsidised = 0n;
  let unsubsidised = 0n;
  for (const movement of [...timeline.movements].sort(byDayThenOrder)) {
    const { amount, kind, tranche, id, valueDate } = movement;
    if (kind === "drawing") {
      const grown = minFen(cap, drawn + amount) - minFen(cap, drawn);
      drawn += amount;
      subsidised += grown;
      unsubsidised += amount - grown;
    } else {
      const fromSubsidisedFirst = tranche === "subsidised-tranche";
      const first = minFen(amount, fromSubsidisedFirst ? subsidised : unsubsidised);
      const rest = amount - first;
      const takenUnsubsidised = fromSubsidisedFirst ? rest : first;
      unsubsidised -= takenUnsubsidised;
      subsidised -= amount - takenUnsubsidised;
      if (kind === "prepayment") unsubsidisedTaken.set(id, takenUnsubsidised);
    }
    days.push({ from: valueDate, subsidised, unsubsidised });
  }
  return { days, unsubsidisedTaken };
}

function valueOn<T>(values: readonly DatedValue<T>[], day: IsoDate): T | undefined {
  return values.findLast(({ from, toExcl }) => (from === undefined || from <= day) && (toExcl === undefined || day < toExcl))?.value;
}

const boundsOf = (values: readonly DatedValue<unknown>[]): IsoDate[] =>
  values.flatMap(({ from, toExcl }) => [from, toExcl].filter((date) => date !== undefined));

/**
 * Day segments of [from, toExcl) with the subsidised tranche. `caps` is the subsidy cap by day; a day without one has
 * no tranche; where several cover a day, the last of the list holds. Overdue and misused days are in the list, flagged:
 * the caller leaves them out.
 */
export function subsidisedBaseSegments(
  timeline: LoanTimeline,
  caps: readonly DatedValue<Fen>[],
  from: IsoDate,
  toExcl: IsoDate,
  more: readonly IsoDate[] = [],
): SubsidisedBaseSegment[] {
  const walks = new Map<Fen, ReturnType<typeof walk>>();
  return cutPieces(timeline, from, toExcl, [...boundsOf(caps), ...more]).map((piece) => {
    const cap = timeline.subsidised ? (valueOn(caps, piece.from) ?? 0n) : 0n;
    const walked = walks.get(cap) ?? walk(timeline, cap);
    walks.set(cap, walked);
    const tranches = walked.days.findLast((day) => day.from <= piece.from);
    const tranche = tranches?.subsidised ?? 0n;
    let subsidisedLeft = tranche;
    let unsubsidisedLeft = tranches?.unsubsidised ?? 0n;
    const prepaid = piece.prepaid.map(({ id, principal }) => {
      // What it took from the unsubsidised tranche, within what the tranches of this day (before later drawings) can give.
      const wanted = walked.unsubsidisedTaken.get(id) ?? 0n;
      const unsubsidised = minFen(maxFen(wanted, principal - subsidisedLeft), minFen(principal, unsubsidisedLeft));
      unsubsidisedLeft -= unsubsidised;
      subsidisedLeft -= principal - unsubsidised;
      return { id, base: principal - unsubsidised };
    });
    return {
      from: piece.from,
      toExcl: piece.toExcl,
      days: piece.days,
      annualRate: piece.annualRate,
      divisor: piece.divisor,
      open: piece.open,
      tranche,
      quarter: subsidisedLeft,
      prepaid,
      overdue: piece.overdue > 0n,
      misused: piece.misused,
    };
  });
}

export interface SubsidyOptions {
  readonly caps: readonly DatedValue<Fen>[];
  /** percent of the normal interest that is subsidised, by day; a day without one has none */
  readonly ratios: readonly DatedValue<string>[];
  /** What settled the interest: the period itself, or the prepayment with this serial. Default the period. */
  readonly settledBy?: { readonly prepayment: string };
  /** Only days before this one are entitled, e.g. the first misused day as it is to be decided. */
  readonly entitledBefore?: IsoDate;
}

/** Subsidy 贴息 of one settlement: segments, the exact sum, one rounding. */
export interface Subsidy {
  readonly segments: readonly InterestSegment[];
  readonly exact: Exact;
  readonly amount: Fen;
  /** days of the period that are entitled */
  readonly days: number;
}

/**
 * Subsidy of one settlement: Σ over entitled days of subsidised base × contract rate × ratio, rounded once (T18).
 * Overdue and misused days have none.
 */
export function subsidyOf(timeline: LoanTimeline, from: IsoDate, toExcl: IsoDate, options: SubsidyOptions): Subsidy {
  const { caps, ratios, settledBy, entitledBefore } = options;
  const cuts = [...boundsOf(ratios), ...(entitledBefore ? [entitledBefore] : [])];
  const segments: InterestSegment[] = [];
  for (const day of subsidisedBaseSegments(timeline, caps, from, toExcl, cuts)) {
    if (day.overdue || day.misused || (entitledBefore !== undefined && day.from >= entitledBefore)) continue;
    const ratio = valueOn(ratios, day.from);
    const principal = settledBy ? (day.prepaid.find((part) => part.id === settledBy.prepayment)?.base ?? 0n) : day.quarter;
    if (ratio === undefined || principal === 0n) continue;
    const annualRate = percent(day.annualRate).mul(ratio).div(100).toFixed();
    segments.push({ from: day.from, toExcl: day.toExcl, days: day.days, principal, annualRate, divisor: day.divisor });
  }
  const exact = addUp(segments);
  return {
    segments,
    exact,
    amount: roundHalfUp(exact),
    days: segments.reduce((days, segment) => days + daysBetween(segment.from, segment.toExcl), 0),
  };
}
