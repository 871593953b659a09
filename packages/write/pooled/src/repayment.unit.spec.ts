import { describe, expect, it } from "vitest";
import {
  CorrectBatchInterest,
  EntrustStakes,
  MarkBatchOverdue,
  RecordBatchDisbursement,
  RecordBatchInterestPayment,
  RecordUnifiedRepayment,
  ReverseBatchInterestPayment,
  ReverseUnifiedRepayment,
  SettleBatchInterest,
  SignBatchContract,
} from "./index.ts";
import { contract, type Item, K2, SIGNED_ON, SYS, World } from "./world.fixture.ts";

const repay = (more: object = {}) => ({ batch: "B1", serial: "R1", valueDate: "2017-06-05", amount: "10000.01", ...more });
const settle = (more: object = {}) => ({
  batch: "B1",
  valueDate: "2017-06-20",
  from: "2017-03-21",
  toExcl: "2017-06-21",
  bearer: "enterprise",
  ...more,
});

describe("interest of a batch (1.8)", () => {
  it("is rounded loan by loan and borne by the enterprise", () => {
    const world = new World().entrusted();
    expect(world.code(SettleBatchInterest, settle({ bearer: "household" }))).toBe("BATCH_BEARER_NOT_ENTERPRISE");
    expect(world.code(SettleBatchInterest, settle({ toExcl: "2017-03-21" }))).toBe("BATCH_DATES_REVERSED");
    expect(world.code(SettleBatchInterest, settle({ valueDate: "2017-06-19" }))).toBe("BATCH_SETTLED_TOO_EARLY");
    expect(world.code(SettleBatchInterest, settle({ kind: "penalty" }))).toBe("BATCH_NO_INTEREST");
    expect(world.code(SettleBatchInterest, settle({ total: "1213.88" }))).toBe("BATCH_INTEREST_DIFFERS");
    // 92 days at 4.75 % actual/360: 606.944…, 364.166…, 242.777…
    expect(world.accept(SettleBatchInterest, settle({ serial: "I1" }))).toMatchObject({
      days: 92,
      total: "1213.89",
      perLoan: { L1: "606.94", L2: "364.17", L3: "242.78" },
    });
    expect(world.events("loan/L1").at(-1)?.payload).toMatchObject({ bearer: "enterprise", batch: "B1" });
    expect(world.code(SettleBatchInterest, settle({ serial: "I1" }))).toBe("BATCH_SERIAL_REPEATED");
    expect(world.code(SettleBatchInterest, settle())).toBe("BATCH_INTEREST_OVERLAP");
    const paid = { batch: "B1", valueDate: "2017-06-21", amount: "1213.89", serial: "P1" };
    expect(world.code(RecordBatchInterestPayment, { ...paid, payer: "household" })).toBe("BATCH_BEARER_NOT_ENTERPRISE");
    expect(world.code(RecordBatchInterestPayment, { ...paid, amount: "1213.90" })).toBe("BATCH_ABOVE_OPEN_INTEREST");
    expect(world.code(RecordBatchInterestPayment, { ...paid, amount: "0.00" })).toBe("BATCH_NOTHING_PAID");
    expect(world.accept(RecordBatchInterestPayment, paid)).toMatchObject({ openInterest: "0.00" });
    const back = { batch: "B1", serial: "P1", valueDate: "2017-06-21" };
    expect(world.code(ReverseBatchInterestPayment, { ...back, valueDate: "2017-06-22" })).toBe("BATCH_REVERSAL_DIFFERS");
    expect(world.accept(ReverseBatchInterestPayment, back)).toMatchObject({ amount: "-1213.89" });
    expect(world.code(ReverseBatchInterestPayment, back)).toBe("BATCH_SERIAL_UNKNOWN");
  });

  it("is corrected after a fact that was recorded late", () => {
    const world = new World().entrusted();
    world.accept(SettleBatchInterest, settle());
    const correct = { batch: "B1", loan: "L1", valueDate: "2017-06-20", from: "2017-03-21", toExcl: "2017-06-21" };
    expect(world.code(CorrectBatchInterest, correct)).toBe("BATCH_INTEREST_RIGHT");
    expect(world.code(CorrectBatchInterest, { ...correct, from: "2017-03-22" })).toBe("BATCH_NOT_SETTLED");
    world.accept(RecordUnifiedRepayment, repay());
    expect(world.code(CorrectBatchInterest, { ...correct, amount: "596.38" })).toBe("BATCH_INTEREST_DIFFERS");
    expect(world.accept(CorrectBatchInterest, correct)).toMatchObject({ amount: "596.39", difference: "-10.55" });
  });
});

