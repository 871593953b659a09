import { randomUUID } from "node:crypto";
import { RevokeBankKey } from "@huimin/bank-client";
import { ClosePeriod } from "@huimin/period";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DISTRICT, LiveDistrict, send } from "./testing/live-district.ts";

const district = new LiveDistrict();
const { bank, bankRead, person, signIn } = district;
const lend = (loan: string, amount: string) => district.lend(loan, amount);
const money = { currency: "CNY" };

beforeAll(() => district.start());
afterAll(() => district.stop());

describe("a loan from the bank's messages", () => {
  it("given an application, a rating and an approval, when it is drawn, then the memorandum book shows it at once", async () => {
    const drawn = await lend("L1", "50000.00");
    expect(drawn).toMatchObject({ status: 201, body: { loan: "L1", amount: "50000.00" } });
    expect(drawn.headers.get("huimin-position")).toBe(String(drawn.body.position));
    const auditor = await signIn("auditor", "AUD");
    const balance = await person(auditor, "GET", `/balances?account=9201&loan=L1&min-position=${drawn.body.position}`);
    expect(balance.body.balance).toEqual({ debit: "0.00", credit: "50000.00", side: "credit", amount: "50000.00" });
    const voucher = await person(auditor, "GET", `/vouchers/${drawn.body.position}`);
    expect(voucher.body.lines.map((line: { debit: string; credit: string }) => [line.debit, line.credit])).toEqual([
      ["50000.00", "0.00"],
      ["0.00", "50000.00"],
    ]);
  });

  it("given a repayment sent again, then the first answer with Idempotent-Replayed; with another body, 409; by serial alone too", async () => {
    district.now = Date.UTC(2018, 2, 21, 1, 0, 0);
    const body = { ...money, loan: "L1", valueDate: "2018-03-20", serial: "R1", principal: "1000.00" };
    const first = await bank("repayments", body, { key: "rep-1" });
    expect(first).toMatchObject({ status: 201, body: { status: "booked", principal: "1000.00" } });
    const again = await bank("repayments", body, { key: "rep-1" });
    expect([again.status, again.headers.get("idempotent-replayed"), again.body]).toEqual([200, "true", first.body]);
    expect(await bank("repayments", { ...body, principal: "2000.00" }, { key: "rep-1" })).toMatchObject({
      status: 409,
      body: { code: "IDEMPOTENCY_KEY_CONFLICT" },
    });
    const bySerial = await bank("repayments", body, { key: "rep-1-new-key" });
    expect([bySerial.status, bySerial.body]).toEqual([200, first.body]);
    const other = await bank("repayments", { ...body, principal: "2000.00" });
    expect(other).toMatchObject({ status: 409, body: { code: "IDEMPOTENCY_KEY_CONFLICT" } });
    expect(await district.platform.store.head(DISTRICT)).toBe(first.body.position);
  });

  it("given the same amount and day under another serial, then it is held with 202, and FIN-R dismisses it", async () => {
    const held = await bank("repayments", { ...money, loan: "L1", valueDate: "2018-03-20", serial: "R2", principal: "1000.00" });
    expect(held).toMatchObject({ status: 202, body: { status: "held", sameAs: "R1" } });
    const checker = await signIn("dup-checker", "FIN-R");
    expect(await person(checker, "POST", "/lending/dismiss-duplicate", { loan: "L1", serial: "R2" })).toMatchObject({
      status: 201,
      body: { status: "dismissed" },
    });
    const reversal = await bank("reversals", { ...money, loan: "L1", valueDate: "2018-03-20", serial: "R1", reversalSerial: "V1" });
    expect(reversal).toMatchObject({ status: 201, body: { principal: "-1000.00" } });
    expect(await bank("reversals", { ...money, loan: "L1", valueDate: "2018-03-20", serial: "R1", reversalSerial: "V2" })).toMatchObject({
      status: 409,
      body: { code: "ALREADY_REVERSED" },
    });
  });
});

