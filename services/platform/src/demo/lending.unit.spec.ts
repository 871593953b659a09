import { describe, expect, it } from "vitest";
import { makeDistrict, SEED } from "./district.ts";
import { makeLoans } from "./lending.ts";

const loans = makeLoans(makeDistrict(), SEED);

describe("the demo loans", () => {
  it("are 146 of 5,230,000 yuan in the mix of the plan's sketch", () => {
    expect(loans).toHaveLength(146);
    expect(loans.reduce((sum, loan) => sum + loan.yuan, 0)).toBe(5_230_000);
    const counts = Map.groupBy(loans, (loan) => loan.months);
    expect([12, 24, 36].map((months) => counts.get(months as 12)?.length)).toEqual([29, 37, 80]);
    expect(loans.filter((loan) => loan.bank === "K1")).toHaveLength(114);
  });

  it("go to households of their own and are drawn in full", () => {
    expect(new Set(loans.map((loan) => loan.household.household)).size).toBe(146);
    for (const loan of loans) expect(loan.drawings.reduce((sum, drawing) => sum + drawing.yuan, 0)).toBe(loan.yuan);
  });

  it("have the planned quality events, each before the loan ends", () => {
    const kinds = Map.groupBy(loans, (loan) => loan.habit.kind);
    expect(Object.fromEntries([...kinds].map(([kind, list]) => [kind, list.length]))).toEqual({
      "at-maturity": 108,
      "pays-late": 4,
      defaults: 5,
      prepays: 14,
      reversed: 5,
      duplicated: 2,
      "reported-late": 5,
      misused: 3,
    });
    for (const { habit, disbursedOn, due } of loans) if ("on" in habit) expect(disbursedOn < habit.on && habit.on < due).toBe(true);
  });
});
