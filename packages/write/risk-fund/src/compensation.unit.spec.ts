import { describe, expect, it } from "vitest";
import {
  ApplyForCompensation,
  ApproveCompensation,
  PayCompensation,
  RejectCompensation,
  ReverseCompensationPayment,
  RevokeCompensationApproval,
  WithdrawCompensation,
} from "./commands.ts";
import { compensationStream } from "./events.ts";
import { FIN_C, FIN_R, K1, K2, K01_LOAN, SEVEN_THREE, World } from "./world.fixture.ts";

const ON = "2019-06-10";
const EIGHT_TWO = [
  { party: "fund", weight: "80" },
  { party: "bank", weight: "20" },
];

const world = (): World => new World().deposit("100000.00").loan("L1", K01_LOAN);
const application = (district: World, more: object = {}) => ({
  ref: "C1",
  obligor: "H1",
  loans: [district.claimed("L1", ON)],
  weights: EIGHT_TWO,
  valueDate: ON,
  ...more,
});

describe("E4 ApplyForCompensation", () => {
  it("takes the open principal and the interest at the contract rate since the due date (K01)", () => {
    const district = world();
    expect(district.claimed("L1", ON)).toEqual({ loan: "L1", principal: "20000.00", interest: "234.42" });
    expect(district.accept(ApplyForCompensation, application(district), K1)).toEqual({ ref: "C1", obligor: "H1", base: "20234.42" });
  });

  it.each([
    ["weights of 99.5", { weights: [EIGHT_TWO[0], { party: "bank", weight: "19.5" }] }, "COMPENSATION_WEIGHTS_NOT_100"],
    ["a party twice", { weights: [EIGHT_TWO[0], { party: "fund", weight: "20" }] }, "COMPENSATION_PARTY_TWICE"],
    ["another household", { obligor: "H2" }, "OBLIGOR_DIFFERS"],
    ["too much principal", { loans: [{ loan: "L1", principal: "20000.01", interest: "234.42" }] }, "COMPENSATION_PRINCIPAL_DIFFERS"],
    ["a part of the principal", { loans: [{ loan: "L1", principal: "1.00", interest: "234.42" }] }, "COMPENSATION_PRINCIPAL_DIFFERS"],
    ["penalty interest", { loans: [{ loan: "L1", principal: "20000.00", interest: "351.63" }] }, "COMPENSATION_INTEREST_DIFFERS"],
    ["an unknown loan", { loans: [{ loan: "L9", principal: "1.00", interest: "0.00" }] }, "COMPENSATION_LOAN_UNKNOWN"],
    ["a wrong amount", { loans: [], valueDate: "2019-02-30" }, "RISK_DATE_INVALID"],
  ])("refuses %s", (_, more, code) => {
    const district = world();
    expect(district.code(ApplyForCompensation, application(district, more), K1)).toBe(code);
  });

  it("refuses 89 days and takes 90, by riskfund.days of the value date", () => {
    const district = world();
    const on = (valueDate: string) => ({ ...application(district), loans: [district.claimed("L1", valueDate)], valueDate });
    expect(district.refuse(ApplyForCompensation, on("2019-06-02"), K1).details).toMatchObject({ days: 89, min: 90 });
    district.accept(ApplyForCompensation, on("2019-06-03"), K1);
  });

  it("refuses another bank's loan, the same loan twice and a top-up", () => {
    const district = world().loan("L1T", { ...K01_LOAN, topUpOf: "L1" });
    const line = district.claimed("L1", ON);
    expect(district.code(ApplyForCompensation, application(district), K2)).toBe("OTHER_BANKS_CASE");
    expect(district.code(ApplyForCompensation, application(district, { loans: [line, line] }), K1)).toBe("COMPENSATION_LOAN_TWICE");
    const topUp = application(district, { loans: [line, district.claimed("L1T", ON)] });
    expect(district.code(ApplyForCompensation, topUp, K1)).toBe("TOP_UP_OUTSIDE_FUND");
  });

  it("names the enterprise for loans of models 1 and 2, never a household", () => {
    const district = world()
      .loan("B1", { ...K01_LOAN, enterprise: "E1", batch: "B" })
      .loan("E1-1", { ...K01_LOAN, enterprise: "E1" });
    for (const loan of ["B1", "E1-1"]) {
      const body = application(district, { ref: loan, loans: [district.claimed(loan, ON)] });
      expect(district.code(ApplyForCompensation, body, K1)).toBe("OBLIGOR_IS_ENTERPRISE");
      district.accept(ApplyForCompensation, { ...body, obligor: "E1" }, K1);
    }
    const models = ["B1", "E1-1"].map((ref) => district.events(compensationStream(ref))[0]?.payload.model);
    expect(models).toEqual([1, 2]);
  });

  it("takes riskfund.split of the contract date where no weights are stated", () => {
    const district = world().loan("L2", { ...K01_LOAN, on: "2018-04-05" });
    district.policy("riskfund.split", JSON.stringify(EIGHT_TWO), "2018-04-01");
    const body = application(district, { weights: undefined });
    const both = { ...body, loans: ["L1", "L2"].map((loan) => district.claimed(loan, ON)) };
    expect(district.code(ApplyForCompensation, both, K1)).toBe("WEIGHTS_DIFFER_BY_CONTRACT");
    district.accept(ApplyForCompensation, body, K1);
    expect(district.events(compensationStream("C1"))[0]?.payload.weights).toEqual(SEVEN_THREE);
  });

  it("takes a loan once, until the case is withdrawn or rejected", () => {
    const district = world();
    district.accept(ApplyForCompensation, application(district), K1);
    expect(district.code(ApplyForCompensation, application(district, { ref: "C2" }), K1)).toBe("COMPENSATED_BEFORE");
    const end = { ref: "C1", reason: "repaid elsewhere", valueDate: ON };
    district.accept(WithdrawCompensation, end, K1);
    district.accept(ApplyForCompensation, application(district), K1);
    district.accept(RejectCompensation, end, FIN_R);
    expect(district.code(WithdrawCompensation, end, K1)).toBe("CASE_STATUS");
    expect(district.code(WithdrawCompensation, { ...end, ref: "C9" }, K1)).toBe("CASE_UNKNOWN");
    district.accept(ApplyForCompensation, application(district, { ref: "C2" }), K1);
  });

  it("takes a case number once", () => {
    const district = world().loan("L2", K01_LOAN);
    district.accept(ApplyForCompensation, application(district), K1);
    const other = application(district, { loans: [district.claimed("L2", ON)] });
    expect(district.code(ApplyForCompensation, other, K1)).toBe("CASE_NUMBER_TAKEN");
  });
});

