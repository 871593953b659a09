import type { EquityPayload } from "@huimin/equity/events";
import { formatAmount } from "@huimin/money";
import { describe, expect, it } from "vitest";
import { CHART } from "../chart.ts";
import { dimsKey } from "../dimensions.ts";
import type { PostableEvent } from "../posting.ts";
import { postingOf } from "./index.ts";

/** `1501.01 Dr 100.00` per line. */
function lines(type: string, payload: object, period = "2019-06"): string[] {
  const event: PostableEvent = { position: 1, type, valueDate: "2019-06-30", recordedAt: "2019-06-30T09:00:00.000+08:00", period, payload };
  return postingOf(event).entries.map(({ account, debit, credit }) => {
    const code = CHART[account].codes.at(-1)?.code;
    return debit === 0n ? `${code} Cr ${formatAmount(credit)}` : `${code} Dr ${formatAmount(debit)}`;
  });
}

const SHARED: EquityPayload<"LossShared"> = {
  ref: "Z1",
  enterprise: "E03",
  insurer: "P01",
  policy: "X1",
  loss: "123456.78",
  weights: [],
  shares: { government: "61728.39", enterprise: "37037.03", insurer: "24691.36" },
  residueTo: ["insurer"],
  uncovered: "500.00",
  source: "区",
};
const RECEIVED: EquityPayload<"LossShareReceived"> = {
  ref: "Z1",
  enterprise: "E03",
  party: "P01",
  as: "insurer",
  amount: "24191.36",
  deductible: "500.00",
};
const NO_SHARES = { government: "0.00", enterprise: "0.00", insurer: "0.00" };

describe("政企联动 in book G", () => {
  it("books a loss on three and the stake (T6)", () => {
    expect(lines("LossShared", SHARED)).toEqual([
      "5901.01 Dr 61728.39",
      "1218.04 Dr 37037.03",
      "1218.02 Dr 24691.36",
      "1501.01 Cr 123456.78",
    ]);
  });

  it("has no line for a party that bears nothing", () => {
    const shares = { government: "60.00", enterprise: "40.00", insurer: "0.00" };
    expect(lines("LossShared", { ...SHARED, loss: "100.00", shares })).toEqual([
      "5901.01 Dr 60.00",
      "1218.04 Dr 40.00",
      "1501.01 Cr 100.00",
    ]);
  });

  it("books the insurer's deductible on the district", () => {
    expect(lines("LossShareReceived", RECEIVED)).toEqual(["1002.05 Dr 24191.36", "5901.01 Dr 500.00", "1218.02 Cr 24691.36"]);
  });

  it("closes a share under the dimensions that opened it", () => {
    const event = { position: 1, valueDate: "2019-06-30", recordedAt: "2019-06-30T09:00:00.000+08:00", period: "2019-06" };
    const of = (type: string, payload: object) =>
      postingOf({ ...event, type, payload }).entries.filter(({ account }) => account === "insuranceReceivable");
    const [opened, closed] = [...of("LossShared", SHARED), ...of("LossShareReceived", RECEIVED)];
    expect(dimsKey(opened?.dims ?? {})).toBe(dimsKey(closed?.dims ?? {}));
  });

  it("nets the cost of a recovery, and books it only where it takes everything (R4)", () => {
    const shares = { government: "19382.72", enterprise: "11629.63", insurer: "7753.09" };
    const recovery = { ref: "Z1", enterprise: "E03", insurer: "P01", gross: "40000.00", cost: "1234.56", net: "38765.44", shares };
    expect(lines("LossRecoveryReceived", recovery)).toEqual([
      "1002.05 Dr 40000.00",
      "5901.01 Cr 19382.72",
      "2307.02 Cr 11629.63",
      "2307.02 Cr 7753.09",
      "1002.05 Cr 1234.56",
    ]);
    expect(lines("LossRecoveryReceived", { ...recovery, gross: "10.00", cost: "25.00", net: "-15.00", shares: NO_SHARES })).toEqual([
      "1002.05 Dr 10.00",
      "5901.02 Dr 15.00",
      "1002.05 Cr 25.00",
    ]);
  });

  it("books a redemption above and below cost", () => {
    const redeemed = { enterprise: "E03", amount: "100.00" };
    expect(lines("EquityRedeemed", { ...redeemed, price: "103.00" })).toEqual(["1002.05 Dr 103.00", "1501.01 Cr 100.00", "4602 Cr 3.00"]);
    expect(lines("EquityRedeemed", { ...redeemed, price: "0.00" })).toEqual(["5901.01 Dr 100.00", "1501.01 Cr 100.00"]);
  });

  it("books a premium only when the district pays it", () => {
    const bound = { enterprise: "E03", policy: "X1", insurer: "P01", premium: "12.00", payer: "district" };
    expect(lines("InsurancePolicyBound", bound)).toEqual(["5001.03 Dr 12.00", "1002.05 Cr 12.00"]);
    expect(lines("InsurancePolicyBound", { ...bound, payer: "enterprise" })).toEqual([]);
  });

  it("takes an entry back in red, in a later year by way of 3501", () => {
    const reversal = { entry: 2, reversed: { type: "LossShared", payload: SHARED }, reason: "金额有误" };
    const rest = ["1218.04 Dr -37037.03", "1218.02 Dr -24691.36", "1501.01 Cr -123456.78"];
    expect(lines("EquityEntryReversed", { ...reversal, priorYear: false })).toEqual(["5901.01 Dr -61728.39", ...rest]);
    expect(lines("EquityEntryReversed", { ...reversal, priorYear: true })).toEqual(["3501 Dr -61728.39", ...rest]);
  });
});
