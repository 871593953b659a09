import { createHash, generateKeyPairSync, type KeyObject, randomUUID, sign } from "node:crypto";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { CommandDefinition } from "@huimin/decider";
import { AddBankKey, RegisterBank, RegisterHousehold, RegisterVillage, RevokeBankKey } from "@huimin/registry";
import { testDatabase } from "@huimin/test-support";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createPlatform, type Platform } from "./platform.ts";

/*
 * The whole way over HTTP with a client that knows nothing of our packages: it signs by hand what RFC 9421 and RFC 9530
 * say, and sends it with fetch.
 */

const DISTRICT = "410803";
let now = Date.UTC(2017, 2, 1, 2, 0, 0);
let platform: Platform;
let origin = "";
let home = "";
let drop: () => Promise<void>;
const keys: Record<string, KeyObject> = {};

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: answers of many shapes
  readonly body: any;
}

/** Signs by hand: the base of RFC 9421 section 2.5 over these components, in this order. */
function signedHeaders(
  keyId: string,
  method: string,
  url: string,
  headers: Record<string, string>,
  body: string | undefined,
  nonce: string,
): Record<string, string> {
  const at = new URL(url);
  const digest: Record<string, string> =
    body === undefined ? {} : { "content-digest": `sha-256=:${createHash("sha256").update(body).digest("base64")}:` };
  const all: Record<string, string> = { ...headers, ...digest };
  const derived: Record<string, string> = { "@method": method, "@authority": at.host, "@path": at.pathname, "@query": at.search || "?" };
  const covered = [
    ...Object.keys(derived),
    ...["content-digest", "content-type", "idempotency-key"].filter((name) => all[name] !== undefined),
  ];
  const created = Math.floor(now / 1000);
  const parameters = `(${covered.map((name) => `"${name}"`).join(" ")});created=${created};expires=${created + 60};keyid="${keyId}";alg="ed25519";nonce="${nonce}"`;
  const base = [...covered.map((name) => `"${name}": ${derived[name] ?? all[name]}`), `"@signature-params": ${parameters}`].join("\n");
  const signature = sign(null, Buffer.from(base), keys[keyId] as KeyObject).toString("base64");
  return { ...all, "signature-input": `bank=${parameters}`, signature: `bank=:${signature}:` };
}

async function send(method: string, url: string, headers: Record<string, string>, body?: string): Promise<Answer> {
  const response = await fetch(url, { method, headers, ...(body === undefined ? {} : { body }) });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === "" ? undefined : JSON.parse(text) };
}

const bank = async (
  message: string,
  body: unknown,
  change: { keyId?: string; key?: string | null; nonce?: string } = {},
): Promise<Answer> => {
  const url = `${origin}/bank/v1/${message}`;
  const text = JSON.stringify(body);
  const key = change.key === undefined ? randomUUID() : change.key;
  const headers = { "content-type": "application/json", ...(key === null ? {} : { "idempotency-key": key }) };
  return send("POST", url, signedHeaders(change.keyId ?? "k1", "POST", url, headers, text, change.nonce ?? randomUUID()), text);
};

const person = async (token: string, method: string, address: string, body?: unknown, key: string | null = randomUUID()): Promise<Answer> =>
  send(
    method,
    `${origin}/api/v1${address}`,
    {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...(key === null ? {} : { "idempotency-key": key }),
    },
    body === undefined ? undefined : JSON.stringify(body),
  );

/** Creates a user through the store with a password of its own, and signs in over HTTP. */
async function signIn(login: string, ...roles: string[]): Promise<string> {
  await platform.people.create({ login, displayName: "岗位人员", roles: roles as never, password: "a-long-enough-phrase" }, "spec");
  const answer = await send(
    "POST",
    `${origin}/api/v1/sign-in`,
    { "content-type": "application/json" },
    JSON.stringify({ login, password: "a-long-enough-phrase" }),
  );
  return answer.body.token;
}

const register = async (definition: CommandDefinition, command: object, role: "POV" | "FOF" | "OFFICE"): Promise<void> => {
  const outcome = await platform.handler.execute(definition, command, { actor: "spec", role, channel: "import" });
  if (outcome.kind !== "recorded") throw new Error(JSON.stringify(outcome));
};

