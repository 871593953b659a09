import { randomUUID } from "node:crypto";
import { hashOfRows } from "@huimin/dividend/events";
import { createPostgresStore } from "@huimin/event-store";
import { fen } from "@huimin/money";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DISTRICT, LiveDistrict } from "./testing/live-district.ts";

/* Results of a payout batch by the API: thousands with a serial each, and wrong ones. */

const district = new LiveDistrict();
const { bank, bankRead } = district;
const head = () => district.platform.store.head(DISTRICT);
const at = async (address: string, keyId = "k1") =>
  bankRead(`${address}${address.includes("?") ? "&" : "?"}min-position=${await head()}`, keyId);
const PARTS = 2;
const PER_PART = 400;
const COUNT = PARTS * PER_PART;

/** A submitted batch of 800 payments of one yuan, as the dividend chain records it. */
async function given(payoutBatch: string, pool: string): Promise<void> {
  const store = createPostgresStore({ connectionString: district.platform.databaseUrl });
  const event = (type: string, payload: object) => ({
    ...{ eventId: randomUUID(), type, schemaVersion: 1, valueDate: "2018-05-18", recordedAt: "2018-05-18T09:00:00.000+08:00" },
    ...{
      period: "2018-05",
      actor: "spec",
      role: "FIN-C",
      channel: "ui" as const,
      commandId: payoutBatch,
      correlationId: payoutBatch,
      payload,
    },
  });
  const parts = Array.from({ length: PARTS }, (_, part) => ({ pool, year: 2017, part }));
  const items = parts.map(({ part }) =>
    Array.from({ length: PER_PART }, (_, n) => {
      const household = `H${part}-${n}`;
      return { household, village: "410803009204", amount: "1.00", from: "2901.02", account: `a-${household}` };
    }),
  );
  const rows = items.flat().map(({ household, amount, account }) => ({ household, year: 2017, pool, amount: fen(amount), account }));
  const total = `${PER_PART}.00`;
  const none = { kind: "none" } as const;
  for (const [index, part] of parts.entries()) {
    const own = items[index] as (typeof items)[number];
    const lines = own.map(({ household, village, amount }) => ({ household, village, amount }));
    const stream = `entitlement/${pool}-2017-${part.part}`;
    const allocated = event("EntitlementsAllocated", { ...part, draft: 1, total, lines });
    const submitted = event("PayoutItemsSubmitted", { payoutBatch, ...part, bank: "K1", items: own });
    await store.append(DISTRICT, {
      writes: [{ stream, expect: none, events: [allocated, submitted] }],
      asserts: [],
      keys: [],
      answer: null,
    });
  }
  const header = { payoutBatch, bank: "K1", total: `${COUNT}.00`, count: COUNT, fileHash: hashOfRows(rows) };
  const payload = { ...header, parts: parts.map((part) => ({ ...part, count: PER_PART, total })) };
  const events = [event("PayoutBatchSubmitted", payload)];
  await store.append(DISTRICT, {
    writes: [{ stream: `payout/${payoutBatch}`, expect: none, events }],
    asserts: [],
    keys: [],
    answer: null,
  });
  await store.close();
}

const result = (payoutBatch: string, pool: string, n: number, more: object = {}) => {
  const household = `H${Math.floor(n / PER_PART)}-${n % PER_PART}`;
  const body = {
    currency: "CNY",
    payoutBatch,
    items: [{ household, year: 2017, pool }],
    serial: `${payoutBatch}-${n}`,
    valueDate: "2018-05-19",
  };
  return { message: "payout-successes", body: { ...body, ...more } };
};

beforeAll(async () => {
  await district.start();
  district.now = Date.UTC(2018, 4, 20, 1, 0, 0);
  await given("PB1", "P1");
});
afterAll(() => district.stop());

