import { describe, expect, it } from "vitest";
import {
  AccrueSubsidy,
  AccrueSubsidyClaim,
  ApproveSubsidyClaim,
  FileSubsidyObjection,
  PaySubsidy,
  PaySubsidyClaim,
  PublishSubsidyClaim,
  RejectSubsidyClaimLine,
  ResolveSubsidyObjection,
  ReturnSubsidyPayment,
  SubmitSubsidyClaim,
} from "./commands.ts";
import { subsidyStream } from "./evolve.ts";
import { claimStream } from "./evolve-claim.ts";
import { SubsidyCase } from "./testing.ts";

const terms = { amount: "50000.00", rate: "4.75", on: "2018-03-21", due: "2020-03-21" } as const;
const QUARTER = { bank: "K1", quarter: "2018Q2" };
/** A quarter of 606.94 that is settled and paid. */
const given = () => new SubsidyCase().disburse("L1", terms).settle("L1", "2018-03-21", "2018-06-21");
const claimed = () => given().claim("L1", "2018Q2", "2018-06-21");

describe("S4 budget control", () => {
  const short = (mode?: string) => {
    const test = claimed();
    test.funds = { cash: "1000.00", promised: "400.00" };
    return mode === undefined ? test : test.policy("subsidy.budgetControl", mode, "2018-01-01");
  };

  it("marks what is beyond what is there and not promised, and warns", () => {
    const test = short();
    expect(test.run(AccrueSubsidy, { loan: "L1", claim: "2018Q2" }, "2018-06-21")).toMatchObject({
      amount: "606.94",
      warnings: [{ code: "SUBSIDY_BUDGET_EXCEEDED" }],
    });
    expect(test.last(subsidyStream("L1")).payload).toMatchObject({ beyondBudget: true });
  });

  it("says nothing within it, to the fen, nor where it is off", () => {
    const test = short();
    test.funds = { cash: "1006.94", promised: "400.00" };
    expect(test.run(AccrueSubsidy, { loan: "L1", claim: "2018Q2" }, "2018-06-21")).not.toHaveProperty("warnings");
    expect(test.last(subsidyStream("L1")).payload).not.toHaveProperty("beyondBudget");
    expect(short("off").run(AccrueSubsidyClaim, QUARTER, "2018-06-21")).not.toHaveProperty("warnings");
  });

  it("refuses it where the policy blocks, of one loan and of a quarter", () => {
    expect(short("block").refusal(AccrueSubsidy, { loan: "L1", claim: "2018Q2" }, "2018-06-21")).toBe("SUBSIDY_BUDGET_EXCEEDED");
    expect(short("block").refusal(AccrueSubsidyClaim, QUARTER, "2018-06-21")).toBe("SUBSIDY_BUDGET_EXCEEDED");
    expect(short("warn").run(AccrueSubsidyClaim, QUARTER, "2018-06-21")).toHaveProperty("warnings");
  });

  it("does the same to a payment beyond the cash", () => {
    const test = claimed();
    test.accrue("L1", "2018Q2", "2018-06-21");
    test.funds = { cash: "606.93", promised: "606.94" };
    expect(test.run(PaySubsidy, { loan: "L1" }, "2018-06-24")).toMatchObject({ warnings: [{ code: "SUBSIDY_CASH_SHORT" }] });
    expect(test.last(subsidyStream("L1")).payload).toMatchObject({ beyondBudget: true });
    const blocked = claimed().policy("subsidy.budgetControl", "block", "2018-01-01");
    blocked.accrue("L1", "2018Q2", "2018-06-21");
    blocked.funds = test.funds;
    expect(blocked.refusal(PaySubsidy, { loan: "L1" }, "2018-06-24")).toBe("SUBSIDY_CASH_SHORT");
    expect(blocked.refusal(PaySubsidyClaim, QUARTER, "2018-06-24")).toBe("SUBSIDY_CASH_SHORT");
    blocked.funds = { cash: "606.94", promised: "606.94" };
    expect(blocked.refusal(PaySubsidyClaim, QUARTER, "2018-06-24")).toBeUndefined();
  });
});

