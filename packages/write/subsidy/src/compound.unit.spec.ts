import type { RecordedEvent } from "@huimin/decider";
import { loanTimelineFold } from "@huimin/loan/events";
import { describe, expect, it } from "vitest";
import { subsidisedLoan } from "./entitlement.ts";

const subject = { loan: "L1", household: "H1", bank: "K1", village: "V1" };
const period = { from: "2017-03-10", toExcl: "2017-03-21", days: 11, bearer: "household" };
const facts: readonly (readonly [type: string, valueDate: string, payload: object])[] = [
  [
    "LoanDisbursed",
    "2017-03-10",
    {
      amount: "50000.00",
      annualRate: "4.75",
      yearBase: 360,
      contractDate: "2017-03-10",
      due: "2020-03-10",
      method: "interest-only-then-bullet",
      creditGroup: "H1",
      borrower: "p1",
      serial: "D1",
      penaltySurcharge: "50",
    },
  ],
  ["InterestSettled", "2017-03-20", { ...period, kind: "normal", amount: "72.57" }],
  ["InterestPaid", "2017-05-08", { amount: "72.57", payer: "household", serial: "P1" }],
  ["InterestSettled", "2017-06-20", { ...period, from: "2017-03-21", toExcl: "2017-06-21", days: 92, kind: "compound", amount: "0.69" }],
];

describe("复利 compound interest", () => {
  it("is never subsidised, and open it leaves no settlement unpaid", () => {
    const loan = facts.reduce(
      (state, [type, valueDate, payload], index) =>
        loanTimelineFold.evolve(state, { type, valueDate, payload: { ...subject, ...payload }, eventId: `e${index}` } as RecordedEvent),
      loanTimelineFold.initialState,
    );
    const days = subsidisedLoan(loan)?.settlements.map(({ from, toExcl, interest, paid }) => ({ from, toExcl, interest, paid }));
    expect(days).toEqual([{ from: "2017-03-10", toExcl: "2017-03-21", interest: 7_257n, paid: true }]);
  });
});
