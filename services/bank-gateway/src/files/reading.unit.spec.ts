import type { BankFileFormat, BankFileKind } from "@huimin/bank-file/events";
import { BankFileFault, bytesSource } from "@huimin/bank-files";
import { entitlementStream, hashOfRows, payoutStream } from "@huimin/dividend/events";
import { fen } from "@huimin/money";
import { camt054 } from "@huimin/test-support/bank-messages";
import { describe, expect, it } from "vitest";
import type { FileStep, Item } from "./items.ts";
import { PayoutLists } from "./payouts.ts";
import { readItems } from "./reading.ts";

const ROW = { household: "H1", village: "V1", amount: "400.00", from: "2901.02", account: "card-H1" };
const fileHash = hashOfRows([{ household: "H1", year: 2018, pool: "B1", amount: fen("400.00"), account: "card-H1" }]);
const PART = { pool: "B1", year: 2018, part: 0 };

/** A log in which batch PB1 of bank K1 was submitted. */
const STREAMS: Readonly<Record<string, readonly (readonly [type: string, payload: object])[]>> = {
  [entitlementStream("B1", 2018, 0)]: [
    ["EntitlementsAllocated", { ...PART, draft: 1, lines: [{ household: "H1", village: "V1", amount: "400.00" }] }],
    ["PayoutItemsSubmitted", { ...PART, payoutBatch: "PB1", bank: "K1", items: [ROW] }],
  ],
  [payoutStream("PB1")]: [["PayoutBatchSubmitted", { payoutBatch: "PB1", bank: "K1", total: "400.00", count: 1, fileHash, parts: [PART] }]],
};
const read = (stream: string) => ({
  ...{ stream, version: 0 },
  events: (STREAMS[stream] ?? []).map(([type, payload], index) => ({
    ...{ stream, type, payload, valueDate: "2018-12-21", recordedAt: "2018-12-21T09:00:00+08:00", period: "2018-12", eventId: `${index}` },
  })),
});
const store = {
  readStream: async (_: string, stream: string) => read(stream),
  readStreams: async (_: string, wanted: readonly { stream: string }[]) => wanted.map(({ stream }) => read(stream)),
};

const stepsOf = (text: string, kind: BankFileKind, format: BankFileFormat = "csv"): Promise<FileStep[]> => {
  const payouts = new PayoutLists(store as never, "410803", "K1");
  return Array.fromAsync(readItems(bytesSource(Buffer.from(text)), format, kind, { today: "2018-12-28", payouts }));
};
const itemsOf = async (...args: Parameters<typeof stepsOf>): Promise<Item[]> =>
  (await stepsOf(...args)).flatMap((step) => (step.kind === "item" ? [step.item] : []));
async function faultOf(...args: Parameters<typeof stepsOf>) {
  const fault = await stepsOf(...args).catch((thrown: unknown) => thrown);
  if (!(fault instanceof BankFileFault)) throw new Error(`no refusal: ${JSON.stringify(fault)}`);
  return fault.refusal;
}

describe("a repayment whose amount stands beside its parts", () => {
  const rows = (...lines: string[]) => ["贷款编号,还款日期,流水号,还款金额,本金,利息,罚息", ...lines].join("\n");

  it("given parts that add up, then they are sent; given others, then the row is faulty, not its neighbours", async () => {
    const [right, wrong] = await itemsOf(
      rows("L1,2018-05-10,S1,110.00,100.00,9.00,1.00", "L1,2018-05-11,S2,110.00,100.00,9.99,"),
      "repayments",
    );
    expect(right?.content).toMatchObject({
      kind: "message",
      message: { body: { principal: "100.00", interest: "9.00", penalty: "1.00" } },
    });
    expect(wrong).toMatchObject({ row: 3 });
    expect(wrong?.content).toEqual({
      kind: "faulty",
      faults: [{ code: "BANK_ROW_AMOUNTS", details: { amount: "110.00", sum: "109.99" }, row: 3 }],
    });
  });
});

describe("a result list of payouts", () => {
  const list = (checksum: string, batch = "PB1") =>
    [`代发批次号,${batch}`, `清单校验(SHA-256),${checksum}`, "序号,金额,状态,流水号", "1,400.00,成功,S1"].join("\n");

  it("given the check sum of the list that was submitted, then its rows are results", async () => {
    expect(await itemsOf(list(fileHash), "payout-results")).toMatchObject([
      {
        row: 4,
        content: { kind: "result", result: { payoutBatch: "PB1", outcome: "paid", item: { household: "H1", year: 2018, pool: "B1" } } },
      },
    ]);
  });

  it("given another check sum, then the whole file is refused before its first row", async () => {
    expect(await faultOf(list("0".repeat(64)), "payout-results")).toEqual({
      code: "PAYOUT_LIST_DIFFERS",
      details: { payoutBatch: "PB1" },
    });
  });
});

describe("a notification with an entry that takes another back", () => {
  it("given a reversal, then it is faulty and says how to send it; what is not booked yet is noted", async () => {
    const entry = { amount: "400.00", direction: "DBIT" as const, details: [{ id: "PB1-1", amount: "400.00", serial: "S1" }] };
    const reversed = camt054({ entries: [entry] }).replace("<Sts>", "<RvslInd>true</RvslInd><Sts>");
    const [item] = await itemsOf(reversed, "payout-results", "camt.054");
    expect(item?.content).toEqual({ kind: "faulty", faults: [{ code: "PAYOUT_ENTRY_REVERSED", row: 1 }] });
    const [pending] = await itemsOf(reversed.replace("<Cd>BOOK</Cd>", "<Cd>PDNG</Cd>"), "payout-results", "camt.054");
    expect(pending?.content).toEqual({ kind: "noted" });
  });
});

describe("a statement as a table", () => {
  const lines = (...rows: string[]) => ["账号,入账日期,流水号,借方金额,贷方金额,余额", ...rows].join("\n");

  it.each([
    ["both sides", "4105,2018-05-10,S2,5.00,5.00,100.00"],
    ["no side", "4105,2018-05-10,S2,,,100.00"],
    ["two sides of nothing", "4105,2018-05-10,S2,0.00,0.00,100.00"],
  ])("given a line with %s, then the statement is none, and the line is named", async (_, row) => {
    expect(await faultOf(lines("4105,2018-05-10,S1,,100.00,100.00", row), "statement")).toEqual({
      ...{ code: "STATEMENT_LINE_SIDE", details: {}, row: 3, column: "借方金额" },
    });
  });
});