describe("S5 publicity", () => {
  const pending = (days = "10") => {
    const test = given().policy("subsidy.publicityDays", days, "2018-01-01");
    test.run(SubmitSubsidyClaim, { ...QUARTER, lines: [{ loan: "L1" }] }, "2018-06-21");
    return test;
  };
  const publicity = { ...QUARTER, from: "2018-06-22", to: "2018-07-01" };
  const objection = { ...QUARTER, objection: "Y1", loan: "L1", reason: "不在本村" };
  const approval = (test: SubsidyCase, day: string) => test.refusal(ApproveSubsidyClaim, QUARTER, day);

  it("is asked for as many days as the policy says, and must be over", () => {
    expect(approval(pending("0"), "2018-06-21")).toBeUndefined();
    const test = pending();
    expect(approval(test, "2018-08-01")).toBe("CLAIM_NOT_PUBLISHED");
    test.run(PublishSubsidyClaim, { ...publicity, to: "2018-06-30" }, "2018-06-22");
    expect(approval(test, "2018-08-01")).toBe("CLAIM_NOT_PUBLISHED");
    test.run(PublishSubsidyClaim, publicity, "2018-06-22");
    expect(approval(test, "2018-07-01")).toBe("CLAIM_PUBLICITY_NOT_FINISHED");
    expect(approval(test, "2018-07-02")).toBeUndefined();
  });

  it("begins anew for lines that come after it", () => {
    const test = pending();
    test.run(PublishSubsidyClaim, publicity, "2018-06-22");
    test.disburse("L2", { ...terms, household: "H2" }).settle("L2", "2018-03-21", "2018-06-21");
    test.run(SubmitSubsidyClaim, { ...QUARTER, lines: [{ loan: "L2" }] }, "2018-06-25");
    expect(approval(test, "2018-07-02")).toBe("CLAIM_NOT_PUBLISHED");
  });

  it("waits for objections: dismissed, or upheld and the line rejected", () => {
    const test = pending();
    test.run(PublishSubsidyClaim, publicity, "2018-06-22");
    test.run(FileSubsidyObjection, objection, "2018-06-25");
    expect(test.refusal(FileSubsidyObjection, objection, "2018-06-25")).toBe("CLAIM_OBJECTION_KNOWN");
    expect(approval(test, "2018-07-02")).toBe("CLAIM_OBJECTION_OPEN");
    test.run(ResolveSubsidyObjection, { ...QUARTER, objection: "Y1", result: "dismissed" }, "2018-06-28");
    expect(approval(test, "2018-07-02")).toBeUndefined();
    test.run(FileSubsidyObjection, { ...objection, objection: "Y2" }, "2018-06-29");
    test.run(ResolveSubsidyObjection, { ...QUARTER, objection: "Y2", result: "upheld" }, "2018-06-30");
    expect(approval(test, "2018-07-02")).toBe("CLAIM_OBJECTION_UPHELD");
    test.run(RejectSubsidyClaimLine, { ...QUARTER, loan: "L1", reason: "异议成立" }, "2018-06-30");
    expect(approval(test, "2018-07-02")).toBe("NOTHING_TO_APPROVE");
  });

  it.each([
    ["a period that ends before it begins", PublishSubsidyClaim, { ...publicity, to: "2018-06-21" }, "CLAIM_PUBLICITY_INVALID"],
    ["a claim without pending lines", PublishSubsidyClaim, { ...publicity, quarter: "2018Q3" }, "NOTHING_TO_APPROVE"],
    ["an objection against a loan that is not claimed", FileSubsidyObjection, { ...objection, loan: "L9" }, "CLAIM_LINE_UNKNOWN"],
    [
      "an objection that was not filed",
      ResolveSubsidyObjection,
      { ...QUARTER, objection: "Y9", result: "upheld" },
      "CLAIM_OBJECTION_UNKNOWN",
    ],
  ])("refuses %s", (_, definition, command, expected) => {
    expect(pending().refusal(definition as typeof PublishSubsidyClaim, command as never, "2018-06-22")).toBe(expected);
  });

  it("keeps its events on the claim", () => {
    const test = pending();
    test.run(PublishSubsidyClaim, publicity, "2018-06-22");
    expect(test.last(claimStream("K1", "2018Q2"))).toMatchObject({ type: "SubsidyClaimPublished", payload: publicity });
  });
});

