import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { District, INSURED, INVESTED, SIGNED } from "./district.fixture.ts";
import { agreedFixedRate, equityFold, investedOn, investmentOn, openStakeFrom } from "./events.ts";
import {
  AmendInvestmentAgreement,
  AppropriateEquityFunds,
  BindInsurancePolicy,
  InvestEquity,
  RedeemEquity,
  ReturnPrincipalToTreasury,
  SignInvestmentAgreement,
} from "./index.ts";

const REDEEMED = { enterprise: "E1", amount: "400000.00", price: "400000.00", serial: "R1", valueDate: "2019-03-01" } as const;

describe("4.1 appropriation", () => {
  it("given money of the district, then its source has it", () => {
    expect(new District().appropriate("1000.00").cash()).toBe(100_000n);
  });

  it("refuses a source that may not be used for equity, and what is no amount or day", () => {
    const district = new District();
    const body = { amount: "1.00", source: "区", valueDate: "2018-01-01" };
    expect(district.refuse(AppropriateEquityFunds, { ...body, source: "社会" })).toBe("EQUITY_SOURCE_NOT_ALLOWED");
    expect(district.refuse(AppropriateEquityFunds, { ...body, amount: "0.00" })).toBe("EQUITY_AMOUNT_INVALID");
    expect(district.refuse(AppropriateEquityFunds, { ...body, valueDate: "2018-02-30" }, "2018-03-01")).toBe("EQUITY_DATE_INVALID");
    expect(district.refuse(AppropriateEquityFunds, body, "2017-12-31")).toBe("EQUITY_DATE_IN_FUTURE");
  });

  it("takes the sources from the policy", () => {
    const district = new District().policy("equity.sources.invest", '["区"]');
    expect(district.refuse(AppropriateEquityFunds, { amount: "1.00", source: "中央" })).toBe("EQUITY_SOURCE_NOT_ALLOWED");
  });
});

describe("4.2 agreement", () => {
  it("takes the ratio of the policy where it states none, and is insured when the insurer shares losses", () => {
    const { terms } = new District().sign().equity().agreements[0]?.versions[0] ?? {};
    expect(terms).toMatchObject({ insured: true, exitPrice: "cost", from: "2018-05-12", fixedRate: "8" });
    expect(terms?.riskRatio.map(({ weight }) => weight)).toEqual(["50", "30", "20"]);
  });

  it("holds amended terms from the value date on", () => {
    const district = new District().sign();
    const amended = { enterprise: "E1", agreement: "E1-1", fixedRate: "6", decision: "纪要", valueDate: "2019-01-01" };
    district.accept(AmendInvestmentAgreement, amended);
    expect(agreedFixedRate(district.equity(), "2018-05-11")).toBeUndefined();
    expect(agreedFixedRate(district.equity(), "2018-12-31")).toBe("8");
    expect(agreedFixedRate(district.equity(), "2019-01-01")).toBe("6");
    expect(district.refuse(AmendInvestmentAgreement, { ...amended, agreement: "E1-9" })).toBe("EQUITY_AGREEMENT_UNKNOWN");
  });

  it("is refused with whom it may not be signed, and with wrong terms", () => {
    const district = new District().sign({ agreement: "A1" }).fact("EnterpriseSuspended", "E2", "2018-01-01");
    expect(district.refuse(SignInvestmentAgreement, { ...SIGNED, agreement: "A1" })).toBe("EQUITY_AGREEMENT_EXISTS");
    expect(district.refuse(SignInvestmentAgreement, { ...SIGNED, enterprise: "E9" })).toBe("EQUITY_ENTERPRISE_UNKNOWN");
    expect(district.refuse(SignInvestmentAgreement, { ...SIGNED, enterprise: "E2" })).toBe("EQUITY_ENTERPRISE_SUSPENDED");
    expect(district.refuse(SignInvestmentAgreement, { ...SIGNED, fixedRate: "x" })).toBe("EQUITY_RATE_INVALID");
    expect(district.refuse(SignInvestmentAgreement, { ...SIGNED, to: "2018-05-11" })).toBe("EQUITY_DATE_INVALID");
    const riskRatio = [{ party: "government", weight: "99" }];
    expect(district.refuse(SignInvestmentAgreement, { ...SIGNED, riskRatio })).toBe("LOSS_WEIGHTS_NOT_100");
  });
});

