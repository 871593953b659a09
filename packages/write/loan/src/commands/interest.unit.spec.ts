import { describe, expect, it } from "vitest";
import { openInterest } from "../events.ts";
import {
  ConfirmMisuse,
  CorrectInterest,
  ExtendLoan,
  RecordDisbursement,
  RecordInterestPayment,
  RecordRepayment,
  ReverseDisbursement,
  ReverseInterestPayment,
  SettleInterest,
} from "../index.ts";
import { FIN_R, K2, SYS, T2_LOAN, World } from "../world.fixture.ts";

const settle = (from: string, toExcl: string, more: object = {}) => ({ loan: "L001", from, toExcl, valueDate: toExcl, ...more });
const late = { actor: "bank:K1", role: "BANK", recordedAt: "2021-06-01T09:00:00+08:00" } as const;

describe("a settlement of interest (S1)", () => {
  it("takes the bank's amount when it is ours to the fen, and computes it when it is missing", () => {
    const world = new World().open(T2_LOAN);
    expect(world.accept(SettleInterest, settle("2017-03-10", "2017-03-21", { amount: "72.57", serial: "S1" }))).toMatchObject({
      days: 11,
      amount: "72.57",
    });
    expect(world.accept(SettleInterest, settle("2017-03-21", "2017-06-21"))).toMatchObject({ days: 92, amount: "606.94" });
    expect(world.events("loan/L001").at(-1)?.payload).toMatchObject({ bearer: "household", kind: "normal", village: "V1" });
  });

  it("refuses an amount that differs, unless it is flagged: then ours stands beside it", () => {
    const world = new World().open(T2_LOAN);
    const wrong = settle("2017-03-10", "2017-03-21", { amount: "72.56" });
    expect(world.refuse(SettleInterest, wrong)).toMatchObject({
      code: "INTEREST_DIFFERS",
      details: { sent: "72.56", recomputed: "72.57" },
    });
    expect(world.accept(SettleInterest, { ...wrong, flagged: true })).toMatchObject({ amount: "72.56", recomputed: "72.57" });
    expect(world.accept(CorrectInterest, settle("2017-03-10", "2017-03-21"))).toMatchObject({ amount: "72.57", difference: "0.01" });
  });

  it("does not mark an amount that is right although it was flagged", () => {
    const world = new World().open(T2_LOAN);
    expect(world.accept(SettleInterest, settle("2017-03-10", "2017-03-21", { amount: "72.57", flagged: true }))).not.toHaveProperty(
      "recomputed",
    );
  });

  it.each([
    ["an overlap", settle("2017-03-20", "2017-06-21"), "INTEREST_PERIOD_OVERLAP"],
    ["days before the disbursement", settle("2017-03-09", "2017-03-10"), "BEFORE_DISBURSEMENT"],
    ["an empty period", settle("2017-06-21", "2017-06-21"), "LOAN_DATES_REVERSED"],
    ["days to come", settle("2017-03-21", "2017-06-21", { valueDate: "2017-06-19" }), "SETTLED_TOO_EARLY"],
    ["penalty on a loan that is neither overdue nor misused", settle("2017-03-21", "2017-06-21", { kind: "penalty" }), "NO_PENALTY_DUE"],
  ])("is refused for %s", (_, body, code) => {
    const world = new World().open(T2_LOAN);
    world.accept(SettleInterest, settle("2017-03-10", "2017-03-21"));
    expect(world.code(SettleInterest, body)).toBe(code);
  });

  it("accepts gaps and any order", () => {
    const world = new World().open(T2_LOAN);
    world.accept(SettleInterest, settle("2017-06-21", "2017-09-21"));
    world.accept(SettleInterest, settle("2017-03-10", "2017-03-21"));
    world.accept(SettleInterest, settle("2017-03-21", "2017-06-21", { valueDate: "2017-06-20" }));
    expect(world.loan("L001").settlements.map((one) => one.from)).toEqual(["2017-03-10", "2017-03-21", "2017-06-21"]);
  });

  it("refuses another bank", () => {
    expect(new World().open(T2_LOAN).code(SettleInterest, settle("2017-03-10", "2017-03-21"), K2)).toBe("OTHER_BANKS_LOAN");
  });

  it("charges overdue days at the penalty rate, and never the contract rate twice", () => {
    const world = new World().open({ ...T2_LOAN, due: "2018-03-10", annualRate: "4.35" });
    world.accept(SettleInterest, settle("2017-03-10", "2018-03-10"));
    // 50,000 × 4.35 % × 1.5 × 11 / 360
    expect(world.accept(SettleInterest, settle("2018-03-10", "2018-03-21", { kind: "penalty" }))).toMatchObject({ amount: "99.69" });
    expect(world.code(SettleInterest, settle("2018-03-10", "2018-03-21"))).toBe("INTEREST_PERIOD_OVERLAP");
    world.accept(SettleInterest, settle("2018-03-21", "2018-06-21"));
    // normal interest of these days is settled: only the surcharge is left, 50,000 × 4.35 % × 0.5 × 92 / 360
    expect(world.accept(SettleInterest, settle("2018-03-21", "2018-06-21", { kind: "penalty" }))).toMatchObject({ amount: "277.92" });
  });

  it("re-rates a misused loan from the misuse on (T12)", () => {
    const world = new World().open({ ...T2_LOAN, amount: "40000.00", on: "2017-09-12", due: "2019-09-12" });
    world.accept(SettleInterest, settle("2017-09-12", "2018-09-21"));
    world.accept(ConfirmMisuse, { loan: "L001", misuseFrom: "2018-02-01", valueDate: "2018-11-12" }, FIN_R);
    // 40,000 × 4.75 % × 0.5 × 232 / 360
    expect(world.accept(SettleInterest, settle("2017-09-12", "2018-09-21", { kind: "penalty", valueDate: "2018-11-12" }))).toMatchObject({
      amount: "612.22",
    });
    expect(world.code(CorrectInterest, settle("2017-09-12", "2018-09-21", { valueDate: "2018-11-12" }))).toBe("NO_INTEREST_DIFFERENCE");
  });

  it("follows a tier change inside the period with one rounding (T17)", () => {
    const world = new World().open({
      loan: "L001",
      household: "H1",
      amount: "30000.00",
      on: "2018-05-10",
      due: "2019-05-10",
      annualRate: "4.35",
    });
    world.accept(ExtendLoan, { loan: "L001", newDue: "2019-11-10", valueDate: "2019-05-06" });
    expect(world.accept(SettleInterest, settle("2019-03-21", "2019-06-21"))).toMatchObject({ days: 92, amount: "347.50" });
  });
});

