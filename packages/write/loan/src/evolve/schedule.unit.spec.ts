import { addMonths } from "@huimin/calendar";
import { type InstalmentTerms, replayLoan } from "@huimin/interest";
import { percent } from "@huimin/money";
import fc from "fast-check";
import { expect, it } from "vitest";
import { dueRowsOf, extendedRows } from "./schedule.ts";

const START = "2017-01-31";

const engineTerms = (method: "equal-instalment" | "equal-principal", amount: bigint, rate: string, months: number): InstalmentTerms => ({
  kind: "instalment",
  disbursements: [{ date: START, amount }],
  annualRatePercent: percent(rate),
  every: { count: 1, unit: "month" },
  instalments: months,
  monthEnd: "clamp",
  method,
  interestOn: "balance",
  dayCount: "1/12",
  roundingMode: "half-up",
  amountUnit: 1n,
  instalmentUnit: 1n,
  instalmentRounding: "nearest",
  graceOnPrincipal: 0,
  graceOnInterest: 0,
  onTranche: "recompute",
});

it("spreads principal as the schedule engine does, for whole months", () => {
  const terms = fc.record({
    method: fc.constantFrom("equal-instalment" as const, "equal-principal" as const),
    amount: fc.bigInt({ min: 100_000n, max: 10_000_000n }),
    rate: fc.constantFrom("0", "3.65", "4.35", "4.75", "6.15"),
    months: fc.integer({ min: 1, max: 36 }),
  });
  fc.assert(
    fc.property(terms, ({ method, amount, rate, months }) => {
      const replay = replayLoan(engineTerms(method, amount, rate, months));
      if (!replay.ok) throw new Error(replay.refusal.code);
      const rows = dueRowsOf(method, rate, [{ valueDate: START, amount }], addMonths(START, months));
      const expected = replay.value.state().rows.map((row) => ({ dueOn: row.dueOn, principal: row.principal }));
      expect(rows).toEqual(expected);
    }),
    { numRuns: 60 },
  );
});

it("rounds the interest of a month that is exactly half a fen up, as the schedule engine does", () => {
  const replay = replayLoan(engineTerms("equal-instalment", 7_255_570n, "4.75", 27));
  if (!replay.ok) throw new Error(replay.refusal.code);
  const rows = dueRowsOf("equal-instalment", "4.75", [{ valueDate: START, amount: 7_255_570n }], addMonths(START, 27));
  expect(rows).toEqual(replay.value.state().rows.map(({ dueOn, principal }) => ({ dueOn, principal })));
  expect(rows?.[20]?.principal).toBe(276_129n);
});

it("adds the schedules of several drawings, whatever their order", () => {
  const first = { valueDate: "2017-01-10", amount: 1_200_000n };
  const second = { valueDate: "2017-07-15", amount: 500_000n };
  const rows = dueRowsOf("equal-principal", "4.75", [second, first], "2018-01-10");
  expect(rows).toEqual(dueRowsOf("equal-principal", "4.75", [first, second], "2018-01-10"));
  expect(rows?.reduce((sum, row) => sum + row.principal, 0n)).toBe(1_700_000n);
  expect(rows?.filter((row) => row.dueOn <= "2017-07-10").map((row) => row.principal)).toEqual(Array(6).fill(100_000n));
});

it("has no rows for a loan that is repaid at the end, and moves the last ones with an extension", () => {
  expect(dueRowsOf("interest-only-then-bullet", "4.75", [{ valueDate: START, amount: 1n }], "2018-01-31")).toBeUndefined();
  const rows = dueRowsOf("equal-principal", "4.75", [{ valueDate: "2017-01-10", amount: 300_000n }], "2017-04-10");
  expect(extendedRows(rows, "2017-04-10", "2017-07-10")?.at(-1)).toEqual({ dueOn: "2017-07-10", principal: 100_000n });
});
