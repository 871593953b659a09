import { addDays } from "@huimin/calendar";
import { formatAmount, sumFen } from "@huimin/money";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { claimable, quarterPeriod } from "./claimable.ts";
import { AccrueSubsidy, CorrectSubsidy, DecideSubsidyClawback, SubmitSubsidyClaim } from "./commands.ts";
import { rightSubsidy } from "./entitlement.ts";
import { overlaps } from "./evolve.ts";
import { bookedSubsidy, openPayable, subsidyDifferences } from "./figures.ts";
import { SubsidyCase } from "./testing.ts";

const QUARTERS = ["2018Q2", "2018Q3", "2018Q4", "2019Q1"] as const;
const START = "2018-03-21";
const END = "2019-03-21";
const DAYS = 365;

const yuanText = (min: number, max: number) => fc.bigInt({ min: BigInt(min) * 100n, max: BigInt(max) * 100n }).map(formatAmount);
const day = fc.integer({ min: 1, max: DAYS - 1 }).map((n) => addDays(START, n));

/** A payment on a value date: left in the quarter (R12), or with its own interest from the last settlement day. */
const payment = fc.record({
  on: day,
  kind: fc.constantFrom("repay", "prepay"),
  share: fc.integer({ min: 1, max: 60 }),
  late: fc.integer({ min: 0, max: 4 }),
});
const ratios = fc.array(fc.record({ from: day, ratio: fc.constantFrom("0", "33.3", "50", "70", "100") }), { maxLength: 3 });
const district = fc.record({
  amount: yuanText(1_000, 80_000),
  rate: fc.constantFrom("4.75", "4.35", "3.85", "1.2345"),
  cap: fc.constantFrom("50000.00", "20000.00", "30000.01"),
  ratios,
  payments: fc.array(payment, { maxLength: 4 }),
});
type District = typeof district extends fc.Arbitrary<infer T> ? T : never;
type Payment = District["payments"][number];

const opened = ({ amount, rate, cap, ratios: changes }: District): SubsidyCase => {
  const test = new SubsidyCase().policy("subsidy.cap", cap, "2018-01-01").disburse("L1", { amount, rate, on: START, due: "2020-03-21" });
  for (const { from, ratio } of changes) test.policy("subsidy.ratio", ratio, from);
  return test;
};

const settlementStart = (on: string): string =>
  QUARTERS.map((quarter) => quarterPeriod(quarter)).find((period) => period.from <= on && on < period.toExcl)?.from ?? START;

/** A share of the loan, so that payments never exceed it in any order: percent of the amount, at most 24 each of 4. */
const principalOf = (of: District, { share }: Payment): string => {
  const fenOf = BigInt(of.amount.replace(".", ""));
  const part = (fenOf * BigInt(share)) / 250n;
  return formatAmount(part > 0n ? part : 1n);
};

function record(test: SubsidyCase, of: District, one: Payment, recordedOn: string): void {
  const principal = principalOf(of, one);
  const from = settlementStart(one.on);
  // Messages of one day are told apart, and ordered, by their serials: late or not, each keeps its own.
  test.numbered(`P${of.payments.indexOf(one)}`);
  if (one.kind === "prepay" && from < one.on) test.prepay("L1", one.on, principal, from, recordedOn);
  else test.repay("L1", one.on, principal, recordedOn);
}

/** Settles, claims, accrues and pays what is entitled in a quarter; a quarter without subsidy is left alone. */
function claimQuarter(test: SubsidyCase, quarter: string, on: string): void {
  const { from, toExcl } = quarterPeriod(quarter);
  if (!test.loanState("L1").settlements.some((one) => one.from === from)) test.settle("L1", from, toExcl, { recordedOn: on });
  if (test.refusal(SubmitSubsidyClaim, { bank: "K1", quarter, lines: [{ loan: "L1" }] }, on) !== undefined) return;
  test.claim("L1", quarter, on).accrue("L1", quarter, on);
  if (openPayable(test.subsidy("L1"), "H1") > 0n) test.pay("L1", on);
}

const netByClaim = (test: SubsidyCase): Record<string, string> =>
  Object.fromEntries(QUARTERS.map((quarter) => [quarter, formatAmount(bookedSubsidy(test.subsidy("L1"), quarter))]));

/** Every payment recorded on its value date. */
function inOrder(of: District): SubsidyCase {
  const test = opened(of);
  for (const one of of.payments) record(test, of, one, one.on);
  for (const quarter of QUARTERS) claimQuarter(test, quarter, END);
  return test;
}

