import { entitlementStream, hashOfRows, payoutStream } from "@huimin/dividend/events";
import type { StoredEvent } from "@huimin/event-store";
import { fen } from "@huimin/money";
import { describe, expect, it } from "vitest";
import { makePayoutFile, type PayoutFile, type PayoutFileSources } from "./payout-file.ts";

/** A log of plain arrays, and a vault whose sealed texts are readable: `sealed:x` opens as `x`. */
class Sources {
  readonly streams = new Map<string, StoredEvent[]>();

  record(stream: string, type: string, payload: object): this {
    const events = this.streams.get(stream) ?? [];
    const recordedAt = "2018-12-28T09:00:00+08:00";
    events.push({ stream, type, payload, valueDate: "2018-12-28", recordedAt, eventId: `${events.length}` } as unknown as StoredEvent);
    this.streams.set(stream, events);
    return this;
  }

  get sources(): PayoutFileSources {
    const read = (stream: string) => ({ stream, version: 0, events: this.streams.get(stream) ?? [] });
    return {
      district: "410803",
      store: {
        readStream: async (_: string, stream: string) => read(stream),
        readStreams: async (_: string, wanted: readonly { stream: string }[]) => wanted.map(({ stream }) => read(stream)),
      } as unknown as PayoutFileSources["store"],
      vault: {
        unsealMany: async (asked: readonly { sealed: string }[]) =>
          asked.map(({ sealed }) => (sealed === "sealed:shredded" ? undefined : sealed.slice(7))),
      } as unknown as PayoutFileSources["vault"],
    };
  }
}

const AMOUNTS = { H2: "2702.71", H1: "3000.00" };

function given({ name = "张三", payee = {} }: { name?: string; payee?: object } = {}): Sources {
  const test = new Sources();
  for (const household of Object.keys(AMOUNTS)) {
    const members = [{ personId: `p-${household}`, relation: "head", name: `sealed:${name}`, idNumber: "sealed:x" }];
    test.record(`household/${household}`, "HouseholdRegistered", { household, village: "V1", members, head: `p-${household}` });
    const account = { household, holder: `p-${household}`, bank: "K1", kind: "card", number: `sealed:6217${household}`, purpose: "all" };
    test.record(`household/${household}`, "BankAccountBound", { ...account, numberHash: `card-${household}` });
    test.record(`household/${household}`, "BankAccountChanged", { ...account, number: "sealed:6217-later", numberHash: "later" });
  }
  const stream = entitlementStream("B2", 2018, 0);
  const part = { pool: "B2", year: 2018, part: 0 };
  const items = Object.entries(AMOUNTS).map(([household, amount]) => ({ household, village: "V1", amount }));
  test.record(stream, "EntitlementsAllocated", { ...part, draft: 1, lines: items });
  const submitted = items.map((item) => ({ ...item, from: "2901.02", account: `card-${item.household}` }));
  test.record(stream, "PayoutItemsSubmitted", { ...part, payoutBatch: "PB1", bank: "K1", items: submitted });
  const rows = submitted.map(({ household, amount, account }) => ({ household, year: 2018, pool: "B2", amount: fen(amount), account }));
  const header = { payoutBatch: "PB1", bank: "K1", total: "5702.71", count: 2, fileHash: hashOfRows(rows), parts: [part], ...payee };
  return test.record(payoutStream("PB1"), "PayoutBatchSubmitted", header);
}

const textOf = ({ content }: PayoutFile): string => Buffer.from(content).toString("utf8");

const codeOf = async (payoutBatch: string, test: Sources) => {
  const made = await makePayoutFile(payoutBatch, test.sources);
  return made.ok ? undefined : made.refusal.code;
};

