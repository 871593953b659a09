import { describe, expect, it } from "vitest";
import {
  AccrueSubsidy,
  AccrueSubsidyClaim,
  AppropriateSubsidyFunds,
  ApproveSubsidyClaim,
  PaySubsidyClaim,
  RejectSubsidyClaimLine,
  SubmitSubsidyClaim,
} from "./commands.ts";
import { fundStream, subsidyFold, subsidyStream } from "./evolve.ts";
import { claimStream } from "./evolve-claim.ts";
import { openPayable } from "./figures.ts";
import { SubsidyCase, yuan } from "./testing.ts";

const terms = { amount: "50000.00", rate: "4.75", on: "2018-03-21", due: "2020-03-21" } as const;
/** Two quarters of a plain loan: 606.94 and 606.94 (92 days each). */
const given = () =>
  new SubsidyCase().disburse("L1", terms).settle("L1", "2018-03-21", "2018-06-21").settle("L1", "2018-06-21", "2018-09-21");
const claimOf = (quarter: string, ...lines: { loan: string; amount?: string; interest?: string }[]) => ({ bank: "K1", quarter, lines });

describe("S0 AppropriateSubsidyFunds 贴息资金拨入", () => {
  it("is told on the stream of its year", () => {
    const test = new SubsidyCase();
    test.run(
      AppropriateSubsidyFunds,
      { amount: "2000.00", source: "区", document: "焦财预〔2017〕450号", valueDate: "2017-03-01" },
      "2017-03-02",
    );
    expect(test.last(fundStream(2017))).toMatchObject({
      type: "SubsidyFundsAppropriated",
      valueDate: "2017-03-01",
      payload: { amount: "2000.00", source: "区", document: "焦财预〔2017〕450号" },
    });
  });

  it.each([
    ["nothing", { amount: "0.00" }, "SUBSIDY_AMOUNT_INVALID"],
    ["three decimals", { amount: "1.000" }, "SUBSIDY_AMOUNT_INVALID"],
    ["a number in words", { amount: "1e3" }, "SUBSIDY_AMOUNT_INVALID"],
    ["a day that does not exist", { valueDate: "2017-02-29" }, "SUBSIDY_DATE_INVALID"],
  ])("refuses %s", (_, over, code) => {
    expect(new SubsidyCase().refusal(AppropriateSubsidyFunds, { amount: "1.00", source: "省", ...over }, "2017-03-02")).toBe(code);
  });
});

