import { describe, expect, it } from "vitest";
import { entitlementStream, partOf, payoutStream } from "../streams.ts";
import {
  AcceptPayoutBatch,
  CancelPayoutBatch,
  payoutCommands,
  RecordPayoutFailure,
  RecordPayoutReturn,
  RecordPayoutSuccess,
  SubmitPayoutBatch,
} from "./commands.ts";
import { item, PayoutCase } from "./testing.ts";

const batch = (payoutBatch: string, ...items: ReturnType<typeof item>[]) => ({ payoutBatch, bank: "K1", items });
const given = () =>
  new PayoutCase().household("H1").household("H2").household("H3").allocate("B1", 2018, { H1: "3000.00", H2: "2702.71", H3: "1500.00" });

describe("D4 SubmitPayoutBatch 代发批次提交", () => {
  it("pays what the ledger says, in transit until the bank answers", () => {
    const test = given();
    const answer = test.run(SubmitPayoutBatch, batch("PB1", item("H1"), item("H2")), "2018-12-28");
    expect(answer).toMatchObject({ total: "5702.71", count: 2, items: { "H1/2018/B1": "3000.00", "H2/2018/B1": "2702.71" } });
    expect(test.places("H1")).toEqual(["0.00", "0.00", "0.00"]);
    const [header] = test.log.streams.get(payoutStream("PB1")) ?? [];
    expect(header?.payload).toMatchObject({
      total: "5702.71",
      count: 2,
      parts: [{ pool: "B1", year: 2018, part: 0, count: 2, total: "5702.71" }],
    });
    expect(header?.payload.fileHash).toBe(answer.fileHash);
    expect(test.refusal(SubmitPayoutBatch, batch("PB1", item("H3")), "2018-12-28")).toBe("PAYOUT_BATCH_TAKEN");
    expect(test.refusal(SubmitPayoutBatch, batch("PB2", item("H2")), "2018-12-28")).toBe("ITEM_ALREADY_OPEN");
  });

  it("has the same file hash whatever the order of the items", () => {
    const one = given().run(SubmitPayoutBatch, batch("PB1", item("H1"), item("H2")), "2018-12-28");
    const other = given().run(SubmitPayoutBatch, batch("PB1", item("H2"), item("H1")), "2018-12-28");
    expect(one.fileHash).toBe(other.fileHash);
  });

  it("writes one event for each part of a list", () => {
    const names = Array.from({ length: 12 }, (_, index) => `H${index}`);
    const test = new PayoutCase();
    for (const name of names) test.household(name);
    test.allocate("B1", 2018, Object.fromEntries(names.map((name) => [name, "10.00"])), { parts: 3 });
    expect(test.run(SubmitPayoutBatch, batch("PB1", ...names.map((name) => item(name))), "2018-12-28").total).toBe("120.00");
    const parts = new Set(names.map((name) => partOf(name, 3)));
    for (const part of parts) expect(test.log.streams.get(entitlementStream("B1", 2018, part))?.at(-1)?.type).toBe("PayoutItemsSubmitted");
    expect(test.run(RecordPayoutSuccess, { payoutBatch: "PB1", items: names.map((name) => item(name)) }, "2018-12-29").total).toBe(
      "120.00",
    );
  });

  it("refuses what was not allocated, what is listed twice, an unknown bank and a date that is none", () => {
    const test = given().household("H9");
    expect(test.refusal(SubmitPayoutBatch, batch("PB1", item("H9")), "2018-12-28")).toBe("ENTITLEMENT_UNKNOWN");
    expect(test.refusal(SubmitPayoutBatch, batch("PB1", item("H1", "B9")), "2018-12-28")).toBe("ENTITLEMENT_UNKNOWN");
    expect(test.refusal(SubmitPayoutBatch, batch("PB1", item("H1"), item("H1")), "2018-12-28")).toBe("PAYOUT_ITEM_TWICE");
    expect(test.refusal(SubmitPayoutBatch, { ...batch("PB1", item("H1")), bank: "K9" }, "2018-12-28")).toBe("BANK_UNKNOWN");
    expect(test.refusal(SubmitPayoutBatch, { ...batch("PB1", item("H1")), valueDate: "2018-02-30" }, "2018-12-28")).toBe(
      "PAYOUT_DATE_INVALID",
    );
  });

  it("refuses an entitlement that is paid", () => {
    const test = given();
    test.run(SubmitPayoutBatch, batch("PB1", item("H1")), "2018-12-28");
    test.run(RecordPayoutSuccess, { payoutBatch: "PB1", items: [item("H1")] }, "2018-12-28");
    expect(test.refusal(SubmitPayoutBatch, batch("PB2", item("H1")), "2018-12-29")).toBe("NOTHING_TO_PAY_OUT");
  });

  it("refuses a pool that has allocated more than it received", () => {
    const test = new PayoutCase().household("H1").allocate("B1", 2018, { H1: "100.00" }, { received: "99.99" });
    expect(test.refusal(SubmitPayoutBatch, batch("PB1", item("H1")), "2018-12-28")).toBe("AGENCY_MONEY_SHORT");
  });
});