describe("E5 ApproveCompensation", () => {
  it("splits per loan and sums (R3)", () => {
    const district = world();
    district.accept(ApplyForCompensation, application(district), K1);
    const shares = { fund: "16187.54", bank: "4046.88" };
    expect(district.approve("C1", ON)).toEqual({ ref: "C1", base: "20234.42", shares, perLoan: { L1: shares } });
  });

  it("needs the fund's share on its account, or on the accounts named", () => {
    const district = new World().deposit("16187.53").deposit("0.01", "2017-02-01", "K2").loan("L1", K01_LOAN);
    district.accept(ApplyForCompensation, application(district), K1);
    expect(district.code(ApproveCompensation, { ref: "C1", valueDate: ON }, FIN_R)).toBe("FUND_TOO_SMALL");
    district.accept(ApproveCompensation, { ref: "C1", accounts: ["K1", "K2"], valueDate: ON }, FIN_R);
    const pay = { ref: "C1", party: "fund", accounts: ["K1", "K2"], serial: "P1", valueDate: ON };
    district.accept(PayCompensation, pay, FIN_C);
    expect([district.cash("K1"), district.cash("K2")]).toEqual(["0.00", "0.00"]);
  });

  it("refuses what a back-dated repayment has made stale", () => {
    const district = world();
    district.accept(ApplyForCompensation, application(district), K1);
    district.repaid("L1", "100.00", "2019-06-09");
    expect(district.code(ApproveCompensation, { ref: "C1", valueDate: "2019-06-20" }, FIN_R)).toBe("COMPENSATION_BASE_STALE");
  });

  it("is revoked while nothing is paid", () => {
    const district = world();
    district.apply("C1", "H1", ["L1"], ON);
    district.approve("C1", ON);
    const body = { ref: "C1", reason: "wrong document", valueDate: ON };
    district.accept(RevokeCompensationApproval, body, FIN_R);
    district.approve("C1", ON);
    district.pay("C1", ON);
    expect(district.code(RevokeCompensationApproval, body, FIN_R)).toBe("CASE_PAID");
  });
});

