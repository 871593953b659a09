import { describe, expect, it } from "vitest";
import {
  ExtendLoan,
  MarkOverdue,
  PrepayLoan,
  RecordDisbursement,
  RecordInterestPayment,
  RecordRepayment,
  RenewLoan,
  ReverseDisbursement,
  ReverseRepayment,
  SettleInterest,
} from "../index.ts";
import { SYS, World } from "../world.fixture.ts";

const subject = { loan: "L1", household: "H1", bank: "K1", village: "V1", enterprise: "E1", batch: "B1" };
const terms = { annualRate: "4.75", yearBase: 360, contractDate: "2017-03-01", due: "2020-03-01", method: "interest-only-then-bullet" };

/** A loan of a batch (model 1), entrusted unless the money is still in the household's hands. */
function pooled(entrusted = true): World {
  const world = new World();
  const approved = { ...subject, ...terms, amount: "50000.00", borrower: "H1-head" };
  world.log.record("credit/H1", [{ type: "LoanApproved", valueDate: "2017-03-01", payload: approved }]);
  world.accept(RecordDisbursement, { loan: "L1", household: "H1", amount: "50000.00", serial: "D1", valueDate: "2017-03-01" });
  const stake = { ...subject, amount: "50000.00", serial: "S1" };
  if (entrusted) world.log.record("loan/L1", [{ type: "StakeEntrusted", valueDate: "2017-03-02", payload: stake }]);
  return world;
}

describe("a loan of a batch", () => {
  it("is drawn under its approval, with batch and enterprise", () => {
    expect(pooled(false).events("loan/L1")[0]?.payload).toMatchObject(subject);
  });

  it("is never overdue by its household", () => {
    expect(pooled().code(MarkOverdue, { loan: "L1", valueDate: "2020-03-02" }, SYS)).toBe("HOUSEHOLD_NOT_OBLIGOR");
  });

  it("is repaid by the enterprise, with the whole batch", () => {
    const world = pooled();
    const body = { loan: "L1", valueDate: "2018-01-01", serial: "R1", principal: "1.00" };
    expect(world.code(RecordRepayment, body)).toBe("REPAID_BY_ENTERPRISE");
    expect(world.code(PrepayLoan, body)).toBe("REPAID_BY_ENTERPRISE");
    const applied = { ...subject, principal: "1.00", interest: "0.00", penalty: "0.00", serial: "R1", stakes: [] };
    world.log.record("loan/L1", [{ type: "UnifiedRepaymentApplied", valueDate: "2018-01-01", payload: applied }]);
    const back = { loan: "L1", valueDate: "2018-01-01", serial: "R1", reversalSerial: "X1" };
    expect(world.code(ReverseRepayment, back)).toBe("REPAID_BY_ENTERPRISE");
  });

  it("bears interest that the enterprise pays; a later unified repayment wants the message of the batch", () => {
    const world = pooled();
    const days = { loan: "L1", from: "2017-03-01", toExcl: "2017-03-21", valueDate: "2017-03-20" };
    expect(world.code(SettleInterest, { ...days, bearer: "household" })).toBe("PAYER_NOT_ENTERPRISE");
    expect(world.accept(SettleInterest, days)).toMatchObject({ amount: "131.94" });
    expect(world.events("loan/L1").at(-1)?.payload.bearer).toBe("enterprise");
    const payment = { loan: "L1", amount: "1.00", valueDate: "2017-03-21" };
    expect(world.code(RecordInterestPayment, { ...payment, payer: "household" })).toBe("PAYER_NOT_ENTERPRISE");
    world.accept(RecordInterestPayment, payment);
    const applied = { ...subject, principal: "1.00", interest: "0.00", penalty: "0.00", serial: "R1", stakes: [] };
    world.log.record("loan/L1", [{ type: "UnifiedRepaymentApplied", valueDate: "2018-01-01", payload: applied }]);
    expect(world.code(RecordInterestPayment, payment)).toBe("BATCH_REALLOCATES");
    expect(world.code(SettleInterest, { ...days, from: "2017-03-21", toExcl: "2017-06-21", valueDate: "2017-06-20" })).toBe(
      "BATCH_REALLOCATES",
    );
  });

  it("is extended like any other, and renewed with its stakes, to wind it down (1.15)", () => {
    const world = pooled();
    world.accept(ExtendLoan, { loan: "L1", valueDate: "2020-02-01", newDue: "2020-09-01" });
    const renewal = {
      loan: "L1",
      newLoan: "L2",
      valueDate: "2020-09-01",
      serial: "N1",
      amount: "50000.00",
      due: "2021-09-01",
      annualRate: "4.35",
    };
    world.accept(RenewLoan, renewal);
    expect(world.events("loan/L2")[0]?.payload).toMatchObject({
      batch: "B1",
      enterprise: "E1",
      stakes: [{ household: "H1", village: "V1", amount: "50000.00" }],
    });
    expect(world.loan("L2").stakes.moves).toEqual([{ household: "H1", village: "V1", amount: 5_000_000n, valueDate: "2020-09-01" }]);
    expect(world.credit("H1").entries.get("L2")).toMatchObject({ batch: "B1", enterprise: "E1", borrower: "H1-head" });
  });

  it("gives a drawing back only while the money is not entrusted", () => {
    const reversal = { loan: "L1", valueDate: "2017-03-01", serial: "D1", reversalSerial: "X1" };
    expect(pooled().code(ReverseDisbursement, reversal)).toBe("DRAWING_ALREADY_REPAID");
    expect(pooled(false).accept(ReverseDisbursement, reversal)).toMatchObject({ amount: "-50000.00" });
  });
});

it("an enterprise loan is not repaid by a household's messages", () => {
  const world = new World();
  const payload = {
    loan: "L9",
    bank: "K1",
    enterprise: "E1",
    ...terms,
    floating: false,
    amount: "100.00",
    serial: "D",
    penaltySurcharge: "50",
  };
  world.log.record("loan/L9", [{ type: "EnterpriseLoanDisbursed", valueDate: "2017-03-01", payload }]);
  const body = { loan: "L9", valueDate: "2018-01-01", serial: "R1", principal: "1.00" };
  expect(world.code(RecordRepayment, body)).toBe("ENTERPRISE_LOAN");
});
