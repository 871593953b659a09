import { createHash, generateKeyPairSync, type KeyObject, randomUUID, sign } from "node:crypto";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { AddBankKey, RegisterBankClient, wholeOnboarding } from "@huimin/bank-client";
import type { CommandDefinition } from "@huimin/decider";
import { RegisterBank, RegisterHousehold, RegisterVillage } from "@huimin/registry";
import { testDatabase } from "@huimin/test-support";
import { createPlatform, type Platform, type PlatformOptions } from "../platform.ts";

export const DISTRICT = "410803";
const BORROWER_NUMBER = "410899198710050028";
export const SECRETS = ["李秀英", BORROWER_NUMBER];

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: answers of many shapes
  readonly body: any;
}

export async function send(method: string, url: string, headers: Record<string, string>, body?: string): Promise<Answer> {
  const response = await fetch(url, { method, headers, ...(body === undefined ? {} : { body }) });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === "" ? undefined : JSON.parse(text) };
}

/**
 * A small district on a listening server, and clients that know nothing of our packages: the bank's signs by hand what
 * RFC 9421 and RFC 9530 say, and both send with fetch.
 */
export class LiveDistrict {
  /** Milliseconds since 1970; moved by the specs. */
  now = Date.UTC(2017, 2, 1, 2, 0, 0);
  platform!: Platform;
  origin = "";
  /** Person id of the head of HH1. */
  borrower = "";
  readonly #keys: Record<string, KeyObject> = {};
  #close: () => Promise<void> = async () => undefined;

