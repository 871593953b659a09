import { describe, expect, it } from "vitest";
import { entitlementStream, wrongPayoutStream } from "../streams.ts";
import {
  AdvanceWrongPayout,
  DeclareWrongPayout,
  RecordPayoutFailure,
  RecordPayoutReturn,
  RecordPayoutSuccess,
  RecordWrongPayoutRecovery,
  ReturnWrongPayoutAdvance,
  ReversePayoutResult,
  ReverseUnclaimedTransfer,
  ReverseWrongPayout,
  ReverseWrongPayoutRecovery,
  SubmitPayoutBatch,
  TransferUnclaimed,
} from "./commands.ts";
import { item, PayoutCase } from "./testing.ts";

const given = () => {
  const test = new PayoutCase().household("H1").household("H2").household("H3");
  test.allocate("B1", 2018, { H1: "400.00", H2: "200.00", H3: "100.00" });
  test.run(SubmitPayoutBatch, { payoutBatch: "PB1", bank: "K1", items: [item("H1"), item("H2")] }, "2018-12-21");
  return test;
};
const told = <M extends object = object>(household: string, more: M = {} as M) => ({
  payoutBatch: "PB1",
  items: [item(household)],
  ...more,
});
const paid = () => {
  const test = given();
  test.run(RecordPayoutSuccess, { payoutBatch: "PB1", items: [item("H1"), item("H2")], serial: "S1" }, "2018-12-22");
  return test;
};

describe("D5–D7 results of the bank", () => {
  it("pays, fails and returns items", () => {
    const test = given();
    expect(test.run(RecordPayoutSuccess, told("H1", { total: "400.00" }), "2018-12-22").total).toBe("400.00");
    expect(test.run(RecordPayoutFailure, told("H2", { reason: "AC06" }), "2018-12-23").total).toBe("200.00");
    expect(test.places("H2")).toEqual(["0.00", "200.00", "0.00"]);
    expect(test.run(RecordPayoutReturn, told("H1", { reason: "BE01" }), "2019-01-04").items).toEqual({ "H1/2018/B1": "400.00" });
    expect(test.places("H1")).toEqual(["0.00", "400.00", "0.00"]);
    expect(test.line("H1").items[0]?.results.map(({ status, valueDate }) => [status, valueDate])).toEqual([
      ["succeeded", "2018-12-22"],
      ["returned", "2019-01-04"],
    ]);
  });

  it("given a sender that is no bank, when it sends results, then they are refused and nothing is recorded", () => {
    const test = given();
    const before = [test.log.all.length, test.places("H1")];
    const context = { ...test.on(RecordPayoutSuccess, "2018-12-22", "K1"), actor: "user-1" };
    expect(test.log.decide(RecordPayoutSuccess, told("H1"), context)).toEqual({
      ok: false,
      refusal: { code: "PAYOUT_NOT_A_BANK", details: { actor: "user-1" } },
    });
    expect([test.log.all.length, test.places("H1")]).toEqual(before);
  });

  it("refuses a second result, a return of what was not paid, and what is not in the batch", () => {
    const test = given();
    expect(test.refusal(RecordPayoutSuccess, told("H3"), "2018-12-22")).toBe("UNKNOWN_ITEM");
    expect(test.refusal(RecordPayoutSuccess, { ...told("H1"), payoutBatch: "PB9" }, "2018-12-22")).toBe("PAYOUT_BATCH_UNKNOWN");
    expect(test.refusal(RecordPayoutSuccess, told("H1", { total: "400.01" }), "2018-12-22")).toBe("PAYOUT_TOTAL_DIFFERS");
    expect(test.refusal(RecordPayoutReturn, told("H1", { reason: "AC04" }), "2018-12-22")).toBe("ITEM_NOT_SUCCEEDED");
    test.run(RecordPayoutSuccess, told("H1"), "2018-12-22");
    expect(test.refusal(RecordPayoutSuccess, told("H1"), "2018-12-22")).toBe("RESULT_ALREADY_KNOWN");
    expect(test.refusal(RecordPayoutFailure, told("H1", { reason: "AC04" }), "2018-12-22")).toBe("RESULT_ALREADY_KNOWN");
    test.run(RecordPayoutReturn, told("H1", { reason: "AC04" }), "2018-12-23");
    expect(test.refusal(RecordPayoutReturn, told("H1", { reason: "AC04" }), "2018-12-24")).toBe("ITEM_ALREADY_RETURNED");
    expect(test.refusal(RecordPayoutSuccess, told("H1"), "2018-12-24")).toBe("RESULT_ALREADY_KNOWN");
    test.run(RecordPayoutFailure, told("H2", { reason: "AC04" }), "2018-12-23");
    expect(test.refusal(RecordPayoutReturn, told("H2", { reason: "AC04" }), "2018-12-24")).toBe("ITEM_NOT_SUCCEEDED");
  });
});