describe("S3 SubmitSubsidyClaim 贴息申报", () => {
  it("tells the bank's figures with ours beside", () => {
    const test = given();
    const answer = test.run(SubmitSubsidyClaim, claimOf("2018Q2", { loan: "L1", interest: "606.94", amount: "606.94" }), "2018-06-21");
    expect(answer).toMatchObject({
      total: "606.94",
      lines: [{ loan: "L1", payee: "H1", amount: "606.94", computed: "606.94", flagged: false }],
    });
    expect(test.last(claimStream("K1", "2018Q2"))).toMatchObject({
      type: "SubsidyClaimSubmitted",
      payload: {
        lines: [
          {
            model: 3,
            household: "H1",
            settlements: [{ from: "2018-03-21", toExcl: "2018-06-21", interest: "606.94", subsidy: "606.94" }],
          },
        ],
      },
    });
  });

  it("refuses a line whose figures differ, naming it, or sends it flagged", () => {
    const test = given();
    const differing = claimOf("2018Q2", { loan: "L1", amount: "606.95" });
    const refused = test.log.decide(SubmitSubsidyClaim, differing, test.on("2018-06-21", "BANK"));
    expect(refused).toMatchObject({
      ok: false,
      refusal: { code: "CLAIM_LINE_DIFFERS", path: "/lines/0", details: { claimed: "606.95", computed: "606.94" } },
    });
    expect(test.refusal(SubmitSubsidyClaim, claimOf("2018Q2", { loan: "L1", interest: "600.00" }), "2018-06-21")).toBe(
      "CLAIM_LINE_DIFFERS",
    );
    expect(test.run(SubmitSubsidyClaim, { ...differing, onDifference: "flag" }, "2018-06-21")).toMatchObject({
      lines: [{ amount: "606.95", computed: "606.94", flagged: true }],
    });
  });

  it("refuses interest that is not settled, and interest that is not paid (先收后贴)", () => {
    const test = given().settle("L1", "2018-09-21", "2018-12-21", { paid: false });
    expect(test.refusal(SubmitSubsidyClaim, claimOf("2019Q1", { loan: "L1" }), "2019-03-21")).toBe("SUBSIDY_INTEREST_NOT_SETTLED");
    expect(test.refusal(SubmitSubsidyClaim, claimOf("2018Q4", { loan: "L1" }), "2018-12-21")).toBe("SUBSIDY_INTEREST_NOT_PAID");
    test.payInterest("L1", "600.34", "2018-12-22");
    expect(test.refusal(SubmitSubsidyClaim, claimOf("2018Q4", { loan: "L1" }), "2018-12-22")).toBe("SUBSIDY_INTEREST_NOT_PAID");
    test.payInterest("L1", "0.01", "2018-12-22");
    expect(test.refusal(SubmitSubsidyClaim, claimOf("2018Q4", { loan: "L1" }), "2018-12-22")).toBeUndefined();
  });

  it("refuses unknown loans, another bank's, a loan twice, an empty claim and bad amounts", () => {
    const test = given().disburse("L2", { ...terms, bank: "K2" });
    expect(test.refusal(SubmitSubsidyClaim, claimOf("2018Q2", { loan: "L9" }), "2018-06-21")).toBe("SUBSIDY_LOAN_UNKNOWN");
    expect(test.refusal(SubmitSubsidyClaim, claimOf("2018Q2", { loan: "L2" }), "2018-06-21")).toBe("CLAIM_OTHER_BANK");
    expect(test.refusal(SubmitSubsidyClaim, { ...claimOf("2018Q2", { loan: "L2" }), bank: "K2" }, "2018-06-21")).toBe("CLAIM_OTHER_BANK");
    expect(test.refusal(SubmitSubsidyClaim, claimOf("2018Q2", { loan: "L1" }, { loan: "L1" }), "2018-06-21")).toBe("CLAIM_LINE_TWICE");
    expect(test.refusal(SubmitSubsidyClaim, claimOf("2018Q2"), "2018-06-21")).toBe("CLAIM_EMPTY");
    expect(test.refusal(SubmitSubsidyClaim, claimOf("2018Q2", { loan: "L1", amount: "-1.00" }), "2018-06-21")).toBe(
      "SUBSIDY_AMOUNT_INVALID",
    );
    const tooMany = Array.from({ length: 1_001 }, (_, index) => ({ loan: `L${index}` }));
    expect(test.refusal(SubmitSubsidyClaim, claimOf("2018Q2", ...tooMany), "2018-06-21")).toBe("CLAIM_TOO_LONG");
  });

  it("refuses a rate above the ceiling and a term above the limit of the contract date", () => {
    const dear = new SubsidyCase().disburse("L1", { ...terms, rate: "4.76" }).settle("L1", "2018-03-21", "2018-06-21");
    expect(dear.refusal(SubmitSubsidyClaim, claimOf("2018Q2", { loan: "L1" }), "2018-06-21")).toBe("SUBSIDY_RATE_ABOVE_CEILING");
    const long = new SubsidyCase().disburse("L1", { ...terms, due: "2021-03-22" }).settle("L1", "2018-03-21", "2018-06-21");
    expect(long.refusal(SubmitSubsidyClaim, claimOf("2018Q2", { loan: "L1" }), "2018-06-21")).toBe("SUBSIDY_TERM_TOO_LONG");
    const extended = new SubsidyCase()
      .disburse("L1", { ...terms, rate: "4.35", due: "2019-03-21" })
      .extend("L1", "2019-09-21", "4.75", "2019-03-01")
      .settle("L1", "2019-03-21", "2019-06-21");
    expect(extended.whole("L1", "2019Q2", "2019-06-21")).toBe("606.94");
  });

  it("refuses a quarter without any subsidy", () => {
    const test = given().policy("subsidy.ratio", "0", "2018-03-21");
    expect(test.refusal(SubmitSubsidyClaim, claimOf("2018Q2", { loan: "L1" }), "2018-06-21")).toBe("NOTHING_ENTITLED");
  });

  it("is replaced before approval, and added to afterwards", () => {
    const test = given();
    test.run(SubmitSubsidyClaim, { ...claimOf("2018Q2", { loan: "L1", amount: "600.00" }), onDifference: "flag" }, "2018-06-21");
    expect(test.refusal(SubmitSubsidyClaim, claimOf("2018Q2", { loan: "L1" }), "2018-06-22")).toBe("CLAIM_LINE_PENDING");
    test.run(SubmitSubsidyClaim, { ...claimOf("2018Q2", { loan: "L1" }), replace: true }, "2018-06-22");
    expect(test.told(claimStream("K1", "2018Q2"))).toEqual([
      ["SubsidyClaimSubmitted", "600.00"],
      ["SubsidyClaimReplaced", undefined],
      ["SubsidyClaimSubmitted", "606.94"],
    ]);
    test.run(ApproveSubsidyClaim, { bank: "K1", quarter: "2018Q2" }, "2018-06-25");
    expect(test.refusal(SubmitSubsidyClaim, { ...claimOf("2018Q2", { loan: "L1" }), replace: true }, "2018-06-26")).toBe(
      "DAY_ALREADY_SUBSIDISED",
    );
    test.disburse("L2", terms).settle("L2", "2018-03-21", "2018-06-21");
    expect(test.run(SubmitSubsidyClaim, claimOf("2018Q2", { loan: "L2" }), "2018-06-26")).toMatchObject({ total: "606.94" });
  });

  it("does not replace what is accrued", () => {
    const test = given();
    test.run(SubmitSubsidyClaim, claimOf("2018Q2", { loan: "L1" }), "2018-06-21");
    test.accrue("L1", "2018Q2", "2018-06-21");
    expect(test.refusal(SubmitSubsidyClaim, { ...claimOf("2018Q2", { loan: "L1" }), replace: true }, "2018-06-22")).toBe("CLAIM_ACCRUED");
  });
});