describe("4.3 insurance", () => {
  it("covers the agreement with the deductible of the policy", () => {
    const district = new District().policy("insurance.deductible", "500.00").sign({ to: "2021-05-11" }).insure();
    const bound = district.equity().entries[0]?.payload;
    expect(bound).toMatchObject({ insuredAmount: "1000000.00", cap: "1000000.00", deductible: "500.00", to: "2021-05-11" });
  });

  it("charges a premium to the source that is named", () => {
    expect(new District().appropriate("20000.00").sign().insure({ source: "区" }).cash()).toBe(800_000n);
  });

  it("is refused of who is no insurer, without an amount, and twice", () => {
    const district = new District();
    expect(district.refuse(BindInsurancePolicy, { ...INSURED, insurer: "E1" })).toBe("EQUITY_INSURER_UNKNOWN");
    expect(district.refuse(BindInsurancePolicy, INSURED)).toBe("EQUITY_AGREEMENT_MISSING");
    district.sign().insure({ policy: "X" });
    expect(district.refuse(BindInsurancePolicy, { ...INSURED, policy: "X" })).toBe("EQUITY_POLICY_EXISTS");
    expect(district.refuse(BindInsurancePolicy, { ...INSURED, premium: "1" })).toBe("EQUITY_AMOUNT_INVALID");
  });
});

describe("4.4 investment", () => {
  it("given agreement, insurance and money, then the stake counts from its value date", () => {
    const equity = new District().invested().equity();
    expect(investmentOn(equity, "2018-05-31")).toBe(0n);
    expect(investmentOn(equity, "2018-06-01")).toBe(100_000_000n);
  });

  it("is refused as long as something is missing", () => {
    const district = new District();
    expect(district.refuse(InvestEquity, INVESTED)).toBe("EQUITY_AGREEMENT_MISSING");
    district.sign();
    expect(district.refuse(InvestEquity, INVESTED)).toBe("EQUITY_POLICY_MISSING");
    district.insure();
    expect(district.refuse(InvestEquity, INVESTED)).toBe("EQUITY_CASH_SHORT");
    district.appropriate("999999.99").appropriate("5.00", "省");
    expect(district.refuse(InvestEquity, INVESTED)).toBe("EQUITY_CASH_SHORT");
    expect(district.refuse(InvestEquity, { ...INVESTED, amount: "1000000.01" })).toBe("EQUITY_ABOVE_AGREEMENT");
    expect(district.refuse(InvestEquity, { ...INVESTED, source: "社会" })).toBe("EQUITY_SOURCE_NOT_ALLOWED");
    district.fact("EnterpriseBankruptcyFiled", "E1", "2018-06-01");
    expect(district.refuse(InvestEquity, INVESTED)).toBe("EQUITY_ENTERPRISE_BANKRUPT");
    expect(district.refuse(InvestEquity, { ...INVESTED, valueDate: "2018-05-31", amount: "1000000.01" })).toBe("EQUITY_ABOVE_AGREEMENT");
  });

  it("needs no insurance where the insurer bears nothing", () => {
    const riskRatio = [
      { party: "government", weight: "60" },
      { party: "enterprise", weight: "40" },
      { party: "insurer", weight: "0" },
    ];
    const district = new District().appropriate("1000000.00").sign({ riskRatio });
    expect(district.accept(InvestEquity, INVESTED)).toMatchObject({ sourceCash: "0.00" });
  });

  it("may use again what was redeemed, not what was lost", () => {
    const district = new District().invested();
    district.accept(RedeemEquity, REDEEMED);
    district.lose("Z1", "100000.00");
    const again = { ...INVESTED, serial: "S2", valueDate: "2019-07-01" };
    expect(district.refuse(InvestEquity, { ...again, amount: "400000.01" })).toBe("EQUITY_ABOVE_AGREEMENT");
    district.accept(InvestEquity, { ...again, amount: "400000.00" });
    expect(investmentOn(district.equity(), "2019-07-01")).toBe(90_000_000n);
  });
});