describe("C6 ReversePayoutResult 冲正", () => {
  const reversal = (serial: string) => ({ payoutBatch: "PB1", serial, reversalSerial: `R-${serial}` });

  it("makes the items of a message open again, value-dated like it", () => {
    const test = paid();
    test.run(ReversePayoutResult, reversal("S1"), "2018-12-27");
    expect(test.log.all.at(-1)).toMatchObject({ type: "PayoutResultReversed", valueDate: "2018-12-22", payload: { result: "succeeded" } });
    expect(test.log.all.at(-1)?.payload.items[0].amount).toBe("-400.00");
    expect(test.refusal(ReversePayoutResult, reversal("S1"), "2018-12-27")).toBe("UNKNOWN_PAYOUT_SERIAL");
    test.run(RecordPayoutFailure, told("H1", { reason: "AC01" }), "2018-12-28");
    expect(test.places("H1")).toEqual(["0.00", "400.00", "0.00"]);
  });

  it("takes a return back, unless the money has moved on", () => {
    const test = paid();
    test.run(RecordPayoutReturn, told("H1", { reason: "MS03", serial: "S2" }), "2018-12-28");
    expect(test.refusal(ReversePayoutResult, reversal("S1"), "2018-12-29")).toBe("PAYOUT_RESULT_BUILT_UPON");
    test.run(ReversePayoutResult, reversal("S2"), "2018-12-29");
    expect(test.places("H1")).toEqual(["0.00", "0.00", "0.00"]);
    test.run(RecordPayoutReturn, told("H1", { reason: "MS03", serial: "S3" }), "2018-12-30");
    test.run(SubmitPayoutBatch, { payoutBatch: "PB2", bank: "K1", items: [item("H1")] }, "2018-12-31");
    expect(test.refusal(ReversePayoutResult, reversal("S3"), "2019-01-02")).toBe("PAYOUT_RESULT_BUILT_UPON");
  });
});

