import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareNumbers } from "./index.ts";

describe("order by number (R7)", () => {
  it.each([
    [
      ["H10", "H9", "H1"],
      ["H1", "H9", "H10"],
    ],
    [
      ["410803010207-0102", "410803010207-0031"],
      ["410803010207-0031", "410803010207-0102"],
    ],
    [
      ["H104-2", "H104", "H104-10"],
      ["H104", "H104-2", "H104-10"],
    ],
    [
      ["L2a", "L10", "L2"],
      ["L2", "L2a", "L10"],
    ],
    [
      ["H01", "H1", "H001"],
      ["H001", "H01", "H1"],
    ],
  ])("%j", (given, sorted) => expect([...given].sort(compareNumbers)).toEqual(sorted));

  it("property: a total order, the same as by code unit for numbers of one form", () => {
    const text = fc.stringMatching(/^[HL]?\d{1,3}(-\d{1,2})?$/);
    fc.assert(
      fc.property(text, text, text, (a, b, c) => {
        expect(Math.sign(compareNumbers(a, b))).toBe(-Math.sign(compareNumbers(b, a)) + 0);
        expect(compareNumbers(a, b) === 0).toBe(a === b);
        if (compareNumbers(a, b) <= 0 && compareNumbers(b, c) <= 0) expect(compareNumbers(a, c)).toBeLessThanOrEqual(0);
      }),
    );
    const same = fc.stringMatching(/^H\d{4}$/);
    fc.assert(
      fc.property(same, same, (a, b) => {
        expect(Math.sign(compareNumbers(a, b))).toBe(a < b ? -1 : a > b ? 1 : 0);
      }),
    );
  });
});
