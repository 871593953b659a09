import { fen } from "@huimin/money";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { shareOut } from "./decide-loss.ts";
import { District, LOST } from "./district.fixture.ts";
import { type LossWeights, openShare, sharesToReturn } from "./events.ts";
import {
  AmendInvestmentAgreement,
  InvestEquity,
  ReceiveLossRecovery,
  ReceiveLossShare,
  RecogniseInvestmentLoss,
  ReturnRecoveryShare,
  ShareLoss,
} from "./index.ts";

const received = (party: string, amount: string, more = {}) => ({
  ref: "Z1",
  party,
  amount,
  serial: `${party}-${amount}`,
  valueDate: "2019-09-20",
  ...more,
});
const recovered = (gross: string, cost = "0.00") => ({ ref: "Z1", gross, cost, serial: `R-${gross}`, valueDate: "2020-03-31" });
const ratio = (government: string, enterprise: string, insurer: string): LossWeights => [
  { party: "government", weight: government },
  { party: "enterprise", weight: enterprise },
  { party: "insurer", weight: insurer },
];

describe("4.9 a loss is recognised", () => {
  const body = { ...LOST, ref: "Z1", loss: "1000000.00" };

  it("up to the open stake of the day", () => {
    const district = new District().invested();
    expect(district.refuse(RecogniseInvestmentLoss, { ...body, loss: "1000000.01" })).toBe("EQUITY_ABOVE_STAKE");
    district.accept(RecogniseInvestmentLoss, body);
    expect(district.refuse(RecogniseInvestmentLoss, { ...body, ref: "Z2", loss: "0.01" })).toBe("EQUITY_ABOVE_STAKE");
    expect(district.refuse(RecogniseInvestmentLoss, body)).toBe("LOSS_REF_TAKEN");
  });

  it("by bankruptcy only once it is filed", () => {
    const district = new District().invested();
    const bankrupt = { ...body, basis: "bankruptcy" };
    expect(district.refuse(RecogniseInvestmentLoss, bankrupt)).toBe("LOSS_BANKRUPTCY_NOT_FILED");
    district.fact("EnterpriseBankruptcyFiled", "E1", "2019-06-30");
    expect(district.accept(RecogniseInvestmentLoss, bankrupt)).toMatchObject({ loss: "1000000.00" });
  });
});

describe("4.10 a loss is shared (T6)", () => {
  it("by largest remainder to the fen", () => {
    const district = new District().invested();
    expect(district.lose("Z1", "123456.78")).toMatchObject({
      government: "61728.39",
      enterprise: "37037.03",
      insurer: "24691.36",
      residueTo: ["insurer"],
    });
    expect(district.lose("Z2", "123456.79")).toMatchObject({
      government: "61728.39",
      enterprise: "37037.04",
      insurer: "24691.36",
      residueTo: ["enterprise", "insurer"],
    });
  });

  it("as the agreement says: other weights need its amendment", () => {
    const district = new District().invested();
    district.accept(RecogniseInvestmentLoss, { ...LOST, ref: "Z1", loss: "100.01" });
    const body = { ref: "Z1", source: "区", valueDate: LOST.valueDate };
    expect(district.refuse(ShareLoss, { ...body, weights: ratio("50", "30", "21") })).toBe("LOSS_WEIGHTS_NOT_100");
    expect(district.refuse(ShareLoss, { ...body, weights: ratio("50", "30", "20").slice(0, 2) })).toBe("LOSS_WEIGHTS_NOT_100");
    const twice = [...ratio("50", "30", "10"), { party: "insurer", weight: "10" }];
    expect(district.refuse(ShareLoss, { ...body, weights: twice })).toBe("LOSS_WEIGHTS_NOT_100");
    expect(district.refuse(ShareLoss, { ...body, weights: ratio("60", "40", "0") })).toBe("LOSS_WEIGHTS_DIFFER");
    const amendment = { enterprise: "E1", agreement: "E1-1", riskRatio: ratio("60", "40", "0"), decision: "纪要", valueDate: "2019-06-01" };
    district.accept(AmendInvestmentAgreement, amendment);
    const shared = district.accept(ShareLoss, { ...body, weights: ratio("60.00", "40.0", "0") });
    expect(shared).toMatchObject({ government: "60.01", enterprise: "40.00", insurer: "0.00" });
    expect(district.refuse(ShareLoss, body)).toBe("LOSS_SHARED_ALREADY");
  });

  it("is borne by money that may bear it", () => {
    const district = new District().invested("中央");
    district.accept(RecogniseInvestmentLoss, { ...LOST, ref: "Z1", loss: "1.00" });
    for (const source of ["中央", "省"]) {
      expect(district.refuse(ShareLoss, { ref: "Z1", source, valueDate: LOST.valueDate })).toBe("LOSS_SOURCE_NOT_ALLOWED");
    }
    expect(district.refuse(ShareLoss, { ref: "Z9", source: "区", valueDate: LOST.valueDate })).toBe("LOSS_UNKNOWN");
  });

  it("needs the policy of the day of the loss", () => {
    const district = new District().appropriate("1000000.00").sign().insure({ to: "2019-06-29" });
    const invest = { enterprise: "E1", amount: "1.00", source: "区", valueDate: "2018-06-01" };
    district.accept(InvestEquity, invest);
    district.accept(RecogniseInvestmentLoss, { ...LOST, ref: "Z1", loss: "1.00" });
    expect(district.refuse(ShareLoss, { ref: "Z1", source: "区", valueDate: LOST.valueDate })).toBe("EQUITY_POLICY_MISSING");
  });

  it("gives every fen to somebody, and nobody more than a fen above its share", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 12n }), fc.nat({ max: 100 }), fc.nat({ max: 100 }), (loss, a, b) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        const { shares } = shareOut(loss, ratio(String(low), String(high - low), String(100 - high)));
        expect(shares.government + shares.enterprise + shares.insurer).toBe(loss);
        expect(shares.government - (loss * BigInt(low)) / 100n).toBeLessThanOrEqual(1n);
        if (low === 0) expect(shares.government).toBe(0n);
      }),
    );
  });
});

