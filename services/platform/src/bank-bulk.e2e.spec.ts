import { createHash, randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bankFileClient, csv } from "./testing/bank-file-client.ts";
import { DISTRICT, LiveDistrict, send } from "./testing/live-district.ts";

/* Bulks over HTTP, by a client that signs by hand and shares no code with the server. */

const district = new LiveDistrict();
const { bank, bankRead } = district;
const { upload } = bankFileClient(district);
const money = { currency: "CNY" };
const head = () => district.platform.store.head(DISTRICT);
const bulk = (items: unknown, change: { mode?: string; key?: string | null; keyId?: string } = {}) => {
  const { mode, ...sender } = change;
  return bank("bulk", { ...(mode === undefined ? {} : { mode }), items }, sender);
};
const repay = (serial: string, principal: string, valueDate = "2018-03-20", loan = "L1") => ({
  message: "repayments",
  body: { ...money, loan, valueDate, serial, principal },
});
const statuses = (answer: { body: { items: { status: string }[] } }) => answer.body.items.map(({ status }) => status);

beforeAll(async () => {
  await district.start();
  expect(await district.lend("L1", "50000.00")).toMatchObject({ status: 201 });
  district.now = Date.UTC(2018, 2, 21, 1, 0, 0);
});
afterAll(() => district.stop());

describe("each item by itself", () => {
  it("given good, malformed, forbidden, repeated and suspicious items, then each is answered with its place, rule and remedy", async () => {
    const items = [
      repay("B1", "1000.00"),
      { message: "repayments", body: { ...repay("B2", "1.00").body, principal: 500 } },
      repay("B3", "1.00", "2018-03-22"),
      repay("B4", "1.00", "2017-02-21"),
      repay("B1", "1000.00"),
      repay("B1", "1001.00"),
      repay("B5", "1000.00"),
      { message: "repaiments", body: {} },
      { message: "repayments", body: { ...repay("B6", "1.00").body, loan: "L404" } },
      "not an item",
      repay("B7", "2.00"),
    ];
    const before = await head();
    const sent = await bulk(items, { key: "bulk-1" });
    expect(sent.status).toBe(201);
    expect(statuses(sent)).toEqual([
      ...["recorded", "refused", "refused", "refused", "repeated", "refused", "held", "refused", "refused", "refused", "recorded"],
    ]);
    expect(sent.body.counts).toEqual({ recorded: 2, held: 1, repeated: 1, refused: 7 });
    const problems = sent.body.items.map((item: { problems?: { code: string; pointer: string }[] }) =>
      item.problems?.map(({ code, pointer }) => [code, pointer]),
    );
    expect(problems).toEqual([
      undefined,
      [["AMOUNT_FORMAT", "/items/1/body/principal"]],
      [["LOAN_DATE_IN_FUTURE", "/items/2/body/valueDate"]],
      [["BEFORE_DISBURSEMENT", "/items/3/body/valueDate"]],
      undefined,
      [["IDEMPOTENCY_KEY_CONFLICT", "/items/5/body"]],
      undefined,
      [["BULK_MESSAGE_UNKNOWN", "/items/7/message"]],
      [["LOAN_NOT_DISBURSED", "/items/8/body"]],
      [["BULK_ITEM_FORM", "/items/9"]],
      undefined,
    ]);
    for (const item of sent.body.items)
      for (const problem of item.problems ?? [])
        for (const text of ["detailZh", "detailEn", "remedyZh", "remedyEn"]) expect(problem[text].length).toBeGreaterThan(4);
    expect(sent.body.items[5].problems[0].detailEn).toContain(`first at position ${sent.body.items[0].position}, recorded on 2018-03-21`);
    expect(sent.body.items[6].answer).toMatchObject({ status: "held", sameAs: "B1" });
    expect(sent.headers.get("huimin-position")).toBe(String(sent.body.position));
    expect(await head()).toBe(before + 3);
    const [event] = await district.platform.store.readAll(DISTRICT, sent.body.items[0].position - 1, 1);
    expect(event).toMatchObject({ actor: "bank:K1", role: "BANK", channel: "bank-api", sourceDocument: "B1" });
    const loan = await bankRead(`/loans/L1?min-position=${sent.body.position}`);
    expect(loan.body.openPrincipal).toBe("48998.00");

    const again = await bulk(items, { key: "bulk-1" });
    expect([again.status, again.headers.get("idempotent-replayed"), again.body.position]).toEqual([200, "true", sent.body.position]);
    for (const [n, item] of again.body.items.entries()) {
      const first = sent.body.items[n];
      expect({ ...item, status: undefined }).toEqual({ ...first, status: undefined });
      expect(item.status).toBe(first.status === "refused" ? "refused" : "repeated");
    }
    expect(await head()).toBe(before + 3);
    expect(await bulk(items.slice(1), { key: "bulk-1" })).toMatchObject({ status: 409, body: { code: "BULK_KEY_OTHER" } });
    expect(await head()).toBe(before + 3);
  });

  it("given items of one loan, then each stands on those before it; single messages know its keys and serials", async () => {
    const sent = await bulk([
      { ...repay("C1", "100.00"), idempotencyKey: "own-1" },
      { message: "reversals", body: { ...money, loan: "L1", valueDate: "2018-03-20", serial: "C1", reversalSerial: "C1R" } },
      { message: "reversals", body: { ...money, loan: "L1", valueDate: "2018-03-20", serial: "C1", reversalSerial: "C1S" } },
      { message: "reversals", body: { ...money, loan: "L1", valueDate: "2018-03-20", serial: "nobody's", reversalSerial: "C1T" } },
    ]);
    expect(statuses(sent)).toEqual(["recorded", "recorded", "refused", "refused"]);
    expect(sent.body.items.slice(2).map((item: { problems: { code: string }[] }) => item.problems[0]?.code)).toEqual([
      "ALREADY_REVERSED",
      "UNKNOWN_SERIAL",
    ]);
    const alone = await bank("repayments", repay("C1", "100.00").body, { key: "own-1" });
    expect([alone.status, alone.headers.get("idempotent-replayed"), alone.body.position]).toEqual([
      200,
      "true",
      sent.body.items[0].position,
    ]);
    expect(await bank("repayments", repay("C1", "101.00").body)).toMatchObject({ status: 409, body: { code: "IDEMPOTENCY_KEY_CONFLICT" } });
    expect(await bank("prepayments", { ...money, loan: "L1", valueDate: "2018-03-20", serial: "C1", principal: "100.00" })).toMatchObject({
      status: 409,
      body: { code: "IDEMPOTENCY_KEY_CONFLICT" },
    });
  });

  it("given another bank's loan, then its item is refused as if there were none, and nothing is booked", async () => {
    const before = await head();
    const sent = await bulk([repay("K2-1", "10.00")], { keyId: "k2" });
    expect([sent.status, sent.body.items[0].problems[0].code]).toEqual([200, "LOAN_NOT_DISBURSED"]);
    expect(await head()).toBe(before);
  });

  it("given a bulk that is broken off, then sending it again goes on where it was and books nothing twice", async () => {
    const items = Array.from({ length: 40 }, (_, n) => repay(`D${n}`, `${n + 3}.07`));
    const url = `${district.origin}/bank/v1/bulk`;
    const text = JSON.stringify({ items });
    const headers = { "content-type": "application/json", "idempotency-key": "broken-1" };
    const before = await head();
    const aborted = new AbortController();
    const first = fetch(url, {
      method: "POST",
      headers: district.signedHeaders("k1", "POST", url, headers, text, randomUUID()),
      body: text,
      signal: aborted.signal,
    }).catch(() => undefined);
    setTimeout(() => aborted.abort(), 5);
    await first;
    const sent = await bulk(items, { key: "broken-1" });
    expect(sent.body.counts).toMatchObject({ refused: 0, held: 0 });
    expect(sent.body.counts.recorded + sent.body.counts.repeated).toBe(40);
    expect(await head()).toBe(before + 40);
  });
});

