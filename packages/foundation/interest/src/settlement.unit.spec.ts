import { addDays, daysBetween } from "@huimin/calendar";
import { Exact, type Fen, fen, formatAmount } from "@huimin/money";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type LoanHappening, type LoanSettings, type LoanState, replayLoan, roundTo, type SettlementTerms } from "./index.ts";

const base: SettlementTerms = {
  kind: "settlement",
  principal: fen("50000.00"),
  annualRatePercent: new Exact("4.75"),
  disbursedOn: "2017-03-10",
  maturesOn: "2020-03-10",
  settlement: { months: [3, 6, 9, 12], day: 20 },
  dayCount: "actual/360",
  roundingMode: "half-up",
  amountUnit: 1n,
};
const tiers = [
  { upToMonths: 12, annualRatePercent: new Exact("4.35") },
  { upToMonths: 60, annualRatePercent: new Exact("4.75") },
  { upToMonths: 1200, annualRatePercent: new Exact("4.90") },
];
const run = (terms: SettlementTerms, settings: Partial<LoanSettings>, events: readonly LoanHappening[], asOf?: string): LoanState => {
  const result = replayLoan(terms, settings, events);
  if (!result.ok) throw new Error(JSON.stringify(result.refusal));
  expect([...result.value.refused.values()]).toEqual([]);
  return result.value.state(asOf);
};
const refusals = (terms: SettlementTerms, settings: Partial<LoanSettings>, events: readonly LoanHappening[]): (string | undefined)[] => {
  const result = replayLoan(terms, settings, events);
  if (!result.ok) return [result.refusal.code];
  return events.map((_, index) => result.value.refused.get(index)?.code);
};
const rows = (state: LoanState): string[] =>
  state.rows.map((row) => `${row.dueOn} ${row.type} ${row.days} ${formatAmount(row.principal)} ${formatAmount(row.interest)}`);
const prepay = (date: string, amount: string): LoanHappening => ({ type: "prepayment", date, amount: fen(amount), id: date });

describe("prepayment (提前还本)", () => {
  const own = { prepaymentInterest: "on-prepaid-part" } as const;

  it("given T2, when two prepayments fall inside quarters, then each settles its own interest: 781.12 in all", () => {
    const state = run(base, own, [prepay("2017-05-08", "20000.00"), prepay("2017-08-15", "30000.00")]);
    expect(rows(state)).toEqual([
      "2017-03-20 settlement 11 0.00 72.57",
      "2017-05-08 prepayment 48 20000.00 126.67",
      "2017-06-20 settlement 92 0.00 364.17",
      "2017-08-15 prepayment 55 30000.00 217.71",
    ]);
    expect([state.status, state.maturesOn]).toEqual(["closed", "2020-03-10"]);
    expect(state.payments.map((one) => formatAmount(one.amount))).toEqual(["20126.67", "30217.71"]);
  });

  it("given a prepayment on a settlement day, when settled, then it comes first and bears no interest for that day", () => {
    const state = run(base, own, [prepay("2017-06-20", "20000.00")]);
    // 91 days on 20,000.00 and 92 on 30,000.00
    expect(rows(state).slice(1, 3)).toEqual(["2017-06-20 prepayment 91 20000.00 240.14", "2017-06-20 settlement 92 0.00 364.17"]);
  });

  it("given a prepayment on the first day of a period, when settled, then it bears nothing", () => {
    const state = run(base, own, [prepay("2017-06-21", "20000.00")]);
    expect(rows(state).slice(2, 4)).toEqual(["2017-06-21 prepayment 0 20000.00 0.00", "2017-09-20 settlement 92 0.00 364.17"]);
  });

  it("given that the next settlement takes its interest, when prepaid, then both balances are in it, rounded once", () => {
    const state = run(base, { prepaymentInterest: "at-settlement" }, [prepay("2017-05-08", "20000.00")]);
    // 50,000 × 48 + 30,000 × 44 = 3,720,000 → 490.833333
    expect(rows(state).slice(1, 3)).toEqual(["2017-05-08 prepayment 48 20000.00 0.00", "2017-06-20 settlement 92 0.00 490.83"]);
  });

  it("given more than the balance, when prepaid, then it is the balance", () => {
    const state = run(base, own, [prepay("2017-05-08", "60000.00")]);
    expect([formatAmount(state.payments[0]?.principal as Fen), state.status]).toEqual(["50000.00", "closed"]);
  });

  it("given a prepayment reversed, when replayed, then the schedule is the old one", () => {
    expect(run(base, own, [prepay("2017-05-08", "20000.00"), { type: "reversal", date: "2017-05-09", of: "2017-05-08" }]).rows).toEqual(
      run(base, own, []).rows,
    );
  });
});

