import { fen, formatAmount } from "@huimin/money";
import { describe, expect, it } from "vitest";
import { GrantGuaranteeFee, guaranteeFee, PayGuaranteeFee, ReturnGuaranteeFeePayment, ReverseGuaranteeFee } from "./commands.ts";
import { guaranteeFeeStream } from "./events.ts";
import { LinkageCase } from "./testing.ts";

const grant = {
  grant: "B1",
  guarantor: "G1",
  loan: "L1",
  base: "3000000.00",
  rate: "0.5",
  from: "2018-03-21",
  toExcl: "2019-03-21",
  valueDate: "2018-04-02",
};

describe("2.12 GrantGuaranteeFee 担保费补助", () => {
  it("is base × rate × days / year base, rounded once", () => {
    // 3,000,000.00 × 0.5 % × 365 / 360 = 15,208.333…
    expect(formatAmount(guaranteeFee(fen("3000000.00"), "0.5", 365, 360))).toBe("15208.33");
    expect(formatAmount(guaranteeFee(fen("3000000.00"), "0.5", 365, 365))).toBe("15000.00");
  });

  it("is granted, paid once, and not reversed after that", () => {
    const test = new LinkageCase();
    expect(test.run(GrantGuaranteeFee, grant)).toEqual({ grant: "B1", guarantor: "G1", days: 365, amount: "15208.33" });
    expect(test.code(GrantGuaranteeFee, grant)).toBe("GRANT_NUMBER_TAKEN");
    expect(test.run(PayGuaranteeFee, { grant: "B1", guarantor: "G1", valueDate: "2018-05-02" })).toMatchObject({ amount: "15208.33" });
    expect(test.code(PayGuaranteeFee, { grant: "B1", guarantor: "G1", valueDate: "2018-05-03" })).toBe("GRANT_NOT_OPEN");
    expect(test.code(ReverseGuaranteeFee, { grant: "B1", guarantor: "G1", reason: "重复", valueDate: "2018-05-03" })).toBe(
      "GRANT_NOT_OPEN",
    );
  });

  it("comes back when the bank returns the payment, once, and is paid again or reversed", () => {
    const test = new LinkageCase();
    test.run(GrantGuaranteeFee, grant);
    const back = { grant: "B1", guarantor: "G1", reason: "AC04", valueDate: "2018-05-04" };
    expect(test.code(ReturnGuaranteeFeePayment, back)).toBe("GRANT_NOT_PAID");
    test.run(PayGuaranteeFee, { grant: "B1", guarantor: "G1", valueDate: "2018-05-02" });
    expect(test.run(ReturnGuaranteeFeePayment, { ...back, serial: "R1" })).toMatchObject({ amount: "15208.33" });
    expect(test.code(ReturnGuaranteeFeePayment, back)).toBe("GRANT_NOT_PAID");
    expect(test.run(PayGuaranteeFee, { grant: "B1", guarantor: "G1", valueDate: "2018-05-05" })).toMatchObject({ amount: "15208.33" });
    test.run(ReturnGuaranteeFeePayment, { ...back, valueDate: "2018-05-06" });
    test.run(ReverseGuaranteeFee, { grant: "B1", guarantor: "G1", reason: "重复", valueDate: "2018-05-07" });
  });

  it("is reversed before payment; in a later fiscal year against 3501", () => {
    const test = new LinkageCase();
    test.run(GrantGuaranteeFee, grant);
    test.run(GrantGuaranteeFee, { ...grant, grant: "B2" });
    const reversal = { guarantor: "G1", reason: "重复" };
    test.run(ReverseGuaranteeFee, { ...reversal, grant: "B1", valueDate: "2018-06-01" });
    test.run(ReverseGuaranteeFee, { ...reversal, grant: "B2", valueDate: "2019-01-10" });
    const told = (test.log.streams.get(guaranteeFeeStream("G1")) ?? []).slice(2).map(({ payload }) => [payload.amount, payload.priorYear]);
    expect(told).toEqual([
      ["-15208.33", false],
      ["-15208.33", true],
    ]);
  });

  it("refuses an unknown guarantor, figures that are none, an amount that is not ours", () => {
    const test = new LinkageCase();
    expect(test.code(GrantGuaranteeFee, { ...grant, guarantor: "G9" })).toBe("FEE_GUARANTOR_UNKNOWN");
    expect(test.code(GrantGuaranteeFee, { ...grant, base: "0.00" })).toBe("LINKAGE_AMOUNT_INVALID");
    expect(test.code(GrantGuaranteeFee, { ...grant, rate: "half" })).toBe("LINKAGE_RATE_INVALID");
    expect(test.code(GrantGuaranteeFee, { ...grant, toExcl: "2018-03-21" })).toBe("LINKAGE_DAYS_INVALID");
    expect(test.code(GrantGuaranteeFee, { ...grant, amount: "15208.34" })).toBe("GRANT_AMOUNT_DIFFERS");
  });
});