describe("accounts of a payout", () => {
  it("refuses a household without an account, an extinct one, and one in the cool-down", () => {
    const test = given().household("H4", "").allocate("B2", 2018, { H1: "1.00", H2: "1.00", H4: "1.00" });
    expect(test.refusal(SubmitPayoutBatch, batch("PB1", item("H4", "B2")), "2018-12-28")).toBe("PAYOUT_ACCOUNT_MISSING");
    test.extinct("H2", "2018-12-27");
    expect(test.refusal(SubmitPayoutBatch, batch("PB1", item("H2", "B2")), "2018-12-28")).toBe("ACCOUNT_CLOSED");
    test.card("H1", "new-card", "2018-12-27", "10:00:01");
    expect(test.refusal(SubmitPayoutBatch, batch("PB1", item("H1", "B2")), "2018-12-28")).toBe("COOLDOWN");
    expect(test.refusal(SubmitPayoutBatch, batch("PB1", item("H1", "B2")), "2018-12-29")).toBeUndefined();
  });

  it("pays an heir who has proved the claim, and the account of the household that a merged one went into", () => {
    const test = given().extinct("H2", "2018-12-27").merged("H3", "H1", "2018-12-27");
    const heir = { ...batch("PB1", item("H2")), payee: "公证书〔2018〕9号" };
    expect(test.run(SubmitPayoutBatch, heir, "2018-12-28").total).toBe("2702.71");
    expect(test.line("H2").items[0]).toMatchObject({ account: "heir", payee: "公证书〔2018〕9号" });
    test.run(SubmitPayoutBatch, batch("PB2", item("H3")), "2018-12-28");
    expect(test.line("H3").items[0]?.account).toBe("card-of-H1");
  });

  const failed = (reason: string, how: "failed" | "returned" = "failed") => {
    const test = given();
    test.run(SubmitPayoutBatch, batch("PB1", item("H2")), "2018-12-28");
    if (how === "failed") test.run(RecordPayoutFailure, { payoutBatch: "PB1", items: [item("H2")], reason }, "2018-12-29");
    else {
      test.run(RecordPayoutSuccess, { payoutBatch: "PB1", items: [item("H2")] }, "2018-12-29");
      test.run(RecordPayoutReturn, { payoutBatch: "PB1", items: [item("H2")], reason }, "2018-12-30");
    }
    return test;
  };

  it.each(["AC01", "AC04", "AC06", "BE01", "MD07"])("refuses the account that failed with %s as long as it is on file", (reason) => {
    for (const how of ["failed", "returned"] as const) {
      const test = failed(reason, how);
      expect(test.refusal(SubmitPayoutBatch, batch("PB2", item("H2")), "2018-12-31")).toBe("ACCOUNT_NOT_FIXED");
      test.card("H2", "new-card", "2019-01-02");
      expect(test.run(SubmitPayoutBatch, batch("PB2", item("H2")), "2019-01-04").total).toBe("2702.71");
      expect(test.line("H2").items[1]).toMatchObject({ from: "2901.04", reissueOf: "PB1", account: "new-card" });
    }
  });

  it("takes the same account again once it was bound anew, and at once where the account was not the cause", () => {
    const test = failed("AC06").card("H2", "card-of-H2", "2019-01-02");
    expect(test.refusal(SubmitPayoutBatch, batch("PB2", item("H2")), "2019-01-04")).toBeUndefined();
    for (const reason of ["AM05", "MS03"])
      expect(failed(reason).refusal(SubmitPayoutBatch, batch("PB2", item("H2")), "2018-12-30")).toBeUndefined();
  });
});