describe("bad input", () => {
  const good = { ...money, loan: "L1", valueDate: "2018-03-20", serial: "B1", principal: "500.00" };

  it.each([
    ["3 decimals", { ...good, principal: "500.005" }, 400, "AMOUNT_FORMAT", "/principal"],
    ["an exponent", { ...good, principal: "1e3" }, 400, "AMOUNT_FORMAT", "/principal"],
    ["a number", { ...good, principal: 500 }, 400, "AMOUNT_FORMAT", "/principal"],
    ["a date that does not exist", { ...good, valueDate: "2018-02-29" }, 400, "DATE_NOT_EXISTING", "/valueDate"],
    ["another currency", { ...good, currency: "USD" }, 400, "CURRENCY_NOT_SUPPORTED", "/currency"],
    ["no currency", { ...good, currency: undefined }, 400, "FIELD_MISSING", "/currency"],
    ["more than is open", { ...good, principal: "50000.01" }, 422, "ABOVE_OPEN_PRINCIPAL", undefined],
    ["a day before disbursement", { ...good, valueDate: "2017-02-21" }, 422, "BEFORE_DISBURSEMENT", undefined],
    ["an unknown loan", { ...good, loan: "L404" }, undefined, undefined, undefined],
  ])(
    "given %s, then it is refused with code, place and remedy in both languages, and nothing is booked",
    async (_what, body, status, code, pointer) => {
      const head = await district.platform.store.head(DISTRICT);
      const answer = await bank("repayments", body);
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.status).toBeLessThan(500);
      if (status !== undefined) expect([answer.status, answer.body.code]).toEqual([status, code]);
      if (pointer !== undefined) expect(answer.body.errors[0].pointer).toBe(pointer);
      for (const text of ["detailZh", "detailEn", "remedyZh", "remedyEn"]) expect(answer.body[text].length).toBeGreaterThan(5);
      expect(await district.platform.store.head(DISTRICT)).toBe(head);
    },
  );

  it("given a closed period asked for, then it is refused and names the first open one; without asking, it is booked in that", async () => {
    const closing = { actor: "spec", role: "FIN-R", checker: "other", channel: "ui" } as const;
    expect(await district.platform.handler.execute(ClosePeriod, { period: "2017-02" }, closing)).toMatchObject({ kind: "recorded" });
    const head = await district.platform.store.head(DISTRICT);
    const refused = await bank("repayments?period=2017-02", { ...good, serial: "B-closed" });
    expect(refused).toMatchObject({ status: 422, body: { code: "PERIOD_CLOSED" } });
    expect(refused.body.remedyZh.length).toBeGreaterThan(5);
    expect(await bank("repayments?period=2017-13", good)).toMatchObject({ status: 400 });
    expect(await district.platform.store.head(DISTRICT)).toBe(head);
  });

  it("given no key, or another bank's loan, then it is refused", async () => {
    expect(await bank("repayments", good, { key: null })).toMatchObject({ status: 400, body: { code: "IDEMPOTENCY_KEY_MISSING" } });
    expect(await bank("repayments", good, { keyId: "k2" })).toMatchObject({ status: 404, body: { code: "LOAN_NOT_DISBURSED" } });
  });

  it("given a forged, replayed or unsigned request, or a revoked key, then 401", async () => {
    const url = `${district.origin}/bank/v1/repayments`;
    const text = JSON.stringify(good);
    const headers = district.signedHeaders(
      "k1",
      "POST",
      url,
      { "content-type": "application/json", "idempotency-key": "f-1" },
      text,
      "nonce-forged-1",
    );
    expect(await send("POST", url, headers, text.replace("500.00", "900.00"))).toMatchObject({
      status: 401,
      body: { code: "DIGEST_MISMATCH" },
    });
    expect(await send("POST", url, { ...headers, "idempotency-key": "f-2" }, text)).toMatchObject({
      status: 401,
      body: { code: "SIGNATURE_INVALID" },
    });
    expect(await send("POST", url, { "content-type": "application/json", "idempotency-key": "f-1" }, text)).toMatchObject({
      status: 401,
      body: { code: "SIGNATURE_MISSING" },
    });
    expect(await bank("repayments", { ...good, serial: "B2" }, { nonce: "nonce-twice-1" })).toMatchObject({ status: 201 });
    expect(await bank("repayments", { ...good, serial: "B3" }, { nonce: "nonce-twice-1" })).toMatchObject({
      status: 401,
      body: { code: "REPLAYED" },
    });
    expect(
      await bank("interest-payments", { ...money, loan: "L1", valueDate: "2018-03-20", amount: "9.00", serial: "P0" }, { keyId: "k3" }),
    ).not.toMatchObject({ status: 401 });
    await district.register(RevokeBankKey, { bank: "K1", client: "main", keyId: "k3", reason: "更换密钥" }, "FOF");
    await expect.poll(async () => (await bank("repayments", good, { keyId: "k3" })).body.code, { timeout: 5000 }).toBe("KEY_REVOKED");
  });

  it("given a signature that is old, from tomorrow, or re-ordered after it was made, then 401 with code and remedy, and nothing is booked", async () => {
    const url = `${district.origin}/bank/v1/repayments`;
    const text = JSON.stringify({ ...good, serial: "B4" });
    const signed = () =>
      district.signedHeaders("k1", "POST", url, { "content-type": "application/json", "idempotency-key": "o-1" }, text, randomUUID());
    const before = await district.platform.store.head(DISTRICT);
    const refusedAs = async (headers: Record<string, string>, code: string) => {
      const { status, body } = await send("POST", url, headers, text);
      expect([status, body.code]).toEqual([401, code]);
      for (const said of ["detailZh", "detailEn", "remedyZh", "remedyEn"]) expect(body[said].length).toBeGreaterThan(4);
    };
    const now = district.now;
    const old = signed();
    district.now = now + 600_000;
    const early = signed();
    await refusedAs(old, "SIGNATURE_EXPIRED");
    district.now = now;
    await refusedAs(early, "SIGNATURE_EXPIRED");
    const input = (change: (text: string) => string): Record<string, string> => {
      const headers = signed();
      const changed = change(headers["signature-input"] as string);
      expect(changed).not.toBe(headers["signature-input"]);
      return { ...headers, "signature-input": changed };
    };
    await refusedAs(
      input((one) => one.replace('"@method" "@authority"', '"@authority" "@method"')),
      "SIGNATURE_INVALID",
    );
    await refusedAs(
      input((one) => one.replace(/(;created=\d+)(;expires=\d+)/, "$2$1")),
      "SIGNATURE_INVALID",
    );
    await refusedAs({ ...signed(), signature: signed().signature as string }, "SIGNATURE_INVALID");
    expect(await district.platform.store.head(DISTRICT)).toBe(before);
  });

  it("given a person without the role, or none, then 403 or 401; a bank route knows no sessions", async () => {
    const village = await signIn("village-clerk", "VIL");
    expect(await person(village, "POST", "/lending/dismiss-duplicate", { loan: "L1", serial: "R2" })).toMatchObject({
      status: 403,
      body: { code: "ROLE_REQUIRED" },
    });
    expect(await person("x".repeat(43), "GET", "/trial-balance")).toMatchObject({ status: 401, body: { code: "SIGN_IN_REQUIRED" } });
    expect(
      await send(
        "POST",
        `${district.origin}/bank/v1/repayments`,
        { authorization: `Bearer ${village}`, "content-type": "application/json" },
        "{}",
      ),
    ).toMatchObject({ status: 401 });
  });
});