  async start(options: Partial<PlatformOptions> = {}): Promise<void> {
    const database = await testDatabase();
    const home = mkdtempSync(path.join(tmpdir(), "huimin-e2e-"));
    chmodSync(home, 0o755);
    this.platform = await createPlatform({
      district: DISTRICT,
      home,
      databaseUrl: database.url,
      clock: () => this.now,
      logLevel: "silent",
      eventLoopDelayMsMax: 0,
      ...options,
    });
    this.#close = async () => {
      await this.platform.close();
      await database.drop();
      rmSync(home, { recursive: true, force: true });
    };
    await this.#registerDistrict();
    this.origin = await this.platform.app.listen({ host: "127.0.0.1", port: 0 });
  }

  stop(): Promise<void> {
    return this.#close();
  }

  async register(definition: CommandDefinition, command: object, role: "POV" | "FOF" | "OFFICE"): Promise<void> {
    const outcome = await this.platform.handler.execute(definition, command, { actor: "spec", checker: "spec-2", role, channel: "import" });
    if (outcome.kind !== "recorded") throw new Error(JSON.stringify(outcome));
  }

  async #registerDistrict(): Promise<void> {
    const valueDate = "2016-12-01";
    const village = { village: "410803009204", name: "启心村", street: "府城街道", streetCode: "410803009", valueDate };
    await this.register(RegisterVillage, village, "POV");
    await this.register(RegisterBank, { bank: "K1", name: "测试农商行", valueDate }, "FOF");
    await this.register(RegisterBank, { bank: "K2", name: "测试村镇行", valueDate }, "FOF");
    for (const [bank, keyIds] of [
      ["K1", ["k1", "k3"]],
      ["K2", ["k2"]],
    ] as const) {
      const onboarding = wholeOnboarding(
        DISTRICT,
        bank,
        keyIds.map((keyId) => ({ ...this.newKey(keyId), validFrom: valueDate, validTo: "2026-11-30" })),
      );
      await this.register(RegisterBankClient, onboarding.client, "FOF");
      for (const key of onboarding.keys) await this.register(AddBankKey, key, "FOF");
    }
    const { vault } = this.platform;
    const personId = vault.personId(DISTRICT, BORROWER_NUMBER);
    const [name, idNumber] = await vault.seal([
      { district: DISTRICT, personId, field: "name", keyClass: "K1", text: "李秀英" },
      { district: DISTRICT, personId, field: "idNumber", keyClass: "K1", text: BORROWER_NUMBER },
    ]);
    const members = [{ personId, relation: "head", name, idNumber }];
    await this.register(RegisterHousehold, { household: "HH1", village: "410803009204", members, head: personId, valueDate }, "POV");
    this.borrower = personId;
  }

  /** A new key of a bank, with which {@link signedHeaders} signs from now on. */
  newKey(keyId: string): { readonly keyId: string; readonly publicKey: string; readonly privateKey: KeyObject } {
    const { privateKey, publicKey } = generateKeyPairSync("ed25519");
    this.#keys[keyId] = privateKey;
    return { keyId, publicKey: String(publicKey.export({ format: "jwk" }).x), privateKey };
  }

  /** Signs by hand: the base of RFC 9421 section 2.5 over these components, in this order. */
  signedHeaders(
    keyId: string,
    method: string,
    url: string,
    headers: Record<string, string>,
    body: string | Uint8Array | undefined,
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
    const created = Math.floor(this.now / 1000);
    const parameters = `(${covered.map((name) => `"${name}"`).join(" ")});created=${created};expires=${created + 60};keyid="${keyId}";alg="ed25519";nonce="${nonce}"`;
    const base = [...covered.map((name) => `"${name}": ${derived[name] ?? all[name]}`), `"@signature-params": ${parameters}`].join("\n");
    const signature = sign(null, Buffer.from(base), this.#keys[keyId] as KeyObject).toString("base64");
    return { ...all, "signature-input": `bank=${parameters}`, signature: `bank=:${signature}:` };
  }

  /** A signed message of a bank. `key: null` leaves the Idempotency-Key out. */
  readonly bank = (
    message: string,
    body: unknown,
    change: { keyId?: string; key?: string | null; nonce?: string } = {},
  ): Promise<Answer> => {
    const url = `${this.origin}/bank/v1/${message}`;
    const text = JSON.stringify(body);
    const key = change.key === undefined ? randomUUID() : change.key;
    const headers = { "content-type": "application/json", ...(key === null ? {} : { "idempotency-key": key }) };
    return send("POST", url, this.signedHeaders(change.keyId ?? "k1", "POST", url, headers, text, change.nonce ?? randomUUID()), text);
  };

  /** A signed read of a bank. */
  readonly bankRead = (address: string, keyId = "k1"): Promise<Answer> => {
    const url = `${this.origin}/bank/v1${address}`;
    return send("GET", url, this.signedHeaders(keyId, "GET", url, {}, undefined, randomUUID()));
  };

  /** A request of a signed-in person. */
  readonly person = (
    token: string,
    method: string,
    address: string,
    body?: unknown,
    key: string | null = randomUUID(),
  ): Promise<Answer> => {
    const headers = {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...(key === null ? {} : { "idempotency-key": key }),
    };
    return send(method, `${this.origin}/api/v1${address}`, headers, body === undefined ? undefined : JSON.stringify(body));
  };

  /** Creates a user through the store with a password of its own, and signs in over HTTP. */
  readonly signIn = async (login: string, ...roles: string[]): Promise<string> => {
    await this.platform.people.create({ login, displayName: "岗位人员", roles: roles as never, password: "a-long-enough-phrase" }, "spec");
    const body = JSON.stringify({ login, password: "a-long-enough-phrase" });
    return (await send("POST", `${this.origin}/api/v1/sign-in`, { "content-type": "application/json" }, body)).body.token;
  };

  /** Application, rating, approval and one drawing of a loan of HH1 at K1, over the bank's API. */
  async lend(loan: string, amount: string): Promise<Answer> {
    const money = { currency: "CNY" };
    const of = { loan, household: "HH1" };
    const steps = [
      await this.bank("loan-applications", {
        ...money,
        ...of,
        borrower: this.borrower,
        bank: "K1",
        amount,
        purpose: "养殖",
        termMonths: 36,
        valueDate: "2017-02-20",
      }),
      await this.bank("credit-ratings", {
        ...money,
        household: "HH1",
        bank: "K1",
        level: "A",
        limit: "50000.00",
        validTo: "2019-12-31",
        valueDate: "2017-02-21",
      }),
      await this.bank("loan-approvals", { ...money, ...of, amount, annualRate: "4.75", due: "2020-02-22", valueDate: "2017-02-22" }),
    ];
    const refused = steps.find(({ status }) => status !== 201);
    if (refused) throw new Error(JSON.stringify(refused.body));
    return this.bank("disbursements", { ...money, ...of, valueDate: "2017-02-22", serial: `D-${loan}`, amount });
  }
}
