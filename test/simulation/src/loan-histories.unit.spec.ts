import { finalPrincipal, interestOf, openPrincipal, prepaidInterest, subsidisedBaseSegments, subsidyOf } from "@huimin/interest/timeline";
import { type LoanState, openInterest, prepaymentsOf, staleInterest, unsettledDays } from "@huimin/loan/events";
import { Exact, sumFen } from "@huimin/money";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CONTRACT, dayNumber, type Fact } from "./facts.ts";
import { historyOf, steps } from "./history.ts";
import { Recorder } from "./recorder.ts";
import { SlowLoan } from "./reference.ts";

const runs = { numRuns: Number(process.env.HUIMIN_SIMULATION_RUNS ?? 200) };
const END = "2019-12-31";
/** Below the drawings' sum, so that both tranches occur. */
const CAP = 2_500_000n;
const subsidyOptions = { caps: [{ value: CAP }], ratios: [{ value: "100" }] };

function recorded(facts: readonly Fact[]): { readonly book: Recorder; readonly left: Fact[] } {
  const book = new Recorder();
  const left = book.recordAll(facts);
  book.correct();
  return { book, left };
}

/** What must not depend on the order of recording. */
const endOf = (loan: LoanState) => ({
  timeline: loan.timeline,
  settlements: loan.settlements.map(({ from, toExcl, kind, amount }) => ({ from, toExcl, kind, amount })),
  openInterest: openInterest(loan),
  prepaid: [...prepaymentsOf(loan)].map(({ serial, interest }) => [serial, interest]).sort(),
  misuseFrom: loan.misuseFrom,
  due: loan.timeline.due,
  unsettled: unsettledDays(loan, END),
});

/** A message that is reversed again leaves nothing: an order in which both never fitted is as good as one in which they did. */
const undone = (left: readonly Fact[]): boolean => {
  const gone = new Set(left.flatMap((fact) => (fact.kind === "reverse" ? [fact.of] : [])));
  return left.every((fact) => fact.kind === "reverse" || gone.has(fact.id));
};

describe("a loan's history", { timeout: 120_000 }, () => {
  it("ends alike in every order in which its facts are recorded", () => {
    let valid = 0;
    let orders = 0;
    const permuted = steps.chain((chosen) => {
      const facts = historyOf(chosen);
      return fc.tuple(fc.constant(facts), fc.shuffledSubarray(facts, { minLength: facts.length, maxLength: facts.length }));
    });
    fc.assert(
      fc.property(permuted, ([facts, order]) => {
        const chronological = recorded(facts);
        expect(chronological.left).toEqual([]);
        const other = recorded(order);
        orders += 1;
        if (!undone(other.left)) return;
        valid += 1;
        expect(endOf(other.book.loan)).toEqual(endOf(chronological.book.loan));
        expect(other.book.markOverdue(END)).toBe(chronological.book.markOverdue(END));
        expect(other.book.loan.overdueSince).toBe(chronological.book.loan.overdueSince);
      }),
      runs,
    );
    // An order is no valid one when a payment would come before its settlement grew to it: rare.
    expect(valid / orders).toBeGreaterThan(0.7);
  });

  it("bears the interest that a slow day-by-day reference finds", () => {
    fc.assert(
      fc.property(steps, (chosen) => {
        const facts = historyOf(chosen);
        const { book } = recorded(facts);
        const { loan } = book;
        const slow = new SlowLoan(facts);
        for (const { from, toExcl, kind, amount } of loan.settlements) {
          expect(amount, `${kind} ${from}–${toExcl}`).toBe(kind === "normal" ? slow.normal(from, toExcl) : slow.penalty(from, toExcl));
        }
        for (const { serial, interest } of prepaymentsOf(loan)) {
          expect(interest).toBe(slow.prepaid(serial));
          expect(prepaidInterest(loan.timeline, serial).amount).toBe(interest);
        }
        for (const day of ["2017-01-15", "2017-01-16", "2017-06-30", "2018-01-16", "2018-07-16", END]) {
          expect(openPrincipal(loan.timeline, day)).toBe(slow.openOn(dayNumber(day)));
        }
        expect(finalPrincipal(loan.timeline)).toBeGreaterThanOrEqual(0n);
      }),
      runs,
    );
  });

  it("is subsidised for the tranche of each day, whatever settled it", () => {
    fc.assert(
      fc.property(steps, (chosen) => {
        const facts = historyOf(chosen);
        const { loan } = recorded(facts).book;
        const days = subsidisedBaseSegments(loan.timeline, subsidyOptions.caps, CONTRACT.start, END);
        for (const day of days) {
          expect(day.quarter + sumFen(day.prepaid.map((part) => part.base))).toBe(day.tranche);
          expect(day.tranche).toBeLessThanOrEqual(day.open < CAP ? day.open : CAP);
        }
        const parts = [
          subsidyOf(loan.timeline, CONTRACT.start, END, subsidyOptions).exact,
          ...prepaymentsOf(loan).map(({ serial, interestFrom = "", valueDate }) =>
            interestFrom < valueDate
              ? subsidyOf(loan.timeline, interestFrom, valueDate, { ...subsidyOptions, settledBy: { prepayment: serial } }).exact
              : new Exact(0),
          ),
        ];
        const { numerator, denominator } = new SlowLoan(facts).subsidy(CONTRACT.start, END, CAP);
        const expected = new Exact(numerator.toString()).div(denominator.toString()).div(100);
        const sum = parts.reduce((total, part) => total.add(part), new Exact(0));
        expect(sum.sub(expected).abs().lt("1e-30")).toBe(true);
      }),
      { numRuns: Math.ceil(runs.numRuns / 2) },
    );
  });
});

it("needs no correction when nothing was recorded late", () => {
  const { book } = recorded([
    { kind: "draw", id: "D0", on: CONTRACT.start, amount: 3_000_000n },
    { kind: "settle", id: "S1", on: "2017-03-21", from: CONTRACT.start, toExcl: "2017-03-21", penalty: false },
  ]);
  expect(staleInterest(book.loan)).toEqual([]);
  // T4: 30,000.00 at 4.35 % for 64 days
  expect(interestOf(book.loan.timeline, CONTRACT.start, "2017-03-21").amount).toBe(23200n);
});