describe("S5 approval and rejection 审核、剔除", () => {
  it("takes the accrual of a rejected line back; its days may be claimed again", () => {
    const test = given();
    test.run(SubmitSubsidyClaim, claimOf("2018Q2", { loan: "L1" }), "2018-06-21");
    test.accrue("L1", "2018Q2", "2018-06-21");
    const rejecting = { bank: "K1", quarter: "2018Q2", loan: "L1", reason: "材料不全" };
    expect(test.run(RejectSubsidyClaimLine, rejecting, "2018-06-25")).toMatchObject({ accrualReversed: "-606.94" });
    expect(test.told(subsidyStream("L1"))).toEqual([
      ["SubsidyAccrued", "606.94"],
      ["SubsidyAccrualReversed", "-606.94"],
    ]);
    expect(openPayable(test.subsidy("L1"), "H1")).toBe(0n);
    expect(test.refusal(RejectSubsidyClaimLine, rejecting, "2018-06-25")).toBe("CLAIM_LINE_UNKNOWN");
    expect(test.refusal(AccrueSubsidy, { loan: "L1", claim: "2018Q2" }, "2018-06-25")).toBe("NO_CLAIM_LINE");
    expect(test.whole("L1", "2018Q2", "2018-07-01")).toBe("606.94");
  });

  it("given money that has left for a line not approved yet, as in books taken over, then the line can't be rejected", () => {
    const test = given();
    test.run(SubmitSubsidyClaim, claimOf("2018Q2", { loan: "L1" }), "2018-06-21");
    test.accrue("L1", "2018Q2", "2018-06-21");
    const subject = { loan: "L1", household: "H1", bank: "K1", village: "410803010201", payee: "H1" };
    test.log.record(subsidyStream("L1"), [{ type: "SubsidyPaid", valueDate: "2018-06-22", payload: { ...subject, amount: "606.94" } }]);
    const before = test.log.all.length;
    const rejecting = { bank: "K1", quarter: "2018Q2", loan: "L1", reason: "材料不全" };
    expect(test.log.decide(RejectSubsidyClaimLine, rejecting, test.on("2018-06-25", "FIN-R"))).toEqual({
      ok: false,
      refusal: { code: "SUBSIDY_ALREADY_PAID", details: { loan: "L1", quarter: "2018Q2" } },
    });
    expect(test.log.all.length).toBe(before);
  });

  it("splits the reversal when the accrual lies in an earlier year", () => {
    const test = given();
    test.run(SubmitSubsidyClaim, claimOf("2018Q3", { loan: "L1" }), "2018-09-21");
    test.accrue("L1", "2018Q3", "2018-12-31");
    test.run(RejectSubsidyClaimLine, { bank: "K1", quarter: "2018Q3", loan: "L1", reason: "x" }, "2019-01-05");
    expect(test.last(subsidyStream("L1")).payload).toMatchObject({ amount: "-606.94", priorYears: "-606.94", sameYear: "0.00" });
  });

  it("rejects a line that is not accrued without touching the subsidy", () => {
    const test = given();
    test.run(SubmitSubsidyClaim, claimOf("2018Q2", { loan: "L1" }), "2018-06-21");
    expect(test.run(RejectSubsidyClaimLine, { bank: "K1", quarter: "2018Q2", loan: "L1", reason: "x" }, "2018-06-25")).toMatchObject({
      accrualReversed: "0.00",
    });
    expect(test.told(subsidyStream("L1"))).toEqual([]);
  });

  it("approves what is pending, once", () => {
    const test = given();
    expect(test.refusal(ApproveSubsidyClaim, { bank: "K1", quarter: "2018Q2" }, "2018-06-25")).toBe("NOTHING_TO_APPROVE");
    test.run(SubmitSubsidyClaim, claimOf("2018Q2", { loan: "L1" }), "2018-06-21");
    expect(test.run(ApproveSubsidyClaim, { bank: "K1", quarter: "2018Q2" }, "2018-06-25")).toMatchObject({
      status: "approved",
      total: "606.94",
    });
    expect(test.refusal(ApproveSubsidyClaim, { bank: "K1", quarter: "2018Q2" }, "2018-06-25")).toBe("NOTHING_TO_APPROVE");
  });
});