describe("extension (展期)", () => {
  const year: SettlementTerms = {
    ...base,
    principal: fen("30000.00"),
    annualRatePercent: new Exact("4.35"),
    disbursedOn: "2018-05-10",
    maturesOn: "2019-05-10",
  };

  it("given T17, when the whole term reaches the next tier, then its rate applies from the old maturity: 347.50 in that quarter", () => {
    const state = run(year, { rateTiers: tiers }, [{ type: "extension", date: "2019-05-06", newMaturesOn: "2019-11-10" }]);
    expect(rows(state)).toContain("2019-06-20 settlement 92 0.00 347.50");
    expect([state.maturesOn, state.rows.at(-1)?.type]).toEqual(["2019-11-10", "maturity"]);
  });

  it("given no tiers, or a tier that is not crossed, when extended, then the rate stays", () => {
    const extended = [{ type: "extension", date: "2018-12-01", newMaturesOn: "2019-05-10" }] as const;
    const short = { ...year, maturesOn: "2018-12-10" };
    const expected = rows(run(year, {}, []));
    expect(rows(run(short, {}, extended))).toEqual(expected);
    expect(rows(run(short, { rateTiers: tiers }, extended))).toEqual(expected);
  });

  it("given T9, when a part was prepaid and the loan extended, then the quarters after it bear 509.83 and 471.04", () => {
    const loan = { ...base, disbursedOn: "2017-06-15", maturesOn: "2020-06-15" };
    const state = run(loan, { prepaymentInterest: "on-prepaid-part", rateTiers: tiers }, [
      prepay("2019-11-05", "8000.00"),
      { type: "extension", date: "2020-06-10", newMaturesOn: "2020-12-15" },
    ]);
    expect(rows(state)).toContain("2019-11-05 prepayment 45 8000.00 47.50");
    expect(rows(state).slice(-2)).toEqual(["2020-09-20 settlement 92 0.00 509.83", "2020-12-15 maturity 85 42000.00 471.04"]);
  });

  it("given an old maturity the day after a settlement day, when extended later, then that settlement is in the schedule", () => {
    const loan = { ...year, maturesOn: "2019-03-21" };
    expect(rows(run(loan, {}, [])).at(-1)).toBe("2019-03-21 maturity 90 30000.00 326.25");
    const state = run(loan, {}, [{ type: "extension", date: "2019-03-25", newMaturesOn: "2019-09-21" }]);
    expect(rows(state).slice(-3)).toEqual([
      "2019-03-20 settlement 90 0.00 326.25",
      "2019-06-20 settlement 92 0.00 333.50",
      "2019-09-21 maturity 92 30000.00 333.50",
    ]);
  });

  it("given a maturity that is not later, or beyond all tiers, when extended, then it is refused", () => {
    const to = (newMaturesOn: string): LoanHappening => ({ type: "extension", date: "2019-05-06", newMaturesOn });
    expect(refusals(year, { rateTiers: tiers.slice(0, 1) }, [to("2019-05-10"), to("2019-05-11")])).toEqual([
      "SCHEDULE_EXTENSION_INVALID",
      "SCHEDULE_EXTENSION_INVALID",
    ]);
  });
});

describe("repayments of settled rows", () => {
  it("given rows that are due, when repaid, then oldest first; before they are due nothing is taken", () => {
    const state = run(base, {}, [{ type: "repayment", date: "2017-06-25", amount: fen("100.00") }]);
    expect(state.rows.slice(0, 3).map((row) => [formatAmount(row.paid), formatAmount(row.paidLate), row.paidOn])).toEqual([
      ["72.57", "72.57", "2017-06-25"],
      ["27.43", "27.43", null],
      ["0.00", "0.00", null],
    ]);
    expect(refusals(base, {}, [{ type: "repayment", date: "2017-03-19", amount: 1n }])).toEqual(["SCHEDULE_EXCESS_REFUSED"]);
  });

  it("given a pay-off, when made, then principal, unpaid settlements and accrued interest are in it", () => {
    const state = run(base, {}, [{ type: "pay-off", date: "2017-05-08" }]);
    // 72.57 settled and not recorded as paid, 48 days on 50,000.00 = 316.67
    expect([formatAmount(state.payments[0]?.amount as Fen), state.status]).toEqual(["50389.24", "closed"]);
  });
});

describe("any settlement loan", () => {
  const dates = fc.integer({ min: 1, max: 1095 }).map((day) => addDays("2017-03-10", day));

  it("given any prepayments, when settled, then principal sums, periods join, and interest is days × balance, once rounded", () => {
    fc.assert(
      fc.property(fc.array(fc.record({ date: dates, amount: fc.integer({ min: 1, max: 2_000_000 }) }), { maxLength: 5 }), (list) => {
        const events = list
          .toSorted((a, b) => (a.date < b.date ? -1 : 1))
          .map(({ date, amount }): LoanHappening => ({ type: "prepayment", date, amount: BigInt(amount) }));
        const result = replayLoan(base, { prepaymentInterest: "on-prepaid-part" }, events);
        if (!result.ok) throw new Error("refused");
        const state = result.value.state();
        expect(state.rows.reduce((sum, row) => sum + row.principal, 0n)).toBe(base.principal);
        let from = base.disbursedOn;
        for (const row of state.rows) {
          expect(row.from).toBe(from);
          const bearing = row.type === "prepayment" || row.type === "maturity" ? row.principal : row.balanceAfter;
          expect(row.interest).toBe(
            roundTo({ n: bearing * 475n * BigInt(daysBetween(row.from, row.to)), d: 10_000n * 360n }, 1n, "half-up"),
          );
          if (row.type !== "prepayment") from = row.to;
        }
      }),
    );
  });
});