describe("all or nothing", () => {
  it("given one item that a rule refuses, then it is named and nothing is booked; without it everything is, in one append", async () => {
    const before = await head();
    const items = [repay("E1", "11.00"), repay("E2", "99999.00"), repay("E3", "12.00")];
    const refused = await bulk(items, { mode: "all", key: "all-1" });
    expect(refused).toMatchObject({ status: 422, body: { code: "ABOVE_OPEN_PRINCIPAL" } });
    expect(refused.body.errors[0].pointer).toBe("/items/1/body/principal");
    expect(await head()).toBe(before);
    const malformed = await bulk([{ message: "repayments", body: {} }, repay("E1", "1.5"), repay("E3", "1.00")], { mode: "all" });
    expect(malformed.status).toBe(400);
    expect(malformed.body.errors.map(({ pointer }: { pointer: string }) => pointer)).toContain("/items/1/body/principal");
    expect(await head()).toBe(before);

    const good = [items[0], items[2], items[0]];
    const sent = await bulk(good, { mode: "all", key: "all-1" });
    expect([sent.status, sent.body.counts]).toEqual([201, { recorded: 2, held: 0, repeated: 1, refused: 0 }]);
    const events = await district.platform.store.readAll(DISTRICT, before, 10);
    expect(new Set(events.map(({ commandId }) => commandId)).size).toBe(1);
    expect(events.map(({ sourceDocument }) => sourceDocument)).toEqual(["E1", "E3"]);
    const again = await bulk(good, { mode: "all", key: "all-1" });
    expect([again.status, again.headers.get("idempotent-replayed"), statuses(again)]).toEqual([
      200,
      "true",
      ["repeated", "repeated", "repeated"],
    ]);
    expect(again.body.items.map(({ answer }: { answer: unknown }) => answer)).toEqual(
      sent.body.items.map(({ answer }: { answer: unknown }) => answer),
    );
    expect(await bank("repayments", repay("E1", "11.00").body)).toMatchObject({ status: 200 });
    expect(await bank("repayments", repay("E1", "11.01").body)).toMatchObject({ status: 409 });
    expect(await head()).toBe(before + 2);
  });

  it("given a file booked as a whole, then its serials are known to the API, with the answer of each", async () => {
    const sent = await upload("?kind=repayments&mode=all", csv("L1,2018-03-19,FA1,,21.00", "L1,2018-03-19,FA2,,22.00"));
    expect(sent).toMatchObject({ status: 201, body: { counts: { booked: 2 } } });
    const before = await head();
    const again = await bulk([repay("FA2", "22.00", "2018-03-19"), repay("FA1", "99.00", "2018-03-19")]);
    expect(statuses(again)).toEqual(["repeated", "refused"]);
    expect(again.body.items[0].answer).toMatchObject({ serial: "FA2", principal: "22.00" });
    expect(again.body.items[1].problems[0].code).toBe("IDEMPOTENCY_KEY_CONFLICT");
    expect(await head()).toBe(before);
  });

  it("given steady single messages on the same loan, then the whole bulk ends well, and so do they", async () => {
    const before = await head();
    const items = Array.from({ length: 400 }, (_, n) =>
      repay(`W${n}`, `${10 + Math.floor(n / 100)}.${String(n % 100).padStart(2, "0")}`, "2018-03-12"),
    );
    let ended = false;
    const singles: number[] = [];
    const steady = [1, 2, 3, 4].map(async (sender) => {
      for (let n = 0; !ended; n += 1) {
        const { body } = repay(`X${sender}-${n}`, `0.${sender}${n % 10}`, n % 2 === 0 ? "2018-03-10" : "2018-03-11");
        singles.push((await bank("repayments", body)).status);
      }
    });
    const sent = await bulk(items, { mode: "all" });
    ended = true;
    await Promise.all(steady);
    expect([sent.status, sent.body.counts]).toEqual([201, { recorded: 400, held: 0, repeated: 0, refused: 0 }]);
    expect(new Set(singles.filter((status) => status !== 201 && status !== 202))).toEqual(new Set());
    expect(await head()).toBe(before + items.length + singles.length);
  });

  it("given messages of several services, then they are one append too", async () => {
    const before = await head();
    const sent = await bulk(
      [
        {
          message: "credit-ratings",
          body: { ...money, household: "HH1", bank: "K1", level: "B", limit: "50000.00", validTo: "2019-12-31", valueDate: "2018-03-20" },
        },
        repay("F1", "13.00"),
        {
          message: "bank-account-bindings",
          body: { household: "HH1", kind: "card", number: "6299994108990000029", valueDate: "2018-03-20" },
        },
      ],
      { mode: "all" },
    );
    expect([sent.status, sent.body.counts?.recorded]).toEqual([201, 3]);
    const events = await district.platform.store.readAll(DISTRICT, before, 10);
    expect(events.map(({ type }) => type)).toEqual(["CreditRated", "RepaymentReceived", "BankAccountBound"]);
    expect(JSON.stringify(events)).not.toContain("6299994108990000029");
  });
});