describe("acceptance and cancellation", () => {
  it("cancels before the bank accepts, and the items lie where they lay", () => {
    const test = given();
    test.run(SubmitPayoutBatch, batch("PB1", item("H1")), "2018-12-28");
    expect(test.run(CancelPayoutBatch, { payoutBatch: "PB1", reason: "重复" }, "2018-12-28")).toMatchObject({ total: "3000.00", count: 1 });
    expect(test.places("H1")).toEqual(["3000.00", "0.00", "0.00"]);
    expect(test.refusal(CancelPayoutBatch, { payoutBatch: "PB1", reason: "重复" }, "2018-12-28")).toBe("PAYOUT_BATCH_CANCELLED");
    expect(test.refusal(AcceptPayoutBatch, { payoutBatch: "PB1" }, "2018-12-28")).toBe("PAYOUT_BATCH_CANCELLED");
    expect(test.refusal(RecordPayoutSuccess, { payoutBatch: "PB1", items: [item("H1")] }, "2018-12-28")).toBe("UNKNOWN_ITEM");
    expect(test.run(SubmitPayoutBatch, batch("PB2", item("H1")), "2018-12-28").total).toBe("3000.00");
  });

  it("does not cancel what the bank has accepted or answered", () => {
    const test = given();
    test.run(SubmitPayoutBatch, batch("PB1", item("H1"), item("H2")), "2018-12-28");
    test.run(AcceptPayoutBatch, { payoutBatch: "PB1" }, "2018-12-28");
    expect(test.refusal(CancelPayoutBatch, { payoutBatch: "PB1", reason: "x" }, "2018-12-28")).toBe("ACCEPTED_BY_BANK");
    expect(test.refusal(AcceptPayoutBatch, { payoutBatch: "PB1" }, "2018-12-28")).toBe("ACCEPTED_BY_BANK");
    test.run(SubmitPayoutBatch, batch("PB2", item("H3")), "2018-12-28");
    test.run(RecordPayoutSuccess, { payoutBatch: "PB2", items: [item("H3")] }, "2018-12-28");
    expect(test.refusal(CancelPayoutBatch, { payoutBatch: "PB2", reason: "x" }, "2018-12-28")).toBe("ACCEPTED_BY_BANK");
    expect(test.refusal(CancelPayoutBatch, { payoutBatch: "PB9", reason: "x" }, "2018-12-28")).toBe("PAYOUT_BATCH_UNKNOWN");
  });

  it("lets a bank answer for its own batches only", () => {
    const test = given();
    test.run(SubmitPayoutBatch, batch("PB1", item("H1")), "2018-12-28");
    expect(test.refusal(AcceptPayoutBatch, { payoutBatch: "PB1" }, "2018-12-28", "K2")).toBe("PAYOUT_OTHER_BANK");
  });
});

describe("roles and the second person", () => {
  it("are those of the dictionary", () => {
    const table = Object.fromEntries(payoutCommands.map(({ name, roles, postsInBookG }) => [name, [roles.join(), postsInBookG]]));
    expect(table).toEqual({
      SubmitPayoutBatch: ["FIN-C", true],
      OrderPoolPayout: ["FIN-C", true],
      SubmitOrderedPayout: ["SYS,FIN-C", true],
      AcceptPayoutBatch: ["BANK", false],
      CancelPayoutBatch: ["FIN-C", true],
      RecordPayoutSuccess: ["BANK", true],
      RecordPayoutFailure: ["BANK", true],
      RecordPayoutReturn: ["BANK", true],
      ReversePayoutResult: ["BANK", true],
      DeclareWrongPayout: ["FIN-R", true],
      ReverseWrongPayout: ["FIN-R", true],
      RecordWrongPayoutRecovery: ["BANK", true],
      ReverseWrongPayoutRecovery: ["BANK", true],
      AdvanceWrongPayout: ["FIN-M", true],
      ReturnWrongPayoutAdvance: ["FIN-C", true],
      TransferUnclaimed: ["FIN-R", true],
      ReverseUnclaimedTransfer: ["FIN-R", true],
    });
  });
});
