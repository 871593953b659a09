import { ORDER_ID_CHARACTERS_MAX, PAYMENTS_MAX } from "@huimin/bank-files";
import { describe, expect, it, vi } from "vitest";
import { formatPayoutFile, PAYOUT_FORMATS, type PayoutList } from "./payout-formats.ts";
import { withoutZipDates } from "./zip-dates.ts";

const LINE = { account: "6299994108990000011", name: "张三", amount: 1n, purpose: "分红" };
const list = (more: Partial<PayoutList> = {}): PayoutList => ({
  ...{ payoutBatch: "PB1", bank: "K1", total: 1n, fileHash: "a".repeat(64), district: "410803" },
  ...{ submittedAt: "2018-12-28T09:00:00+08:00", on: "2018-12-28", lines: [LINE], ...more },
});

describe("what no file can carry", () => {
  it.each(PAYOUT_FORMATS)("given one payment more than a %s takes, then no file is made of some of them", async (format) => {
    const lines = Array.from({ length: PAYMENTS_MAX + 1 }, () => LINE);
    expect(await formatPayoutFile(list({ lines }), format)).toEqual({
      ok: false,
      refusal: { code: "PAYOUT_FILE_TOO_LONG", details: { payoutBatch: "PB1", count: PAYMENTS_MAX + 1, limit: PAYMENTS_MAX } },
    });
  });

  it("given a batch whose number leaves no room for the payments' own, then a pain.001 is refused, and the list is made", async () => {
    const longest = "B".repeat(ORDER_ID_CHARACTERS_MAX);
    const payoutBatch = `${longest}B`;
    expect(await formatPayoutFile(list({ payoutBatch }), "pain.001")).toEqual({
      ok: false,
      refusal: { code: "PAYOUT_FILE_ID_TOO_LONG", details: { payoutBatch, limit: ORDER_ID_CHARACTERS_MAX } },
    });
    expect(await formatPayoutFile(list({ payoutBatch }), "csv")).toMatchObject({ ok: true, value: { name: `${payoutBatch}.csv` } });
    expect(await formatPayoutFile(list({ payoutBatch: longest }), "pain.001")).toMatchObject({ ok: true });
  });
});

describe("the same list made twice", () => {
  it.each(PAYOUT_FORMATS)("given a %s, then the same bytes, whenever it is made", async (format) => {
    vi.useFakeTimers({ now: Date.UTC(2018, 11, 28), toFake: ["Date"] });
    const first = await formatPayoutFile(list(), format);
    vi.setSystemTime(Date.UTC(2019, 5, 1, 7, 31));
    const again = await formatPayoutFile(list(), format);
    vi.useRealTimers();
    if (!first.ok || !again.ok) throw new Error("refused");
    expect(Buffer.from(again.value.content).equals(Buffer.from(first.value.content))).toBe(true);
  });

  it("refuses to touch what is no zip", () => {
    expect(() => withoutZipDates(Buffer.from("x"))).toThrow("not a zip");
  });
});
