import { randomUUID } from "node:crypto";
import { bankStatementFold, bankStatementStream, statementLines } from "@huimin/bank-file/events";
import type { RecordedEvent } from "@huimin/decider";
import { hashOfRows } from "@huimin/dividend/events";
import { createPostgresStore } from "@huimin/event-store";
import { fen } from "@huimin/money";
import { camt053, camt054, pain002 } from "@huimin/test-support/bank-messages";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bankFileClient } from "./testing/bank-file-client.ts";
import { type Answer, DISTRICT, LiveDistrict } from "./testing/live-district.ts";

const district = new LiveDistrict();
const { upload, report } = bankFileClient(district);

beforeAll(async () => {
  await district.start();
  district.now = Date.UTC(2018, 4, 20, 1, 0, 0);
});
afterAll(() => district.stop());

describe("a statement", () => {
  it("given camt.053, then its lines are in the log for reconciliation, and the report is a pain.002", async () => {
    const entries = [
      { amount: "300.00", serial: "S1" },
      { amount: "100.00", direction: "DBIT", serial: "S2", details: [{ id: "PB1-1", amount: "100.00" }] },
    ] as const;
    const sent = await upload("", camt053({ entries, day: "2018-05-18", account: "41050100001" }));
    expect(sent).toMatchObject({ status: 201, body: { kind: "statement", format: "camt.053", counts: { booked: 2 } } });
    const { events } = await district.platform.store.readStream(DISTRICT, bankStatementStream("K1", "41050100001", "2018-05-18"));
    const state = events.reduce(
      (before, event) => bankStatementFold.evolve(before, event as RecordedEvent),
      bankStatementFold.initialState,
    );
    expect(state.current).toMatchObject({ opening: "1000.00", closing: "1200.00", lines: 2 });
    expect(statementLines(state)).toMatchObject([
      { serial: "S1", direction: "credit" },
      { serial: "S2", endToEndId: "PB1-1", payments: 1 },
    ]);
    expect(await report(sent.body.sha256)).toContain("<TxSts>ACSC</TxSts>");
  });

  it("given a table whose balances follow from each other, then the same; with a gap it is refused", async () => {
    const rows = [
      "账号,入账日期,流水号,借方金额,贷方金额,余额",
      "41050100002,2018-05-17,B1,,50.00,150.00",
      "41050100002,2018-05-17,B2,30.00,,120.00",
    ];
    expect(await upload("?kind=statement", rows.join("\n"))).toMatchObject({ status: 201, body: { counts: { booked: 2 } } });
    expect(await upload("?kind=statement", rows.join("\n").replace("120.00", "121.00"))).toMatchObject({
      status: 422,
      body: { faults: [{ row: 3, column: "余额", code: "BANK_FILE_TOTAL" }] },
    });
  });
});

