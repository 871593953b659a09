import { formatAmount } from "@huimin/money";
import { describe, expect, it } from "vitest";
import { CHART } from "../chart.ts";
import { dimsKey } from "../dimensions.ts";
import type { PostableEvent, Posting } from "../posting.ts";
import { postingOf } from "./index.ts";

const posted = (type: string, payload: object): Posting => {
  const event: PostableEvent = {
    position: 1,
    type,
    valueDate: "2018-06-21",
    recordedAt: "2018-06-21T09:00:00.000+08:00",
    period: "2018-06",
    payload,
  };
  return postingOf(event);
};

/** `5001.02 Dr 100.00` per line. */
const lines = (type: string, payload: object): string[] =>
  posted(type, payload).entries.map(({ account, debit, credit }) => {
    const code = CHART[account].codes.at(-1)?.code;
    return debit === 0n ? `${code} Cr ${formatAmount(credit)}` : `${code} Dr ${formatAmount(debit)}`;
  });

const openDims = (type: string, payload: object, account: string): string[] =>
  posted(type, payload)
    .entries.filter((entry) => CHART[entry.account].codes.at(-1)?.code === account)
    .map((entry) => dimsKey(entry.dims));

describe("2.12 guarantee-fee grants", () => {
  const grant = { grant: "B1", guarantor: "G1", amount: "15208.33" };

  it("are owed to the guarantor, paid from 1002.01, and reversed in red or, for a closed year, against 3501", () => {
    expect(lines("GuaranteeFeeGranted", grant)).toEqual(["5001.02 Dr 15208.33", "2303.02 Cr 15208.33"]);
    expect(lines("GuaranteeFeePaid", grant)).toEqual(["2303.02 Dr 15208.33", "1002.01 Cr 15208.33"]);
    expect(lines("GuaranteeFeePaymentReturned", { ...grant, reason: "AC04" })).toEqual(["1002.01 Dr 15208.33", "2303.02 Cr 15208.33"]);
    const reversal = { ...grant, amount: "-15208.33" };
    expect(lines("GuaranteeFeeReversed", { ...reversal, priorYear: false })).toEqual(["5001.02 Dr -15208.33", "2303.02 Cr -15208.33"]);
    expect(lines("GuaranteeFeeReversed", { ...reversal, priorYear: true })).toEqual(["3501 Dr -15208.33", "2303.02 Cr -15208.33"]);
  });

  it("close what they open: the same dimensions", () => {
    expect(openDims("GuaranteeFeePaid", grant, "2303.02")).toEqual(openDims("GuaranteeFeeGranted", grant, "2303.02"));
  });
});

describe("贴息 of models 1 and 2", () => {
  const enterprise = { loan: "L6", bank: "K1", model: 2, enterprise: "E6", payee: "E6", amount: "11155.56" };
  const pooled = { loan: "L1", household: "H1", bank: "K1", village: "V1", model: 1, enterprise: "E1", batch: "B1", amount: "606.94" };

  it("is 5001.02 / 2303.02 for an enterprise loan, 5001.01 / 2303.01 for a loan of a batch", () => {
    expect(lines("SubsidyAccrued", enterprise)).toEqual(["5001.02 Dr 11155.56", "2303.02 Cr 11155.56"]);
    expect(lines("SubsidyPaid", enterprise)).toEqual(["2303.02 Dr 11155.56", "1002.01 Cr 11155.56"]);
    expect(lines("SubsidyAccrued", { ...pooled, payee: "E1" })).toEqual(["5001.01 Dr 606.94", "2303.01 Cr 606.94"]);
  });

  it("owes an enterprise without the household in name, which another may replace (1.14)", () => {
    const before = openDims("SubsidyAccrued", { ...pooled, payee: "E1" }, "2303.01");
    expect(openDims("SubsidyPaid", { ...pooled, household: "H2", village: "V2", payee: "E1" }, "2303.01")).toEqual(before);
    expect(openDims("SubsidyAccrued", { ...pooled, payee: "H1" }, "2303.01")).not.toEqual(before);
  });

  it("is set off under the subject of the payable, whatever its model", () => {
    const { payee: _, amount: __, ...against } = enterprise;
    const setOff = { ...pooled, obligor: "E1", againstLoan: "L6", against, payee: "E6", amount: "100.00", side: "claim" };
    expect(lines("SubsidyClawbackSetOff", setOff)).toEqual(["2303.02 Dr 100.00", "1218.03 Cr 100.00"]);
    expect(openDims("SubsidyClawbackSetOff", setOff, "2303.02")).toEqual(openDims("SubsidyAccrued", enterprise, "2303.02"));
  });
});