describe("D9, D10, R15: wrong payouts", () => {
  const wrong = (...households: string[]) => ({ payoutBatch: "PB1", items: households.map((one) => item(one)), obligor: "张某案" });
  const again = (...households: string[]) => ({ payoutBatch: "PB2", bank: "K1", items: households.map((one) => item(one)) });

  it("owes the right payee what somebody else got, and pays when it is recovered", () => {
    const test = paid();
    expect(test.run(DeclareWrongPayout, wrong("H1"), "2019-01-10").total).toBe("400.00");
    expect(test.places("H1")).toEqual(["0.00", "400.00", "0.00"]);
    expect(test.refusal(DeclareWrongPayout, wrong("H1"), "2019-01-10")).toBe("ITEM_NOT_SUCCEEDED");
    expect(test.refusal(SubmitPayoutBatch, again("H1"), "2019-01-10")).toBe("AGENCY_MONEY_SHORT");
    expect(test.refusal(SubmitPayoutBatch, again("H3"), "2019-01-10")).toBeUndefined();
    const recovery = (amount: string, serial = `R${amount}`) => ({ obligor: "张某案", amount, serial });
    expect(test.refusal(RecordWrongPayoutRecovery, recovery("400.01"), "2019-01-11")).toBe("ABOVE_WRONG_PAYOUT_CLAIM");
    expect(test.refusal(RecordWrongPayoutRecovery, recovery("0.00"), "2019-01-11")).toBe("PAYOUT_AMOUNT_INVALID");
    expect(test.run(RecordWrongPayoutRecovery, recovery("399.99"), "2019-01-11").open).toBe("0.01");
    expect(test.refusal(SubmitPayoutBatch, again("H1"), "2019-01-12")).toBe("AGENCY_MONEY_SHORT");
    test.run(RecordWrongPayoutRecovery, recovery("0.01"), "2019-01-12");
    expect(test.refusal(RecordWrongPayoutRecovery, recovery("0.01", "R9"), "2019-01-12")).toBe("NO_WRONG_PAYOUT_CLAIM");
    expect(test.run(SubmitPayoutBatch, again("H1"), "2019-01-13").total).toBe("400.00");
  });

  it("pays with what one obligor gave back those he was paid instead of, and nobody else", () => {
    const test = paid();
    test.run(DeclareWrongPayout, wrong("H1", "H2"), "2019-01-10");
    test.run(RecordWrongPayoutRecovery, { obligor: "张某案", amount: "200.00", serial: "R1" }, "2019-01-11");
    expect(test.refusal(SubmitPayoutBatch, again("H1"), "2019-01-12")).toBe("AGENCY_MONEY_SHORT");
    expect(test.refusal(SubmitPayoutBatch, again("H1", "H2"), "2019-01-12")).toBe("AGENCY_MONEY_SHORT");
    test.run(SubmitPayoutBatch, again("H2"), "2019-01-12");
    expect(test.refusal(SubmitPayoutBatch, { ...again("H1"), payoutBatch: "PB3" }, "2019-01-12")).toBe("AGENCY_MONEY_SHORT");
    test.run(RecordWrongPayoutRecovery, { obligor: "张某案", amount: "400.00", serial: "R2" }, "2019-01-13");
    expect(test.refusal(SubmitPayoutBatch, { ...again("H1"), payoutBatch: "PB3" }, "2019-01-14")).toBeUndefined();
  });

  it("pays the right payee from what the district advanced, and gives that back when it is recovered (R15)", () => {
    const test = paid();
    test.run(DeclareWrongPayout, wrong("H1"), "2019-01-10");
    const advance = (amount: string) => ({ obligor: "张某案", amount, source: "区财政预备费", document: "站财〔2019〕3号" });
    const giveBack = (amount: string) => ({ obligor: "张某案", amount });
    expect(test.refusal(AdvanceWrongPayout, { ...advance("1.00"), obligor: "李某案" }, "2019-01-11")).toBe("NO_WRONG_PAYOUT_CLAIM");
    expect(test.refusal(AdvanceWrongPayout, advance("400.01"), "2019-01-11")).toBe("ABOVE_ADVANCE_NEEDED");
    expect(test.refusal(AdvanceWrongPayout, advance("0.00"), "2019-01-11")).toBe("PAYOUT_AMOUNT_INVALID");
    test.run(RecordWrongPayoutRecovery, { obligor: "张某案", amount: "100.00", serial: "R1" }, "2019-01-11");
    expect(test.refusal(AdvanceWrongPayout, advance("300.01"), "2019-01-11")).toBe("ABOVE_ADVANCE_NEEDED");
    test.run(AdvanceWrongPayout, advance("200.00"), "2019-01-11");
    expect(test.refusal(SubmitPayoutBatch, again("H1"), "2019-01-12")).toBe("AGENCY_MONEY_SHORT");
    expect(test.run(AdvanceWrongPayout, advance("100.00"), "2019-01-12").advanced).toBe("300.00");
    // Before it is used it can go back: nobody else's money stands in for it.
    expect(test.refusal(ReturnWrongPayoutAdvance, giveBack("300.01"), "2019-01-12")).toBe("ABOVE_ADVANCE_RETURNABLE");
    expect(test.refusal(ReturnWrongPayoutAdvance, giveBack("300.00"), "2019-01-12")).toBeUndefined();
    expect(test.run(SubmitPayoutBatch, again("H1"), "2019-01-13").total).toBe("400.00");
    expect(test.refusal(ReturnWrongPayoutAdvance, giveBack("0.01"), "2019-01-14")).toBe("ABOVE_ADVANCE_RETURNABLE");
    test.run(RecordWrongPayoutRecovery, { obligor: "张某案", amount: "250.00", serial: "R2" }, "2019-02-01");
    expect(test.refusal(ReturnWrongPayoutAdvance, giveBack("250.01"), "2019-02-02")).toBe("ABOVE_ADVANCE_RETURNABLE");
    expect(test.run(ReturnWrongPayoutAdvance, giveBack("250.00"), "2019-02-02").advanced).toBe("50.00");
  });

  it("is taken back by the bank that reported it, and each bank has serials of its own", () => {
    const test = paid();
    test.run(DeclareWrongPayout, wrong("H1"), "2019-01-10");
    test.run(RecordWrongPayoutRecovery, { obligor: "张某案", amount: "100.00", serial: "R1" }, "2019-01-11");
    const reversal = { obligor: "张某案", serial: "R1", reversalSerial: "V1" };
    expect(test.refusal(ReverseWrongPayoutRecovery, reversal, "2019-01-12", "K2")).toBe("UNKNOWN_PAYOUT_SERIAL");
    test.run(RecordWrongPayoutRecovery, { obligor: "张某案", amount: "50.00", serial: "R1" }, "2019-01-12", "K2");
    expect(test.run(ReverseWrongPayoutRecovery, reversal, "2019-01-13", "K2").open).toBe("300.00");
    expect(test.run(ReverseWrongPayoutRecovery, reversal, "2019-01-13").open).toBe("400.00");
  });

  it("opens the claim again when the bank takes a recovery back", () => {
    const test = paid();
    test.run(DeclareWrongPayout, wrong("H1"), "2019-01-10");
    test.run(RecordWrongPayoutRecovery, { obligor: "张某案", amount: "400.00", serial: "R1" }, "2019-01-11");
    const reversal = { obligor: "张某案", serial: "R1", reversalSerial: "R2" };
    expect(test.run(ReverseWrongPayoutRecovery, reversal, "2019-01-20").open).toBe("400.00");
    expect(test.log.streams.get(wrongPayoutStream("张某案"))?.at(-1)).toMatchObject({
      valueDate: "2019-01-11",
      payload: { amount: "-400.00" },
    });
    expect(test.refusal(ReverseWrongPayoutRecovery, reversal, "2019-01-20")).toBe("UNKNOWN_PAYOUT_SERIAL");
    expect(test.refusal(SubmitPayoutBatch, again("H1"), "2019-01-21")).toBe("AGENCY_MONEY_SHORT");
  });
});

