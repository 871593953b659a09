import { fen } from "@huimin/money";
import { describe, expect, it } from "vitest";
import { District } from "./district.fixture.ts";
import { investmentOn, openShare, openStakeFrom, recognisedLoss } from "./events.ts";
import { ReceiveLossRecovery, ReceiveLossShare, ReturnRecoveryShare, ReverseEquityEntry, ReverseEquityMessage } from "./index.ts";

const inE1 = (entry: number) => ({ in: { enterprise: "E1" }, entry, reason: "金额有误" });
const inZ1 = (entry: number) => ({ in: { ref: "Z1" }, entry, reason: "金额有误" });

/** E1: 1 agreement, 2 policy, 3 investment; Z1: 1 recognised, 2 shared. */
const lost = () => {
  const district = new District().invested();
  district.lose("Z1", "100.00");
  return district;
};
const share = { ref: "Z1", party: "E1", amount: "30.00", serial: "B1", valueDate: "2019-07-01" };

describe("a red entry", () => {
  it("takes an investment back with its money, once", () => {
    const district = new District().invested();
    expect(district.accept(ReverseEquityEntry, inE1(3), "2018-07-01")).toMatchObject({ type: "EquityInvested", priorYear: false });
    expect(investmentOn(district.equity(), "2018-12-31")).toBe(0n);
    expect(district.cash()).toBe(fen("1000000.00"));
    expect(district.refuse(ReverseEquityEntry, inE1(3))).toBe("EQUITY_ENTRY_REVERSED");
    expect(district.refuse(ReverseEquityEntry, inE1(99))).toBe("EQUITY_ENTRY_UNKNOWN");
    district.accept(ReverseEquityEntry, { in: { source: "区" }, entry: 1, reason: "重复" });
    expect(district.cash()).toBe(0n);
  });

  it("is refused while later business stands on the entry", () => {
    const district = lost();
    expect(district.refuse(ReverseEquityEntry, inE1(3))).toBe("EQUITY_ENTRY_IN_USE");
    expect(district.refuse(ReverseEquityEntry, inE1(2))).toBe("EQUITY_ENTRY_IN_USE");
    expect(district.refuse(ReverseEquityEntry, inZ1(1))).toBe("EQUITY_ENTRY_IN_USE");
    expect(district.refuse(ReverseEquityEntry, { in: { source: "区" }, entry: 1, reason: "重复" })).toBe("EQUITY_ENTRY_IN_USE");
    district.accept(ReceiveLossShare, share);
    expect(district.refuse(ReverseEquityEntry, inZ1(2))).toBe("EQUITY_ENTRY_IN_USE");
  });

  it("takes a shared loss back step by step, in a later year as a prior-year adjustment", () => {
    const district = lost();
    expect(district.accept(ReverseEquityEntry, inZ1(2), "2020-02-01")).toMatchObject({ valueDate: "2019-06-30", priorYear: true });
    expect(openShare(district.loss("Z1"), "enterprise")).toBe(0n);
    expect(investmentOn(district.equity(), "2019-12-31")).toBe(fen("1000000.00"));
    expect(openStakeFrom(district.equity(), "2019-12-31")).toBe(fen("999900.00"));
    district.accept(ReverseEquityEntry, inZ1(1), "2020-02-01");
    expect(recognisedLoss(district.loss("Z1"))).toBeUndefined();
    expect(openStakeFrom(district.equity(), "2019-12-31")).toBe(fen("1000000.00"));
    expect(district.lose("Z1", "200.00")).toMatchObject({ enterprise: "60.00", uncovered: "0.00" });
  });

  it("is the bank's where the message was, by its serial (C6)", () => {
    const district = lost();
    district.accept(ReceiveLossShare, share);
    const reversal = { in: { ref: "Z1" }, serial: "B1", reversalSerial: "B2" };
    expect(district.accept(ReverseEquityMessage, reversal)).toMatchObject({ type: "LossShareReceived" });
    expect(openShare(district.loss("Z1"), "enterprise")).toBe(3_000n);
    expect(district.cash()).toBe(0n);
    expect(district.refuse(ReverseEquityMessage, reversal)).toBe("EQUITY_ENTRY_REVERSED");
  });

  it("is refused to another bank than the message's", () => {
    const district = lost();
    const recordedAt = "2019-07-02T09:00:00+08:00";
    const from = (bank: string) => ({ recordedAt, period: "2019-07", actor: `bank:${bank}`, role: "BANK" as const });
    expect(district.log.execute(ReceiveLossShare, share, from("K1")).ok).toBe(true);
    const reversal = { in: { ref: "Z1" }, serial: "B1", reversalSerial: "B2" };
    expect(district.log.decide(ReverseEquityMessage, reversal, from("K2"))).toMatchObject({
      refusal: { code: "EQUITY_ENTRY_OF_OTHER_BANK" },
    });
    expect(district.log.execute(ReverseEquityMessage, reversal, from("K1")).ok).toBe(true);
    // Nor does another bank hear that it is reversed.
    expect(district.log.decide(ReverseEquityMessage, reversal, from("K2"))).toMatchObject({
      refusal: { code: "EQUITY_ENTRY_OF_OTHER_BANK" },
    });
  });

  it("of a recovery waits until its shares are no longer returned", () => {
    const district = lost();
    district.accept(ReceiveLossRecovery, { ref: "Z1", gross: "10.00", cost: "0.00", serial: "B1", valueDate: "2020-01-05" });
    district.accept(ReturnRecoveryShare, { ref: "Z1", serial: "B3", valueDate: "2020-01-06" });
    const reversal = { in: { ref: "Z1" }, serial: "B1", reversalSerial: "B2" };
    expect(district.refuse(ReverseEquityMessage, reversal)).toBe("EQUITY_ENTRY_IN_USE");
    district.accept(ReverseEquityMessage, { ...reversal, serial: "B3", reversalSerial: "B4" });
    district.accept(ReverseEquityMessage, reversal);
    expect(district.cash()).toBe(0n);
  });
});
