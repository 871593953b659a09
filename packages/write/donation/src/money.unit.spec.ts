import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  ChangeDonationPurpose,
  donationCommands,
  PledgeDonation,
  RecordDonation,
  RecordInKindDonation,
  RefundDonation,
  ReverseDonationEntry,
  ReverseDonationMessage,
  SpendDonation,
  WithdrawPledge,
} from "./commands.ts";
import { World } from "./world.fixture.ts";

const receipt = { donation: "D1", donor: "N1", amount: "1000.00", purpose: "助学", serial: "S1", valueDate: "2018-03-01" };
const spending = { donation: "D1", amount: "400.00", purpose: "助学", payee: "学校", valueDate: "2018-04-01" };
const change = { donation: "D1", amount: "300.00", oldPurpose: "助学", newPurpose: "助医", consent: "同意1", valueDate: "2018-05-01" };
const refund = { donation: "D1", amount: "100.00", reason: "项目结束", valueDate: "2018-06-01" };

/** A world in which the receipt is recorded. */
const given = (changes: Partial<typeof receipt> = {}): World => {
  const world = new World();
  world.run(RecordDonation, { ...receipt, ...changes });
  return world;
};

describe("5.1 认捐", () => {
  const pledge = { donation: "D1", donor: "N1", kind: "money" as const, amount: "1000.00", purpose: "助学", valueDate: "2018-02-01" };

  it("is open until the money comes or it is withdrawn", () => {
    const world = new World();
    world.run(PledgeDonation, pledge);
    expect(world.donation("D1").pledge?.status).toBe("open");
    expect(world.refusal(PledgeDonation, pledge)).toBe("DONATION_KNOWN");
    expect(world.refusal(RecordDonation, { ...receipt, donor: "N2" })).toBe("DONOR_DIFFERS");
    world.run(RecordDonation, receipt);
    expect(world.donation("D1").pledge?.status).toBe("received");
    expect(world.refusal(WithdrawPledge, { donation: "D1", reason: "改变", valueDate: "2018-03-02" })).toBe("PLEDGE_NOT_OPEN");
  });

  it("is withdrawn once", () => {
    const world = new World();
    world.run(PledgeDonation, pledge);
    const withdrawal = { donation: "D1", reason: "改变", valueDate: "2018-02-02" };
    world.run(WithdrawPledge, withdrawal);
    expect(world.refusal(WithdrawPledge, withdrawal)).toBe("PLEDGE_NOT_OPEN");
  });
});

describe("5.2 RecordDonation 收到捐赠", () => {
  it("numbers what moves the donation and says whether it is designated", () => {
    const world = new World();
    expect(world.run(RecordDonation, receipt)).toEqual({ donation: "D1", entry: 1, designated: true });
    expect(world.run(RecordDonation, { ...receipt, serial: "S2", amount: "5.00" })).toMatchObject({ entry: 2 });
    expect(world.run(RecordDonation, { ...receipt, donation: "D2", purpose: "free" })).toMatchObject({ designated: false });
    expect(world.balance("D1", "助学")).toBe("1005.00");
  });

  it("takes an enterprise as a donor", () => {
    expect(new World().refusal(RecordDonation, { ...receipt, donor: "E1" })).toBeUndefined();
  });

  it.each([
    ["nobody", { donor: "N9" }, "DONOR_UNKNOWN"],
    ["an insurer", { donor: "P1" }, "DONOR_UNKNOWN"],
    ["no money", { amount: "0.00" }, "DONATION_AMOUNT_INVALID"],
    ["a day that is not", { valueDate: "2018-02-30" }, "DONATION_DATE_INVALID"],
  ])("refuses %s", (_, fields, expected) => {
    expect(new World().refusal(RecordDonation, { ...receipt, ...fields }, "2018-03-01")).toBe(expected);
  });

  it("refuses the day after today, another donor and a serial that it has", () => {
    expect(new World().refusal(RecordDonation, receipt, "2018-02-28")).toBe("DONATION_DATE_IN_FUTURE");
    expect(given().refusal(RecordDonation, { ...receipt, donor: "N2", serial: "S2" })).toBe("DONOR_DIFFERS");
    expect(given().refusal(RecordDonation, receipt)).toBe("DONATION_SERIAL_KNOWN");
  });
});