describe("S4 AccrueSubsidy 贴息计提", () => {
  it("needs a claim, and accrues at our figures", () => {
    const test = given();
    expect(test.refusal(AccrueSubsidy, { loan: "L1", claim: "2018Q2" }, "2018-06-21")).toBe("NO_CLAIM_LINE");
    test.claim("L1", "2018Q2", "2018-06-21", "700.00");
    expect(test.refusal(AccrueSubsidy, { loan: "L1", claim: "2018Q2", amount: "700.00" }, "2018-06-21")).toBe("SUBSIDY_DIFFERS");
    expect(test.run(AccrueSubsidy, { loan: "L1", claim: "2018Q2", amount: "606.94" }, "2018-06-21").amount).toBe("606.94");
  });

  it("books at a claimed rate at most what was claimed", () => {
    const test = given().claim("L1", "2018Q2", "2018-06-21", "638.00");
    const wrong = { loan: "L1", claim: "2018Q2", claimedRate: "5.00" };
    expect(test.refusal(AccrueSubsidy, wrong, "2018-06-21")).toBe("ABOVE_CLAIMED_AMOUNT");
    expect(test.refusal(AccrueSubsidy, { ...wrong, claimedRate: "0" }, "2018-06-21")).toBe("NOTHING_ENTITLED");
    expect(test.run(AccrueSubsidy, { ...wrong, amount: "638.00" }, "2018-06-21").amount).toBe("638.00");
  });

  it("accrues the parts of a settlement so that they add up to it", () => {
    const test = given().claim("L1", "2018Q2", "2018-06-21");
    const part = (from: string, toExcl: string) =>
      test.run(AccrueSubsidy, { loan: "L1", claim: "2018Q2", from, toExcl }, "2018-06-21").amount;
    expect([part("2018-03-21", "2018-05-01"), part("2018-05-01", "2018-06-21")]).toEqual(["270.49", "336.45"]);
    expect(test.refusal(AccrueSubsidy, { loan: "L1", claim: "2018Q2", from: "2018-04-30", toExcl: "2018-05-02" }, "2018-06-21")).toBe(
      "DAY_ALREADY_SUBSIDISED",
    );
  });

  it("accrues what an explicit part left over", () => {
    const test = given().claim("L1", "2018Q2", "2018-06-21");
    test.run(AccrueSubsidy, { loan: "L1", claim: "2018Q2", from: "2018-04-01", toExcl: "2018-05-01" }, "2018-06-21");
    expect(test.accrue("L1", "2018Q2", "2018-06-21")).toBe("409.02");
    expect(openPayable(test.subsidy("L1"), "H1")).toBe(yuan("606.94"));
  });

  it("refuses days that are none, a rate that is none, an unknown loan", () => {
    const test = given();
    const accrual = { loan: "L1", claim: "2018Q2" };
    expect(test.refusal(AccrueSubsidy, { ...accrual, from: "2018-06-21" }, "2018-06-21")).toBe("SUBSIDY_DAYS_INVALID");
    expect(test.refusal(AccrueSubsidy, { ...accrual, from: "2018-06-21", toExcl: "2018-06-21" }, "2018-06-21")).toBe(
      "SUBSIDY_DAYS_INVALID",
    );
    expect(test.refusal(AccrueSubsidy, { ...accrual, claimedRate: "4,75" }, "2018-06-21")).toBe("SUBSIDY_RATE_INVALID");
    expect(test.refusal(AccrueSubsidy, { ...accrual, amount: "0.00" }, "2018-06-21")).toBe("SUBSIDY_AMOUNT_INVALID");
    expect(test.refusal(AccrueSubsidy, { ...accrual, loan: "L9" }, "2018-06-21")).toBe("SUBSIDY_LOAN_UNKNOWN");
  });

  it("accrues the days before a misuse that was found after the claim, and none after it", () => {
    const test = given().claim("L1", "2018Q2", "2018-06-21").claim("L1", "2018Q3", "2018-09-21").misuse("L1", "2018-05-01", "2018-10-01");
    expect(test.accrue("L1", "2018Q2", "2018-10-02")).toBe("270.49");
    expect(test.refusal(AccrueSubsidy, { loan: "L1", claim: "2018Q3" }, "2018-10-02")).toBe("MISUSED_LOAN");
  });

  it("throws when a day would be subsidised twice, whatever wrote it", () => {
    const test = given();
    test.whole("L1", "2018Q2", "2018-06-21");
    const twice = test.log.streams.get(subsidyStream("L1"))?.[0];
    expect(() => subsidyFold.evolve(test.subsidy("L1"), twice as never)).toThrow(/subsidised twice/);
  });
});

