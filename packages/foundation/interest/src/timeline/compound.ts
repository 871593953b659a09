/*
 * 复利, compound interest on settled interest that was not paid on time (银发〔2003〕251号: at the penalty rate). Like the
 * timeline it is a set of facts by value date: it does not depend on the order in which they were recorded.
 */
import type { IsoDate } from "@huimin/calendar";
import { type Fen, maxFen, minFen, percent, roundHalfUp } from "@huimin/money";
import { addUp, type Interest, type InterestSegment } from "./interest.ts";
import { cutPieces } from "./pieces.ts";
import type { LoanTimeline } from "./timeline.ts";

/** Interest of a settled period, unpaid from the day after its settlement day on: `from` is the period's `toExcl`. */
export interface InterestDue {
  readonly from: IsoDate;
  /** `normal` interest bears compound interest; `first` is paid before it (penalty and compound interest) and bears none. */
  readonly kind: "normal" | "first";
  readonly amount: Fen;
}

/** What was paid on a value date: to one of the kinds where the bank said so, else `unsplit`, which pays `first` first. */
export interface InterestPayment {
  readonly on: IsoDate;
  readonly normal: Fen;
  readonly first: Fen;
  readonly unsplit: Fen;
}

/** Normal interest that is due and unpaid from a day until the next step. */
export interface UnpaidStep {
  readonly from: IsoDate;
  readonly amount: Fen;
}

/**
 * Due and unpaid normal interest over time, a step for each day on which it changes. A payment may come before its interest is due
 * (on the settlement day itself): it waits for it. A payment of a day counts on that day (算头不算尾).
 */
export function unpaidInterest(dues: readonly InterestDue[], payments: readonly InterestPayment[]): UnpaidStep[] {
  const days = [...new Set([...dues.map(({ from }) => from), ...payments.map(({ on }) => on)])].sort();
  const steps: UnpaidStep[] = [];
  const open = { normal: 0n, first: 0n };
  let credit = 0n;
  for (const day of days) {
    for (const due of dues) if (due.from === day) open[due.kind] += due.amount;
    for (const paid of payments) {
      if (paid.on !== day) continue;
      open.normal -= paid.normal;
      open.first -= paid.first;
      credit += paid.unsplit;
    }
    for (const kind of ["first", "normal"] as const) {
      const part = minFen(credit, maxFen(0n, open[kind]));
      open[kind] -= part;
      credit -= part;
    }
    const amount = maxFen(0n, open.normal);
    if (amount !== (steps.at(-1)?.amount ?? 0n)) steps.push({ from: day, amount });
  }
  return steps;
}

/**
 * Compound interest of [from, toExcl): Σ unpaid interest × contract rate × (1 + surcharge), one rounding, half up. It is
 * simple on what is unpaid: compound interest itself bears none.
 */
export function compoundInterest(timeline: LoanTimeline, from: IsoDate, toExcl: IsoDate, unpaid: readonly UnpaidStep[]): Interest {
  const surcharge = percent(timeline.penaltySurcharge).div(100).add(1);
  const cuts = unpaid.map((step) => step.from);
  const segments = cutPieces(timeline, from, toExcl, cuts).map(
    (piece): InterestSegment => ({
      from: piece.from,
      toExcl: piece.toExcl,
      days: piece.days,
      principal: unpaid.findLast((step) => step.from <= piece.from)?.amount ?? 0n,
      annualRate: percent(piece.annualRate).mul(surcharge).toFixed(),
      divisor: piece.divisor,
    }),
  );
  const bearing = segments.filter((segment) => segment.principal > 0n);
  const exact = addUp(bearing);
  return { segments: bearing, exact, amount: roundHalfUp(exact) };
}
