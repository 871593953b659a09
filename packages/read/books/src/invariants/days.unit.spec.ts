import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Days } from "./days.ts";

const date = (n: number): string => Temporal.PlainDate.from("2018-01-01").add({ days: n }).toString();

describe("a set of days", () => {
  it("is what a set of single days is, whatever is added and removed", () => {
    const step = fc.record({ add: fc.boolean(), from: fc.nat(40), length: fc.nat(12) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const days = new Days();
        const single = new Set<number>();
        for (const { add, from, length } of steps) {
          const span = Array.from({ length }, (_, index) => from + index);
          if (add) {
            expect(days.add(date(from), date(from + length)).overlap).toBe(span.some((day) => single.has(day)));
            for (const day of span) single.add(day);
          } else {
            days.remove(date(from), date(from + length));
            for (const day of span) single.delete(day);
          }
        }
        const kept = days.spans.flatMap(([a, b]) => Array.from({ length: b - a }, (_, index) => a + index - 17_532));
        expect(kept).toEqual([...single].sort((a, b) => a - b));
        for (const [index, [start]] of days.spans.entries())
          if (index > 0) expect(start).toBeGreaterThan((days.spans[index - 1] as readonly [number, number])[1]);
      }),
    );
  });
});