describe("a bank's whole quarter", () => {
  const two = () => {
    const test = given()
      .disburse("L2", { ...terms, amount: "20000.00", household: "H2" })
      .settle("L2", "2018-03-21", "2018-06-21");
    test.run(SubmitSubsidyClaim, claimOf("2018Q2", { loan: "L1" }, { loan: "L2" }), "2018-06-21");
    return test;
  };
  const quarter = { bank: "K1", quarter: "2018Q2" };

  it("is accrued and paid in one append each, and once", () => {
    const test = two();
    expect(test.run(AccrueSubsidyClaim, quarter, "2018-06-22")).toMatchObject({
      total: "849.72",
      loans: [
        { loan: "L1", amount: "606.94" },
        { loan: "L2", amount: "242.78" },
      ],
    });
    expect(test.refusal(AccrueSubsidyClaim, quarter, "2018-06-22")).toBe("NOTHING_TO_ACCRUE");
    expect(test.refusal(PaySubsidyClaim, quarter, "2018-06-23")).toBe("NO_OPEN_PAYABLE");
    test.run(ApproveSubsidyClaim, quarter, "2018-06-23");
    expect(test.run(PaySubsidyClaim, quarter, "2018-06-24")).toMatchObject({
      total: "849.72",
      payments: [{ payee: "H1" }, { payee: "H2" }],
    });
    expect(test.refusal(PaySubsidyClaim, quarter, "2018-06-24")).toBe("NO_OPEN_PAYABLE");
  });

  it("leaves a rejected line out", () => {
    const test = two();
    test.run(RejectSubsidyClaimLine, { ...quarter, loan: "L2", reason: "x" }, "2018-06-22");
    expect(test.run(AccrueSubsidyClaim, quarter, "2018-06-22")).toMatchObject({ total: "606.94" });
  });
});
