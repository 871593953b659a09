import { describe, expect, it } from "vitest";
import {
  AppropriateSubsidyFunds,
  DecideSubsidyClawback,
  ReceiveSubsidyClawback,
  ReverseClawbackReceipt,
  ReverseSubsidyAppropriation,
  ReverseSubsidyClawback,
} from "./commands.ts";
import { fundStream, subsidyStream } from "./evolve.ts";
import { openClaim } from "./figures.ts";
import { SubsidyCase, yuan } from "./testing.ts";

const appropriated = (cash = "2000.00"): SubsidyCase => {
  const test = new SubsidyCase();
  test.run(AppropriateSubsidyFunds, { amount: "2000.00", source: "区", document: "D1", valueDate: "2018-03-01" }, "2018-03-02");
  test.funds = { cash, promised: "0.00" };
  return test;
};

describe("ReverseSubsidyAppropriation 红字冲销 S0", () => {
  const command = { year: 2018, entry: 1, reason: "户头记错" };

  it("is the exact negative, value-dated like the original, and names it", () => {
    const test = appropriated();
    expect(test.run(ReverseSubsidyAppropriation, command, "2018-05-02")).toMatchObject({ amount: "-2000.00", priorYear: false });
    expect(test.last(fundStream(2018))).toMatchObject({
      type: "SubsidyAppropriationReversed",
      valueDate: "2018-03-01",
      corrects: test.log.streams.get(fundStream(2018))?.[0]?.eventId,
      payload: { amount: "-2000.00", source: "区", document: "D1", entry: 1, priorYear: false },
    });
    expect(test.refusal(ReverseSubsidyAppropriation, command, "2018-05-02")).toBe("APPROPRIATION_UNKNOWN");
  });

  it("goes to 3501 in a later year, and is refused for money that is used or was never there", () => {
    expect(appropriated().run(ReverseSubsidyAppropriation, command, "2019-01-09")).toMatchObject({ priorYear: true });
    expect(appropriated("1999.99").refusal(ReverseSubsidyAppropriation, command, "2018-05-02")).toBe("APPROPRIATION_USED");
    expect(appropriated().refusal(ReverseSubsidyAppropriation, { ...command, entry: 2 }, "2018-05-02")).toBe("APPROPRIATION_UNKNOWN");
  });
});

/** A loan at 4.75 % whose right rate is 4.35 %: two quarters paid, then claimed back in 2019. */
function clawedBack() {
  const test = new SubsidyCase()
    .disburse("L1", { amount: "50000.00", rate: "4.75", on: "2018-03-21", due: "2020-03-21" })
    .settle("L1", "2018-03-21", "2018-06-21");
  test.funds = { cash: "100000.00", promised: "0.00" };
  test.whole("L1", "2018Q2", "2018-06-22");
  test.misuse("L1", "2018-05-01", "2018-09-01");
  test.run(DecideSubsidyClawback, { loan: "L1", reason: "misuse", misuseFrom: "2018-05-01" }, "2018-09-02");
  const decided = test.log.streams.get(subsidyStream("L1"))?.at(-1);
  return { test, entry: decided?.streamVersion ?? 0, decided };
}

describe("ReverseSubsidyClawback 红字冲销 S7", () => {
  it("takes the claim and its rows back: the same can be decided again", () => {
    const { test, entry, decided } = clawedBack();
    const total = decided?.payload.total;
    expect(openClaim(test.subsidy("L1"), "H1")).toBe(yuan(total));
    expect(test.run(ReverseSubsidyClawback, { loan: "L1", entry, reason: "复核无误" }, "2018-09-20")).toEqual({
      loan: "L1",
      entry,
      total: `-${total}`,
      priorYears: "0.00",
      sameYear: `-${total}`,
    });
    expect(test.last(subsidyStream("L1"))).toMatchObject({ valueDate: decided?.valueDate, corrects: decided?.eventId });
    const { claims, units, decisions } = test.subsidy("L1");
    expect([claims.get("H1"), units.map((unit) => unit.clawedBack), decisions]).toEqual([0n, units.map(() => 0n), []]);
    const again = { loan: "L1", reason: "misuse", misuseFrom: "2018-05-01" } as const;
    expect(test.run(DecideSubsidyClawback, again, "2018-10-01").total).toBe(total);
    expect(test.refusal(ReverseSubsidyClawback, { loan: "L1", entry, reason: "x" }, "2018-10-02")).toBe("CLAWBACK_UNKNOWN");
  });

  it("goes wholly to 3501 in a later year, and is refused once something was collected", () => {
    const { test, entry, decided } = clawedBack();
    const total = decided?.payload.total;
    const command = { loan: "L1", entry, reason: "复核" };
    expect(test.log.decide(ReverseSubsidyClawback, command, test.on("2019-02-01", "FIN-R"))).toMatchObject({
      ok: true,
      value: { answer: { priorYears: `-${total}`, sameYear: "0.00" } },
    });
    test.run(ReceiveSubsidyClawback, { loan: "L1", amount: "10.00", serial: "S9" }, "2018-09-10");
    expect(test.refusal(ReverseSubsidyClawback, command, "2018-09-20")).toBe("CLAWBACK_COLLECTED");
  });
});

describe("ReverseClawbackReceipt 银行冲正 S8", () => {
  it("opens the claim again, once, for the loan's own bank", () => {
    const { test, decided } = clawedBack();
    test.run(ReceiveSubsidyClawback, { loan: "L1", amount: "10.00", serial: "S9" }, "2018-09-10");
    const command = { loan: "L1", serial: "S9", reversalSerial: "R9" };
    const foreign = { ...test.on("2018-09-12", "BANK"), actor: "bank:K2" };
    expect(test.log.decide(ReverseClawbackReceipt, command, foreign)).toMatchObject({ refusal: { code: "CLAIM_OTHER_BANK" } });
    expect(test.run(ReverseClawbackReceipt, command, "2018-09-12")).toMatchObject({ amount: "-10.00" });
    expect(test.last(subsidyStream("L1"))).toMatchObject({ valueDate: "2018-09-10", payload: { reversalSerial: "R9" } });
    expect(openClaim(test.subsidy("L1"), "H1")).toBe(yuan(decided?.payload.total));
    expect(test.refusal(ReverseClawbackReceipt, command, "2018-09-12")).toBe("CLAWBACK_RECEIPT_UNKNOWN");
  });
});
