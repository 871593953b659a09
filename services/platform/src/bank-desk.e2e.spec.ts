import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DISTRICT, LiveDistrict } from "./testing/live-district.ts";

/* What a bank and the office can ask about messages, held duplicates and open work. */

const district = new LiveDistrict();
const { bank, bankRead, person, signIn } = district;
const money = { currency: "CNY" };
const head = () => district.platform.store.head(DISTRICT);
const repay = (serial: string, principal: string, more: object = {}) =>
  bank("repayments", { ...money, loan: "L1", valueDate: "2018-03-20", serial, principal, ...more });
const at = async (address: string, keyId = "k1") =>
  bankRead(`${address}${address.includes("?") ? "&" : "?"}min-position=${await head()}`, keyId);

beforeAll(async () => {
  await district.start();
  expect(await district.lend("L1", "20000.00")).toMatchObject({ status: 201 });
  expect(await district.lend("L2", "10000.00")).toMatchObject({ status: 201 });
  district.now = Date.UTC(2018, 2, 21, 1, 0, 0);
});
afterAll(() => district.stop());

describe("a held duplicate (T3)", () => {
  it("given one message alone and one in a bulk, then both are held alike, the bank and the office see them with their age", async () => {
    await repay("T1", "1000.00");
    const alone = await repay("T2", "1000.00");
    expect(alone).toMatchObject({ status: 202, body: { status: "held", sameAs: "T1" } });
    const bulk = await bank("bulk", {
      items: [{ message: "repayments", body: { ...money, loan: "L1", valueDate: "2018-03-20", serial: "T3", principal: "1000.00" } }],
    });
    expect(bulk.body.items[0]).toMatchObject({ status: "held", answer: { status: "held", sameAs: "T1" } });
    district.now += 3 * 86_400_000;
    const seen = await at("/held-duplicates?status=held");
    expect(seen.body.items).toMatchObject([
      { loan: "L1", serial: "T2", sameAs: "T1", principal: "1000.00", status: "held", ageDays: 3 },
      { serial: "T3", status: "held" },
    ]);
    expect((await at("/held-duplicates", "k2")).body.items).toEqual([]);
    expect(await at("/held-duplicates/L1/T2", "k2")).toMatchObject({ status: 404, body: { code: "DUPLICATE_UNKNOWN" } });
    expect((await at("/open-items")).body).toMatchObject({ heldDuplicates: 2, settlements: { toExcl: "2018-03-21", some: true } });

    const checker = await signIn("dup-r", "FIN-R");
    const list = (query: string) => person(checker, "GET", `/held-duplicates?${query}`);
    expect((await list("olderThanDays=2&status=held")).body.items.map(({ serial }: { serial: string }) => serial)).toEqual(["T2", "T3"]);
    expect((await list("olderThanDays=4")).body.items).toEqual([]);
    expect((await list("limit=1")).body).toMatchObject({ items: [{ bank: "K1", serial: "T2" }], next: expect.any(String) });
    expect(await person(checker, "POST", "/lending/release-duplicate", { loan: "L1", serial: "T2" })).toMatchObject({ status: 201 });
    expect(await person(checker, "POST", "/lending/dismiss-duplicate", { loan: "L1", serial: "T3" })).toMatchObject({ status: 201 });
    expect(await person(checker, "POST", "/lending/dismiss-duplicate", { loan: "L1", serial: "T3" })).toMatchObject({
      status: 404,
      body: { code: "DUPLICATE_NOT_HELD" },
    });
    expect((await at("/held-duplicates/L1/T2")).body).toMatchObject({ status: "released", decidedPosition: expect.any(Number) });
    expect((await at("/held-duplicates/L1/T2")).body).not.toHaveProperty("decidedBy");
    expect((await list("status=dismissed")).body.items).toMatchObject([{ serial: "T3", decidedBy: expect.stringMatching(/^u-/) }]);
    const village = await signIn("dup-vil", "VIL");
    expect(await person(village, "GET", "/held-duplicates")).toMatchObject({ status: 403 });
  });
});

