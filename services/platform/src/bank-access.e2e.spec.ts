import { type KeyObject, randomUUID, sign } from "node:crypto";
import {
  AddBankKey,
  ChangeBankClient,
  possessionText,
  RegisterBankClient,
  ResumeBankClient,
  RevokeBankKey,
  SuspendBankClient,
} from "@huimin/bank-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Answer, DISTRICT, LiveDistrict, send } from "./testing/live-district.ts";

const district = new LiveDistrict();
const { bank, person, signIn } = district;
/** The desk's client of K2: it may report repayments from this machine, ten at once. */
const desk = {
  ...{ bank: "K2", client: "desk", name: "信贷柜面", scopes: ["loans:write"], addresses: ["127.0.0.1"] },
  ...{ perSecond: 1_000, burst: 10_000, perDay: 100_000 },
};
let maker = "";
let checker = "";

/** Sessions end with the day. */
async function staff(): Promise<void> {
  const id = randomUUID().slice(0, 8);
  maker = await signIn(`access-maker-${id}`, "FOF");
  checker = await signIn(`access-checker-${id}`, "FIN-R");
}

beforeAll(async () => {
  await district.start({ trustProxy: true });
  await staff();
});
afterAll(() => district.stop());

/** The proof with a client's own means: Ed25519 over the text, base64. */
function proofOf(claim: { bank: string; client: string; keyId: string; publicKey: string }, privateKey: KeyObject): string {
  const { bank: of, client, keyId, publicKey } = claim;
  const text = `huimin-ledger bank key v1\ndistrict ${DISTRICT}\nbank ${of}\nclient ${client}\nkey ${keyId}\npublic ${publicKey}\n`;
  return sign(null, Buffer.from(text), privateKey).toString("base64");
}

/** Maker proposes, checker approves. */
async function approved(address: string, body: object): Promise<Answer> {
  const proposed = await person(maker, "POST", address, body);
  if (proposed.status !== 202) return proposed;
  return person(checker, "POST", `/proposals/${proposed.body.proposal}/approval`);
}

/** A message of the desk that a rule refuses: what matters is whether it gets so far. */
const unknownLoan = () => ({ currency: "CNY", loan: "L404", valueDate: "2017-02-25", serial: randomUUID(), principal: "1.00" });
const repay = (keyId: string) => bank("repayments", unknownLoan(), { keyId });
/** Changes count within two seconds, in every process; here at once, so that a spec doesn't wait. */
const eventually = async (answer: () => Promise<unknown>, code: string): Promise<void> => {
  await district.platform.bankClients.refreshed();
  expect(await answer()).toBe(code);
};
const codeOf = (keyId: string) => async () => (await repay(keyId)).body.code;
const PASSED = "LOAN_NOT_DISBURSED";

async function onboard(client: typeof desk, keyId: string, days = { validFrom: "2017-01-01", validTo: "2018-01-01" }): Promise<void> {
  await district.register(RegisterBankClient, client, "FOF");
  const key = district.newKey(keyId);
  const claim = { bank: client.bank, client: client.client, keyId, publicKey: key.publicKey };
  await district.register(AddBankKey, { ...claim, ...days, proof: proofOf(claim, key.privateKey) }, "FOF");
}