/** Payments recorded up to four quarters late, corrections in between by the given choices, the rest at the end. */
function outOfOrder(of: District, choices: readonly ("claw-back" | "correct" | "nothing")[]): SubsidyCase {
  const test = opened(of);
  const clawBack = { loan: "L1", reason: "backdated-repayment" } as const;
  const correction = { loan: "L1", correction: "recomputed" } as const;
  const correct = (choice: string | undefined, on: string) => {
    if (choice === "claw-back" && test.refusal(DecideSubsidyClawback, clawBack, on) === undefined)
      test.run(DecideSubsidyClawback, clawBack, on);
    if (choice === "correct" && test.refusal(CorrectSubsidy, correction, on) === undefined) test.run(CorrectSubsidy, correction, on);
    // Neither is ever asked for twice: what a correction took back is not claimed back, and the other way round.
    if (choice === "claw-back" || choice === "correct")
      expect(test.refusal(DecideSubsidyClawback, clawBack, on)).toBe("NOTHING_TO_CLAW_BACK");
    if (choice === "correct") expect(test.refusal(CorrectSubsidy, correction, on)).toBe("NOTHING_TO_CORRECT");
  };
  const due = (one: Payment): number => QUARTERS.findIndex((quarter) => one.on < quarterPeriod(quarter).toExcl) + one.late;
  for (let index = 0; index < QUARTERS.length + 4; index++) {
    const quarter = QUARTERS[index];
    const on = addDays(quarter ? quarterPeriod(quarter).toExcl : END, index);
    for (const one of of.payments) if (due(one) === index) record(test, of, one, on);
    for (const known of QUARTERS.slice(0, index + 1)) claimQuarter(test, known, on);
    correct(choices[index], on);
  }
  correct("claw-back", "2020-01-10");
  correct("correct", "2020-01-10");
  return test;
}

describe("the subsidy of random loans", () => {
  it("is never above the interest, settlement by settlement and in sum", () => {
    fc.assert(
      fc.property(district, (of) => {
        const test = inOrder(of);
        const loan = test.loan("L1");
        for (const settlement of loan.settlements) {
          const right = rightSubsidy(loan, test.policies(), settlement);
          expect(right >= 0n && right <= settlement.interest).toBe(true);
        }
        const booked = sumFen(test.subsidy("L1").units.map((unit) => unit.accrued));
        expect(booked <= sumFen(loan.settlements.map((one) => one.interest))).toBe(true);
      }),
      { numRuns: 100 },
    );
  });

  it("loses no fen when a settlement is split, and subsidises each day once", () => {
    const cuts = fc.uniqueArray(fc.integer({ min: 1, max: 91 }), { maxLength: 4 });
    fc.assert(
      fc.property(district, cuts, fc.boolean(), (of, days, shuffled) => {
        const test = opened(of);
        for (const one of of.payments) record(test, of, one, one.on);
        const { from, toExcl } = quarterPeriod("2018Q2");
        test.settle("L1", from, toExcl);
        const question = { loan: test.loan("L1"), policy: test.policies(), quarter: "2018Q2", taken: [], purpose: "claim" as const };
        const whole = claimable(question);
        if (!whole.ok) return;
        test.claim("L1", "2018Q2", END);
        const bounds = [from, ...days.sort((a, b) => a - b).map((n) => addDays(from, n)), toExcl];
        const parts = bounds.slice(1).map((end, index) => ({ from: bounds[index] as string, toExcl: end }));
        for (const part of shuffled ? parts.reverse() : parts) {
          const accrual = { loan: "L1", claim: "2018Q2", ...part };
          if (test.refusal(AccrueSubsidy, accrual, END) === undefined) test.run(AccrueSubsidy, accrual, END);
        }
        // What was refused has no subsidy (a part of ratio zero); prepaid parts are left for the rest of the claim.
        if (test.refusal(AccrueSubsidy, { loan: "L1", claim: "2018Q2" }, END) === undefined) test.accrue("L1", "2018Q2", END);
        const { units } = test.subsidy("L1");
        expect(sumFen(units.map((unit) => unit.accrued))).toBe(sumFen(whole.value.map((one) => one.subsidy)));
        for (const [index, unit] of units.entries()) expect(units.some((other, at) => at !== index && overlaps(unit, other))).toBe(false);
      }),
      { numRuns: 100 },
    );
  });

  it("ends in the same net subsidy whatever the order of recording and correcting", () => {
    const choice = fc.constantFrom("claw-back", "correct", "nothing");
    fc.assert(
      fc.property(district, fc.array(choice, { minLength: 8, maxLength: 8 }), (of, choices) => {
        const clean = inOrder(of);
        const late = outOfOrder(of, choices);
        expect(netByClaim(late)).toEqual(netByClaim(clean));
        const { byYear, byClaim } = subsidyDifferences(late.subsidy("L1"), late.loan("L1"), late.policies());
        for (const year of byYear.values()) expect(year).toEqual({ overSubsidised: 0n, underSubsidised: 0n });
        for (const claim of byClaim.values()) expect(claim.due).toBe(0n);
      }),
      { numRuns: 100 },
    );
  });
});