describe("5.5 SpendDonation 捐款使用", () => {
  it("lowers its purpose to the fen", () => {
    const world = given();
    expect(world.run(SpendDonation, { ...spending, amount: "999.99" })).toMatchObject({ entry: 2, left: "0.01" });
    expect(world.refusal(SpendDonation, { ...spending, amount: "0.02" })).toBe("ABOVE_BALANCE");
    world.run(SpendDonation, { ...spending, amount: "0.01" });
    expect(world.refusal(SpendDonation, { ...spending, amount: "0.01" })).toBe("ABOVE_BALANCE");
  });

  it.each([
    ["another purpose", { purpose: "修路" }, "PURPOSE_MISMATCH"],
    ["a purpose that only looks the same", { purpose: "助学 " }, "PURPOSE_MISMATCH"],
    ["designated money as free", { purpose: "free" }, "PURPOSE_MISMATCH"],
    ["money before it came", { valueDate: "2018-02-28" }, "ABOVE_BALANCE"],
    ["an unknown donation", { donation: "D9" }, "DONATION_UNKNOWN"],
  ])("refuses %s", (_, fields, expected) => {
    expect(given().refusal(SpendDonation, { ...spending, ...fields }, "2018-04-01")).toBe(expected);
  });

  it("does not take, by a late entry, what a later payment has used already", () => {
    const world = given();
    world.run(RecordDonation, { ...receipt, serial: "S2", amount: "50.00", valueDate: "2018-05-01" });
    world.run(SpendDonation, { ...spending, amount: "1000.00", valueDate: "2018-04-10" });
    expect(world.refusal(SpendDonation, { ...spending, amount: "1.00", valueDate: "2018-04-05" }, "2018-05-02")).toBe("ABOVE_BALANCE");
    expect(world.refusal(SpendDonation, { ...spending, amount: "50.00", valueDate: "2018-05-01" })).toBeUndefined();
  });
});

describe("5.7 ChangeDonationPurpose 变更用途", () => {
  it("moves a part; both purposes go on", () => {
    const world = given();
    world.run(ChangeDonationPurpose, change);
    expect([world.balance("D1", "助学"), world.balance("D1", "助医")]).toEqual(["700.00", "300.00"]);
    world.run(SpendDonation, { ...spending, purpose: "助医", amount: "300.00", valueDate: "2018-05-02" });
    expect(world.refusal(SpendDonation, { ...spending, amount: "700.01", valueDate: "2018-05-02" })).toBe("ABOVE_BALANCE");
  });

  it("ends the old purpose when all of it is moved", () => {
    const world = given();
    world.run(ChangeDonationPurpose, { ...change, amount: "1000.00" });
    expect(world.refusal(SpendDonation, { ...spending, valueDate: "2018-05-02" })).toBe("PURPOSE_CHANGED_AWAY");
  });

  it.each([
    ["without consent", { consent: undefined as unknown as string }, "CONSENT_MISSING"],
    ["to the same purpose", { newPurpose: "助学" }, "PURPOSE_UNCHANGED"],
    ["of what it is not", { oldPurpose: "修路" }, "PURPOSE_MISMATCH"],
    ["of free money", { oldPurpose: "free" }, "PURPOSE_MISMATCH"],
    ["above the balance", { amount: "1000.01" }, "ABOVE_BALANCE"],
  ])("is refused %s", (_, fields, expected) => {
    expect(given().refusal(ChangeDonationPurpose, { ...change, ...fields })).toBe(expected);
  });
});

describe("5.9 RefundDonation 退还捐赠", () => {
  it("goes from the first purpose on, and never above what is left of the donation", () => {
    const world = given();
    world.run(ChangeDonationPurpose, change);
    world.run(SpendDonation, { ...spending, amount: "650.00", valueDate: "2018-05-02" });
    expect(world.refusal(RefundDonation, { ...refund, amount: "350.01" })).toBe("ABOVE_BALANCE");
    expect(world.run(RefundDonation, { ...refund, amount: "80.00" })).toMatchObject({
      parts: [
        { purpose: "助学", amount: "50.00" },
        { purpose: "助医", amount: "30.00" },
      ],
    });
  });

  it("takes free money out of this year's income first, the rest out of closed years", () => {
    const world = given({ purpose: "free" });
    world.run(RecordDonation, { ...receipt, purpose: "free", amount: "70.00", serial: "S2", valueDate: "2019-01-05" });
    world.run(RefundDonation, { ...refund, valueDate: "2019-02-01" });
    expect(world.told("donation/D1").at(-1)?.payload).toMatchObject({ sameYear: "70.00", priorYears: "30.00" });
    world.run(RefundDonation, { ...refund, valueDate: "2019-02-02" });
    expect(world.told("donation/D1").at(-1)?.payload).toMatchObject({ sameYear: "0.00", priorYears: "100.00" });
  });
});