describe("what became of a message", () => {
  it("given its serial or its key, then its first answer and where it stands now; another bank sees nothing", async () => {
    const sent = await bank(
      "repayments",
      { ...money, loan: "L2", valueDate: "2018-03-20", serial: "M1", principal: "300.00" },
      { key: "own-m1" },
    );
    const found = await at("/messages/M1");
    expect(found).toMatchObject({
      status: 200,
      body: {
        key: "M1",
        position: sent.body.position,
        answer: { status: "booked", principal: "300.00" },
        event: { event: "RepaymentReceived", status: "recorded", serial: "M1", principal: "300.00", valueDate: "2018-03-20" },
      },
    });
    expect((await at("/idempotency-keys/own-m1")).body).toMatchObject({ position: sent.body.position, event: { serial: "M1" } });
    expect(await at("/messages/M1", "k2")).toMatchObject({ status: 404, body: { code: "MESSAGE_UNKNOWN" } });
    expect(await at("/messages/nobody")).toMatchObject({ status: 404, body: { code: "MESSAGE_UNKNOWN" } });
    await bank("reversals", { ...money, loan: "L2", valueDate: "2018-03-20", serial: "M1", reversalSerial: "M1R" });
    const reversed = await at("/messages/M1");
    expect(reversed.body.event).toMatchObject({ status: "reversed", decidedAt: await head() });
    expect((await at("/messages/T3")).body.event).toMatchObject({ status: "dismissed" });
  });

  it("given a message of a bulk in one append, then its own event is found", async () => {
    const items = ["N1", "N2", "N3"].map((serial, n) => ({
      message: "repayments",
      body: { ...money, loan: "L2", valueDate: "2018-03-20", serial, principal: `${n + 1}.00` },
    }));
    await bank("bulk", { mode: "all", items });
    expect((await at("/messages/N2")).body).toMatchObject({ answer: { principal: "2.00" }, event: { serial: "N2", principal: "2.00" } });
  });

  it("given a loan, then everything recorded on it in order, in pages", async () => {
    const all = (await at("/loans/L2/messages")).body.items as { event: string; status: string; position: number }[];
    expect(all.map(({ event, status }) => `${event} ${status}`)).toEqual([
      "LoanDisbursed recorded",
      "RepaymentReceived reversed",
      "RepaymentReversed recorded",
      ...["RepaymentReceived recorded", "RepaymentReceived recorded", "RepaymentReceived recorded"],
    ]);
    const first = await at("/loans/L2/messages?limit=4");
    const rest = await at(`/loans/L2/messages?limit=4&cursor=${first.body.next}`);
    expect([...first.body.items, ...rest.body.items]).toEqual(all);
    expect(rest.body).not.toHaveProperty("next");
    expect(await at("/loans/L2/messages", "k2")).toMatchObject({ status: 404, body: { code: "LOAN_NOT_IN_PORTFOLIO" } });
    expect(await at("/loans/L2/messages?cursor=nonsense")).toMatchObject({ status: 400, body: { code: "CURSOR_INVALID" } });
  });
});

