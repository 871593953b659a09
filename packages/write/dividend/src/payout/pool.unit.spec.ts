import { describe, expect, it } from "vitest";
import { PART_HOUSEHOLDS_MAX, payoutStream, poolStream } from "../streams.ts";
import { DeclareWrongPayout, OrderPoolPayout, RecordPayoutSuccess, SubmitOrderedPayout, SubmitPayoutBatch } from "./commands.ts";
import { PAYOUT_ROWS_MAX } from "./fields.ts";
import { orderedBatch, PARTS_OF_BATCH, partsOfBatch } from "./pool-order.ts";
import { item, PayoutCase } from "./testing.ts";

const key = { pool: "B1", year: 2018 };
const order = { ...key, bank: "K1" };
const batch = (number: number, of = 1) => ({ ...key, order: of, batch: number });
const names = Array.from({ length: 40 }, (_, index) => `H${index}`);

/** A list of 20 parts: two batches. */
function given(): PayoutCase {
  const test = new PayoutCase();
  for (const name of names) test.household(name);
  return test.allocate("B1", 2018, Object.fromEntries(names.map((name) => [name, "10.00"])), { parts: 20 });
}

describe("整池发放: OrderPoolPayout and SubmitOrderedPayout", () => {
  it("pays every open entitlement of the pool once, in batches that follow from the order", () => {
    const test = given();
    expect(test.run(OrderPoolPayout, order, "2018-12-28")).toEqual({ ...key, order: 1, batches: 2 });
    const [first, second] = [1, 2].map((number) => test.run(SubmitOrderedPayout, batch(number), "2018-12-29"));
    expect([first?.payoutBatch, second?.payoutBatch]).toEqual(["B1-2018-1-0001", "B1-2018-1-0002"]);
    expect(Number(first?.count) + Number(second?.count)).toBe(40);
    for (const name of names) expect(test.line(name, "B1", 2018, 20)).toMatchObject({ payable: 0n, items: [{ amount: 1000n }] });
    const [header] = test.log.streams.get(payoutStream("B1-2018-1-0001")) ?? [];
    expect(header).toMatchObject({ valueDate: "2018-12-28", payload: { order: 1, bank: "K1" } });
  });

  it("answers a batch that was submitted as it is, and records nothing", () => {
    const test = given();
    test.run(OrderPoolPayout, order, "2018-12-28");
    const once = test.run(SubmitOrderedPayout, batch(1), "2018-12-28");
    const recorded = test.log.all.length;
    expect(test.run(SubmitOrderedPayout, batch(1), "2018-12-29")).toMatchObject({ total: once.total, fileHash: once.fileHash });
    expect(test.log.all.length).toBe(recorded);
  });

  it("is the batch that a person would have submitted, to the hash of the file", () => {
    const [test, other] = [given(), given()];
    test.run(OrderPoolPayout, order, "2018-12-28");
    const ordered = test.run(SubmitOrderedPayout, batch(2), "2018-12-28");
    const [header] = test.log.streams.get(payoutStream("B1-2018-1-0002")) ?? [];
    const paid = test.log.all.filter(({ type }) => type === "PayoutItemsSubmitted");
    const items = paid.flatMap(({ payload }) => payload.items.map(({ household }: { household: string }) => item(household)));
    const byHand = other.run(SubmitPayoutBatch, { payoutBatch: "PB1", bank: "K1", items: items.reverse() }, "2018-12-28");
    expect([byHand.total, byHand.fileHash]).toEqual([ordered.total, header?.payload.fileHash]);
  });

  it("leaves out what is with the bank or paid, and whose account can't be paid to; another order takes that up", () => {
    const test = given().household("H40", "").card("H1", "new-card", "2018-12-28", "09:00:00").extinct("H2", "2018-12-27");
    test.run(SubmitPayoutBatch, { payoutBatch: "PB1", bank: "K1", items: [item("H3"), item("H4")] }, "2018-12-28");
    test.run(RecordPayoutSuccess, { payoutBatch: "PB1", items: [item("H4")] }, "2018-12-28");
    test.run(OrderPoolPayout, order, "2018-12-28");
    const answers = [1, 2].map((number) => test.run(SubmitOrderedPayout, batch(number), "2018-12-28"));
    expect(answers.reduce((sum, { count }) => sum + Number(count), 0)).toBe(36);
    const setAside = answers.flatMap((answer) => answer.setAside as { household: string; code: string }[]);
    expect(setAside.toSorted((a, b) => (a.household < b.household ? -1 : 1))).toEqual([
      { household: "H1", code: "COOLDOWN" },
      { household: "H2", code: "ACCOUNT_CLOSED" },
    ]);
    test.run(OrderPoolPayout, order, "2018-12-31");
    const later = [1, 2].map((number) => test.run(SubmitOrderedPayout, batch(number, 2), "2018-12-31"));
    expect(later.reduce((sum, { count }) => sum + Number(count), 0)).toBe(1);
    expect(test.line("H1", "B1", 2018, 20).items).toMatchObject([{ account: "new-card", payoutBatch: expect.stringContaining("-2-") }]);
  });

  it("leaves out who was paid wrongly while the obligor has not paid back (R15)", () => {
    const test = new PayoutCase().household("H1").household("H2").allocate("B1", 2018, { H1: "3.00", H2: "4.00" });
    test.run(SubmitPayoutBatch, { payoutBatch: "PB1", bank: "K1", items: [item("H1")] }, "2018-12-28");
    test.run(RecordPayoutSuccess, { payoutBatch: "PB1", items: [item("H1")] }, "2018-12-28");
    test.run(DeclareWrongPayout, { payoutBatch: "PB1", items: [item("H1")], obligor: "X", evidence: ["e"] }, "2018-12-29");
    test.run(OrderPoolPayout, order, "2018-12-30");
    const answer = test.run(SubmitOrderedPayout, batch(1), "2018-12-30");
    expect(answer).toMatchObject({ total: "4.00", setAside: [{ household: "H1", code: "AGENCY_MONEY_SHORT" }] });
  });

  it("given a part with more households than the files of its slices have rows, then the rest is told as left, for the next order", () => {
    const many = Array.from({ length: PART_HOUSEHOLDS_MAX + 1 }, (_, nth) => `H${String(nth).padStart(3, "0")}`);
    const test = new PayoutCase();
    for (const name of many) test.household(name);
    test.allocate("B1", 2018, Object.fromEntries(many.map((name) => [name, "1.00"])));
    const rows = PART_HOUSEHOLDS_MAX / 2;
    expect(test.run(OrderPoolPayout, { ...order, rows }, "2018-12-28")).toMatchObject({ batches: 2 });
    const answers = [1, 2].map((number) => test.run(SubmitOrderedPayout, batch(number), "2018-12-28"));
    expect(answers.map(({ count, left, setAside }) => [count, left, setAside])).toEqual([
      [rows, 0, []],
      [rows, 1, []],
    ]);
    expect(test.line(many.at(-1) as string)).toMatchObject({ payable: 100n, items: [] });
    test.run(OrderPoolPayout, { ...order, rows }, "2018-12-31");
    const later = [1, 2].map((number) => test.run(SubmitOrderedPayout, batch(number, 2), "2018-12-31"));
    expect(later.map(({ count, left }) => [count, left])).toEqual([
      [0, 0],
      [1, 0],
    ]);
  });

  it("refuses an unknown pool, bank, order and batch, a taken number, and a pool without money or lists", () => {
    const test = given();
    expect(test.refusal(OrderPoolPayout, { ...order, pool: "B9" }, "2018-12-28")).toBe("POOL_UNKNOWN");
    expect(test.refusal(OrderPoolPayout, { ...order, bank: "K9" }, "2018-12-28")).toBe("BANK_UNKNOWN");
    expect(test.refusal(OrderPoolPayout, { ...order, year: 2017 }, "2018-12-28")).toBe("NOTHING_TO_PAY_OUT");
    expect(test.refusal(SubmitOrderedPayout, batch(1), "2018-12-28")).toBe("PAYOUT_ORDER_UNKNOWN");
    test.run(SubmitPayoutBatch, { payoutBatch: "B1-2018-1-0002", bank: "K1", items: [item("H1")] }, "2018-12-28");
    test.run(OrderPoolPayout, order, "2018-12-28");
    expect(test.refusal(SubmitOrderedPayout, batch(3), "2018-12-28")).toBe("PAYOUT_ORDER_UNKNOWN");
    expect(test.refusal(SubmitOrderedPayout, batch(2), "2018-12-28")).toBe("PAYOUT_BATCH_TAKEN");
    const short = new PayoutCase().household("H1").allocate("B1", 2018, { H1: "100.00" }, { received: "99.99" });
    expect(short.refusal(OrderPoolPayout, order, "2018-12-28")).toBe("AGENCY_MONEY_SHORT");
  });

  it("refuses an order while a long list is being posted", () => {
    const test = given();
    const header = test.log.streams.get(poolStream("B1"))?.find(({ type }) => type === "AllocationDrafted")?.payload;
    const posted = { pool: "B1", year: 2018, draft: 1, parts: [0], households: 2, amount: "20.00" };
    const another = { ...header, draft: 2, parts: 15 };
    test.log.record(poolStream("B1"), [
      { type: "AllocationDrafted", valueDate: "2018-12-21", payload: another },
      { type: "DividendAllocated", valueDate: "2018-12-21", payload: { ...another, allocated: "0.00" } },
      { type: "AllocationPartsPosted", valueDate: "2018-12-21", payload: { ...posted, draft: 2 } },
    ]);
    expect(test.refusal(OrderPoolPayout, order, "2018-12-28")).toBe("POSTING_UNFINISHED");
  });
});

describe("the batches of an order", () => {
  it("have every part once, as many as fit into a file", () => {
    expect(partsOfBatch({ parts: 3 }, 2)).toEqual([3, 4, 5]);
    expect(PARTS_OF_BATCH * PART_HOUSEHOLDS_MAX).toBeLessThanOrEqual(PAYOUT_ROWS_MAX);
  });

  it("have a number of 64 characters at most", () => {
    expect(orderedBatch({ ...key, order: 1 }, 7)).toBe("B1-2018-1-0007");
    expect(orderedBatch({ pool: "P".repeat(64), year: 2018, order: 1 }, 7)).toMatch(/^[0-9a-f]{32}-2018-1-0007$/);
  });
});
