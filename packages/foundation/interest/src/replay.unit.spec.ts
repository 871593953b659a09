import type { IsoDate } from "@huimin/calendar";
import { Exact, type Fen, fen, formatAmount } from "@huimin/money";
import { describe, expect, it } from "vitest";
import { type InstalmentTerms, type LoanHappening, type LoanRow, type LoanSettings, type LoanState, replayLoan } from "./index.ts";
import { HALF_YEAR, replayed } from "./replay.fixture.ts";

const free: InstalmentTerms = { ...HALF_YEAR, annualRatePercent: new Exact(0), method: "equal-principal" };

const refusals = (terms: InstalmentTerms, settings: Partial<LoanSettings>, events: readonly LoanHappening[]): (string | undefined)[] => {
  const result = replayLoan(terms, settings, events);
  if (!result.ok) return [result.refusal.code];
  return events.map((_, index) => result.value.refused.get(index)?.code);
};
const column = (
  state: LoanState,
  name: "principal" | "interest" | "total" | "paid" | "balanceAfter" | "penalties" | "outstanding",
): string[] => state.rows.map((row) => formatAmount(row[name]));
const pay = (date: IsoDate, amount: string, id?: string): LoanHappening => ({
  type: "repayment",
  date,
  amount: fen(amount),
  ...(id ? { id } : {}),
});

describe("grace", () => {
  it("given grace on principal and interest, when scheduled, then interest is deferred in rounded rows and bears none itself", () => {
    const state = replayed({ ...HALF_YEAR, graceOnPrincipal: 3, graceOnInterest: 2 }, {}, []);
    expect(column(state, "interest").slice(0, 4)).toEqual(["0.00", "0.00", "36.00", "12.00"]);
    expect(column(state, "principal").slice(0, 3)).toEqual(["0.00", "0.00", "0.00"]);
    expect(formatAmount(state.instalment as Fen)).toBe("408.03");
  });

  it("given deferred interest above the instalment, when scheduled, then the principal is zero and never negative", () => {
    const state = replayed({ ...HALF_YEAR, graceOnInterest: 5, annualRatePercent: new Exact(120) }, {}, []);
    expect(state.rows.every((row) => row.principal >= 0n)).toBe(true);
    expect(state.rows.at(-1)?.balanceAfter).toBe(0n);
  });
});

describe("rate changes", () => {
  const change = (date: IsoDate, effectiveFrom: IsoDate, percent: string): LoanHappening => ({
    type: "rate-change",
    date,
    effectiveFrom,
    annualRatePercent: new Exact(percent),
  });

  it("given a change in the contract, when scheduled, then the instalment knows it from row 1 and stays", () => {
    const state = replayed(HALF_YEAR, {}, [change("2024-01-01", "2024-04-01", "6")]);
    const totals = column(state, "total");
    expect(new Set(totals.slice(0, 5)).size).toBe(1);
    expect(totals[0]).not.toBe(column(replayed(HALF_YEAR, {}, []), "total")[0]);
  });

  it("given a change decided later, when it takes effect, then rows before keep the instalment and the rest gets a new one", () => {
    const before = replayed(HALF_YEAR, {}, []);
    const state = replayed(HALF_YEAR, {}, [change("2024-02-10", "2024-04-01", "6")]);
    expect(column(state, "total").slice(0, 3)).toEqual(column(before, "total").slice(0, 3));
    const [, , , fourth, fifth] = state.rows as [LoanRow, LoanRow, LoanRow, LoanRow, LoanRow, LoanRow];
    expect(fourth.total).toBe(fifth.total);
    expect(fourth.total < (before.rows[3] as LoanRow).total).toBe(true);
  });

  it("given a change to the same rate, when it takes effect, then nothing moves", () => {
    expect(replayed(HALF_YEAR, {}, [change("2024-02-10", "2024-04-01", "12.00")]).rows).toEqual(replayed(HALF_YEAR, {}, []).rows);
  });

  it("given a change inside a row, when scheduled, then the row keeps its instalment and bears both rates", () => {
    const state = replayed({ ...HALF_YEAR, dayCount: "actual/365" }, {}, [change("2024-01-05", "2024-01-16", "6")]);
    // 15 days at 12 % and 16 at 6 % on 1,200.00: 5.917808 + 3.156164
    expect(column(state, "interest")[0]).toBe("9.07");
    expect(column(state, "total")[0]).toBe(column(replayed({ ...HALF_YEAR, dayCount: "actual/365" }, {}, []), "total")[0]);
  });
});

