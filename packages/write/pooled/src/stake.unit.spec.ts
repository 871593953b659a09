import { describe, expect, it } from "vitest";
import {
  CloseBatch,
  MarkBatchOverdue,
  MarkBatchOverdueCured,
  NoteStakeRedeemed,
  RecordUnifiedRepayment,
  ReleaseHouseholds,
  ReplaceStake,
  SettleBatchInterest,
} from "./index.ts";
import { CONSENT, DUE, ENT, FIN_R, POV, SIGNED_ON, SYS, World } from "./world.fixture.ts";

const replace = (more: object = {}) => ({
  loan: "L3",
  oldHousehold: "H3",
  newHousehold: "H4",
  bankChangesDebtor: true,
  consentHash: CONSENT,
  signer: "H4-head",
  valueDate: "2017-09-01",
  ...more,
});
const repay = (valueDate: string, amount: string, serial = "R1") => ({ batch: "B1", serial, valueDate, amount });
/** R2: a split moves two thirds and one third of the stake in L1. */
const divide = (world: World, on: string) =>
  world.fact("loan/L1", "StakeDivided", on, {
    loan: "L1",
    household: "H1",
    village: "V1",
    bank: "K1",
    enterprise: "E1",
    batch: "B1",
    source: "H1",
    before: [{ household: "H1", village: "V1", amount: "50000.00" }],
    after: [
      { household: "H1", village: "V1", amount: "33333.33" },
      { household: "H1-2", village: "V1", amount: "16666.67" },
    ],
    heads: [
      { household: "H1", village: "V1", heads: 2 },
      { household: "H1-2", village: "V1", heads: 1 },
    ],
  });

describe("another household takes over stake and loan (1.14, R21)", () => {
  it("under the same number, where the bank changes the debtor", () => {
    const world = new World().entrusted();
    expect(world.code(ReplaceStake, replace({ bankChangesDebtor: false }), POV)).toBe("DEBTOR_UNCHANGED");
    expect(world.accept(ReplaceStake, replace(), POV)).toEqual({ loan: "L3", oldHousehold: "H3", newHousehold: "H4", amount: "20000.00" });
    expect([world.stakes("L3"), world.loan("L3").subject?.household, world.loan("L3").terms?.creditGroup]).toEqual([
      { H4: "20000.00" },
      "H4",
      "H4",
    ]);
    expect(world.types("credit/H3").at(-1)).toBe("CommitmentTransferred");
    expect(world.events("credit/H4").at(-1)?.payload).toMatchObject({ loan: "L3", amount: "20000.00", borrower: "H4-head", batch: "B1" });
    world.accept(RecordUnifiedRepayment, repay("2017-10-01", "10000.00"));
    expect(world.stakes("L3")).toEqual({ H4: "18000.00" });
  });

  it.each([
    ["BATCH_NOT_THE_DEBTOR", { oldHousehold: "H2" }],
    ["BATCH_LOAN_UNKNOWN", { loan: "L9" }],
    ["BATCH_HOUSEHOLD_UNKNOWN", { newHousehold: "H9" }],
    ["BATCH_SIGNER_AGE", { signer: "H4-young" }],
    ["BATCH_ABOVE_CAP", { newHousehold: "H1", signer: "H1-head" }],
  ])("refuses %s", (code, more) => {
    expect(new World().entrusted().code(ReplaceStake, replace(more), POV)).toBe(code);
  });

  it("refuses a divided stake, a bankrupt enterprise, and a day before a known repayment", () => {
    const world = divide(new World().entrusted(), "2017-08-01");
    expect(world.code(ReplaceStake, replace({ loan: "L1", oldHousehold: "H1" }), POV)).toBe("BATCH_STAKE_DIVIDED");
    world.accept(RecordUnifiedRepayment, repay("2017-10-01", "10000.00"));
    expect(world.code(ReplaceStake, replace(), POV)).toBe("BATCH_REPLACED_LATER");
    expect(world.bankrupt("2017-09-01").code(ReplaceStake, replace(), POV)).toBe("ENTERPRISE_BANKRUPT");
  });

  it("a repayment recorded afterwards, of a day before, falls on the household of that day", () => {
    const world = new World().entrusted();
    world.accept(ReplaceStake, replace(), POV);
    world.accept(RecordUnifiedRepayment, repay("2017-08-01", "10000.00"));
    expect(world.stakes("L3")).toEqual({ H4: "18000.00" });
    const events = world.events("loan/L3").slice(-2);
    expect(events.map(({ type, valueDate, payload }) => [type, valueDate, payload.household, payload.amount])).toEqual([
      ["UnifiedRepaymentApplied", "2017-08-01", "H3", undefined],
      ["StakeReplaced", "2017-09-01", "H3", "-2000.00"],
    ]);
  });
});

describe("a divided stake (R2)", () => {
  it("falls pro rata with later repayments, households by number", () => {
    const world = divide(new World().entrusted(), "2017-08-01");
    world.accept(RecordUnifiedRepayment, repay("2017-10-01", "10000.01"));
    // 5,000.01 among 33,333.33 and 16,666.67: 3,333.34 and 1,666.67.
    expect(world.stakes("L1")).toEqual({ H1: "29999.99", "H1-2": "15000.00" });
  });

  it("is divided by heads again when a repayment before it is recorded late", () => {
    const late = divide(new World().entrusted(), "2017-08-01");
    late.accept(RecordUnifiedRepayment, repay("2017-07-01", "10000.01"));
    // 44,999.99 by two heads to one.
    expect(late.stakes("L1")).toEqual({ H1: "29999.99", "H1-2": "15000.00" });
    expect(late.types("loan/L1").slice(-2)).toEqual(["UnifiedRepaymentApplied", "StakeDivided"]);
  });
});