describe("a bank's reads", () => {
  it("given its own loan, then it is shown as of the day; another bank sees nothing, in the database too", async () => {
    const head = await district.platform.store.head(DISTRICT);
    const own = await bankRead(`/loans/L1?min-position=${head}`);
    expect(own).toMatchObject({
      status: 200,
      body: { loan: "L1", status: "performing", drawn: "50000.00", openPrincipal: "49500.00", annualRate: "4.75" },
    });
    expect((await bankRead(`/loans?min-position=${head}&on=2020-03-01`)).body.items).toMatchObject([{ loan: "L1", status: "overdue" }]);
    expect(await bankRead("/loans/L1", "k2")).toMatchObject({ status: 404, body: { code: "LOAN_NOT_IN_PORTFOLIO" } });
    expect((await bankRead("/loans", "k2")).body.items).toEqual([]);
    expect(await bankRead("/loans?status=lost")).toMatchObject({ status: 400 });
    expect(await bankRead(`/loans?min-position=${head + 1000}`)).toMatchObject({ status: 503, body: { code: "POSITION_NOT_REACHED" } });
  });

  it("given an office, then it sees the loan, the totals and the household's sheet, with names masked", async () => {
    const office = await signIn("fof-clerk", "FOF");
    expect((await person(office, "GET", "/loans/L1")).body).toMatchObject({ bank: "K1", openPrincipal: "49500.00" });
    expect((await person(office, "GET", "/portfolio")).body.items).toMatchObject([{ bank: "K1", loans: 1, openPrincipal: "49500.00" }]);
    const sheet = await person(office, "GET", "/households/HH1/sheet");
    expect(sheet.body).toMatchObject({
      household: "HH1",
      status: "registered",
      figures: { ownLoanPrincipal: "49500.00" },
      loans: [{ loan: "L1", principal: "49500.00" }],
    });
    expect(JSON.stringify(sheet.body)).not.toContain("李秀英");
    expect((await person(office, "GET", "/households/HH404/sheet")).body.code).toBe("HOUSEHOLD_NOT_FOUND");
  });

  it("given a bank without the API, then the office records its paper message, once", async () => {
    const office = await signIn("fof-recorder", "FOF");
    const message = { loan: "L1", valueDate: "2018-03-20", serial: "PAPER1", principal: "100.00", currency: "CNY" };
    const sent = await person(office, "POST", "/banks/K1/messages/record-repayment", { document: "回单 77", message });
    expect(sent).toMatchObject({ status: 201, body: { status: "booked" } });
    const [event] = await district.platform.store.readAll(DISTRICT, sent.body.position - 1, 1);
    expect(event).toMatchObject({ actor: "bank:K1", role: "BANK", channel: "ui", sourceDocument: "回单 77" });
    expect(event?.checker).toMatch(/^u-/);
    expect(await bank("repayments", message)).toMatchObject({ status: 200, body: sent.body });
    const village = await signIn("vil-recorder", "VIL");
    expect(await person(village, "POST", "/banks/K1/messages/record-repayment", { document: "x", message })).toMatchObject({ status: 403 });
  });
});
