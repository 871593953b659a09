import { fen } from "@huimin/money";
import { describe, expect, it } from "vitest";
import { openInterest, staleInterest, unsettledDays } from "../events.ts";
import { CorrectInterest, RecordInterestPayment, RecordRepayment, SettleInterest } from "../index.ts";
import { T2_LOAN, World } from "../world.fixture.ts";

const quarter = { loan: "L001", from: "2017-03-10", toExcl: "2017-03-21", valueDate: "2017-03-20" };
const next = { loan: "L001", from: "2017-03-21", toExcl: "2017-06-21", valueDate: "2017-06-20" };
const compound = { ...next, kind: "compound" };
const pay = (amount: string, valueDate: string, serial?: string) => ({ loan: "L001", amount, valueDate, ...(serial ? { serial } : {}) });

/** 72.57 of interest was due on 2017-03-20. */
const unpaid = (): World => {
  const world = new World().open(T2_LOAN);
  world.accept(SettleInterest, quarter);
  return world;
};

describe("复利 compound interest", () => {
  it("given interest that is not paid on time, then it bears the penalty rate from the day after its settlement day", () => {
    expect(unpaid().accept(SettleInterest, compound)).toMatchObject({ kind: "compound", days: 92, amount: "1.32" });
  });

  it("ends with the payment, with or without a serial", () => {
    for (const serial of ["P1", undefined]) {
      const world = unpaid();
      world.accept(RecordInterestPayment, pay("72.57", "2017-05-08", serial));
      expect(world.accept(SettleInterest, compound)).toMatchObject({ amount: "0.69" });
    }
  });

  it("is recomputed: another amount is refused, or booked when the bank flags it", () => {
    const world = unpaid();
    expect(world.code(SettleInterest, { ...compound, amount: "1.33" })).toBe("INTEREST_DIFFERS");
    expect(world.accept(SettleInterest, { ...compound, amount: "1.33", flagged: true })).toMatchObject({
      amount: "1.33",
      recomputed: "1.32",
    });
  });

  it("is refused where nothing is unpaid, and twice", () => {
    const world = unpaid();
    expect(world.code(SettleInterest, { ...quarter, kind: "compound" })).toBe("NO_COMPOUND_DUE");
    world.accept(SettleInterest, compound);
    expect(world.code(SettleInterest, { ...compound, from: "2017-06-01" })).toBe("INTEREST_PERIOD_OVERLAP");
    world.accept(RecordInterestPayment, pay("73.89", "2017-06-20"));
    expect(world.code(SettleInterest, { ...compound, from: "2017-06-21", toExcl: "2017-09-21", valueDate: "2017-09-20" })).toBe(
      "NO_COMPOUND_DUE",
    );
  });

  it("settles no day and is no base of its own", () => {
    const world = unpaid();
    world.accept(SettleInterest, compound);
    expect(unsettledDays(world.loan("L001"), "2017-06-21")).toEqual([{ from: "2017-03-21", toExcl: "2017-06-21" }]);
    world.accept(SettleInterest, next);
    expect(world.loan("L001").settlements.map(({ kind }) => kind)).toEqual(["normal", "normal"]);
    // 72.57 + 606.94 = 679.51 unpaid; the 1.32 bears nothing: 679.51 × 7.125 % × 92 / 360 = 12.3727…
    const third = { ...compound, from: "2017-06-21", toExcl: "2017-09-21", valueDate: "2017-09-20" };
    expect(world.accept(SettleInterest, third)).toMatchObject({ amount: "12.37" });
  });

  it("is paid after penalty interest and before the rest", () => {
    const world = unpaid();
    world.accept(SettleInterest, compound);
    expect(openInterest(world.loan("L001"))).toEqual({ normal: fen("72.57"), penalty: 0n, compound: fen("1.32"), total: fen("73.89") });
    world.accept(RecordRepayment, { loan: "L001", amount: "73.89", valueDate: "2017-06-21", serial: "R1" });
    expect(openInterest(world.loan("L001")).total).toBe(0n);
    expect(world.loan("L001").messages.get("R1")).toMatchObject({ penalty: fen("1.32"), interest: fen("72.57"), principal: 0n });
  });

  it("is corrected when the payment that ends it is recorded later", () => {
    const world = unpaid();
    world.accept(SettleInterest, compound);
    world.accept(RecordInterestPayment, pay("72.57", "2017-05-08"));
    expect(staleInterest(world.loan("L001"))).toMatchObject([{ settlement: { kind: "compound" }, right: fen("0.69") }]);
    const correction = { loan: "L001", from: next.from, toExcl: next.toExcl, kind: "compound", valueDate: "2017-06-20" };
    expect(world.accept(CorrectInterest, correction)).toMatchObject({ amount: "0.69", difference: "-0.63" });
    expect(staleInterest(world.loan("L001"))).toEqual([]);
  });
});