describe("positions and portfolio", () => {
  it("given a day, then what was open on it by value date", async () => {
    expect((await at("/positions?on=2018-03-19")).body).toEqual({
      on: "2018-03-19",
      models: [{ model: 3, drawn: "30000.00", openPrincipal: "30000.00", openInterest: "0.00" }],
      total: { drawn: "30000.00", openPrincipal: "30000.00", openInterest: "0.00" },
    });
    expect((await at("/positions")).body.total).toMatchObject({ openPrincipal: "27994.00" });
    expect((await at("/positions", "k2")).body).toMatchObject({ models: [], total: { openPrincipal: "0.00" } });
  });

  it("given filters, then only those loans", async () => {
    const loans = async (query: string) => (await at(`/loans?${query}`)).body.items.map(({ loan }: { loan: string }) => loan);
    expect(await loans("household=HH1&model=3&open=true")).toEqual(["L1", "L2"]);
    expect(await loans("model=1")).toEqual([]);
    expect(await loans("village=410803009204&dueFrom=2020-02-22&dueTo=2020-02-22")).toEqual(["L1", "L2"]);
    expect(await loans("dueTo=2020-02-21")).toEqual([]);
    expect((await at("/open-items/settlements?limit=1")).body).toMatchObject({ items: [{ loan: "L1" }], next: expect.any(String) });
    expect((await at("/open-items/due-loans?on=2020-02-01&days=30")).body.items).toMatchObject([{ loan: "L1" }, { loan: "L2" }]);
    expect((await at("/open-items/due-loans?on=2020-01-01&days=30")).body.items).toEqual([]);
    for (const list of ["/payout-batches?open=true", "/subsidy-claims?open=true", "/compensation-cases?open=true"])
      expect(await at(list), list).toMatchObject({ status: 200, body: { items: [] } });
    for (const one of ["/payout-batches/P9", "/subsidy-claims/2018Q1", "/compensation-cases/C9"])
      expect(await at(one), one).toMatchObject({ status: 404, body: { code: "BANK_ITEM_UNKNOWN" } });
  });

  it("given a claim and a case, then they are open with their lines, for their bank only", async () => {
    const settle = { loan: "L1", valueDate: "2018-03-20", kind: "normal", bearer: "household" };
    const settled = await bank("interest-settlements", {
      ...money,
      ...settle,
      from: "2017-02-22",
      toExcl: "2018-03-21",
      amount: "1.00",
      serial: "I1",
      flagged: true,
    });
    expect(settled).toMatchObject({ status: 201 });
    const paid = await bank("interest-payments", { ...money, loan: "L1", valueDate: "2018-03-21", amount: "1.00", serial: "IP1" });
    expect(paid).toMatchObject({ status: 201 });
    const claim = await bank("subsidy-claims", { ...money, bank: "K1", quarter: "2018Q1", lines: [{ loan: "L1" }] });
    if (claim.status !== 201) throw new Error(JSON.stringify(claim.body));
    expect((await at("/subsidy-claims?open=true")).body.items).toMatchObject([{ quarter: "2018Q1", status: "submitted", lines: 1 }]);
    expect((await at("/subsidy-claims/2018Q1")).body).toMatchObject({ items: [{ loan: "L1", status: "pending" }] });
    expect(await at("/subsidy-claims/2018Q1", "k2")).toMatchObject({ status: 404 });
    expect((await at("/open-items")).body).toMatchObject({ subsidyClaims: 1 });
  });
});