describe("onboarding over HTTP", () => {
  const key = district.newKey("desk-1");
  const claim = { bank: "K2", client: "desk", keyId: "desk-1", publicKey: key.publicKey };

  it("needs two persons: the proposal lets nobody in, its maker can't approve it", async () => {
    const proposed = await person(maker, "POST", "/bank-clients", desk);
    expect(proposed).toMatchObject({ status: 202, body: { status: "open" } });
    expect(await person(maker, "POST", `/proposals/${proposed.body.proposal}/approval`)).toMatchObject({ status: 403 });
    expect((await person(maker, "GET", "/bank-clients?bank=K2")).body.items.map((one: { client: string }) => one.client)).toEqual(["main"]);
    expect(await person(checker, "POST", `/proposals/${proposed.body.proposal}/approval`)).toMatchObject({ status: 201 });
    expect((await person(maker, "GET", "/bank-clients/K2/desk")).body).toMatchObject({ ...desk, status: "active", keys: [], usedToday: 0 });
  });

  it("gives the text to sign, and registers the key only with the bank's proof", async () => {
    const query = `bank=K2&client=desk&keyId=desk-1&publicKey=${key.publicKey}`;
    const { text } = (await person(maker, "GET", `/bank-clients/key-registration-text?${query}`)).body;
    expect(text).toBe(possessionText({ district: DISTRICT, ...claim }));
    const body = { keyId: "desk-1", publicKey: key.publicKey, validFrom: "2017-03-01", validTo: "2018-02-28" };
    const stolen = sign(null, Buffer.from(text), district.newKey("other").privateKey).toString("base64");
    expect(await person(maker, "POST", "/bank-clients/K2/desk/keys", { ...body, proof: stolen })).toMatchObject({
      status: 422,
      body: { code: "BANK_KEY_NOT_PROVEN" },
    });
    const proof = sign(null, Buffer.from(text), key.privateKey).toString("base64");
    expect(await approved("/bank-clients/K2/desk/keys", { ...body, proof })).toMatchObject({ status: 201 });
    await eventually(codeOf("desk-1"), PASSED);
  });

  it("is looked at by the office and by auditors, and by nobody else", async () => {
    const village = await signIn("access-village", "VIL");
    for (const address of ["/bank-clients", "/bank-clients/security-failures", "/bank-clients/expiring-keys", "/bank-clients/K2/desk"])
      expect((await person(village, "GET", address)).status, address).toBe(403);
    const auditor = await signIn("access-auditor", "AUD");
    expect((await person(auditor, "GET", "/bank-clients")).body.items).toHaveLength(3);
    expect(await person(auditor, "POST", "/bank-clients/K2/desk/suspension", { reason: "x" })).toMatchObject({ status: 403 });
    expect((await person(auditor, "GET", "/bank-clients/K2/none")).body.code).toBe("BANK_CLIENT_UNKNOWN");
  });
});