describe("the bank releases the households (1.19)", () => {
  it("from the whole open principal", () => {
    const world = divide(new World().entrusted(), "2017-08-01");
    world.accept(RecordUnifiedRepayment, repay("2017-10-01", "10000.01"));
    const release = { loans: ["L1", "L3"], reason: "bank-share-written-off", valueDate: "2020-06-01" };
    expect(world.accept(ReleaseHouseholds, release)).toEqual({ batch: "B1", amount: "62999.99", loans: ["L1", "L3"] });
    expect([world.stakes("L1"), world.principal("L1"), world.principal("L2")]).toEqual([{}, "0.00", "27000.00"]);
    expect(world.code(ReleaseHouseholds, release)).toBe("BATCH_NOTHING_PAID");
    expect(world.code(ReleaseHouseholds, { ...release, loans: ["L9"] })).toBe("BATCH_LOAN_UNKNOWN");
    expect(world.code(ReleaseHouseholds, { ...release, loans: ["L2", "L9"] })).toBe("BATCH_LOAN_UNKNOWN");
  });
});

it("a stake is redeemed by the repayment of its loan (1.13)", () => {
  const world = new World().entrusted();
  const note = { batch: "B1", household: "H3", loan: "L3", reason: "matured", valueDate: DUE };
  expect(world.code(NoteStakeRedeemed, note, ENT)).toBe("BATCH_STAKE_OPEN");
  world.accept(RecordUnifiedRepayment, repay(DUE, "100000.00"));
  expect(world.accept(NoteStakeRedeemed, note, ENT)).toMatchObject({ loan: "L3", reason: "matured" });
});

describe("the end of a batch (1.16, 1.21)", () => {
  it("overdue by date with the enterprise as obligor, cured when everything due is paid", () => {
    const world = new World().entrusted();
    const on = (valueDate: string) => ({ batch: "B1", valueDate });
    expect(world.code(MarkBatchOverdue, on("2020-02-29"), SYS)).toBe("BATCH_NOT_OVERDUE");
    expect(world.code(MarkBatchOverdueCured, on("2020-02-29"), SYS)).toBe("BATCH_NOT_OVERDUE");
    expect(world.accept(MarkBatchOverdue, on(DUE), SYS)).toEqual({ batch: "B1", obligor: "E1", due: DUE, openPrincipal: "100000.00" });
    expect(world.events("batch/B1").at(-1)?.valueDate).toBe("2020-03-02");
    expect(world.code(MarkBatchOverdue, on("2020-03-05"), SYS)).toBe("BATCH_ALREADY_OVERDUE");
    expect(world.code(MarkBatchOverdueCured, on("2020-03-05"), SYS)).toBe("BATCH_STILL_OVERDUE");
    world.accept(RecordUnifiedRepayment, repay("2020-03-06", "100000.00"));
    expect(world.accept(MarkBatchOverdueCured, on("2020-03-06"))).toEqual({ batch: "B1", cured: true });
  });

  it("closed when the bank is owed nothing; a late fact opens it again", () => {
    const world = new World().entrusted();
    const close = { batch: "B1", valueDate: "2020-04-01" };
    expect(world.code(CloseBatch, close, FIN_R)).toBe("PRINCIPAL_OPEN");
    world.accept(RecordUnifiedRepayment, repay(DUE, "100000.00"));
    const interest = { batch: "B1", valueDate: "2020-03-20", from: SIGNED_ON, toExcl: DUE };
    world.accept(SettleBatchInterest, interest);
    expect(world.code(CloseBatch, close, FIN_R)).toBe("BATCH_INTEREST_OPEN");
    world.accept(RecordUnifiedRepayment, repay("2020-03-25", "50000.00", "R2"));
    world.unpaid = [{ pool: "P1", amount: "12.00" }];
    expect(world.code(CloseBatch, close, FIN_R)).toBe("BATCH_DIVIDENDS_UNPAID");
    world.unpaid = [];
    expect(world.accept(CloseBatch, close, FIN_R)).toEqual({ batch: "B1", status: "closed" });
    expect(world.code(CloseBatch, close, FIN_R)).toBe("BATCH_CLOSED");
    world.accept(RecordUnifiedRepayment, repay("2020-03-26", "1.00", "R3"));
    expect(world.batch().status).toBe("signed");
  });

  it("closed by a decision though a bankrupt enterprise's dividend never came: number and pools stand in the event", () => {
    const world = new World().entrusted();
    world.accept(RecordUnifiedRepayment, repay(DUE, "100000.00"));
    world.unpaid = [{ pool: "P1", amount: "4000.00" }];
    world.accept(CloseBatch, { batch: "B1", unpaidDividendsDocument: "站政纪要〔2020〕7号", valueDate: "2020-04-01" }, FIN_R);
    expect(world.events("batch/B1").at(-1)?.payload).toMatchObject({
      unpaidDividends: { document: "站政纪要〔2020〕7号", pools: [{ pool: "P1", amount: "4000.00" }] },
    });
  });
});