describe("the enterprise repays the batch as a whole (1.12)", () => {
  it("principal pro rata by what is open, largest remainder", () => {
    const world = new World().entrusted();
    expect(world.accept(RecordUnifiedRepayment, repay())).toEqual({
      batch: "B1",
      serial: "R1",
      interestAndPenalty: "0.00",
      principal: "10000.01",
      excess: "0.00",
      perLoan: { L1: "5000.01", L2: "3000.00", L3: "2000.00" },
    });
    expect([world.principal("L1"), world.stakes("L1")]).toEqual(["44999.99", { H1: "44999.99" }]);
  });

  it("open interest first; what is above everything open is not booked (R22)", () => {
    const world = new World().entrusted();
    world.accept(SettleBatchInterest, settle());
    expect(world.accept(RecordUnifiedRepayment, repay({ valueDate: "2017-07-01", amount: "1000.00" }))).toMatchObject({
      interestAndPenalty: "1000.00",
      principal: "0.00",
    });
    expect(world.accept(RecordUnifiedRepayment, repay({ serial: "R2", valueDate: "2017-07-02", amount: "150000.00" }))).toMatchObject({
      interestAndPenalty: "213.89",
      principal: "100000.00",
      excess: "49786.11",
    });
    expect(["L1", "L2", "L3"].map((loan) => world.principal(loan))).toEqual(["0.00", "0.00", "0.00"]);
    expect(world.batch().repayments.get("R2")?.excess).toBe(4_978_611n);
  });

  it("ordered loans first, the rest pro rata", () => {
    const world = new World().entrusted();
    const order = { allocation: "as-ordered", order: ["L3"], amount: "28000.00" };
    expect(world.accept(RecordUnifiedRepayment, repay(order))).toMatchObject({
      perLoan: { L3: "20000.00", L1: "5000.00", L2: "3000.00" },
    });
    expect(world.code(RecordUnifiedRepayment, repay({ ...order, serial: "R2", order: ["L9"] }))).toBe("BATCH_LOAN_UNKNOWN");
  });

  it("once for each serial, by the bank of the batch", () => {
    const world = new World().entrusted();
    world.accept(RecordUnifiedRepayment, repay());
    expect(world.code(RecordUnifiedRepayment, repay())).toBe("BATCH_SERIAL_REPEATED");
    expect(world.code(RecordUnifiedRepayment, repay({ amount: "10000.02" }))).toBe("BATCH_SERIAL_CONFLICT");
    expect(world.code(RecordUnifiedRepayment, repay({ serial: "R2", amount: "0.00" }))).toBe("BATCH_NOTHING_PAID");
    expect(world.code(RecordUnifiedRepayment, repay({ serial: "R2" }), K2)).toBe("BATCH_OTHER_BANKS");
  });

  it("and takes it back by serial, whole and once; later repayments are allocated again", () => {
    const world = new World().entrusted();
    world.accept(RecordUnifiedRepayment, repay());
    world.accept(RecordUnifiedRepayment, repay({ serial: "R2", valueDate: "2017-07-05", amount: "20000.00" }));
    const back = { batch: "B1", serial: "R1", reversalSerial: "X1", valueDate: "2017-06-05" };
    expect(world.code(ReverseUnifiedRepayment, { ...back, serial: "R9" })).toBe("BATCH_SERIAL_UNKNOWN");
    expect(world.code(ReverseUnifiedRepayment, { ...back, valueDate: "2017-06-06" })).toBe("BATCH_REVERSAL_DIFFERS");
    expect(world.code(ReverseUnifiedRepayment, { ...back, amount: "1.00" })).toBe("BATCH_REVERSAL_DIFFERS");
    expect(world.code(ReverseUnifiedRepayment, { ...back, reversalSerial: "R2" })).toBe("BATCH_SERIAL_CONFLICT");
    expect(world.accept(ReverseUnifiedRepayment, back)).toMatchObject({ amount: "10000.01" });
    expect(world.code(ReverseUnifiedRepayment, { ...back, reversalSerial: "X2" })).toBe("BATCH_SERIAL_UNKNOWN");
    const alone = new World().entrusted();
    alone.accept(RecordUnifiedRepayment, repay({ serial: "R2", valueDate: "2017-07-05", amount: "20000.00" }));
    for (const loan of ["L1", "L2", "L3"])
      expect([world.principal(loan), world.stakes(loan)]).toEqual([alone.principal(loan), alone.stakes(loan)]);
  });
});

describe("T10 of the worked scenarios", () => {
  // 20 × 50,000; 9 × 30,000; 5 × 20,000; 2 × 15,000; 1 × 7,000 = 1,407,000.
  const amounts = [
    ...Array(20).fill("50000.00"),
    ...Array(9).fill("30000.00"),
    ...Array(5).fill("20000.00"),
    "15000.00",
    "15000.00",
    "7000.00",
  ];
  const items: Item[] = amounts.map((amount: string, index) => ({ loan: `L${index + 101}`, household: `H${index + 101}`, amount }));

  it("a shortfall, penalty per loan, an over-payment; the batch is overdue, no household", () => {
    const world = new World();
    for (const { household } of items) world.household(household);
    world.fact("batch/B1", "BatchProposed", SIGNED_ON, { batch: "B1", enterprise: "E1", bank: "K1", cap: "2000000.00" });
    world.enrol(items);
    world.accept(SignBatchContract, contract({ items }));
    world.accept(RecordBatchDisbursement, { batch: "B1", serial: "D1", valueDate: SIGNED_ON });
    world.accept(EntrustStakes, { batch: "B1", serial: "S1", valueDate: SIGNED_ON });
    const first = repay({ valueDate: "2020-03-01", amount: "1000000.00" });
    const { perLoan } = world.accept(RecordUnifiedRepayment, first) as { perLoan: Record<string, string> };
    expect([perLoan.L101, perLoan.L107, perLoan.L108, perLoan.L121, perLoan.L130, perLoan.L135, perLoan.L137]).toEqual([
      "35536.61",
      "35536.61",
      "35536.60",
      "21321.96",
      "14214.64",
      "10660.98",
      "4975.13",
    ]);
    expect(world.accept(MarkBatchOverdue, { batch: "B1", valueDate: "2020-03-01" }, SYS)).toEqual({
      batch: "B1",
      obligor: "E1",
      due: "2020-03-01",
      openPrincipal: "407000.00",
    });
    const penalty = settle({ valueDate: "2020-03-22", from: "2020-03-01", toExcl: "2020-03-22", kind: "penalty" });
    expect(world.accept(SettleBatchInterest, penalty)).toMatchObject({ days: 21, total: "1691.56" });
    expect(world.accept(RecordUnifiedRepayment, repay({ serial: "R2", valueDate: "2020-03-22", amount: "500000.00" }))).toMatchObject({
      interestAndPenalty: "1691.56",
      principal: "407000.00",
      excess: "91308.44",
    });
  });
});