describe("S6 the household's account (as D6–D8)", () => {
  const registered = () => {
    const test = claimed();
    const members = [{ personId: "p1", relation: "head", name: "sealed:n", idNumber: "sealed:i" }];
    const household = { household: "H1", village: "V1", members, head: "p1" };
    test.log.record("household/H1", [{ type: "HouseholdRegistered", valueDate: "2015-01-01", payload: household }]);
    test.accrue("L1", "2018Q2", "2018-06-21");
    return test;
  };
  const bind = (test: SubsidyCase, numberHash: string, day: string, type = "BankAccountBound") => {
    const payload = { household: "H1", holder: "p1", bank: "K1", kind: "card", number: "sealed:c", numberHash, purpose: "all" };
    test.log.record("household/H1", [{ type, valueDate: day, payload }], test.on(day));
    return test;
  };

  it("is needed, known with the payment, and cools down for 24 hours", () => {
    expect(registered().refusal(PaySubsidy, { loan: "L1" }, "2018-06-24")).toBe("PAYOUT_ACCOUNT_MISSING");
    const test = bind(registered(), "c1", "2018-06-24");
    expect(test.refusal(PaySubsidy, { loan: "L1" }, "2018-06-24")).toBe("COOLDOWN");
    test.pay("L1", "2018-06-25");
    expect(test.last(subsidyStream("L1")).payload).toMatchObject({ account: "c1" });
  });

  it("on which a payment failed is mended before the next", () => {
    const test = bind(registered(), "c1", "2018-01-02");
    test.pay("L1", "2018-06-24");
    test.run(ReturnSubsidyPayment, { loan: "L1", reason: "AC04" }, "2018-06-26");
    expect(test.last(subsidyStream("L1")).payload).toMatchObject({ account: "c1", reason: "AC04" });
    expect(test.refusal(PaySubsidy, { loan: "L1" }, "2018-07-01")).toBe("ACCOUNT_NOT_FIXED");
    bind(test, "c2", "2018-07-01", "BankAccountChanged");
    expect(test.refusal(PaySubsidy, { loan: "L1" }, "2018-07-01")).toBe("COOLDOWN");
    expect(test.pay("L1", "2018-07-02")).toBe("606.94");
  });

  it("may be used again when the return was not its fault", () => {
    const test = bind(registered(), "c1", "2018-01-02");
    test.pay("L1", "2018-06-24");
    test.run(ReturnSubsidyPayment, { loan: "L1", reason: "MS03" }, "2018-06-26");
    expect(test.pay("L1", "2018-06-27")).toBe("606.94");
  });

  it("of an extinct household is closed: an heir is paid with a proof", () => {
    const test = bind(registered(), "c1", "2018-01-02");
    test.log.record("household/H1", [{ type: "HouseholdExtinct", valueDate: "2018-06-22", payload: { household: "H1" } }]);
    expect(test.refusal(PaySubsidy, { loan: "L1" }, "2018-06-24")).toBe("ACCOUNT_CLOSED");
    expect(test.run(PaySubsidy, { loan: "L1", heirProof: "公证1" }, "2018-06-24")).toMatchObject({ amount: "606.94" });
  });

  it("that is missing lets the others of the quarter be paid", () => {
    const test = registered();
    test
      .disburse("L2", { ...terms, household: "H2" })
      .settle("L2", "2018-03-21", "2018-06-21")
      .claim("L2", "2018Q2", "2018-06-22");
    expect(test.refusal(PaySubsidyClaim, QUARTER, "2018-06-24")).toBe("PAYOUT_ACCOUNT_MISSING");
    test.accrue("L2", "2018Q2", "2018-06-22");
    expect(test.run(PaySubsidyClaim, QUARTER, "2018-06-24")).toMatchObject({
      total: "606.94",
      payments: [{ loan: "L2" }],
      waiting: [{ loan: "L1", payee: "H1", code: "PAYOUT_ACCOUNT_MISSING" }],
    });
  });
});
