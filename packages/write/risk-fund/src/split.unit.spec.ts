import { Exact, type Fen, fen, formatAmount, minFen } from "@huimin/money";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PartyWeights, RiskParty } from "./schema.ts";
import { byParty, inTurn, shareOf, splitAmong, splitCompensation, spread, sumToHundred } from "./split.ts";

const PARTIES: readonly RiskParty[] = ["fund", "bank", "guarantor", "group"];

/** 2 to 4 parties in any order whose weights, in hundredths of a percent, sum to 100. */
const weightsArbitrary: fc.Arbitrary<PartyWeights> = fc
  .tuple(fc.shuffledSubarray([...PARTIES], { minLength: 2 }), fc.array(fc.integer({ min: 0, max: 10_000 }), { minLength: 3, maxLength: 3 }))
  .map(([parties, cuts]) => {
    const inner = cuts.slice(0, parties.length - 1).sort((a, b) => a - b);
    const bounds = [0, ...inner, 10_000];
    return parties.map((party, index) => {
      const hundredths = (bounds[index + 1] as number) - (bounds[index] as number);
      return { party, weight: new Exact(hundredths).div(100).toFixed() };
    });
  });
const fenArbitrary: fc.Arbitrary<Fen> = fc.bigInt({ min: 0n, max: 100_000_000_00n });

describe("splitAmong", () => {
  it("gives the half fen to the larger share (T9)", () => {
    const weights: PartyWeights = [
      { party: "fund", weight: "70" },
      { party: "bank", weight: "30" },
    ];
    expect(byParty(splitAmong(fen("42498.75"), weights))).toEqual({ fund: "29749.13", bank: "12749.62" });
  });

  it("gives it to the first of the agreement where the weights are equal (R7)", () => {
    const fundFirst: PartyWeights = [
      { party: "fund", weight: "50" },
      { party: "bank", weight: "50" },
    ];
    expect(byParty(splitAmong(fen("0.01"), fundFirst))).toEqual({ fund: "0.01", bank: "0.00" });
    expect(byParty(splitAmong(fen("0.01"), fundFirst.toReversed()))).toEqual({ bank: "0.01", fund: "0.00" });
  });

  it("splits among four parties", () => {
    const weights: PartyWeights = PARTIES.map((party, index) => ({ party, weight: ["20", "10", "50", "20"][index] as string }));
    expect(byParty(splitAmong(fen("100.03"), weights))).toEqual({ fund: "20.01", bank: "10.00", guarantor: "50.01", group: "20.01" });
  });

  it("conserves the amount and stays within a fen of the exact share", () => {
    fc.assert(
      fc.property(fenArbitrary, weightsArbitrary, (amount, weights) => {
        const shares = splitAmong(amount, weights);
        expect(shares.reduce((sum, share) => sum + fen(share.amount), 0n)).toBe(amount);
        for (const [index, { weight }] of weights.entries()) {
          const exact = new Exact(amount.toString()).mul(weight).div(100);
          const share = new Exact(fen(shares[index]?.amount ?? "").toString());
          expect(share.sub(exact).abs().lt(1)).toBe(true);
        }
      }),
    );
  });
});

describe("splitCompensation", () => {
  const loansArbitrary = fc.array(fc.record({ principal: fenArbitrary, interest: fenArbitrary }), { minLength: 1, maxLength: 12 });

  it("sums the loans' shares; the order of the loans does not matter", () => {
    fc.assert(
      fc.property(loansArbitrary, weightsArbitrary, (bases, weights) => {
        const loans = bases.map((base, index) => ({ loan: `L${index}`, ...base }));
        const split = splitCompensation(loans, weights);
        const total = loans.reduce((sum, { principal, interest }) => sum + principal + interest, 0n);
        expect(split.base).toBe(total);
        expect(split.shares.reduce((sum, share) => sum + fen(share.amount), 0n)).toBe(total);
        for (const { loan, principal } of split.loans) {
          const whole = loans.find((one) => one.loan === loan)?.principal;
          expect(principal.reduce((sum, share) => sum + fen(share.amount), 0n)).toBe(whole);
        }
        expect(splitCompensation(loans.toReversed(), weights).shares).toEqual(split.shares);
      }),
    );
  });

  it("rounds per loan, not over the sum", () => {
    const weights: PartyWeights = [
      { party: "fund", weight: "70" },
      { party: "bank", weight: "30" },
    ];
    const loans = ["L1", "L2"].map((loan) => ({ loan, principal: fen("0.01"), interest: 0n }));
    // Over the sum it would be 0.014 → 0.01 for the fund.
    expect(byParty(splitCompensation(loans, weights).shares)).toEqual({ fund: "0.02", bank: "0.00" });
  });
});

describe("spread and inTurn", () => {
  const itemsArbitrary = fc.array(fc.bigInt({ min: 0n, max: 1_000_000n }), { maxLength: 10 });

  it("spread conserves what fits and never exceeds what is open", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 5_000_000n }), itemsArbitrary, (amount, open) => {
        const total = open.reduce((sum, one) => sum + one, 0n);
        const parts = spread(
          amount,
          open.map((one) => ({ open: one })),
        );
        expect(parts.reduce((sum, { part }) => sum + part, 0n)).toBe(minFen(amount, total));
        for (const { item, part } of parts) expect(part <= item.open).toBe(true);
      }),
    );
  });

  it("inTurn empties the first before the next", () => {
    const parts = inTurn(5n, [{ open: 3n }, { open: 0n }, { open: 4n }]);
    expect(parts.map(({ part }) => part)).toEqual([3n, 2n]);
  });
});

describe("sumToHundred", () => {
  it("adds exactly", () => {
    const thirds = (last: string): PartyWeights => [
      { party: "fund", weight: "33.3333333333" },
      { party: "bank", weight: "33.3333333333" },
      { party: "group", weight: last },
    ];
    expect(sumToHundred(thirds("33.3333333334"))).toBe(true);
    expect(sumToHundred(thirds("33.3333333333"))).toBe(false);
    expect(formatAmount(shareOf(splitAmong(fen("1.00"), thirds("33.3333333334")), "group"))).toBe("0.34");
  });
});
