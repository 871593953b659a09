import { describe, expect, it } from "vitest";
import {
  AccrueSubsidy,
  ApproveSubsidyClaim,
  CorrectSubsidy,
  DecideSubsidyClawback,
  PaySubsidy,
  ReceiveSubsidyClawback,
  ReturnSubsidyPayment,
  SetOffSubsidyClawback,
  SubmitSubsidyClaim,
  subsidyCommands,
} from "./commands.ts";
import { subsidyStream } from "./evolve.ts";
import { claimStream } from "./evolve-claim.ts";
import { openClaim, openPayable, subsidyDifferences } from "./figures.ts";
import { SubsidyCase, yuan } from "./testing.ts";

const terms = { amount: "50000.00", rate: "4.75", on: "2018-03-21", due: "2020-03-21" } as const;
/** Two quarters of a plain loan: 606.94 and 606.94 (92 days each). */
const given = () =>
  new SubsidyCase().disburse("L1", terms).settle("L1", "2018-03-21", "2018-06-21").settle("L1", "2018-06-21", "2018-09-21");
const claimOf = (quarter: string, ...lines: { loan: string; amount?: string; interest?: string }[]) => ({ bank: "K1", quarter, lines });

describe("S6 PaySubsidy 贴息拨付", () => {
  it("pays the whole open payable after approval, once", () => {
    const test = given();
    test.run(SubmitSubsidyClaim, claimOf("2018Q2", { loan: "L1" }), "2018-06-21");
    test.accrue("L1", "2018Q2", "2018-06-21");
    expect(test.refusal(PaySubsidy, { loan: "L1" }, "2018-06-22")).toBe("CLAIM_NOT_APPROVED");
    test.run(ApproveSubsidyClaim, { bank: "K1", quarter: "2018Q2" }, "2018-06-23");
    expect(test.refusal(PaySubsidy, { loan: "L1", payee: "H9" }, "2018-06-24")).toBe("NO_OPEN_PAYABLE");
    expect(test.pay("L1", "2018-06-24")).toBe("606.94");
    expect(test.refusal(PaySubsidy, { loan: "L1" }, "2018-06-24")).toBe("NO_OPEN_PAYABLE");
  });

  it("is returned by the bank and paid again later (R17)", () => {
    const test = given();
    test.whole("L1", "2018Q2", "2018-06-24");
    test.whole("L1", "2018Q3", "2018-09-24");
    expect(test.run(ReturnSubsidyPayment, { loan: "L1", reason: "AC04" }, "2018-09-26").amount).toBe("606.94");
    expect(openPayable(test.subsidy("L1"), "H1")).toBe(yuan("606.94"));
    expect(test.run(ReturnSubsidyPayment, { loan: "L1", payee: "H1", reason: "AC04" }, "2018-09-27").amount).toBe("606.94");
    expect(test.pay("L1", "2018-10-08")).toBe("1213.88");
    expect(test.run(ReturnSubsidyPayment, { loan: "L1", reason: "BE01" }, "2018-10-09").amount).toBe("1213.88");
    expect(test.refusal(ReturnSubsidyPayment, { loan: "L1", reason: "BE01" }, "2018-10-09")).toBe("NO_PAYMENT_TO_RETURN");
    expect(test.refusal(ReturnSubsidyPayment, { loan: "L9", reason: "BE01" }, "2018-10-09")).toBe("NO_PAYMENT_TO_RETURN");
  });

  it("does not pay misused days: they are corrected first, and the rest is paid", () => {
    const test = given().claim("L1", "2018Q2", "2018-06-21").claim("L1", "2018Q3", "2018-09-21");
    test.accrue("L1", "2018Q2", "2018-06-21");
    test.accrue("L1", "2018Q3", "2018-09-21");
    test.misuse("L1", "2018-06-01", "2018-10-01");
    expect(test.refusal(PaySubsidy, { loan: "L1" }, "2018-10-02")).toBe("MISUSED_LOAN");
    expect(test.run(CorrectSubsidy, { loan: "L1", correction: "recomputed" }, "2018-10-02").amount).toBe("-738.88");
    expect(test.pay("L1", "2018-10-03")).toBe("475.00");
    expect(test.refusal(DecideSubsidyClawback, { loan: "L1", reason: "misuse" }, "2018-10-03")).toBe("NOTHING_TO_CLAW_BACK");
  });
});