async function registerDistrict(): Promise<void> {
  const valueDate = "2016-12-01";
  await register(
    RegisterVillage,
    { village: "410803009204", name: "启心村", street: "府城街道", streetCode: "410803009", valueDate },
    "POV",
  );
  for (const [id, name] of [
    ["K1", "测试农商行"],
    ["K2", "测试村镇行"],
  ])
    await register(RegisterBank, { bank: id, name, valueDate }, "FOF");
  for (const [keyId, owner] of [
    ["k1", "K1"],
    ["k2", "K2"],
    ["k3", "K1"],
  ] as const) {
    const pair = generateKeyPairSync("ed25519");
    keys[keyId] = pair.privateKey;
    await register(AddBankKey, { bank: owner, keyId, publicKey: pair.publicKey.export({ format: "jwk" }).x as string, valueDate }, "FOF");
  }
  const number = "410899198710050028";
  const personId = platform.vault.personId(DISTRICT, number);
  const [name, idNumber] = await platform.vault.seal([
    { district: DISTRICT, personId, field: "name", keyClass: "K1", text: "李秀英" },
    { district: DISTRICT, personId, field: "idNumber", keyClass: "K1", text: number },
  ]);
  const member = { personId, relation: "head", name, idNumber };
  await register(RegisterHousehold, { household: "HH1", village: "410803009204", members: [member], head: personId, valueDate }, "POV");
  borrower = personId;
}
let borrower = "";

beforeAll(async () => {
  const database = await testDatabase();
  drop = database.drop;
  home = mkdtempSync(path.join(tmpdir(), "huimin-e2e-"));
  chmodSync(home, 0o755);
  platform = await createPlatform({ district: DISTRICT, home, databaseUrl: database.url, clock: () => now, logLevel: "silent" });
  await registerDistrict();
  origin = await platform.app.listen({ host: "127.0.0.1", port: 0 });
});
afterAll(async () => {
  await platform.close();
  await drop();
  rmSync(home, { recursive: true, force: true });
});

const LOAN = { loan: "L1", household: "HH1" };
const money = { currency: "CNY" };

describe("a loan from the bank's messages", () => {
  it("given an application, a rating and an approval, when it is drawn, then the memorandum book shows it at once", async () => {
    expect(
      await bank("loan-applications", {
        ...money,
        ...LOAN,
        borrower,
        bank: "K1",
        amount: "50000.00",
        purpose: "养殖",
        termMonths: 36,
        valueDate: "2017-02-20",
      }),
    ).toMatchObject({ status: 201 });
    expect(
      await bank("credit-ratings", {
        ...money,
        household: "HH1",
        bank: "K1",
        level: "A",
        limit: "50000.00",
        validTo: "2019-12-31",
        valueDate: "2017-02-21",
      }),
    ).toMatchObject({ status: 201 });
    expect(
      await bank("loan-approvals", {
        ...money,
        ...LOAN,
        amount: "50000.00",
        annualRate: "4.75",
        due: "2020-02-22",
        valueDate: "2017-02-22",
      }),
    ).toMatchObject({ status: 201 });
    const drawn = await bank("disbursements", { ...money, ...LOAN, valueDate: "2017-02-22", serial: "S1", amount: "50000.00" });
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
    now = Date.UTC(2018, 2, 21, 1, 0, 0);
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
    expect(await platform.store.head(DISTRICT)).toBe(first.body.position);
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
      const head = await platform.store.head(DISTRICT);
      const answer = await bank("repayments", body);
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.status).toBeLessThan(500);
      if (status !== undefined) expect([answer.status, answer.body.code]).toEqual([status, code]);
      if (pointer !== undefined) expect(answer.body.errors[0].pointer).toBe(pointer);
      for (const text of ["detailZh", "detailEn", "remedyZh", "remedyEn"]) expect(answer.body[text].length).toBeGreaterThan(5);
      expect(await platform.store.head(DISTRICT)).toBe(head);
    },
  );

  it("given no key, another bank's loan, or a closed period asked for, then it is refused", async () => {
    expect(await bank("repayments", good, { key: null })).toMatchObject({ status: 400, body: { code: "IDEMPOTENCY_KEY_MISSING" } });
    expect(await bank("repayments", good, { keyId: "k2" })).toMatchObject({ status: 403, body: { code: "OTHER_BANKS_LOAN" } });
  });

  it("given a forged, replayed or unsigned request, or a revoked key, then 401", async () => {
    const url = `${origin}/bank/v1/repayments`;
    const text = JSON.stringify(good);
    const headers = signedHeaders(
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
    await register(RevokeBankKey, { bank: "K1", keyId: "k3", reason: "更换密钥", valueDate: "2018-03-21" }, "FOF");
    await expect.poll(async () => (await bank("repayments", good, { keyId: "k3" })).body.code, { timeout: 5000 }).toBe("KEY_REVOKED");
  });

  it("given a person without the role, or none, then 403 or 401; a bank route knows no sessions", async () => {
    const village = await signIn("village-clerk", "VIL");
    expect(await person(village, "POST", "/lending/dismiss-duplicate", { loan: "L1", serial: "R2" })).toMatchObject({
      status: 403,
      body: { code: "ROLE_REQUIRED" },
    });
    expect(await person("x".repeat(43), "GET", "/trial-balance")).toMatchObject({ status: 401, body: { code: "SIGN_IN_REQUIRED" } });
    expect(
      await send("POST", `${origin}/bank/v1/repayments`, { authorization: `Bearer ${village}`, "content-type": "application/json" }, "{}"),
    ).toMatchObject({ status: 401 });
  });
});