describe("4.13 and 4.14 exit", () => {
  it("answers what was gained or lost, and gives the price to the sources of the stake", () => {
    const district = new District().appropriate("600000.00").appropriate("400000.00", "省").sign().insure();
    district.accept(InvestEquity, { ...INVESTED, amount: "600000.00" });
    district.accept(InvestEquity, { ...INVESTED, amount: "400000.00", source: "省" });
    expect(district.accept(RedeemEquity, { ...REDEEMED, price: "380000.00" })).toMatchObject({ gain: "-20000.00" });
    expect([district.cash("区"), district.cash("省")]).toEqual([22_800_000n, 15_200_000n]);
    expect(district.accept(RedeemEquity, { ...REDEEMED, amount: "600000.00", price: "600000.01" })).toMatchObject({ gain: "0.01" });
    expect(district.refuse(RedeemEquity, { ...REDEEMED, amount: "0.01" })).toBe("EQUITY_ABOVE_STAKE");
  });

  it("refuses to redeem on a day what is taken on a later one", () => {
    const district = new District().invested();
    district.accept(RedeemEquity, { ...REDEEMED, amount: "900000.00" });
    expect(district.refuse(RedeemEquity, { ...REDEEMED, amount: "100000.01", valueDate: "2018-07-01" })).toBe("EQUITY_ABOVE_STAKE");
    expect(district.refuse(RedeemEquity, { ...REDEEMED, amount: "1.00", valueDate: "2018-05-31" })).toBe("EQUITY_ABOVE_STAKE");
  });

  it("gives back to the treasury what the source has", () => {
    const district = new District().invested();
    const back = { source: "区", amount: "400000.00", valueDate: "2019-04-01" };
    expect(district.refuse(ReturnPrincipalToTreasury, back)).toBe("EQUITY_CASH_SHORT");
    district.accept(RedeemEquity, REDEEMED);
    expect(district.accept(ReturnPrincipalToTreasury, back)).toMatchObject({ sourceCash: "0.00" });
  });
});

describe("open investment by value date", () => {
  it("is cut where it changes, first day counted, last not", () => {
    const district = new District().invested();
    district.accept(RedeemEquity, REDEEMED);
    district.lose("Z1", "100000.00");
    expect(investedOn(district.equity(), "2018-01-01", "2020-01-01")).toEqual([
      { from: "2018-06-01", toExcl: "2019-03-01", amount: 100_000_000n },
      { from: "2019-03-01", toExcl: "2019-06-30", amount: 60_000_000n },
      { from: "2019-06-30", toExcl: "2020-01-01", amount: 50_000_000n },
    ]);
    expect(investedOn(district.equity(), "2018-01-01", "2018-06-01")).toEqual([]);
  });

  it("does not depend on the order of recording", () => {
    const district = new District().invested();
    district.accept(RedeemEquity, REDEEMED);
    district.lose("Z1", "100000.00");
    const events = district.log.streams.get("equity/E1") ?? [];
    const figures = (order: typeof events) => {
      const state = order.reduce(equityFold.evolve, equityFold.initialState);
      return [investedOn(state, "2018-01-01", "2020-01-01"), openStakeFrom(state, "2018-06-01"), agreedFixedRate(state, "2019-01-01")];
    };
    fc.assert(
      fc.property(fc.shuffledSubarray(events, { minLength: events.length }), (order) => {
        expect(figures(order)).toEqual(figures(events));
      }),
    );
  });
});