describe("D11, R16: unclaimed money", () => {
  it("goes from where it lies after two years from failure, return or allocation, and back for an heir", () => {
    const test = given();
    test.run(RecordPayoutFailure, told("H1", { reason: "MD07" }), "2019-02-28");
    const transfer = { items: [item("H1")] };
    expect(test.refusal(TransferUnclaimed, transfer, "2021-02-27")).toBe("UNCLAIMED_TOO_EARLY");
    expect(test.refusal(TransferUnclaimed, { items: [item("H2")] }, "2021-02-28")).toBe("ITEM_ALREADY_OPEN");
    expect(test.run(TransferUnclaimed, transfer, "2021-02-28")).toMatchObject({ total: "400.00", items: { "H1/2018/B1": "400.00" } });
    expect(test.places("H1")).toEqual(["0.00", "0.00", "400.00"]);
    expect(test.refusal(TransferUnclaimed, transfer, "2021-03-01")).toBe("NOTHING_TO_PAY_OUT");
    expect(test.refusal(TransferUnclaimed, { items: [item("H3")] }, "2020-12-19")).toBe("UNCLAIMED_TOO_EARLY");
    test.run(TransferUnclaimed, { items: [item("H3")] }, "2020-12-20");
    expect(test.log.all.at(-1)?.payload.items).toMatchObject([{ household: "H3", from: "2901.02", since: "2018-12-20" }]);
    const claim = { items: [item("H1")], claimant: "公证书1号" };
    expect(test.run(ReverseUnclaimedTransfer, claim, "2021-05-10").total).toBe("400.00");
    expect(test.places("H1")).toEqual(["0.00", "400.00", "0.00"]);
    expect(test.refusal(ReverseUnclaimedTransfer, claim, "2021-05-10")).toBe("NOTHING_UNCLAIMED");
    expect(test.refusal(TransferUnclaimed, transfer, "2022-05-10")).toBe("UNCLAIMED_TOO_EARLY");
    expect(test.refusal(TransferUnclaimed, { items: [item("H9")] }, "2022-05-10")).toBe("ENTITLEMENT_UNKNOWN");
  });
});