describe("excess", () => {
  const settings = { excess: "spread-equally" } as const;

  it("given rows of different open amounts, when spread equally, then what one can't take goes to the others", () => {
    const state = replayed({ ...free, instalments: 3, disbursements: [{ date: "2024-01-01", amount: fen("300.00") }] }, settings, [
      { type: "repayment", date: "2024-01-10", amount: fen("50.00") },
      { type: "repayment", date: "2024-02-01", amount: fen("83.33") },
      { type: "repayment", date: "2024-02-02", amount: fen("160.00") },
    ]);
    // 50.00 → 16.67, 16.67, 16.66; the row of 1 February is then paid up; 160.00 → 80.00 each
    expect(column(state, "paid")).toEqual(["100.00", "96.67", "96.66"]);
  });

  it("given more than everything, when paid, then the rest is shown and the loan is closed", () => {
    const state = replayed({ ...free, instalments: 2 }, { excess: "next-row" }, [pay("2024-01-10", "1300.00")]);
    expect([state.status, formatAmount(state.payments[0]?.unallocated as Fen)]).toEqual(["closed", "100.00"]);
  });

  it("given a contract that takes no excess, when more than due is paid, then it is refused and nothing is booked", () => {
    expect(refusals(free, {}, [pay("2024-01-10", "1.00"), pay("2024-02-01", "200.00"), pay("2024-02-01", "0.01")])).toEqual([
      "SCHEDULE_EXCESS_REFUSED",
      undefined,
      "SCHEDULE_EXCESS_REFUSED",
    ]);
  });
});

describe("penalties and charges", () => {
  const penalty = { percent: new Exact(1), on: "overdue-principal" } as const;

  it("given an overdue row, when paid in parts, then its penalty is charged once, on what was unpaid, and paid in its turn", () => {
    const events = [pay("2024-02-01", "100.00"), pay("2024-02-10", "40.00"), pay("2024-02-20", "61.00")];
    const state = replayed(free, { penalty, excess: "next-row" }, events);
    expect(column(state, "penalties").slice(0, 2)).toEqual(["1.00", "0.00"]);
    expect([column(state, "paid")[0], state.rows[0]?.paidOn]).toEqual(["201.00", "2024-02-20"]);
    expect(formatAmount(state.payments[1]?.penalties as Fen)).toBe("1.00");
  });

  it("given charges after the last row, when booked, then each has its row, also after the last row was moved", () => {
    const charge = (dueOn: IsoDate): LoanHappening => ({
      type: "charge",
      date: "2024-01-05",
      chargeKind: "fee",
      amount: fen("5.00"),
      dueOn,
    });
    const state = replayed({ ...free, instalments: 2 }, {}, [
      charge("2024-03-20"),
      charge("2024-03-10"),
      charge("2024-03-20"),
      charge("2024-04-02"),
    ]);
    expect(state.rows.map((row) => [row.dueOn, formatAmount(row.fees), row.days])).toEqual([
      ["2024-02-01", "0.00", 31],
      ["2024-03-01", "0.00", 29],
      ["2024-03-10", "5.00", 9],
      ["2024-03-20", "10.00", 10],
      ["2024-04-02", "5.00", 13],
    ]);
    const moved = replayed({ ...free, instalments: 2 }, {}, [
      charge("2024-03-20"),
      { type: "move-due-date", date: "2024-01-06", fromDueOn: "2024-02-01", newDueOn: "2024-02-25" },
    ]);
    expect(moved.rows.map((row) => [row.dueOn, formatAmount(row.fees)])).toEqual([
      ["2024-02-25", "0.00"],
      ["2024-03-25", "5.00"],
    ]);
  });
});