describe("what posts in book G", () => {
  it("given a maker's command, then it waits; the maker can't approve it, another person with the role can, once", async () => {
    const maker = await signIn("maker-and-checker", "FIN-M", "FIN-R");
    const checker = await signIn("second-person", "FIN-R");
    const outsider = await signIn("outsider", "POV");
    const body = { amount: "100000.00", source: "区", document: "中财〔2018〕3号", valueDate: "2018-03-20" };
    expect(await person(maker, "POST", "/subsidies/appropriate-subsidy-funds", body, null)).toMatchObject({
      status: 400,
      body: { code: "IDEMPOTENCY_KEY_MISSING" },
    });
    const made = await person(maker, "POST", "/subsidies/appropriate-subsidy-funds", body, "appropriate-1");
    expect(made).toMatchObject({ status: 202, body: { status: "open" } });
    const repeated = await person(maker, "POST", "/subsidies/appropriate-subsidy-funds", body, "appropriate-1");
    expect(repeated.body.proposal).toBe(made.body.proposal);
    const { items } = (await person(checker, "GET", "/proposals")).body;
    expect(items).toMatchObject([
      { proposal: made.body.proposal, command: "AppropriateSubsidyFunds", makerRole: "FIN-M", checkerRoles: ["FIN-R"], body },
    ]);
    const approval = `/proposals/${made.body.proposal}/approval`;
    expect(await person(maker, "POST", approval)).toMatchObject({ status: 403, body: { code: "SAME_PERSON" } });
    expect(await person(outsider, "POST", approval)).toMatchObject({ status: 403, body: { code: "CHECKER_ROLE_REQUIRED" } });
    const approved = await person(checker, "POST", approval, undefined, "ok-1");
    expect(approved.status).toBe(201);
    expect(await person(checker, "POST", approval, undefined, "ok-1")).toMatchObject({ status: 200, body: approved.body });
    expect(await person(checker, "POST", approval)).toMatchObject({ status: 409, body: { code: "PROPOSAL_ALREADY_DECIDED" } });
    expect((await person(checker, "GET", "/proposals")).body.items).toEqual([]);
    const balance = await person(checker, "GET", `/balances?account=1002.01&min-position=${approved.body.position}`);
    expect(balance.body.balance).toMatchObject({ side: "debit", amount: "100000.00" });
    const [event] = await platform.store.readAll(DISTRICT, approved.body.position - 1, 1);
    expect(event).toMatchObject({ type: "SubsidyFundsAppropriated", role: "FIN-M", channel: "ui" });
    expect(event?.checker).not.toBe(event?.actor);
  });

  it("given a rejection by the checker or a withdrawal by the maker, then nothing is posted", async () => {
    const maker = await signIn("maker2", "FIN-M");
    const checker = await signIn("checker2", "FIN-R");
    const body = { amount: "7.00", source: "区" };
    const first = (await person(maker, "POST", "/subsidies/appropriate-subsidy-funds", body)).body.proposal;
    const second = (await person(maker, "POST", "/subsidies/appropriate-subsidy-funds", body)).body.proposal;
    expect((await person(maker, "POST", `/proposals/${first}/rejection`, { reason: "金额不对" })).body.code).toBe("SAME_PERSON");
    expect((await person(checker, "POST", `/proposals/${first}/rejection`, { reason: "金额不对" })).status).toBe(201);
    expect((await person(checker, "POST", `/proposals/${second}/withdrawal`, { reason: "不再需要" })).body.code).toBe("NOT_THE_MAKER");
    expect((await person(maker, "POST", `/proposals/${second}/withdrawal`, { reason: "不再需要" })).status).toBe(201);
    const trial = await person(checker, "GET", `/trial-balance?book=G&min-position=${await platform.store.head(DISTRICT)}`);
    expect(trial.body.totals.G).toEqual({ debit: "100000.00", credit: "100000.00" });
  });
});

