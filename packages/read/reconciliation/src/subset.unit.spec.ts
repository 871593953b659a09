import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Item, SUM_CANDIDATES_MAX, SUM_ITEMS_MAX, SUM_STEPS_RUN_MAX } from "./items.ts";
import { onlySubset } from "./subset.ts";

const items = (amounts: readonly number[]): Item[] =>
  amounts.map((amount, index) => ({ id: `p${index}`, date: "2018-12-28", amount: BigInt(amount) }));
const find = (target: number, amounts: readonly number[]) =>
  onlySubset(BigInt(target), items(amounts), { left: SUM_STEPS_RUN_MAX })?.map(({ amount }) => Number(amount));

/** Every subset of two and more, the slow way. */
const all = (target: number, amounts: readonly number[]): number =>
  Array.from({ length: 2 ** amounts.length }, (_, mask) => amounts.filter((__, index) => (mask >> index) % 2 === 1)).filter(
    (chosen) => chosen.length > 1 && chosen.length <= SUM_ITEMS_MAX && chosen.reduce((sum, one) => sum + one, 0) === target,
  ).length;

describe("the only subset", () => {
  it("is found where there is one, of debits as of credits", () => {
    expect(find(30, [10, 20, 7])).toEqual([20, 10]);
    expect(find(-30, [-10, -20, -7])).toEqual([-20, -10]);
  });

  it("is none where two fit, where one item is enough, and where there are too many candidates", () => {
    expect(find(30, [10, 20, 5, 25])).toBeUndefined();
    expect(find(30, [30])).toBeUndefined();
    expect(
      find(
        3,
        Array.from({ length: SUM_CANDIDATES_MAX + 1 }, (_, index) => index + 1),
      ),
    ).toBeUndefined();
  });

  it("is given up when the steps are used up", () => {
    expect(onlySubset(3n, items([1, 2]), { left: 1 })).toBeUndefined();
  });

  it("agrees with trying all of them, in any order of the candidates", () => {
    const amounts = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 2, maxLength: 9 });
    fc.assert(
      fc.property(amounts, fc.integer({ min: 2, max: 120 }), (of, target) => {
        const found = find(target, of);
        const ways = all(target, of);
        if (ways === 1) expect(found?.reduce((sum, one) => sum + one, 0)).toBe(target);
        else expect(found).toBeUndefined();
        expect(find(target, [...of].reverse())).toEqual(found);
      }),
      { numRuns: 300 },
    );
  });
});