describe("results of a payout batch", () => {
  const AMOUNTS = ["100.00", "200.00", "300.00", "400.00", "500.00"];

  /** A submitted batch of five payments, as the dividend chain records it. */
  async function given(payoutBatch: string, pool: string): Promise<void> {
    const store = createPostgresStore({ connectionString: district.platform.databaseUrl });
    const part = { pool, year: 2017, part: 0 };
    const lines = AMOUNTS.map((amount, index) => ({ household: `HX${index + 1}`, village: "410803009204", amount }));
    const items = lines.map((line) => ({ ...line, from: "2901.02", account: `a-${line.household}` }));
    const rows = items.map(({ household, amount, account }) => ({ household, year: 2017, pool, amount: fen(amount), account }));
    const header = {
      payoutBatch,
      bank: "K1",
      total: "1500.00",
      count: 5,
      fileHash: hashOfRows(rows),
      parts: [{ ...part, count: 5, total: "1500.00" }],
    };
    const event = (type: string, payload: object) => ({
      eventId: randomUUID(),
      type,
      schemaVersion: 1,
      valueDate: "2018-05-16",
      recordedAt: "2018-05-16T10:00:00.000+08:00",
      period: "2018-05",
      actor: "spec",
      role: "FIN-C",
      channel: "import" as const,
      commandId: randomUUID(),
      correlationId: randomUUID(),
      payload,
    });
    const entitlement = [
      event("EntitlementsAllocated", { ...part, draft: 1, lines }),
      event("PayoutItemsSubmitted", { ...part, payoutBatch, bank: "K1", items }),
    ];
    await store.append(DISTRICT, {
      writes: [
        { stream: `entitlement/${pool}-2017-0`, expect: { kind: "none" }, events: entitlement },
        { stream: `payout/${payoutBatch}`, expect: { kind: "none" }, events: [event("PayoutBatchSubmitted", header)] },
      ],
      asserts: [],
      keys: [],
      answer: {},
    });
    await store.close();
  }

  const codes = (answer: Answer) => answer.body.faults.map(({ row, code }: { row: number; code: string }) => `${row} ${code}`);

  it("given a result list, then payments succeed and fail by its rows; amounts, unknown numbers and repeats are refused", async () => {
    await given("PR1", "POOL1");
    const list = ["代发批次号,PR1", "序号,收款账号,收款户名,金额,摘要,状态,失败原因,流水号,入账日期"];
    const row = (number: number, amount: string, rest: string): string => `${number},6217,张三,${amount},分红,${rest}`;
    const sent = await upload(
      "?kind=payout-results",
      [
        ...list,
        row(1, "100.00", "成功,,,2018-05-17"),
        row(2, "200.00", "失败,账户已销户,X2,2018-05-17"),
        row(3, "300.01", "成功,,,"),
        row(9, "1.00", "成功,,,"),
        row(4, "400.00", "处理中,,,"),
      ].join("\n"),
    );
    expect(sent.body).toMatchObject({ counts: { booked: 2, noted: 1, refused: 2 } });
    expect(codes(sent)).toEqual(["5 PAYOUT_AMOUNT_DIFFERS", "6 PAYOUT_REFERENCE_UNKNOWN"]);
    const again = await upload(
      "?kind=payout-results",
      [...list, row(1, "100.00", "成功,,,"), row(4, "400.00", "成功,,X4,2018-05-18")].join("\n"),
    );
    expect([again.body.counts.booked, codes(again)]).toEqual([1, ["3 RESULT_ALREADY_KNOWN"]]);
    expect(JSON.stringify(await district.platform.store.readAll(DISTRICT, 0, 5_000, ["entitlement", "bank-file"]))).not.toContain("张三");
  });

  it("given a pain.002, then its payments; of another bank's batch, none", async () => {
    await given("PR2", "POOL2");
    const payments = [
      { id: "PR2-1", status: "ACSC", serial: "T1", amount: "100.00" },
      { id: "PR2-2", status: "RJCT", reason: "AC06" },
      { id: "PR2-3", status: "PDNG" },
      { id: "PR9-1", status: "ACSC" },
    ];
    const message = pain002("PR2", payments, { day: "2018-05-18" });
    expect((await upload("", message, { keyId: "k2" })).body).toMatchObject({ counts: { booked: 0, refused: 3, noted: 1 } });
    const sent = await upload("", message);
    expect(sent.body).toMatchObject({ format: "pain.002", counts: { booked: 2, noted: 1, refused: 1 } });
    expect(codes(sent)).toEqual(["4 PAYOUT_REFERENCE_MISSING"]);
    const { events } = await district.platform.store.readStream(DISTRICT, "entitlement/POOL2-2017-0");
    expect(events.slice(-2)).toMatchObject([
      { type: "PayoutSucceeded", valueDate: "2018-05-18", channel: "file", payload: { serial: "T1", items: [{ household: "HX1" }] } },
      { type: "PayoutFailed", payload: { reason: "AC06", items: [{ household: "HX2" }] } },
    ]);
  });

  it("given a status of the whole order and then a notification, then all succeed, and one comes back", async () => {
    await given("PR3", "POOL3");
    expect((await upload("", pain002("PR3", [], { group: "ACSC", day: "2018-05-18" }))).body.counts).toMatchObject({
      booked: 5,
      refused: 0,
    });
    const details = [{ id: "PR3-4", amount: "400.00", reason: "AC04", serial: "RT1" }];
    const back = await upload("", camt054({ entries: [{ amount: "400.00", details }], day: "2018-05-19" }));
    expect(back.body).toMatchObject({ kind: "payout-results", counts: { booked: 1 } });
    const { events } = await district.platform.store.readStream(DISTRICT, "entitlement/POOL3-2017-0");
    expect(events.at(-1)).toMatchObject({
      type: "PayoutReturned",
      payload: { reason: "AC04", serial: "RT1", items: [{ household: "HX4" }] },
    });
  });
});
