import { describe, expect, it } from "vitest";
import {
  ApproveInsuranceClaim,
  CreditRiskFundInterest,
  DepositRiskFund,
  FileInsuranceClaim,
  ReceiveInsurancePayment,
  RejectInsuranceClaim,
  ReverseInsuranceApproval,
  ReverseInsurancePayment,
  ReverseRiskFundDeposit,
  ReverseRiskFundInterest,
} from "./commands.ts";
import { insuranceStream, riskFundStream } from "./events.ts";
import { FIN_C, FIN_R, INS, K1, K2, K01_LOAN, World } from "./world.fixture.ts";

const ON = "2019-06-10";

describe("E0 the fund's account", () => {
  it("counts deposits by bank and takes one back with its value date (C1)", () => {
    const district = new World().deposit("100.00").deposit("50.00").deposit("7.00", "2017-02-01", "K2");
    expect(district.cash()).toBe("150.00");
    const body = { bank: "K1", deposit: 1, reason: "wrong account", valueDate: "2017-03-01" };
    district.accept(ReverseRiskFundDeposit, body, FIN_C);
    expect([district.cash(), district.cash("K2")]).toEqual(["50.00", "7.00"]);
    expect(district.events(riskFundStream("K1")).at(-1)?.valueDate).toBe("2017-01-03");
    expect(district.code(ReverseRiskFundDeposit, body, FIN_C)).toBe("DEPOSIT_UNKNOWN");
  });

  it("says that a deposit booked as income belongs to a year that is over (C4), and that one of this year does not", () => {
    const district = new World();
    district.accept(DepositRiskFund, { bank: "K1", amount: "100.00", asIncome: true, valueDate: "2018-12-20" }, FIN_C);
    district.accept(DepositRiskFund, { bank: "K1", amount: "50.00", asIncome: true, valueDate: "2019-01-10" }, FIN_C);
    const last = () => district.events(riskFundStream("K1")).at(-1);
    district.accept(ReverseRiskFundDeposit, { bank: "K1", deposit: 1, reason: "wrong", valueDate: "2019-02-01" }, FIN_C);
    expect(last()).toMatchObject({ valueDate: "2018-12-20", payload: { amount: "-100.00", asIncome: true, priorYear: true } });
    district.accept(ReverseRiskFundDeposit, { bank: "K1", deposit: 2, reason: "wrong", valueDate: "2019-02-01" }, FIN_C);
    expect(last()?.payload).not.toHaveProperty("priorYear");
  });

  it("keeps its interest, which only its own bank reports (E0b, C6)", () => {
    const district = new World().deposit("100.00");
    const body = { bank: "K1", amount: "1.23", serial: "I1", valueDate: "2017-03-21" };
    expect(district.code(CreditRiskFundInterest, body, K2)).toBe("OTHER_BANKS_CASE");
    district.accept(CreditRiskFundInterest, body, K1);
    expect(district.cash()).toBe("101.23");
    const back = { bank: "K1", serial: "I1", reversalSerial: "I2", valueDate: "2017-03-22" };
    district.accept(ReverseRiskFundInterest, back, K1);
    expect(district.cash()).toBe("100.00");
    expect(district.code(ReverseRiskFundInterest, back, K1)).toBe("RISK_SERIAL_UNKNOWN");
  });

  it("refuses nothing, the future and what has been spent", () => {
    const district = new World().deposit("100000.00").loan("L1", K01_LOAN).compensate("C1", "H1", ["L1"], ON);
    const body = { bank: "K1", amount: "0.00", valueDate: "2020-01-02" };
    expect(district.code(DepositRiskFund, body, FIN_C)).toBe("RISK_AMOUNT_INVALID");
    const early = { ...FIN_C, recordedAt: "2020-01-01T08:00:00+08:00" };
    expect(district.code(DepositRiskFund, { ...body, amount: "1.00" }, early)).toBe("RISK_DATE_IN_FUTURE");
    const back = { bank: "K1", deposit: 1, reason: "wrong", valueDate: "2020-01-02" };
    expect(district.code(ReverseRiskFundDeposit, back, FIN_C)).toBe("FUND_TOO_SMALL");
  });
});