describe("a bank's reads", () => {
  const read = async (address: string, keyId = "k1"): Promise<Answer> => {
    const url = `${origin}/bank/v1${address}`;
    return send("GET", url, signedHeaders(keyId, "GET", url, {}, undefined, randomUUID()));
  };

  it("given its own loan, then it is shown as of the day; another bank sees nothing, in the database too", async () => {
    const head = await platform.store.head(DISTRICT);
    const own = await read(`/loans/L1?min-position=${head}`);
    expect(own).toMatchObject({
      status: 200,
      body: { loan: "L1", status: "performing", drawn: "50000.00", openPrincipal: "49500.00", annualRate: "4.75" },
    });
    expect((await read(`/loans?min-position=${head}&on=2020-03-01`)).body.items).toMatchObject([{ loan: "L1", status: "overdue" }]);
    expect(await read("/loans/L1", "k2")).toMatchObject({ status: 404, body: { code: "LOAN_NOT_IN_PORTFOLIO" } });
    expect((await read("/loans", "k2")).body.items).toEqual([]);
    expect(await read("/loans?status=lost")).toMatchObject({ status: 400 });
    expect(await read(`/loans?min-position=${head + 1000}`)).toMatchObject({ status: 503, body: { code: "POSITION_NOT_REACHED" } });
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
    const [event] = await platform.store.readAll(DISTRICT, sent.body.position - 1, 1);
    expect(event).toMatchObject({ actor: "bank:K1", role: "BANK", channel: "ui", sourceDocument: "回单 77" });
    expect(event?.checker).toMatch(/^u-/);
    expect(await bank("repayments", message)).toMatchObject({ status: 200, body: sent.body });
    const village = await signIn("vil-recorder", "VIL");
    expect(await person(village, "POST", "/banks/K1/messages/record-repayment", { document: "x", message })).toMatchObject({ status: 403 });
  });
});

describe("the books over both time axes", () => {
  it("given a position or an instant, then they answer as known then; a closed period stays closed", async () => {
    const asked = await signIn("reader", "AUD");
    const head = await platform.store.head(DISTRICT);
    const at = async (query: string) =>
      (await person(asked, "GET", `/balances?account=9201&loan=L1&min-position=${head}&${query}`)).body.balance?.amount;
    expect(await at("as-of=2018-03-19")).toBe("50000.00");
    expect(await at("")).toBe("49400.00");
    expect(await at("known-at=2018-03-20T00:00:00%2B08:00")).toBe("50000.00");
    expect((await person(asked, "GET", "/balances?account=9201&known-at=yesterday")).body.code).toBe("KNOWN_AT_INVALID");
    expect((await person(asked, "GET", "/balances?account=constructor")).body.code).toBe("ACCOUNT_UNKNOWN");
    expect((await person(asked, "GET", "/vouchers/1")).body.code).toBe("VOUCHER_MISSING");
    const closer = await signIn("closer", "FIN-R");
    expect((await person(closer, "POST", "/periods/closings", { period: "2018-02" })).status).toBe(201);
    expect((await person(closer, "POST", "/periods/closings", { period: "2018-02" })).status).toBe(409);
  });

  it("given the log, then no name and no number is in it", async () => {
    const events = JSON.stringify(await platform.store.readAll(DISTRICT, 0, 1000));
    for (const secret of ["李秀英", "410899198710050028"]) expect(events).not.toContain(secret);
  });
});