describe("a serial is one message's, and a reversal names its original", () => {
  it("given a serial that any other message has used, then 409 names its first use", async () => {
    const first = await bank("interest-payment-reversals", { loan: "L1", valueDate: "2018-03-21", serial: "IP1", reversalSerial: "IP1R" });
    expect(first).toMatchObject({ status: 201 });
    const others: [string, object][] = [
      ["repayments", { ...money, loan: "L2", valueDate: "2018-03-20", serial: "T1", principal: "5.00" }],
      ["prepayments", { ...money, loan: "L2", valueDate: "2018-03-20", serial: "T1", principal: "5.00" }],
      ["disbursements", { ...money, loan: "L2", household: "HH1", valueDate: "2018-03-20", serial: "T1", amount: "5.00" }],
      ["interest-payments", { ...money, loan: "L2", valueDate: "2018-03-20", serial: "T1", amount: "5.00" }],
      ["reversals", { ...money, loan: "L1", valueDate: "2018-03-20", serial: "T2", reversalSerial: "T1" }],
      ["interest-payment-reversals", { loan: "L1", valueDate: "2018-03-21", serial: "IP9", reversalSerial: "IP1R" }],
      ["risk-fund-interest", { ...money, bank: "K1", amount: "5.00", serial: "T1", valueDate: "2018-03-20" }],
      ["donations", { ...money, donation: "D1", donor: "DN1", amount: "5.00", purpose: "free", serial: "T1", valueDate: "2018-03-20" }],
      ["payout-acceptances", { payoutBatch: "P1", serial: "T1" }],
      ["equity-redemptions", { ...money, enterprise: "E1", amount: "5.00", price: "5.00", serial: "T1" }],
    ];
    const before = await head();
    for (const [message, body] of others) {
      const answer = await bank(message, body);
      expect([message, answer.status, answer.body.code]).toEqual([message, 409, "IDEMPOTENCY_KEY_CONFLICT"]);
      expect(answer.body.detailEn, message).toMatch(/first at position \d+, recorded on 2018-03-2\d/);
      expect(answer.body.remedyZh.length).toBeGreaterThan(5);
    }
    const bulk = await bank("bulk", { items: others.map(([message, body]) => ({ message, body })) });
    expect(bulk.body.counts).toMatchObject({ refused: others.length });
    const clerk = await signIn("serial-fof", "FOF");
    const message = { ...money, loan: "L2", valueDate: "2018-03-20", serial: "T1", principal: "5.00" };
    expect(await person(clerk, "POST", "/banks/K1/messages/record-repayment", { document: "回单 1", message })).toMatchObject({
      status: 409,
    });
    // Another bank has serials of its own.
    expect(await bank("repayments", { ...message, loan: "L1" }, { keyId: "k2" })).toMatchObject({
      status: 404,
      body: { code: "LOAN_NOT_DISBURSED" },
    });
    expect(await head()).toBe(before);
  });

  it.each([
    ["reversals", { ...money, loan: "L1", valueDate: "2018-03-20", serial: "none", reversalSerial: "X1" }, "UNKNOWN_SERIAL"],
    ["reversals", { ...money, loan: "L1", valueDate: "2018-03-20", serial: "M1", reversalSerial: "X2" }, "UNKNOWN_SERIAL"],
    ["reversals", { ...money, loan: "L2", valueDate: "2018-03-20", serial: "M1", reversalSerial: "X3" }, "ALREADY_REVERSED"],
    [
      "reversals",
      { ...money, loan: "L1", valueDate: "2018-03-20", serial: "T1", reversalSerial: "X4", principal: "-999.00" },
      "REVERSAL_DIFFERS",
    ],
    ["reversals", { ...money, loan: "L1", valueDate: "2018-03-19", serial: "T1", reversalSerial: "X5" }, "REVERSAL_DIFFERS"],
    ["interest-payment-reversals", { loan: "L1", valueDate: "2018-03-21", serial: "IP1", reversalSerial: "X6" }, undefined],
    ["disbursement-reversals", { loan: "L1", valueDate: "2017-02-22", serial: "none", reversalSerial: "X7" }, undefined],
    ["enterprise-reversals", { ...money, loan: "L9", valueDate: "2017-02-22", serial: "none", reversalSerial: "X8" }, undefined],
    ["unified-repayment-reversals", { ...money, batch: "B9", valueDate: "2018-03-20", serial: "none", reversalSerial: "X9" }, undefined],
    ["stake-entrustment-reversals", { batch: "B9", loan: "L1", valueDate: "2018-03-20", serial: "none", reversalSerial: "X10" }, undefined],
    ["batch-interest-payment-reversals", { batch: "B9", valueDate: "2018-03-20", serial: "none", reversalSerial: "X11" }, undefined],
    ["risk-fund-interest-reversals", { bank: "K1", valueDate: "2018-03-20", serial: "none", reversalSerial: "X12" }, undefined],
    ["compensation-payment-reversals", { ref: "C9", valueDate: "2018-03-20", serial: "none", reversalSerial: "X13" }, undefined],
    ["recovery-reversals", { ref: "C9", valueDate: "2018-03-20", serial: "none", reversalSerial: "X14" }, undefined],
    ["insurance-payment-reversals", { insurer: "I9", valueDate: "2018-03-20", serial: "none", reversalSerial: "X15" }, undefined],
    ["equity-reversals", { in: { enterprise: "E9" }, serial: "none", reversalSerial: "X16" }, "EQUITY_ENTRY_UNKNOWN"],
    ["dividend-receipt-reversals", { pool: "P9", serial: "none", reversalSerial: "X17" }, "DIVIDEND_RECEIPT_UNKNOWN"],
    ["payout-result-reversals", { payoutBatch: "P9", serial: "none", reversalSerial: "X18" }, "PAYOUT_BATCH_UNKNOWN"],
    ["wrong-payout-recovery-reversals", { obligor: "H9", serial: "none", reversalSerial: "X19" }, undefined],
    ["donation-reversals", { donation: "D9", entry: 1, serial: "X20" }, "DONATION_UNKNOWN"],
  ])("%s of %j is refused, with a remedy, and nothing is booked", async (message, body, code) => {
    const before = await head();
    const answer = await bank(message, body);
    expect([answer.status >= 400 && answer.status < 500 && answer.status !== 400, answer.body.code], JSON.stringify(answer.body)).toEqual([
      true,
      code ?? expect.any(String),
    ]);
    expect(answer.body.remedyZh.length).toBeGreaterThan(4);
    expect(await head()).toBe(before);
  });
});