describe("pay-off", () => {
  const settings = { interestBasis: "actual-balance", excess: "current-row-principal" } as const;

  it("given a pay-off on a due date, when made, then nothing of the next row is owed and the row ends the loan", () => {
    const state = replayed(HALF_YEAR, settings, [{ type: "pay-off", date: "2024-02-01" }]);
    expect([state.status, state.rows.length]).toEqual(["closed", 1]);
    expect(state.payments.map((one) => [one.amount, one.interest].map(formatAmount))).toEqual([["1212.00", "12.00"]]);
  });

  it("given a pay-off inside a row, when interest runs to the end of the row, then the whole row's interest is paid", () => {
    const events: LoanHappening[] = [{ type: "pay-off", date: "2024-01-15" }];
    const [short, long] = (["pay-off-date", "end-of-period"] as const).map((payOffInterestTo) =>
      replayed(HALF_YEAR, { ...settings, payOffInterestTo }, events),
    );
    expect([short, long].map((state) => formatAmount(state?.payments[0]?.interest as Fen))).toEqual(["5.42", "12.00"]);
    expect([short, long].map((state) => state?.status)).toEqual(["closed", "closed"]);
  });

  it("given arrears, fees and grace, when paid off, then everything owed is in it and nothing stays open", () => {
    const events: LoanHappening[] = [
      { type: "charge", date: "2024-01-02", chargeKind: "fee", amount: fen("7.00"), dueOn: "2024-06-20" },
      { type: "pay-off", date: "2024-02-15", id: "p" },
    ];
    const state = replayed({ ...HALF_YEAR, graceOnInterest: 2, graceOnPrincipal: 1 }, settings, events);
    // January is deferred: 12.00; half of February's 29 days: 14 → 5.79
    expect(formatAmount(state.payments[0]?.amount as Fen)).toBe("1224.79");
    expect([state.status, column(state, "outstanding").every((open) => open === "0.00")]).toEqual(["closed", true]);
    expect(refusals(HALF_YEAR, settings, [events[1] as LoanHappening, pay("2024-02-16", "1.00")])).toEqual([
      undefined,
      "SCHEDULE_PAID_OFF",
    ]);
  });
});

describe("before the loan", () => {
  it.each<[string, LoanHappening]>([
    ["a repayment", pay("2023-12-31", "100.00")],
    ["a pay-off", { type: "pay-off", date: "2023-12-31", id: "p" }],
  ])("given %s on the day before the first drawing, when replayed, then it is refused and the loan is as it was", (_, event) => {
    const result = replayLoan(HALF_YEAR, {}, [event, pay("2024-02-01", "100.00")]);
    expect(result.ok && [...result.value.refused]).toEqual([[0, { code: "SCHEDULE_EVENT_DATE_INVALID", details: { date: "2023-12-31" } }]]);
    expect(result.ok && result.value.state("2024-02-01")).toEqual(replayed(HALF_YEAR, {}, [pay("2024-02-01", "100.00")], "2024-02-01"));
  });
});