describe("a correction of interest", () => {
  it("may come from the recomputing job, with the amount checked", () => {
    const world = new World().open(T2_LOAN);
    world.accept(SettleInterest, settle("2017-03-10", "2017-03-21"));
    world.accept(RecordRepayment, { loan: "L001", serial: "R1", principal: "10000.00", valueDate: "2017-03-15" }, late);
    const body = settle("2017-03-10", "2017-03-21", { valueDate: "2017-03-20" });
    expect(world.code(CorrectInterest, { ...body, amount: "64.66" }, SYS)).toBe("INTEREST_DIFFERS");
    expect(world.accept(CorrectInterest, { ...body, amount: "64.65" }, SYS)).toMatchObject({ difference: "-7.92" });
    expect(world.loan("L001").settlements[0]?.amount).toBe(6465n);
  });

  it("brings interest to zero when the drawing is taken back", () => {
    const world = new World().open(T2_LOAN);
    world.accept(SettleInterest, settle("2017-03-10", "2017-03-21"));
    world.accept(ReverseDisbursement, { loan: "L001", serial: "D-L001", valueDate: "2017-03-10", reversalSerial: "X1" }, late);
    expect(world.principal("L001")).toBe("0.00");
    expect(world.accept(CorrectInterest, settle("2017-03-10", "2017-03-21"), SYS)).toMatchObject({ amount: "0.00", difference: "-72.57" });
    world.accept(RecordDisbursement, { loan: "L001", household: "H1", amount: "50000.00", serial: "D2", valueDate: "2017-03-11" });
  });
});

describe("a payment of interest (S2)", () => {
  const settled = () => {
    const world = new World().open(T2_LOAN);
    world.accept(SettleInterest, settle("2017-03-10", "2017-03-21"));
    return world;
  };
  const payment = (more: object = {}) => ({ loan: "L001", amount: "72.57", serial: "IP1", valueDate: "2017-03-21", ...more });

  it("is at most what is settled and unpaid", () => {
    const world = settled();
    expect(world.code(RecordInterestPayment, payment({ amount: "72.58" }))).toBe("ABOVE_OPEN_INTEREST");
    expect(world.code(RecordInterestPayment, payment({ amount: "0.00" }))).toBe("NOTHING_PAID");
    expect(world.accept(RecordInterestPayment, payment({ amount: "70.00" }))).toMatchObject({ openInterest: "2.57" });
    expect(world.code(RecordInterestPayment, payment({ serial: "IP2", amount: "2.58" }))).toBe("ABOVE_OPEN_INTEREST");
  });

  it("pays penalty interest first when the bank does not split it (3.9)", () => {
    const world = new World().open({ ...T2_LOAN, due: "2018-03-10", annualRate: "4.35" });
    world.accept(SettleInterest, settle("2017-03-10", "2018-03-10"));
    world.accept(SettleInterest, settle("2018-03-10", "2018-03-21", { kind: "penalty" }));
    world.accept(RecordInterestPayment, payment({ amount: "100.00", valueDate: "2018-03-21" }));
    // 2,205.21 normal and 99.69 penalty were settled
    expect(openInterest(world.loan("L001"))).toEqual({ normal: 220490n, penalty: 0n, compound: 0n, total: 220490n });
    expect(world.code(RecordRepayment, { loan: "L001", serial: "R1", valueDate: "2018-03-22", penalty: "0.01" })).toBe(
      "ABOVE_OPEN_INTEREST",
    );
  });

  it("is recognised by its serial and reversed by it, once, with its value date", () => {
    const world = settled();
    const reversal = { loan: "L001", serial: "IP1", valueDate: "2017-03-21" };
    expect(world.code(ReverseInterestPayment, reversal)).toBe("UNKNOWN_SERIAL");
    world.accept(RecordInterestPayment, payment());
    expect(world.code(RecordInterestPayment, payment())).toBe("SAME_REQUEST_AGAIN");
    expect(world.code(ReverseInterestPayment, { ...reversal, valueDate: "2017-03-22" })).toBe("REVERSAL_DIFFERS");
    world.accept(ReverseInterestPayment, reversal, late);
    expect(world.events("loan/L001").at(-1)?.payload).toMatchObject({ amount: "-72.57", payer: "household" });
    expect(world.interestOpen("L001")).toBe("72.57");
    expect(world.code(ReverseInterestPayment, reversal, late)).toBe("ALREADY_REVERSED");
  });
});