describe("4.11 shares arrive", () => {
  it("in parts, the deductible of the insurer borne by the district", () => {
    const district = new District().sign().insure({ deductible: "500.00" }).appropriate("1000000.00");
    district.accept(InvestEquity, { enterprise: "E1", amount: "1000000.00", source: "区", valueDate: "2018-06-01" });
    expect(district.lose("Z1", "123456.78")).toMatchObject({ uncovered: "500.00" });
    district.accept(ReceiveLossShare, received("E1", "37037.00"));
    expect(district.refuse(ReceiveLossShare, received("E1", "0.04"))).toBe("LOSS_ABOVE_OPEN_SHARE");
    district.accept(ReceiveLossShare, received("E1", "0.03"));
    expect(district.refuse(ReceiveLossShare, received("E1", "0.01"))).toBe("LOSS_SHARE_NOT_OPEN");
    expect(district.refuse(ReceiveLossShare, received("P1", "24000.00", { deductible: "500.01" }))).toBe("LOSS_DEDUCTIBLE_ABOVE_POLICY");
    expect(district.refuse(ReceiveLossShare, received("P1", "24191.37", { deductible: "500.00" }))).toBe("LOSS_ABOVE_OPEN_SHARE");
    district.accept(ReceiveLossShare, received("P1", "24191.36", { deductible: "500.00" }));
    expect(openShare(district.loss("Z1"), "insurer")).toBe(0n);
    expect(district.cash()).toBe(fen("61228.39"));
  });

  it("takes what the policy leaves uncovered as the deductible when exactly that stays open", () => {
    const district = new District().policy("insurance.deductible", "500.00").invested();
    district.lose("Z1", "123456.78");
    expect(district.accept(ReceiveLossShare, received("P1", "24000.00"))).toMatchObject({ deductible: "0.00" });
    expect(district.accept(ReceiveLossShare, received("P1", "191.36"))).toMatchObject({ deductible: "500.00" });
  });

  it("covers all losses of a policy together up to its cap", () => {
    const district = new District().appropriate("1000000.00").sign().insure({ cap: "30.00" });
    district.accept(InvestEquity, { enterprise: "E1", amount: "1000000.00", source: "区", valueDate: "2018-06-01" });
    expect(district.lose("Z1", "100.00")).toMatchObject({ insurer: "20.00", uncovered: "0.00" });
    expect(district.lose("Z2", "100.00")).toMatchObject({ insurer: "20.00", uncovered: "10.00" });
    expect(district.lose("Z3", "100.00")).toMatchObject({ insurer: "20.00", uncovered: "20.00" });
  });

  it("only from who bears a share", () => {
    const district = new District().invested();
    expect(district.refuse(ReceiveLossShare, received("E1", "1.00"))).toBe("LOSS_SHARE_NOT_OPEN");
    district.lose("Z1", "100.00");
    expect(district.refuse(ReceiveLossShare, received("E2", "1.00"))).toBe("LOSS_PARTY_UNKNOWN");
    expect(district.refuse(ReceiveLossShare, received("E1", "0.00"))).toBe("EQUITY_AMOUNT_INVALID");
  });
});

describe("4.12 something is recovered", () => {
  it("net of its cost in the ratio of the loss, and all shares go back at once (T6, R4, R18)", () => {
    const district = new District().invested();
    district.lose("Z1", "123456.78");
    expect(district.accept(ReceiveLossRecovery, recovered("40000.00", "1234.56"))).toMatchObject({
      net: "38765.44",
      government: "19382.72",
      enterprise: "11629.63",
      insurer: "7753.09",
    });
    district.accept(ReceiveLossRecovery, recovered("0.03"));
    expect(sharesToReturn(district.loss("Z1"))).toEqual([
      { party: "E1", amount: 1_162_964n },
      { party: "P1", amount: 775_310n },
    ]);
    const back = { ref: "Z1", valueDate: "2020-04-10" };
    expect(district.accept(ReturnRecoveryShare, back)).toMatchObject({ total: "19382.74" });
    expect(district.refuse(ReturnRecoveryShare, back)).toBe("LOSS_NOTHING_TO_RETURN");
    expect(district.cash()).toBe(fen("19382.73"));
  });

  it("is no gain, and nothing when the cost takes it", () => {
    const district = new District().invested();
    expect(district.refuse(ReceiveLossRecovery, recovered("1.00"))).toBe("LOSS_UNKNOWN");
    district.accept(RecogniseInvestmentLoss, { ...LOST, ref: "Z1", loss: "100.00" });
    expect(district.refuse(ReceiveLossRecovery, recovered("1.00"))).toBe("LOSS_NOT_SHARED");
    district.accept(ShareLoss, { ref: "Z1", source: "区", valueDate: LOST.valueDate });
    expect(district.refuse(ReceiveLossRecovery, recovered("100.01"))).toBe("LOSS_RECOVERY_ABOVE_LOSS");
    expect(district.refuse(ReceiveLossRecovery, recovered("0.00"))).toBe("EQUITY_AMOUNT_INVALID");
    const none = { government: "0.00", enterprise: "0.00", insurer: "0.00" };
    expect(district.accept(ReceiveLossRecovery, recovered("10.00", "25.00"))).toMatchObject({ net: "-15.00", ...none });
  });
});