describe("corrections (R9, R10)", () => {
  it("books arrears of a closed year to 3501, of the open one to 5001", () => {
    const test = given().settle("L1", "2018-09-21", "2018-12-21").settle("L1", "2018-12-21", "2019-03-21");
    for (const [quarter, day, wrong] of [
      ["2018Q2", "2018-06-21", "555.83"],
      ["2018Q3", "2018-09-21", "555.83"],
      ["2019Q1", "2019-03-21", "543.75"],
    ] as const) {
      test.claim("L1", quarter, day, wrong).run(AccrueSubsidy, { loan: "L1", claim: quarter, claimedRate: "4.35", amount: wrong }, day);
    }
    const under = subsidyDifferences(test.subsidy("L1"), test.loan("L1"), test.policies());
    expect(under.byYear.get(2018)).toEqual({ overSubsidised: 0n, underSubsidised: yuan("102.22") });
    expect(under.unclaimed.get("2018Q4")).toBe(yuan("600.35"));
    const correcting = { loan: "L1", correction: "wrong-rate", rateWas: "4.35", rateIs: "4.75" } as const;
    expect(test.run(CorrectSubsidy, { ...correcting, accrualsOf: 2018 }, "2019-04-02")).toMatchObject({
      amount: "102.22",
      priorYears: "102.22",
      sameYear: "0.00",
    });
    expect(test.last(subsidyStream("L1")).valueDate).toBe("2018-12-20");
    expect(test.run(CorrectSubsidy, correcting, "2019-04-02")).toMatchObject({ amount: "50.00", priorYears: "0.00", sameYear: "50.00" });
    expect(test.last(subsidyStream("L1")).valueDate).toBe("2019-03-20");
    expect(test.refusal(CorrectSubsidy, correcting, "2019-04-02")).toBe("NOTHING_TO_CORRECT");
    expect(test.pay("L1", "2019-04-03")).toBe("1807.63");
  });

  it("refuses a wrong rate without the right one", () => {
    const test = given();
    expect(test.refusal(CorrectSubsidy, { loan: "L1", correction: "wrong-rate" }, "2018-06-21")).toBe("CORRECTION_RATE_MISSING");
    expect(test.refusal(DecideSubsidyClawback, { loan: "L1", reason: "wrong-rate" }, "2018-06-21")).toBe("CORRECTION_RATE_MISSING");
    expect(test.refusal(CorrectSubsidy, { loan: "L1", correction: "recomputed" }, "2018-06-21")).toBe("NOTHING_TO_CORRECT");
    expect(test.refusal(CorrectSubsidy, { loan: "L1", correction: "recomputed", valueDate: "2018-04-31" }, "2018-06-21")).toBe(
      "SUBSIDY_DATE_INVALID",
    );
  });
});

describe("S7 other reasons", () => {
  it("claims back what a back-dated repayment made wrong", () => {
    const test = given();
    test.whole("L1", "2018Q2", "2018-06-21");
    test.repay("L1", "2018-05-21", "10000.00", "2018-07-02");
    expect(test.run(DecideSubsidyClawback, { loan: "L1", reason: "backdated-repayment" }, "2018-07-02")).toMatchObject({
      total: "40.90",
      sameYear: "40.90",
    });
    expect(test.last(subsidyStream("L1")).valueDate).toBe("2018-06-20");
    expect(test.refusal(CorrectSubsidy, { loan: "L1", correction: "recomputed" }, "2018-07-03")).toBe("NOTHING_TO_CORRECT");
  });

  it("claims back days that turned out to be overdue", () => {
    const test = new SubsidyCase()
      .disburse("L1", { ...terms, rate: "4.35", due: "2018-08-21" })
      .extend("L1", "2018-12-21", "4.35", "2018-08-01")
      .settle("L1", "2018-06-21", "2018-09-21");
    expect(test.whole("L1", "2018Q3", "2018-09-21")).toBe("555.83");
    test.extend("L1", "2018-08-21", "4.35", "2018-10-01");
    expect(test.run(DecideSubsidyClawback, { loan: "L1", reason: "overdue" }, "2018-10-01")).toMatchObject({ total: "187.29" });
  });

  it("claims back everything, or everything from a day, after a false application", () => {
    const paid = () => {
      const test = given();
      test.whole("L1", "2018Q2", "2018-06-21");
      return test;
    };
    expect(paid().run(DecideSubsidyClawback, { loan: "L1", reason: "false-application" }, "2019-01-10")).toMatchObject({
      total: "606.94",
      priorYears: "606.94",
      sameYear: "0.00",
    });
    expect(
      paid().run(DecideSubsidyClawback, { loan: "L1", reason: "false-application", misuseFrom: "2018-05-01" }, "2018-07-02"),
    ).toMatchObject({ total: "336.45", sameYear: "336.45" });
    expect(paid().refusal(DecideSubsidyClawback, { loan: "L1", reason: "false-application", misuseFrom: "2018-02-30" }, "2018-07-02")).toBe(
      "SUBSIDY_DATE_INVALID",
    );
  });

  it("claims back nothing that was not paid", () => {
    const test = given().claim("L1", "2018Q2", "2018-06-21");
    test.accrue("L1", "2018Q2", "2018-06-21");
    expect(test.refusal(DecideSubsidyClawback, { loan: "L1", reason: "false-application" }, "2018-07-02")).toBe("NOTHING_TO_CLAW_BACK");
  });
});