describe("E6 PayCompensation", () => {
  it("the fund's share raises the claim and lowers account and principal (K01)", () => {
    const district = world();
    district.accept(ApplyForCompensation, application(district), K1);
    district.approve("C1", ON);
    expect(district.pay("C1", ON)).toEqual({ ref: "C1", party: "fund", paid: "16187.54", principalPart: "16000.00" });
    expect([district.cash(), district.claim("H1"), district.principal("L1")]).toEqual(["83812.46", "16187.54", "4000.00"]);
    const again = { ref: "C1", party: "fund", serial: "X", valueDate: ON };
    expect(district.code(PayCompensation, again, FIN_C)).toBe("COMPENSATION_PAID_ALREADY");
  });

  it("a guarantor's lowers the principal alone, the bank pays nothing", () => {
    const district = world();
    const weights = [
      { party: "fund", weight: "20" },
      { party: "bank", weight: "10" },
      { party: "guarantor", weight: "70" },
    ];
    district.apply("C1", "H1", ["L1"], ON, { weights });
    const message = { ref: "C1", party: "guarantor", serial: "G1", valueDate: ON };
    expect(district.code(PayCompensation, message, K1)).toBe("CASE_STATUS");
    district.approve("C1", ON);
    district.accept(PayCompensation, message, K1);
    expect([district.cash(), district.claim("H1"), district.principal("L1")]).toEqual(["100000.00", "0.00", "6000.00"]);
    expect(district.code(PayCompensation, { ...message, party: "bank" }, K1)).toBe("BANK_PAYS_NOTHING");
    expect(district.code(PayCompensation, { ...message, party: "group" }, K1)).toBe("PARTY_NOT_IN_CASE");
    expect(district.code(PayCompensation, { ...message, party: "fund" }, K1)).toBe("FUND_PAID_BY_CASHIER");
  });

  it("refuses what the loan has not open any more, and what the account does not hold any more", () => {
    const district = world();
    district.apply("C1", "H1", ["L1"], ON);
    district.approve("C1", ON);
    district.repaid("L1", "19000.00", "2019-06-12");
    const body = { ref: "C1", party: "fund", serial: "P", valueDate: "2019-06-13" };
    expect(district.code(PayCompensation, body, FIN_C)).toBe("COMPENSATION_ABOVE_OPEN");
    const poor = new World().deposit("20000.00").loan("L1", K01_LOAN).loan("L2", K01_LOAN);
    poor.apply("C1", "H1", ["L1"], ON);
    poor.apply("C2", "H1", ["L2"], ON);
    poor.approve("C1", ON);
    poor.approve("C2", ON);
    poor.pay("C1", ON);
    expect(poor.code(PayCompensation, { ...body, ref: "C2" }, FIN_C)).toBe("FUND_TOO_SMALL");
  });

  it("lowers the stakes of a batch with the loans", () => {
    const district = world().loan("B1", { ...K01_LOAN, enterprise: "E1", batch: "B" });
    district.compensate("C1", "E1", ["B1"], ON);
    const compensated = district.events("loan/B1").at(-1);
    expect(compensated?.type).toBe("LoanCompensated");
    expect(compensated?.payload).toMatchObject({ principal: "14000.00", stakes: [{ household: "H1", amount: "14000.00" }] });
    expect(district.claim("E1")).toBe("14164.09");
    expect(district.claim("H1")).toBe("0.00");
  });

  it("is taken back by the bank (C6), to the fen", () => {
    const district = world().loan("B1", { ...K01_LOAN, enterprise: "E1", batch: "B" });
    district.compensate("C1", "E1", ["B1"], ON);
    const serial = district.events(compensationStream("C1")).at(-1)?.payload.serial as string;
    const body = { ref: "C1", serial, reversalSerial: "R1", valueDate: "2019-06-20" };
    district.accept(ReverseCompensationPayment, body, K1);
    expect([district.cash(), district.claim("E1"), district.principal("B1")]).toEqual(["100000.00", "0.00", "20000.00"]);
    expect(district.events(compensationStream("C1")).at(-1)).toMatchObject({ type: "CompensationPaymentReversed", valueDate: ON });
    expect(district.code(ReverseCompensationPayment, body, K1)).toBe("RISK_SERIAL_UNKNOWN");
    expect(district.pay("C1", "2019-06-21")).toMatchObject({ principalPart: "14000.00" });
  });
});