describe("rescheduling", () => {
  it("given a moved due date, when interest is by days, then the instalment stays and the last row takes the difference", () => {
    const terms = { ...HALF_YEAR, dayCount: "actual/365" } as const;
    const before = replayed(terms, {}, []);
    const after = replayed(terms, {}, [{ type: "move-due-date", date: "2024-01-20", fromDueOn: "2024-03-01", newDueOn: "2024-03-20" }]);
    expect(column(after, "total").slice(0, 5)).toEqual(column(before, "total").slice(0, 5));
    expect(after.rows.map((row) => row.dueOn).slice(1, 4)).toEqual(["2024-03-20", "2024-04-20", "2024-05-20"]);
    expect((after.rows[5] as LoanRow).total > (before.rows[5] as LoanRow).total).toBe(true);
  });

  it("given a holiday after payments, when granted, then rows before are unchanged and the balance is spread after it", () => {
    const events: LoanHappening[] = [
      pay("2024-02-01", "200.00"),
      { type: "principal-holiday", date: "2024-02-10", fromDueOn: "2024-03-01", instalments: 2 },
    ];
    expect(column(replayed(free, {}, events), "principal")).toEqual([
      "200.00",
      "0.00",
      "0.00",
      "200.00",
      "200.00",
      "200.00",
      "200.00",
      "200.00",
    ]);
  });

  it("given a re-amortisation after a part payment, when made, then paid principal stays where it was paid", () => {
    const events: LoanHappening[] = [pay("2024-02-01", "50.00"), { type: "re-amortise", date: "2024-02-10" }];
    expect(column(replayed(free, {}, events), "principal")).toEqual(["50.00", "230.00", "230.00", "230.00", "230.00", "230.00"]);
  });

  it("given a row that is not there, or a period that does not suit, when rescheduled, then it is refused", () => {
    expect(
      refusals(HALF_YEAR, {}, [
        { type: "move-due-date", date: "2024-01-05", fromDueOn: "2024-02-02", newDueOn: "2024-02-10" },
        { type: "re-age", date: "2024-01-05", firstDueOn: "2024-08-01", every: { count: 15, unit: "day" }, instalments: 2 },
        { type: "prepayment", date: "2024-01-05", amount: 1n },
        { type: "re-amortise", date: "2024-09-05" },
      ]),
    ).toEqual(["SCHEDULE_ROW_UNKNOWN", "SCHEDULE_TERMS_INVALID", "SCHEDULE_EVENT_UNSUITABLE", "SCHEDULE_ROW_UNKNOWN"]);
  });
});

describe("refusals", () => {
  it("given an instalment that interest eats, when scheduled without a number of rows, then it never ends and is refused", () => {
    const { instalments: _, ...open } = HALF_YEAR;
    expect(refusals({ ...open, instalmentAmounts: [{ fromNr: 1, amount: fen("12.00") }] }, {}, [])).toEqual(["SCHEDULE_TERMS_ENDLESS"]);
    const enough = { ...open, instalmentAmounts: [{ fromNr: 1, amount: fen("13.00") }] };
    const rise: LoanHappening = { type: "rate-change", date: "2024-01-05", effectiveFrom: "2024-02-01", annualRatePercent: new Exact(24) };
    expect(refusals(enough, {}, [rise])).toEqual(["SCHEDULE_TERMS_ENDLESS"]);
  });

  it("given a write-off, when anything follows, even back-dated, then it is refused", () => {
    const events: LoanHappening[] = [
      pay("2024-02-01", "200.00", "r1"),
      { type: "write-off", date: "2024-03-01" },
      { type: "reversal", date: "2024-03-02", of: "r1" },
      pay("2024-02-20", "10.00"),
      { type: "write-off", date: "2024-03-05" },
    ];
    expect(refusals(free, {}, events)).toEqual([
      undefined,
      undefined,
      "SCHEDULE_WRITTEN_OFF",
      "SCHEDULE_WRITTEN_OFF",
      "SCHEDULE_WRITTEN_OFF",
    ]);
  });

  it("given a reversal of what is not there or was reversed, when made, then it is refused", () => {
    const events: LoanHappening[] = [
      pay("2024-02-01", "200.00", "r1"),
      { type: "reversal", date: "2024-02-02", of: "r1" },
      { type: "reversal", date: "2024-02-02", of: "r1" },
    ];
    expect(refusals(free, {}, events)).toEqual([undefined, undefined, "SCHEDULE_PAYMENT_UNKNOWN"]);
  });
});