describe("the request as a whole", () => {
  it.each([
    ["no items", { items: [] }, "BULK_FORM"],
    ["too many", { items: Array.from({ length: 10_001 }, () => 1) }, "BULK_FORM"],
    ["another mode", { mode: "some", items: [1] }, "BULK_FORM"],
    ["no list", { items: {} }, "BULK_FORM"],
    ["an unknown field", { items: [1], more: 1 }, "BULK_FORM"],
  ])("given %s, then it is refused", async (_what, body, code) => {
    expect(await bank("bulk", body)).toMatchObject({ status: 400, body: { code } });
  });

  it("given no key, or a body that is not the signed one, then it is refused", async () => {
    expect(await bulk([repay("G1", "1.00")], { key: null })).toMatchObject({ status: 400, body: { code: "IDEMPOTENCY_KEY_MISSING" } });
    const url = `${district.origin}/bank/v1/bulk`;
    const text = JSON.stringify({ items: [repay("G1", "1.00")] });
    const headers = { "content-type": "application/json", "idempotency-key": "x" };
    const signed = district.signedHeaders("k1", "POST", url, headers, text, randomUUID());
    expect(await send("POST", url, signed, text.replace("1.00", "9.00"))).toMatchObject({ status: 401, body: { code: "DIGEST_MISMATCH" } });
    expect(createHash("sha256").update(text).digest("hex")).toHaveLength(64);
  });
});
