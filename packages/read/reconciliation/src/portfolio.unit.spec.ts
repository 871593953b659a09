import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { comparePortfolio, type LoanFigures, principalCause } from "./portfolio.ts";

const DAY = "2018-12-31";
const loan = (name: string, more: Partial<LoanFigures> = {}): LoanFigures => ({
  loan: name,
  principal: 1_000_00n,
  interest: 0n,
  rate: "4.75",
  due: "2019-12-31",
  status: "performing",
  ...more,
});
const told = (theirs: readonly LoanFigures[], ours: readonly LoanFigures[]): string[] =>
  comparePortfolio(theirs, ours, DAY).map(({ loan: of, field, kind, amount }) => `${of} ${field} ${kind} ${amount ?? ""}`.trim());

describe("a portfolio file against our loans", () => {
  it.each([
    ["nothing differs, however a rate is written", [loan("L1", { rate: "4.7500" })], [loan("L1")], []],
    ["principal", [loan("L1", { principal: 900_00n })], [loan("L1")], ["L1 principal differs -10000"]],
    ["open interest", [loan("L1", { interest: 5n })], [loan("L1")], ["L1 interest differs 5"]],
    ["the rate", [loan("L1", { rate: "4.35" })], [loan("L1")], ["L1 rate differs"]],
    ["the due date", [loan("L1", { due: "2020-01-01" })], [loan("L1")], ["L1 due differs"]],
    ["the status", [loan("L1", { status: "overdue" })], [loan("L1")], ["L1 status differs"]],
    ["a loan that we do not have", [loan("L2")], [], ["L2 loan missing-here 100000"]],
    ["a loan that the bank does not list", [], [loan("L2")], ["L2 loan missing-at-bank -100000"]],
    ["a settled loan that one side no longer lists", [loan("L2", { principal: 0n })], [loan("L3", { principal: 0n })], []],
    ["what the bank does not state", [{ loan: "L1", principal: 1_000_00n }], [loan("L1")], []],
  ])("%s", (_, theirs, ours, expected) => {
    expect(told(theirs, ours)).toEqual(expected);
  });

  it("names the repayment that explains a principal", () => {
    const paid = { position: 7, valueDate: "2018-12-30", amount: -500n };
    expect(principalCause(500n, [paid], DAY)).toEqual({ cause: "unknown-at-bank", position: 7, valueDate: "2018-12-30" });
    const later = { position: 8, valueDate: "2019-01-02", amount: -500n };
    expect(principalCause(-500n, [later], DAY)).toEqual({ cause: "later-here", position: 8, valueDate: "2019-01-02" });
    expect(principalCause(-500n, [paid], DAY)).toEqual({ cause: "unknown-here" });
  });

  const loans = fc.uniqueArray(
    fc.record({ loan: fc.integer({ min: 1, max: 12 }).map((n) => `L${n}`), principal: fc.bigInt({ min: 0n, max: 3n }) }),
    { selector: (one) => one.loan },
  );

  it("finds exactly the loans that differ, whatever the order, and the other way round with the sign turned", () => {
    fc.assert(
      fc.property(loans, loans, (theirs, ours) => {
        const found = comparePortfolio(theirs, ours, DAY);
        const open = (list: readonly LoanFigures[], name: string): bigint => list.find((one) => one.loan === name)?.principal ?? 0n;
        const names = [...new Set([...theirs, ...ours].map((one) => one.loan))].sort();
        const differing = names.filter((name) => open(theirs, name) !== open(ours, name));
        expect(found.map((one) => one.loan)).toEqual(differing);
        for (const one of found) expect(one.amount).toBe(open(theirs, one.loan) - open(ours, one.loan));
        expect(comparePortfolio([...theirs].reverse(), [...ours].reverse(), DAY)).toEqual(found);
        const turned = comparePortfolio(ours, theirs, DAY);
        expect(turned.map(({ amount }) => amount)).toEqual(found.map(({ amount }) => -(amount ?? 0n)));
      }),
    );
  });
});