describe("what a client may do", () => {
  it("given a message or a question outside its scopes, then BANK_SCOPE_MISSING; in a bulk, item by item", async () => {
    expect(await bank("interest-payments", {}, { keyId: "desk-1" })).toMatchObject({ status: 403, body: { code: "BANK_SCOPE_MISSING" } });
    expect(await district.bankRead("/loans", "desk-1")).toMatchObject({ status: 403, body: { code: "BANK_SCOPE_MISSING" } });
    expect(await bank("bulk", { items: [] }, { keyId: "desk-1" })).toMatchObject({ status: 403, body: { code: "BANK_SCOPE_MISSING" } });
    await onboard({ ...desk, client: "bulk", scopes: ["bulk:write", "loans:write"] }, "bulk-1");
    const interest = { message: "interest-payments", body: { currency: "CNY", loan: "L1", valueDate: "2017-02-25", amount: "1.00" } };
    const items = [{ message: "repayments", body: unknownLoan() }, interest];
    await eventually(async () => (await bank("bulk", { items }, { keyId: "bulk-1" })).status.toString(), "200");
    const sent = await bank("bulk", { items }, { keyId: "bulk-1" });
    expect(sent.body.items.map(({ problems }: { problems: { code: string }[] }) => problems[0]?.code)).toEqual([
      PASSED,
      "BANK_SCOPE_MISSING",
    ]);
  });

  it("given another address, then BANK_ADDRESS_NOT_ALLOWED, by what the proxy next to us saw and not by what the sender claims", async () => {
    await onboard({ ...desk, client: "branch", addresses: ["203.0.113.0/24", "2001:db8::/32"] }, "branch-1");
    await eventually(codeOf("branch-1"), "BANK_ADDRESS_NOT_ALLOWED");
    const from = async (forwarded: string) => {
      const url = `${district.origin}/bank/v1/repayments`;
      const body = JSON.stringify(unknownLoan());
      const plain = { "content-type": "application/json", "idempotency-key": randomUUID() };
      const headers = district.signedHeaders("branch-1", "POST", url, plain, body, randomUUID());
      return (await send("POST", url, { ...headers, "x-forwarded-for": forwarded }, body)).body.code;
    };
    expect([await from("203.0.113.77"), await from("2001:db8:7::1"), await from("203.0.114.1")]).toEqual([
      PASSED,
      PASSED,
      "BANK_ADDRESS_NOT_ALLOWED",
    ]);
    // The first entry is the sender's own word; the last is the proxy's.
    expect(await from("203.0.113.77, 198.51.100.9")).toBe("BANK_ADDRESS_NOT_ALLOWED");
  });

  it("given more than its rate, then 429 with Retry-After and RateLimit headers, and another client goes on", async () => {
    await onboard({ ...desk, client: "slow", perSecond: 1, burst: 3 }, "slow-1");
    await eventually(codeOf("slow-1"), PASSED);
    const answers = await Promise.all(Array.from({ length: 8 }, () => repay("slow-1")));
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThanOrEqual(4);
    expect(refused[0]?.body.code).toBe("RATE_LIMITED");
    expect(Number(refused[0]?.headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
    expect([refused[0]?.headers.get("ratelimit-limit"), refused[0]?.headers.get("ratelimit-remaining")]).toEqual(["3", "0"]);
    expect((await repay("desk-1")).headers.get("ratelimit-remaining")).toMatch(/^\d+$/);
    await expect.poll(codeOf("slow-1"), { timeout: 5_000, interval: 500 }).toBe(PASSED);
  });

  it("given more messages than its day has, then 429 until midnight in Shanghai; questions and the next day go on", async () => {
    await onboard({ ...desk, client: "small", scopes: ["loans:write", "loans:read"], perDay: 3 }, "small-1");
    await eventually(async () => (await district.bankRead("/loans", "small-1")).status.toString(), "200");
    const codes = [];
    for (let n = 0; n < 4; n++) codes.push(await repay("small-1"));
    expect(codes.map(({ body }) => body.code)).toEqual([PASSED, PASSED, PASSED, "BANK_QUOTA_USED_UP"]);
    const hour = 3_600;
    expect(Number(codes[3]?.headers.get("retry-after"))).toBe(14 * hour); // 10:00 in Shanghai
    expect((await district.bankRead("/loans", "small-1")).status).toBe(200);
    district.now += 14 * hour * 1_000;
    expect((await repay("small-1")).body.code).toBe(PASSED);
    await staff();
    expect((await person(maker, "GET", "/bank-clients/K2/small")).body.usedToday).toBe(1);
  });

  it("counts each message of a bulk, and refuses one that would go beyond the day as a whole", async () => {
    await onboard({ ...desk, client: "bulk-small", scopes: ["bulk:write", "loans:write"], perDay: 5 }, "bulk-small-1");
    const items = (count: number) => Array.from({ length: count }, () => ({ message: "repayments", body: unknownLoan() }));
    const post = (count: number) => bank("bulk", { items: items(count) }, { keyId: "bulk-small-1" });
    await eventually(async () => (await post(4)).status.toString(), "200");
    expect(await post(3)).toMatchObject({ status: 429, body: { code: "BANK_QUOTA_USED_UP" } });
  });
});

describe("keys", () => {
  it("rotate with an overlap: both are accepted, then the old one is KEY_EXPIRED", async () => {
    const key = district.newKey("desk-2");
    const claim = { bank: "K2", client: "desk", keyId: "desk-2", publicKey: key.publicKey };
    const { bank: _, client: __, ...body } = claim;
    const days = { validFrom: "2017-03-02", validTo: "2018-03-01", replaces: { keyId: "desk-1", validTo: "2017-03-09" } };
    expect(await approved("/bank-clients/K2/desk/keys", { ...body, ...days, proof: proofOf(claim, key.privateKey) })).toMatchObject({
      status: 201,
    });
    await eventually(codeOf("desk-2"), PASSED);
    expect((await repay("desk-1")).body.code).toBe(PASSED);
    const soon = (await person(maker, "GET", "/bank-clients/expiring-keys?days=10")).body.items;
    expect(soon).toContainEqual({ bank: "K2", client: "desk", keyId: "desk-1", validTo: "2017-03-09", followed: true });
    district.now = Date.UTC(2017, 2, 10, 2);
    await staff();
    expect([(await repay("desk-1")).body.code, (await repay("desk-2")).body.code]).toEqual(["KEY_EXPIRED", PASSED]);
  });

  it("are not accepted before their first day", async () => {
    await onboard({ ...desk, client: "later" }, "later-1", { validFrom: "2017-06-01", validTo: "2018-06-01" });
    await eventually(codeOf("later-1"), "KEY_NOT_YET_VALID");
  });

  it("die at once by one person's word, and so does a client; two bring it back", async () => {
    expect(await person(checker, "POST", "/bank-clients/K2/desk/keys/desk-2/revocation", { reason: "泄露" })).toMatchObject({
      status: 201,
    });
    // Nobody told the gateway: it looks at the log at least every two seconds.
    await expect.poll(codeOf("desk-2"), { timeout: 5_000, interval: 500 }).toBe("KEY_REVOKED");
    await onboard({ ...desk, client: "spare" }, "spare-1");
    await eventually(codeOf("spare-1"), PASSED);
    expect(await person(maker, "POST", "/bank-clients/K2/spare/suspension", { reason: "可疑" })).toMatchObject({ status: 201 });
    await eventually(codeOf("spare-1"), "BANK_CLIENT_SUSPENDED");
    expect(await approved("/bank-clients/K2/spare/resumption", { reason: "已查明" })).toMatchObject({ status: 201 });
    await eventually(codeOf("spare-1"), PASSED);
  });
});

describe("failures", () => {
  it("are logged with code, client, key, address and route, and nothing of the request", async () => {
    const secret = "S3CRET-IN-THE-BODY";
    const url = `${district.origin}/bank/v1/repayments`;
    const body = JSON.stringify({ ...unknownLoan(), loan: secret });
    const headers = district.signedHeaders(
      "k2",
      "POST",
      url,
      { "content-type": "application/json", "idempotency-key": secret },
      body,
      randomUUID(),
    );
    expect((await send("POST", url, { ...headers, signature: `bank=:${Buffer.alloc(64).toString("base64")}:` }, body)).body.code).toBe(
      "SIGNATURE_INVALID",
    );
    const { items } = (await person(checker, "GET", "/bank-clients/security-failures?limit=500")).body;
    const ours = items.find((one: { code: string; keyId: string }) => one.code === "SIGNATURE_INVALID" && one.keyId === "k2");
    expect(ours).toMatchObject({ bank: "K2", client: "main", address: "127.0.0.1", route: "POST /bank/v1/repayments" });
    expect(JSON.stringify(items)).not.toContain(secret);
    const metrics = await (await fetch(`${district.origin}/metrics`)).text();
    expect(metrics).toMatch(/huimin_bank_security_failures_total\{code="SIGNATURE_INVALID"\} [1-9]/);
  });

  it("of one address are slowed: beyond sixty its requests are not looked at, right or wrong; others go on", async () => {
    const from = (address: string, change: object = {}) => {
      const url = `${district.origin}/bank/v1/loans`;
      const headers = { ...district.signedHeaders("k1", "GET", url, {}, undefined, randomUUID()), ...change };
      return send("GET", url, { ...headers, "x-forwarded-for": address });
    };
    const forged = { signature: `bank=:${Buffer.alloc(64).toString("base64")}:` };
    const statuses: number[] = [];
    for (let n = 0; n < 70; n++) statuses.push((await from("198.51.100.66", forged)).status);
    expect(statuses.filter((status) => status === 401).length).toBeLessThan(70);
    const slowed = await from("198.51.100.66");
    expect([slowed.status, slowed.body.code]).toEqual([429, "TOO_MANY_FAILURES"]);
    expect(Number(slowed.headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
    expect((await from("198.51.100.67")).body.code).toBe("BANK_ADDRESS_NOT_ALLOWED");
    expect((await from("127.0.0.1")).status).toBe(200);
  });

  it("of a person's role or of commands that need a second person are refused in the log, whoever asks", async () => {
    const { handler } = district.platform;
    const alone = { actor: "u1", role: "FOF", channel: "ui" } as const;
    for (const [definition, body] of [
      [RegisterBankClient, { ...desk, client: "alone" }],
      [ChangeBankClient, { ...desk, reason: "x" }],
      [ResumeBankClient, { bank: "K2", client: "spare", reason: "x" }],
    ] as const)
      expect(await handler.execute(definition as never, body as never, alone)).toMatchObject({ refusal: { code: "SECOND_PERSON_NEEDED" } });
    for (const [definition, body] of [
      [SuspendBankClient, { bank: "K2", client: "none", reason: "x" }],
      [RevokeBankKey, { bank: "K2", client: "desk", keyId: "none", reason: "x" }],
    ] as const)
      expect(await handler.execute(definition as never, body as never, { ...alone, role: "BANK", actor: "bank:K2" })).toMatchObject({
        refusal: { code: "ROLE_NOT_ALLOWED" },
      });
  });
});