describe("reversals", () => {
  it("C6: the bank takes a receipt back at its value date, in its year or later", () => {
    const world = given();
    world.run(ReverseDonationMessage, { donation: "D1", entry: 1, serial: "S9" });
    expect(world.told("donation/D1").at(-1)).toMatchObject({
      type: "DonationEntryReversed",
      valueDate: "2018-03-01",
      payload: { reverses: 1, of: "DonationReceived", priorYear: true, serial: "S9" },
    });
    expect(world.balance("D1", "助学")).toBe("0.00");
    expect(world.refusal(ReverseDonationMessage, { donation: "D1", entry: 1, serial: "S10" })).toBe("ENTRY_ALREADY_REVERSED");
    expect(world.refusal(SpendDonation, spending)).toBe("PURPOSE_MISMATCH");
  });

  it("C6: not when the money is used, until the spending is reversed too", () => {
    const world = given();
    world.run(SpendDonation, spending);
    expect(world.refusal(ReverseDonationMessage, { donation: "D1", entry: 1, serial: "S9" })).toBe("ABOVE_BALANCE");
    world.run(ReverseDonationMessage, { donation: "D1", entry: 2, serial: "S8" });
    expect(world.balance("D1", "助学")).toBe("1000.00");
    expect(world.refusal(ReverseDonationMessage, { donation: "D1", entry: 1, serial: "S9" })).toBeUndefined();
  });

  it("C1: an office reverses its own entries, not the bank's; the bank no goods", () => {
    const world = given();
    world.run(ChangeDonationPurpose, change);
    const goods = { donation: "D1", donor: "N1", goods: [{ item: "米" }], value: "9.00", valueBasis: "document" as const };
    world.run(RecordInKindDonation, { ...goods, valueDate: "2018-05-02" });
    const reverse = (entry: number) => ({ donation: "D1", entry, reason: "误记" });
    expect(world.refusal(ReverseDonationEntry, reverse(1))).toBe("ENTRY_OF_BANK");
    expect(world.refusal(ReverseDonationEntry, reverse(4))).toBe("ENTRY_UNKNOWN");
    expect(world.refusal(ReverseDonationMessage, { donation: "D1", entry: 3, serial: "S9" })).toBe("ENTRY_NOT_CASH");
    expect(world.refusal(ReverseDonationEntry, { ...reverse(1), donation: "D9" })).toBe("DONATION_UNKNOWN");
    world.run(ReverseDonationEntry, reverse(2));
    expect([world.balance("D1", "助学"), world.balance("D1", "助医")]).toEqual(["1000.00", "0.00"]);
  });
});

it("ends in the same balances whatever the order in which later facts are recorded", () => {
  const facts = [
    (world: World) => world.run(SpendDonation, spending, "2018-12-01"),
    (world: World) => world.run(ChangeDonationPurpose, change, "2018-12-01"),
    (world: World) => world.run(RefundDonation, refund, "2018-12-01"),
    (world: World) => world.run(RecordDonation, { ...receipt, serial: "S2", amount: "77.00", valueDate: "2018-07-01" }, "2018-12-01"),
  ];
  fc.assert(
    fc.property(fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4, maxLength: 4 }), (order) => {
      const world = given();
      for (const index of order) facts[index]?.(world);
      expect([world.balance("D1", "助学"), world.balance("D1", "助医")]).toEqual(["277.00", "300.00"]);
    }),
    { numRuns: 24 },
  );
});

it("never overdraws a purpose on any day, whatever is asked for", () => {
  const day = fc.integer({ min: 1, max: 28 }).map((n) => `2018-06-${String(n).padStart(2, "0")}`);
  const amount = fc.integer({ min: 1, max: 90_000 }).map((n) => `${Math.floor(n / 100)}.${String(n % 100).padStart(2, "0")}`);
  const purpose = fc.constantFrom("助学", "助医", "free");
  const asked = fc.record({ kind: fc.constantFrom("receive", "spend", "change", "refund"), day, amount, purpose, to: purpose });
  fc.assert(
    fc.property(fc.array(asked, { maxLength: 25 }), (list) => {
      const world = given();
      for (const [index, one] of list.entries()) {
        const base = { donation: "D1", amount: one.amount, valueDate: one.day };
        const today = "2018-12-01";
        const attempt = <C>(...args: Parameters<typeof world.run<C>>) => {
          if (world.refusal(...args) === undefined) world.run(...args);
        };
        if (one.kind === "receive") attempt(RecordDonation, { ...base, donor: "N1", purpose: one.purpose, serial: `T${index}` }, today);
        if (one.kind === "spend") attempt(SpendDonation, { ...base, purpose: one.purpose, payee: "p" }, today);
        if (one.kind === "refund") attempt(RefundDonation, { ...base, reason: "r" }, today);
        if (one.kind === "change")
          attempt(ChangeDonationPurpose, { ...base, oldPurpose: one.purpose, newPurpose: one.to, consent: "c" }, today);
      }
      const moved = new Map<string, Map<string, bigint>>();
      for (const { valueDate, money } of world.donation("D1").entries)
        for (const { purpose: of, change: by } of money) {
          const days = moved.get(of) ?? new Map<string, bigint>();
          moved.set(of, days.set(valueDate, (days.get(valueDate) ?? 0n) + by));
        }
      for (const days of moved.values()) {
        let sum = 0n;
        for (const on of [...days.keys()].sort()) {
          sum += days.get(on) as bigint;
          expect(sum >= 0n).toBe(true);
        }
      }
    }),
    { numRuns: 60 },
  );
});

it("has every command once", () => {
  expect(new Set(donationCommands.map(({ name }) => name)).size).toBe(donationCommands.length);
});