interface ApiOperation {
  readonly operationId?: string;
  readonly security?: unknown;
  readonly responses: object;
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly example?: unknown }>> };
}
interface ApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, ApiOperation>>>>;
}

describe("the API document", () => {
  it("names every operation of the banks once, says how to sign it and how it is refused", async () => {
    const document = (await (await fetch(`${district.origin}/openapi.json`)).json()) as ApiDocument;
    const operations = Object.entries(document.paths)
      .filter(([path]) => path.startsWith("/bank/v1/"))
      .flatMap(([path, methods]) => Object.entries(methods).map(([method, operation]) => ({ path, method, operation })));
    expect(operations.length).toBeGreaterThan(95);
    const ids = operations.map(({ operation }) => operation.operationId);
    expect(operations.filter(({ operation }) => !/^[a-z][A-Za-z]+$/.test(String(operation.operationId))).map(({ path }) => path)).toEqual(
      [],
    );
    expect(new Set(ids).size).toBe(ids.length);
    for (const { path, method, operation } of operations) {
      if (path.startsWith("/bank/v1/file-templates")) continue;
      expect(operation.security, path).toEqual([{ signature: [] }]);
      const responses = Object.keys(operation.responses);
      expect(responses, `${method} ${path}`).toContain("default");
    }
    const repayment = document.paths["/bank/v1/repayments"]?.post;
    expect(repayment?.operationId).toBe("recordRepayment");
    expect(Object.keys(repayment?.responses ?? {})).toEqual(
      expect.arrayContaining(["200", "201", "202", "400", "401", "409", "422", "503"]),
    );
    expect(repayment?.requestBody?.content["application/json"]?.example).toMatchObject({ currency: "CNY", serial: "JZ180510000123" });
    expect(JSON.stringify(document.paths["/bank/v1/bulk"]?.post?.requestBody)).toContain('"repayments"');
  });
});

describe("bad input, one message at a time", () => {
  it.each([
    ["a repayment dated tomorrow", { valueDate: "2018-03-25" }, 422, /FUTURE/],
    ["one before the loan", { valueDate: "2017-02-21" }, 422, /BEFORE_DISBURSEMENT/],
    ["an amount as a number", { principal: 5 }, 400, /AMOUNT_FORMAT/],
    ["another bank's loan", {}, 404, /LOAN_NOT_DISBURSED/],
  ])("given %s, then it is refused with rule, place and remedy, and nothing is booked", async (what, change, status, code) => {
    const before = await head();
    const body = { ...money, loan: "L1", valueDate: "2018-03-20", serial: `BAD-${status}`, principal: "5.00", ...change };
    const answer = await bank("repayments", body, { keyId: what === "another bank's loan" ? "k2" : "k1" });
    expect([answer.status, answer.body.code]).toEqual([status, expect.stringMatching(code)]);
    for (const text of ["detailZh", "detailEn", "remedyZh", "remedyEn"]) expect(answer.body[text].length).toBeGreaterThan(5);
    expect(await head()).toBe(before);
  });

  it("given a key used again with another amount, then 409, by header and by serial", async () => {
    const body = { ...money, loan: "L1", valueDate: "2018-03-20", serial: "KEY1", principal: "5.00" };
    expect(await bank("repayments", body, { key: "again-1" })).toMatchObject({ status: 201 });
    const before = await head();
    expect(await bank("repayments", { ...body, principal: "6.00", serial: "KEY2" }, { key: "again-1" })).toMatchObject({ status: 409 });
    expect(await bank("repayments", { ...body, principal: "6.00" })).toMatchObject({ status: 409 });
    expect(await head()).toBe(before);
  });
});
