import { Exact, fen, formatAmount, percent, splitFloorCarry, splitLargestRemainder, sumFen } from "@huimin/money";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { partOf, partsFor } from "../streams.ts";
import { AllocationList, type ResidueRule } from "./allocation.ts";
import { fixedRateDividends, fixedRateShare, stakeDays } from "./fixed-rate.ts";
import { hashOfList, hashOfPart } from "./list-hash.ts";
import { isWeight } from "./weights.ts";

const splitOf = (total: bigint, weights: readonly string[], rule: ResidueRule) => {
  const list = new AllocationList();
  for (const weight of weights) list.add(weight);
  const allocation = list.split(total, rule);
  const amounts = Array.from({ length: list.length }, (_, index) => allocation.amount(index));
  return { amounts, allocated: allocation.allocated, carried: allocation.carried };
};

const weight = fc.oneof(
  fc.nat(100_000).map(String),
  fc.tuple(fc.nat(1_000_000), fc.nat(9_999)).map(([whole, part]) => `${whole}.${part}`),
  fc.bigInt({ min: 0n, max: 10n ** 38n }).map(String),
  fc.constantFrom("50000", "30000.00", "0.3333333333", "0", "18446744073709551616"),
);
const weights = fc.array(weight, { minLength: 1, maxLength: 80 }).filter((list) => list.some((one) => Number(one) > 0));
const total = fc.bigInt({ min: 0n, max: 99_999_999_999n });
// Wider than the reference of @huimin/money needs for the weights above.
const exact = (list: readonly string[]) => list.map((one) => new Exact(one));

describe("allocation of a list", () => {
  it("given any weights, when split by largest remainder, then it is the split of @huimin/money and sums to the total", () => {
    fc.assert(
      fc.property(total, weights, (amount, list) => {
        const { amounts, allocated, carried } = splitOf(amount, list, "LARGEST_REMAINDER");
        expect([sumFen(amounts), allocated, carried]).toEqual([amount, amount, 0n]);
        if (list.every((one) => one.length < 20)) expect(amounts).toEqual(splitLargestRemainder(amount, exact(list)));
      }),
    );
  });

  it("given any weights, when floored, then what is left is carried and nobody has a fen more than his share", () => {
    fc.assert(
      fc.property(total, weights, (amount, list) => {
        const { amounts, allocated, carried } = splitOf(amount, list, "FLOOR_CARRY");
        expect(sumFen(amounts)).toBe(allocated);
        expect(allocated + carried).toBe(amount);
        if (list.every((one) => one.length < 20)) expect(amounts).toEqual(splitFloorCarry(amount, exact(list)).parts);
      }),
    );
  });

  it("given one list with weights written differently, when split, then scale and padding change nothing", () => {
    fc.assert(
      fc.property(total, fc.array(fc.integer({ min: 1, max: 10_000 }), { minLength: 1, maxLength: 40 }), (amount, list) => {
        const plain = splitOf(amount, list.map(String), "LARGEST_REMAINDER").amounts;
        expect(
          splitOf(
            amount,
            list.map((one) => `${one}.00`),
            "LARGEST_REMAINDER",
          ).amounts,
        ).toEqual(plain);
        // The last line has more decimals: everything before it is rescaled.
        expect(splitOf(amount, [...list.map((one) => `${one}.0`), "0.0000"], "LARGEST_REMAINDER").amounts.slice(0, -1)).toEqual(plain);
      }),
    );
  });

  it("given remainders that are equal, when split, then the larger weight goes first, then the earlier line", () => {
    expect(splitOf(100n, ["1", "1", "1"], "LARGEST_REMAINDER").amounts).toEqual([34n, 33n, 33n]);
    expect(splitOf(4249875n, ["30", "70"], "LARGEST_REMAINDER").amounts).toEqual([1274962n, 2974913n]);
  });

  it("given a list longer than the first block of memory, when split, then no line is lost", () => {
    const list = Array.from({ length: 5_000 }, (_, index) => String(1 + (index % 7)));
    const { amounts, allocated } = splitOf(fen("1234567.89"), list, "LARGEST_REMAINDER");
    expect([amounts.length, sumFen(amounts), allocated]).toEqual([5_000, fen("1234567.89"), fen("1234567.89")]);
  });

  it("given texts, then only decimals that are not negative are weights", () => {
    expect(["0", "50000", "0.5", "12.3400"].every(isWeight)).toBe(true);
    expect(["-1", "1e3", "", ".5", "5.", "NaN", "1,000", " 1"].some(isWeight)).toBe(false);
  });
});

describe("fixed rate (R19)", () => {
  const eight = percent("8.00");
  const share = (from: string, toExcl: string) =>
    formatAmount(BigInt(fixedRateShare(fen("50000.00"), eight, { from, toExcl }, 365).mul(100).round().toFixed(0)));

  it("given a whole calendar year, leap or not, then it is the full rate; other days are of 365", () => {
    expect(share("2020-01-01", "2021-01-01")).toBe("4000.00");
    expect(share("2018-01-01", "2019-01-01")).toBe("4000.00");
    expect(share("2020-01-01", "2020-12-31")).toBe("4000.00");
    expect(share("2020-07-01", "2021-07-01")).toBe("4000.00");
    expect(share("2018-04-16", "2019-01-01")).toBe("2849.32");
  });

  it("given stakes that follow each other without a gap, then two pieces of a year are a year (T7, T8)", () => {
    const stake = (household: string, yuan: string, from: string, toExcl: string) => ({ household, stake: fen(yuan), from, toExcl });
    const stakes = [
      stake("H113", "50000.00", "2018-10-01", "2019-01-01"),
      stake("H113", "30000.00", "2018-07-01", "2018-10-01"),
      stake("H111", "50000.00", "2018-07-01", "2019-06-01"),
      stake("H111", "50000.00", "2017-01-01", "2018-07-01"),
    ];
    expect(fixedRateDividends(stakes, eight, 2018, 365).map(({ household, amount }) => [household, formatAmount(amount)])).toEqual([
      ["H111", "4000.00"],
      ["H113", "1613.15"],
    ]);
    expect(formatAmount(stakeDays(stakes, 2018).get("H113") ?? 0n)).toBe("7360000.00");
  });
});

describe("parts of a list", () => {
  it("given any household, then its part depends on nothing but its number and the number of parts", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.integer({ min: 1, max: 4_000 }), (household, parts) => {
        const part = partOf(household, parts);
        expect(part >= 0 && part < parts && part === partOf(household, parts)).toBe(true);
      }),
    );
    expect([partsFor(1), partsFor(400), partsFor(401), partsFor(1_000_000)]).toEqual([1, 1, 2, 3334]);
  });

  it("given many households, then no part holds more than 400 of them", () => {
    const parts = partsFor(60_000);
    const sizes = new Map<number, number>();
    for (let nth = 0; nth < 60_000; nth++) {
      const part = partOf(`410803${String(nth).padStart(8, "0")}`, parts);
      sizes.set(part, (sizes.get(part) ?? 0) + 1);
    }
    expect(Math.max(...sizes.values())).toBeLessThanOrEqual(400);
  });

  it("given the same lines in any order, then the hash is the same; another amount is another hash", () => {
    const lines = [
      { household: "H2", amount: "2.00" },
      { household: "H1", amount: "1.00" },
    ];
    expect(hashOfPart(lines)).toBe(hashOfPart(lines.toReversed()));
    expect(hashOfPart(lines)).not.toBe(hashOfPart([{ household: "H1", amount: "1.00" }]));
    expect(hashOfList([hashOfPart(lines)])).not.toBe(hashOfPart(lines));
  });
});