describe("E9, E10 insurance", () => {
  const filed = (more: object = {}): World => {
    const district = new World().deposit("100000.00").insurer("I1").loan("L1", K01_LOAN).loan("L2", K01_LOAN);
    district.compensate("C1", "H1", ["L1"], ON).compensate("C2", "H1", ["L2"], "2019-06-11");
    const claim = { claim: "X1", insurer: "I1", obligor: "H1", loss: "20000.00", deductible: "500.00", valueDate: "2019-07-01", ...more };
    district.accept(FileInsuranceClaim, claim, INS);
    return district;
  };
  const approval = (amount: string) => ({ claim: "X1", insurer: "I1", amount, valueDate: "2019-07-10" });
  const payment = (amount: string, serial: string) => ({ insurer: "I1", amount, serial, valueDate: "2019-08-01" });

  it("moves the fund's claim to the insurer, oldest case first, and the money to the fund", () => {
    const district = filed();
    const before = district.cash();
    district.accept(ApproveInsuranceClaim, approval("15000.00"), INS);
    const parts = district.events(insuranceStream("I1")).at(-1)?.payload.parts;
    expect(parts).toMatchObject([
      { ref: "C1", amount: "14164.09" },
      { ref: "C2", amount: "835.91" },
    ]);
    expect(district.code(ReceiveInsurancePayment, payment("15000.01", "P0"), K1)).toBe("ABOVE_INSURANCE_CLAIM");
    district.accept(ReceiveInsurancePayment, payment("14500.00", "P1"), K1);
    expect(district.events(insuranceStream("I1")).at(-1)?.payload.parts).toMatchObject([
      { ref: "C1", amount: "14164.09" },
      { ref: "C2", amount: "335.91" },
    ]);
    district.accept(ReceiveInsurancePayment, { ...payment("500.00", "P2"), claim: "X1" }, K1);
    expect(district.code(ReceiveInsurancePayment, payment("1.00", "P3"), K1)).toBe("NO_OPEN_INSURANCE");
    const back = { insurer: "I1", serial: "P2", reversalSerial: "P4", valueDate: "2019-08-02" };
    expect(district.code(ReverseInsurancePayment, back, K2)).toBe("RISK_SERIAL_UNKNOWN");
    district.accept(ReverseInsurancePayment, back, K1);
    district.accept(ReceiveInsurancePayment, payment("500.00", "P5"), K1);
    expect(Number(district.cash()) - Number(before)).toBeCloseTo(15000, 2);
  });

  it("is approved within the policy and the open claim", () => {
    const district = filed({ cap: "10000.00" });
    expect(district.code(ApproveInsuranceClaim, approval("10000.01"), INS)).toBe("ABOVE_POLICY_COVER");
    expect(district.code(ApproveInsuranceClaim, approval("99999.00"), INS)).toBe("ABOVE_COMPENSATION_CLAIM");
    district.accept(ApproveInsuranceClaim, approval("10000.00"), INS);
    expect(district.code(ApproveInsuranceClaim, approval("1.00"), INS)).toBe("INSURANCE_CLAIM_UNKNOWN");
  });

  it("is taken back while nothing is paid (C1), or rejected", () => {
    const district = filed();
    const open = district.claim("H1");
    const reason = { claim: "X1", insurer: "I1", reason: "fraud", valueDate: "2019-07-20" };
    district.accept(ApproveInsuranceClaim, approval("100.00"), INS);
    district.accept(ReverseInsuranceApproval, reason, FIN_R);
    expect(district.claim("H1")).toBe(open);
    district.accept(ApproveInsuranceClaim, approval("100.00"), INS);
    district.accept(ReceiveInsurancePayment, payment("1.00", "P1"), K1);
    expect(district.code(ReverseInsuranceApproval, reason, FIN_R)).toBe("INSURANCE_PAID_PARTLY");
    const other = filed();
    other.accept(RejectInsuranceClaim, reason, INS);
    expect(other.code(ApproveInsuranceClaim, approval("1.00"), INS)).toBe("INSURANCE_CLAIM_UNKNOWN");
  });

  it("is filed once, with a registered insurer, for something that is owed", () => {
    const district = filed();
    const claim = { claim: "X1", insurer: "I1", obligor: "H9", loss: "1.00", valueDate: "2019-07-01" };
    expect(district.code(FileInsuranceClaim, claim, INS)).toBe("INSURANCE_CLAIM_TAKEN");
    expect(district.code(FileInsuranceClaim, { ...claim, insurer: "I9" }, INS)).toBe("INSURER_UNKNOWN");
    district.accept(FileInsuranceClaim, { ...claim, claim: "X2" }, INS);
    expect(district.code(ApproveInsuranceClaim, { ...approval("1.00"), claim: "X2" }, INS)).toBe("NO_OPEN_COMPENSATION");
  });
});