describe("results of a payout batch", () => {
  it("given a batch, then it is open for its bank until every item has a result", async () => {
    expect((await at("/payout-batches?open=true")).body.items).toMatchObject([
      { payoutBatch: "PB1", status: "submitted", total: "800.00", count: COUNT, withResult: 0 },
    ]);
    expect((await at("/payout-batches", "k2")).body.items).toEqual([]);
    expect(await bank("payout-acceptances", { payoutBatch: "PB1", serial: "ACC1" })).toMatchObject({ status: 201 });
    const page = await at("/payout-batches/PB1?limit=3");
    expect(page.body).toMatchObject({
      status: "accepted",
      items: [{ number: 1, amount: "1.00", status: "open" }, {}, {}],
      next: expect.any(String),
    });
    expect(await at("/payout-batches/PB1", "k2")).toMatchObject({ status: 404, body: { code: "BANK_ITEM_UNKNOWN" } });
  });

  it("given results of unknown items, batches, serials or dates, then each is refused by itself and nothing of it is booked", async () => {
    const before = await head();
    const sent = await bank("bulk", {
      items: [
        result("PB1", "P1", 0, { items: [{ household: "H9", year: 2017, pool: "P1" }], serial: "U1" }),
        result("PB9", "P1", 0, { serial: "U2" }),
        result("PB1", "P1", 1, { serial: "U3", total: "2.00" }),
        result("PB1", "P1", 2, { serial: "U4", valueDate: "2018-05-21" }),
        { message: "payout-returns", body: { ...result("PB1", "P1", 3, { serial: "U5" }).body, reason: "AC04" } },
        { message: "payout-result-reversals", body: { payoutBatch: "PB1", serial: "nobody's", reversalSerial: "U6" } },
        { message: "payout-successes", body: { ...result("PB1", "P1", 4).body, total: 1 } },
      ],
    });
    const codes = sent.body.items.map((item: { problems: { code: string }[] }) => item.problems[0]?.code);
    expect(codes).toEqual([
      "UNKNOWN_ITEM",
      "PAYOUT_BATCH_UNKNOWN",
      "PAYOUT_TOTAL_DIFFERS",
      expect.stringMatching(/FUTURE/),
      "ITEM_NOT_SUCCEEDED",
      expect.any(String),
      "AMOUNT_FORMAT",
    ]);
    for (const { problems } of sent.body.items) expect(problems[0].remedyZh.length).toBeGreaterThan(4);
    expect(await head()).toBe(before);
  });

  it("given a result with a serial each, then all are booked in parts, once; each is found by its serial", async () => {
    const items = Array.from({ length: COUNT - 1 }, (_, n) => result("PB1", "P1", n));
    const sent = await bank("bulk", { items }, { key: "results" });
    expect([sent.status, sent.body.counts]).toEqual([201, { recorded: COUNT - 1, held: 0, repeated: 0, refused: 0 }]);
    const again = await bank("bulk", { items }, { key: "results-again" });
    expect(again.body.counts).toMatchObject({ recorded: 0, repeated: COUNT - 1 });
    expect((await at("/messages/PB1-777")).body.event).toMatchObject({ event: "PayoutSucceeded", serial: "PB1-777" });
    expect((await at("/payout-batches/PB1?withoutResult=true")).body.items).toMatchObject([{ status: "open" }]);
    expect((await at("/payout-batches?open=true")).body.items).toMatchObject([{ withResult: COUNT - 1 }]);
    const { message: _, body } = result("PB1", "P1", COUNT - 1);
    expect(await bank("payout-failures", { ...body, reason: "AC01" })).toMatchObject({ status: 201 });
    expect((await at("/payout-batches?open=true")).body.items).toEqual([]);
    const back = { payoutBatch: "PB1", serial: `PB1-${COUNT - 1}`, reversalSerial: "BACK" };
    expect(await bank("payout-result-reversals", back)).toMatchObject({ status: 201 });
    expect((await at("/payout-batches?open=true")).body.items).toMatchObject([{ withResult: COUNT - 1 }]);
  });
});
