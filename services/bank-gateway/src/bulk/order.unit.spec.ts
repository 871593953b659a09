import { RecordRepayment } from "@huimin/loan";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { RowMessage } from "../recorder.ts";
import { inOrder, runsOf, sortOf, subjectsOf } from "./order.ts";

const row = (number: number, body: Record<string, unknown>): RowMessage => ({
  row: number,
  definition: RecordRepayment,
  body,
  key: `k${number}`,
});

const bodies = fc.oneof(
  fc.record({ loan: fc.constantFrom("L1", "L2", "L3") }),
  fc.record({ loan: fc.constantFrom("L1", "L2"), household: fc.constantFrom("H1", "H2") }),
  fc.record({ payoutBatch: fc.constantFrom("P1", "P2") }),
  fc.constant({ batch: "B1" }),
  fc.constant({ quarter: "2018Q1" }),
);
const rows = fc.array(bodies, { maxLength: 60 }).map((all) => all.map((body, index) => row(index, body)));

describe("what of a bulk may be booked at the same time", () => {
  it("given any messages, then runs are of one sort, an `alone` is by itself, and nothing changes its place", () => {
    fc.assert(
      fc.property(rows, (all) => {
        const runs = [...runsOf(all)];
        expect(runs.flatMap((run) => run.rows)).toEqual(all);
        for (const run of runs) {
          expect(run.rows.every((one) => sortOf(one) === run.sort)).toBe(true);
          if (run.sort === "alone") expect(run.rows).toHaveLength(1);
        }
      }),
    );
  });

  it("given any messages of a run, then those about one subject follow each other, and no more than the bound are under way", async () => {
    await fc.assert(
      fc.asyncProperty(rows, fc.integer({ min: 1, max: 8 }), async (all, atOnce) => {
        for (const run of runsOf(all)) {
          let under = 0;
          const begun: number[] = [];
          const ended: number[] = [];
          const results = await inOrder(run.rows, atOnce, async (one) => {
            under += 1;
            expect(under).toBeLessThanOrEqual(atOnce);
            for (const before of run.rows) {
              if (before.row >= one.row) break;
              if (subjectsOf(before).some((subject) => subjectsOf(one).includes(subject))) expect(ended).toContain(before.row);
            }
            begun.push(one.row);
            for (let turns = (one.row * 7) % 3; turns > 0; turns -= 1) await Promise.resolve();
            ended.push(one.row);
            under -= 1;
            return one.row;
          });
          expect(results).toEqual(run.rows.map((one) => one.row));
        }
      }),
      { numRuns: 60 },
    );
  });

  it("given a fault, then it is thrown, and nothing is begun after it", async () => {
    const all = Array.from({ length: 20 }, (_, n) => row(n, { loan: `L${n}` }));
    const begun: number[] = [];
    const work = inOrder(all, 2, async (one) => {
      begun.push(one.row);
      await Promise.resolve();
      if (one.row === 3) throw new Error("power cut");
      return one.row;
    });
    await expect(work).rejects.toThrow("power cut");
    expect(begun.length).toBeLessThan(8);
  });
});