describe("C1 of D9: ReverseWrongPayout 错付认定冲销", () => {
  const found = () => {
    const test = paid();
    test.run(DeclareWrongPayout, told("H1", { obligor: "X", evidence: [] }), "2018-12-24");
    return test;
  };
  const back = told("H1", { obligor: "X", reason: "持卡人即本人" });

  it("takes the finding back in red, value-dated like it: the item is paid, nobody owes", () => {
    const test = found();
    const stream = entitlementStream("B1", 2018, 0);
    const finding = test.log.streams.get(stream)?.at(-1);
    expect(test.run(ReverseWrongPayout, back, "2019-01-03")).toMatchObject({ total: "400.00", open: "0.00" });
    const red = test.log.streams.get(stream)?.at(-1);
    expect(red).toMatchObject({ type: "WrongPayoutReversed", valueDate: "2018-12-24", corrects: finding?.eventId });
    expect(red?.payload).toMatchObject({ obligor: "X", items: [{ household: "H1", amount: "-400.00" }] });
    expect([test.places("H1"), test.line("H1").items[0]?.results.at(-1)?.status]).toEqual([["0.00", "0.00", "0.00"], "succeeded"]);
    expect(test.refusal(ReverseWrongPayout, back, "2019-01-03")).toBe("WRONG_PAYOUT_NOT_FOUND");
    expect(test.refusal(RecordWrongPayoutRecovery, { obligor: "X", amount: "1.00" }, "2019-01-03")).toBe("NO_WRONG_PAYOUT_CLAIM");
    // What is found a second time is a new finding.
    test.run(DeclareWrongPayout, told("H1", { obligor: "Y", evidence: [] }), "2019-01-04");
    expect(test.places("H1")).toEqual(["0.00", "400.00", "0.00"]);
  });

  it("refuses another obligor, and what was recovered, advanced or paid again", () => {
    expect(found().refusal(ReverseWrongPayout, { ...back, obligor: "Y" }, "2018-12-25")).toBe("WRONG_PAYOUT_NOT_FOUND");
    expect(paid().refusal(ReverseWrongPayout, back, "2018-12-25")).toBe("WRONG_PAYOUT_NOT_FOUND");
    const recovered = found();
    recovered.run(RecordWrongPayoutRecovery, { obligor: "X", amount: "0.01", serial: "R1" }, "2018-12-25");
    expect(recovered.refusal(ReverseWrongPayout, back, "2018-12-26")).toBe("WRONG_PAYOUT_BUILT_UPON");
    recovered.run(ReverseWrongPayoutRecovery, { obligor: "X", serial: "R1", reversalSerial: "R2" }, "2018-12-26");
    expect(recovered.refusal(ReverseWrongPayout, back, "2018-12-26")).toBeUndefined();
    const advanced = found();
    const advance = { obligor: "X", amount: "400.00", source: "区财政", document: "D1" };
    advanced.run(AdvanceWrongPayout, advance, "2018-12-25");
    expect(advanced.refusal(ReverseWrongPayout, back, "2018-12-26")).toBe("WRONG_PAYOUT_BUILT_UPON");
    advanced.run(SubmitPayoutBatch, { payoutBatch: "PB2", bank: "K1", items: [item("H1")] }, "2018-12-26");
    expect(advanced.refusal(ReverseWrongPayout, back, "2018-12-26")).toBe("WRONG_PAYOUT_BUILT_UPON");
  });

  it("counts recoveries against the oldest claims: a later mistaken finding can still be taken back", () => {
    const test = paid();
    test.run(DeclareWrongPayout, told("H2", { obligor: "X", evidence: [] }), "2018-12-23");
    test.run(RecordWrongPayoutRecovery, { obligor: "X", amount: "200.00" }, "2018-12-24");
    test.run(DeclareWrongPayout, told("H1", { obligor: "X", evidence: [] }), "2018-12-25");
    expect(test.refusal(ReverseWrongPayout, told("H2", { obligor: "X", reason: "x" }), "2018-12-26")).toBe("WRONG_PAYOUT_BUILT_UPON");
    expect(test.run(ReverseWrongPayout, back, "2018-12-26")).toMatchObject({ open: "0.00" });
  });
});