describe("makePayoutFile 代发文件", () => {
  it("lists account, name and amount of every item, with totals and the hash of the list", async () => {
    const test = given();
    const made = await makePayoutFile("PB1", test.sources);
    if (!made.ok) throw new Error(made.refusal.code);
    const lines = textOf(made.value).split("\r\n");
    expect(lines[0]).toBe("\uFEFF代发批次号,PB1");
    expect(lines.slice(2, 4)).toEqual(["总笔数,2", "总金额,5702.71"]);
    expect(lines[4]).toMatch(/^清单校验\(SHA-256\),[0-9a-f]{64}$/);
    expect(lines.slice(5, 8)).toEqual([
      "序号,收款账号,收款户名,金额,摘要",
      "1,6217H1,张三,3000.00,2018年度分红 B2 H1",
      "2,6217H2,张三,2702.71,2018年度分红 B2 H2",
    ]);
    expect(made.value.name).toBe("PB1.csv");
  });

  it("says in a sandbox that nobody may pay it: name, first line, every payment, and the message's parties", async () => {
    const sources = { ...given().sources, district: "410899" };
    const list = await makePayoutFile("PB1", sources);
    if (!list.ok) throw new Error(list.refusal.code);
    const lines = textOf(list.value).split("\r\n");
    expect([list.value.name, lines[0], lines[1]]).toEqual(["SANDBOX-PB1.csv", "\uFEFF测试 SANDBOX,请勿付款 do not pay", "代发批次号,PB1"]);
    expect(lines.slice(7, 9).every((line) => line.includes(",测试 SANDBOX 2018年度分红"))).toBe(true);
    const order = await makePayoutFile("PB1", sources, "pain.001");
    expect(order.ok && textOf(order.value).match(/测试 SANDBOX/g)?.length).toBeGreaterThan(3);
  });

  it("is no formula for the spreadsheet that opens it", async () => {
    const made = await makePayoutFile("PB1", given({ name: "=1+1" }).sources);
    expect(made.ok && textOf(made.value)).toContain(",'=1+1,");
  });

  it("is a workbook or a pain.001 with the same payments in the same order", async () => {
    const order = await makePayoutFile("PB1", given().sources, "pain.001");
    if (!order.ok) throw new Error(order.refusal.code);
    const text = textOf(order.value);
    expect(order.value).toMatchObject({ name: "PB1.xml", type: "application/xml; charset=utf-8" });
    expect(text).toContain("<NbOfTxs>2</NbOfTxs><CtrlSum>5702.71</CtrlSum>");
    expect([...text.matchAll(/<EndToEndId>(.*?)<\/EndToEndId>.*?>([\d.]+)<\/InstdAmt>/g)].map((match) => match.slice(1))).toEqual([
      ["PB1-1", "3000.00"],
      ["PB1-2", "2702.71"],
    ]);
    const book = await makePayoutFile("PB1", given().sources, "xlsx");
    expect(book.ok && book.value.name).toBe("PB1.xlsx");
    expect(book.ok && [...book.value.content.slice(0, 2)]).toEqual([0x50, 0x4b]);
  });

  it("refuses a name that XML can't hold", async () => {
    const made = await makePayoutFile("PB1", given({ name: "张\u0001" }).sources, "pain.001");
    expect(made.ok ? undefined : made.refusal.code).toBe("PAYOUT_FILE_CHARACTER");
  });

  it("refuses an unknown or cancelled batch, an heir, and what can't be opened", async () => {
    expect(await codeOf("PB9", given())).toBe("PAYOUT_BATCH_UNKNOWN");
    expect(await codeOf("PB1", given().record(payoutStream("PB1"), "PayoutBatchCancelled", {}))).toBe("PAYOUT_BATCH_CANCELLED");
    expect(await codeOf("PB1", given({ payee: { payee: "公证书" } }))).toBe("PAYOUT_FILE_FOR_HEIR");
    expect(await codeOf("PB1", given({ name: "shredded" }))).toBe("PAYOUT_FILE_INCOMPLETE");
  });

  it("stops when the rows are not those that were submitted", async () => {
    const test = given();
    const event = test.streams.get(entitlementStream("B2", 2018, 0))?.[1] as unknown as { payload: { items: { amount: string }[] } };
    (event.payload.items[0] as { amount: string }).amount = "2702.72";
    await expect(makePayoutFile("PB1", test.sources)).rejects.toThrow("are not those that were submitted");
  });
});
