import { fen } from "@huimin/money";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compoundInterest, type InterestDue, type InterestPayment, unpaidInterest } from "./compound.ts";
import type { LoanTimeline } from "./timeline.ts";

const due = (from: string, amount: string, kind: InterestDue["kind"] = "normal"): InterestDue => ({ from, kind, amount: fen(amount) });
const paid = (on: string, unsplit: string): InterestPayment => ({ on, normal: 0n, first: 0n, unsplit: fen(unsplit) });
const timeline: LoanTimeline = {
  movements: [{ id: "D", kind: "drawing", valueDate: "2017-03-10", amount: fen("50000.00") }],
  rates: [{ from: "2017-03-10", annualRate: "4.75" }],
  due: "2020-03-10",
  penaltySurcharge: "50",
  yearBase: 360,
  dayCount: "actual",
  subsidised: true,
};

describe("unpaid interest over time", () => {
  it("begins on the day after the settlement day and ends with the payment", () => {
    expect(unpaidInterest([due("2017-03-21", "72.57")], [paid("2017-05-08", "72.57")])).toEqual([
      { from: "2017-03-21", amount: 7_257n },
      { from: "2017-05-08", amount: 0n },
    ]);
  });

  it("is none when it is paid on its settlement day", () => {
    expect(unpaidInterest([due("2017-03-21", "72.57")], [paid("2017-03-20", "72.57")])).toEqual([]);
    expect(unpaidInterest([due("2017-03-21", "72.57")], [{ ...paid("2017-03-20", "0.00"), normal: 7_257n }])).toEqual([]);
  });

  it("lets a payment without a split pay penalty interest first", () => {
    const dues = [due("2017-03-21", "72.57"), due("2017-06-21", "10.00", "first")];
    expect(unpaidInterest(dues, [paid("2017-07-01", "60.00")])).toEqual([
      { from: "2017-03-21", amount: 7_257n },
      { from: "2017-07-01", amount: 2_257n },
    ]);
  });

  it("does not take a payment away from what it paid before", () => {
    const dues = [due("2017-03-21", "72.57"), due("2017-06-21", "10.00", "first")];
    expect(unpaidInterest(dues, [paid("2017-04-01", "72.57")]).at(-1)).toEqual({ from: "2017-04-01", amount: 0n });
  });

  it("is never negative and does not depend on the order of the facts", () => {
    const day = fc.integer({ min: 10, max: 28 }).map((nth) => `2017-03-${nth}`);
    const amount = fc.bigInt({ min: 0n, max: 10_000n });
    const dues = fc.array(fc.record({ from: day, amount, kind: fc.constantFrom("normal" as const, "first" as const) }), { maxLength: 5 });
    const payments = fc.array(fc.record({ on: day, normal: fc.constant(0n), first: fc.constant(0n), unsplit: amount }), { maxLength: 5 });
    fc.assert(
      fc.property(dues, payments, (owed, payed) => {
        const steps = unpaidInterest(owed, payed);
        expect(steps.every((step) => step.amount >= 0n)).toBe(true);
        expect(unpaidInterest([...owed].reverse(), [...payed].reverse())).toEqual(steps);
      }),
    );
  });
});

describe("compound interest (银发〔2003〕251号)", () => {
  it("is the unpaid interest at the penalty rate, rounded once: 72.57 × 7.125 % × 92 / 360", () => {
    const { amount, segments } = compoundInterest(timeline, "2017-03-21", "2017-06-21", unpaidInterest([due("2017-03-21", "72.57")], []));
    expect(amount).toBe(132n);
    expect(segments).toMatchObject([{ days: 92, principal: 7_257n, annualRate: "7.125" }]);
  });

  it("is cut where the unpaid interest changes, and ends when it is paid", () => {
    const unpaid = unpaidInterest([due("2017-03-21", "72.57")], [paid("2017-05-08", "72.57")]);
    expect(compoundInterest(timeline, "2017-03-21", "2017-06-21", unpaid).amount).toBe(69n);
    expect(compoundInterest(timeline, "2017-05-08", "2017-06-21", unpaid)).toMatchObject({ amount: 0n, segments: [] });
  });
});
