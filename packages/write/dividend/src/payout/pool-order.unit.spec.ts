import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PART_HOUSEHOLDS_MAX } from "../streams.ts";
import { linesOfBatch, partsOfBatch, shapeOfOrder } from "./pool-order.ts";

describe("the batches of an order 整池发放", () => {
  it("are whole parts where a file has room for them, slices of one where it has not", () => {
    expect(shapeOfOrder(25, 7_500)).toEqual({ batches: 3, parts: 12 });
    expect(shapeOfOrder(25, 7_500, 1_000)).toEqual({ batches: 13, parts: 2, rows: 1_000 });
    expect(shapeOfOrder(2, 600, 100)).toEqual({ batches: 8, parts: 1, rows: 100, slices: 4 });
    expect(shapeOfOrder(1, 12, 100)).toEqual({ batches: 1, parts: 1, rows: 100 });
  });

  it("have every line of every part once, whatever a bank takes in one file", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: PART_HOUSEHOLDS_MAX }), { minLength: 1, maxLength: 8 }),
        fc.option(fc.integer({ min: 1, max: 5_000 }), { nil: undefined }),
        (sizes, rows) => {
          const parts = sizes.map((size, part) =>
            Array.from({ length: size }, (_, line) => ({ household: `${part}-${String(line).padStart(3, "0")}` })),
          );
          const households = sizes.reduce((sum, size) => sum + size, 0);
          const order = shapeOfOrder(parts.length, Math.max(1, households), rows);
          const paid: string[] = [];
          for (let batch = 1; batch <= order.batches; batch++) {
            const own = partsOfBatch(order, batch).flatMap((part) => linesOfBatch(parts[part] ?? [], order, batch));
            if (rows !== undefined) expect(own.length).toBeLessThanOrEqual(rows);
            paid.push(...own.map(({ household }) => household));
          }
          expect(paid.sort()).toEqual(
            parts
              .flat()
              .map(({ household }) => household)
              .sort(),
          );
        },
      ),
    );
  });
});
