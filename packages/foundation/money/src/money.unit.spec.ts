import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  AMOUNT_FEN_MAX,
  Exact,
  fen,
  formatAmount,
  formatAmountGrouped,
  parseAmount,
  parsePercent,
  roundDown,
  roundHalfUp,
  splitFloorCarry,
  splitLargestRemainder,
  sumFen,
  toExact,
} from "./index.ts";

const amounts = fc.bigInt({ min: -AMOUNT_FEN_MAX, max: AMOUNT_FEN_MAX });
const weights = fc
  .array(fc.bigInt({ min: 0n, max: 10_000_000n }), { minLength: 1, maxLength: 60 })
  .filter((list) => list.some((weight) => weight > 0n))
  .map((list) => list.map((weight) => toExact(weight)));

describe("amounts as text", () => {
  it("given any amount, when formatted and parsed, then it is the same amount", () => {
    fc.assert(
      fc.property(amounts, (amount) => {
        expect(parseAmount(formatAmount(amount))).toBe(amount);
      }),
    );
  });

  it("given any amount, when formatted for people, then only separators were added", () => {
    fc.assert(
      fc.property(amounts, (amount) => {
        expect(formatAmountGrouped(amount).replaceAll(",", "")).toBe(formatAmount(amount));
      }),
    );
    expect(formatAmountGrouped(fen("1234567.80"))).toBe("1,234,567.80");
  });

  it.each(["1e3", "1.234", "1.2", "1", "01.00", "+1.00", "1,000.00", " 1.00", "1.00 ", ".50", "１.00", "NaN", "", "1000000000000.00"])(
    "given %j, when parsed, then it is refused",
    (text) => expect(parseAmount(text)).toBeUndefined(),
  );

  it.each([12.5, 100n, null, undefined, {}])("given something that is no text (%s), when parsed, then it is refused", (value) => {
    expect(parseAmount(value)).toBeUndefined();
  });

  it("given percentages, when parsed, then only plain non-negative decimals pass", () => {
    expect(parsePercent("4.75")?.toString()).toBe("4.75");
    expect(parsePercent("0")?.toString()).toBe("0");
    for (const text of ["-1", "1e1", "4.", ".5", "00.5", "4.75%", 4.75]) expect(parsePercent(text)).toBeUndefined();
  });
});

describe("rounding", () => {
  it("given a tie, when rounded half up, then it goes away from zero", () => {
    expect(roundHalfUp(new Exact("5.945"))).toBe(595n);
    expect(roundHalfUp(new Exact("-5.945"))).toBe(-595n);
    expect(roundHalfUp(new Exact("5.944999999999999999999"))).toBe(594n);
  });

  it("given any exact amount, when rounded half up, then it is at most half a fen away", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 18n), max: 10n ** 18n }), fc.bigInt({ min: 1n, max: 366n }), (numerator, denominator) => {
        const exact = new Exact(numerator.toString()).div(denominator.toString()).div(1000);
        const away = toExact(roundHalfUp(exact)).sub(exact).abs();
        expect(away.lte("0.005")).toBe(true);
        expect(toExact(roundDown(exact)).lte(exact)).toBe(true);
      }),
    );
  });
});

describe("largest remainder (最大余额法)", () => {
  it("given any total and weights, when split, then the parts sum to the total and no part is a fen or more from its share", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: AMOUNT_FEN_MAX }), weights, (total, list) => {
        const parts = splitLargestRemainder(total, list);
        expect(sumFen(parts)).toBe(total);
        const whole = list.reduce((sum, weight) => sum.add(weight), new Exact(0));
        for (const [index, part] of parts.entries()) {
          const gap = new Exact(part.toString()).mul(whole).sub(new Exact(total.toString()).mul(list[index] as Exact));
          expect(gap.abs().lt(whole)).toBe(true);
        }
      }),
    );
  });

  it("given a larger weight, when split, then it never gets less than a smaller one", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10_000_000n }), weights, (total, list) => {
        const sorted = [...list].sort((a, b) => b.cmp(a));
        const parts = splitLargestRemainder(total, sorted);
        for (let index = 1; index < parts.length; index++) expect((parts[index - 1] as bigint) >= (parts[index] as bigint)).toBe(true);
      }),
    );
  });

  it("given a half-fen tie, when split 7:3, then the larger weight gets the fen", () => {
    expect(splitLargestRemainder(fen("42498.75"), [new Exact(70), new Exact(30)])).toEqual([fen("29749.13"), fen("12749.62")]);
    expect(splitLargestRemainder(fen("42498.75"), [new Exact(30), new Exact(70)])).toEqual([fen("12749.62"), fen("29749.13")]);
  });

  it("given equal weights and a tie, when split, then the order of the list decides", () => {
    const one = new Exact(1);
    expect(splitLargestRemainder(100n, [one, one, one])).toEqual([34n, 33n, 33n]);
    expect(splitLargestRemainder(2n, [one, one, one])).toEqual([1n, 1n, 0n]);
  });

  it("given weights that cannot carry a split, when split, then it throws", () => {
    expect(() => splitLargestRemainder(-1n, [new Exact(1)])).toThrow();
    expect(() => splitLargestRemainder(1n, [new Exact(0)])).toThrow();
    expect(() => splitLargestRemainder(1n, [new Exact(2), new Exact(-1)])).toThrow();
    expect(() => splitLargestRemainder(1n, [])).toThrow();
  });
});

describe("floor and carry", () => {
  it("given any total and weights, when split, then parts and carry sum to the total and the carry is smaller than the list", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: AMOUNT_FEN_MAX }), weights, (total, list) => {
        const { parts, carried } = splitFloorCarry(total, list);
        expect(sumFen(parts) + carried).toBe(total);
        expect(carried >= 0n && carried < BigInt(list.length)).toBe(true);
      }),
    );
  });

  it("given equal weights, when split, then all parts are equal", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: AMOUNT_FEN_MAX }), fc.integer({ min: 1, max: 80 }), (total, count) => {
        const { parts } = splitFloorCarry(
          total,
          Array.from({ length: count }, () => new Exact(1)),
        );
        expect(new Set(parts).size).toBe(1);
      }),
    );
  });
});