describe("S8 SetOffSubsidyClawback 抵扣", () => {
  const owing = () => {
    const test = given()
      .disburse("L2", { ...terms, amount: "20000.00", bank: "K2" })
      .settle("L2", "2018-03-21", "2018-06-21");
    test.whole("L1", "2018Q2", "2018-06-21");
    test.run(DecideSubsidyClawback, { loan: "L1", reason: "false-application" }, "2018-07-02");
    return test;
  };

  it("takes the smaller of the open claim and the open payable, on both streams", () => {
    const test = owing();
    expect(test.refusal(SetOffSubsidyClawback, { loan: "L1", againstLoan: "L2" }, "2018-07-03")).toBe("NO_OPEN_PAYABLE");
    test.log.record(subsidyStream("L2"), [
      {
        type: "SubsidyAccrued",
        valueDate: "2018-06-21",
        payload: {
          ...{ loan: "L2", household: "H1", bank: "K2", village: "410803010201", model: 3, payee: "H1", claim: "2018Q2", amount: "242.78" },
          settlements: [{ from: "2018-03-21", toExcl: "2018-06-21", interest: "242.78", subsidy: "242.78" }],
        },
      },
    ]);
    expect(test.refusal(SetOffSubsidyClawback, { loan: "L1", againstLoan: "L2" }, "2018-07-03")).toBe("CLAIM_NOT_APPROVED");
    test.log.record(claimStream("K2", "2018Q2"), [
      {
        type: "SubsidyClaimSubmitted",
        valueDate: "2018-06-21",
        payload: { lines: [{ loan: "L2", settlements: [{ from: "2018-03-21", toExcl: "2018-06-21" }] }] },
      },
      { type: "SubsidyClaimApproved", valueDate: "2018-06-21", payload: {} },
    ]);
    expect(test.run(SetOffSubsidyClawback, { loan: "L1", againstLoan: "L2" }, "2018-07-03").amount).toBe("242.78");
    expect(test.last(subsidyStream("L1")).payload).toMatchObject({ side: "claim", againstLoan: "L2", againstBank: "K2", amount: "242.78" });
    expect(test.last(subsidyStream("L2")).payload).toMatchObject({ side: "payable", loan: "L1", againstLoan: "L2" });
    expect(openClaim(test.subsidy("L1"), "H1")).toBe(yuan("364.16"));
    expect(openPayable(test.subsidy("L2"), "H1")).toBe(0n);
    expect(test.refusal(PaySubsidy, { loan: "L2" }, "2018-07-04")).toBe("NO_OPEN_PAYABLE");
  });

  it("takes from the next quarter of the same loan", () => {
    const test = owing().claim("L1", "2018Q3", "2018-09-21");
    test.accrue("L1", "2018Q3", "2018-09-21");
    test.run(ReceiveSubsidyClawback, { loan: "L1", amount: "600.00" }, "2018-09-22");
    expect(test.run(SetOffSubsidyClawback, { loan: "L1", againstLoan: "L1" }, "2018-09-23").amount).toBe("6.94");
    expect(test.pay("L1", "2018-09-24")).toBe("600.00");
    expect(test.refusal(SetOffSubsidyClawback, { loan: "L1", againstLoan: "L1" }, "2018-09-25")).toBe("NO_OPEN_CLAIM");
  });

  it("refuses a loan without any claim", () => {
    expect(given().refusal(SetOffSubsidyClawback, { loan: "L1", againstLoan: "L1" }, "2018-09-25")).toBe("NO_OPEN_CLAIM");
    expect(given().refusal(ReceiveSubsidyClawback, { loan: "L1", amount: "1.00" }, "2018-09-25")).toBe("NO_OPEN_CLAIM");
  });
});

describe("roles and the second person", () => {
  it("are those of the dictionary", () => {
    const table = Object.fromEntries(subsidyCommands.map(({ name, roles, postsInBookG }) => [name, [roles.join(), postsInBookG]]));
    expect(table).toEqual({
      AppropriateSubsidyFunds: ["FIN-M", true],
      SubmitSubsidyClaim: ["BANK", false],
      AccrueSubsidy: ["FIN-M", true],
      AccrueSubsidyClaim: ["FIN-M", true],
      CorrectSubsidy: ["FIN-M", true],
      PublishSubsidyClaim: ["OFFICE,POV", false],
      FileSubsidyObjection: ["VIL,OFFICE", false],
      ResolveSubsidyObjection: ["POV", false],
      RejectSubsidyClaimLine: ["FIN-R", true],
      ApproveSubsidyClaim: ["FIN-R", false],
      PaySubsidy: ["FIN-C", true],
      PaySubsidyClaim: ["FIN-C", true],
      ReturnSubsidyPayment: ["BANK", true],
      DecideSubsidyClawback: ["FIN-R", true],
      ReceiveSubsidyClawback: ["BANK", true],
      SetOffSubsidyClawback: ["FIN-M", true],
      ReverseSubsidyAppropriation: ["FIN-M", true],
      ReverseSubsidyClawback: ["FIN-R", true],
      ReverseClawbackReceipt: ["BANK", true],
    });
  });
});
