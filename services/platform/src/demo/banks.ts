import { createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";
import { signRequest } from "@huimin/signing";
import { BankCore } from "./bank-core.ts";

/** What the ledger answered to a bank. */
export interface BankAnswer {
  readonly status: number;
  readonly replayed: boolean;
  readonly body: Readonly<Record<string, unknown>>;
}

/** PKCS #8 wrapping of a raw Ed25519 seed (RFC 8410). */
const PKCS8_ED25519 = Buffer.from("302e020100300506032b657004220420", "hex");

/** The signing key of a demo bank: from its name, so that every run has the same. Never for anything but the demo. */
export function demoBankKey(bank: string): { readonly privateKey: KeyObject; readonly publicKey: string } {
  const seed = Buffer.alloc(32, `huimin demo bank ${bank} `);
  const privateKey = createPrivateKey({ key: Buffer.concat([PKCS8_ED25519, seed]), format: "der", type: "pkcs8" });
  const { x } = createPublicKey(privateKey).export({ format: "jwk" });
  return { privateKey, publicKey: String(x) };
}

/** A partner bank: its core system, and its connection to the ledger. Every message is signed and goes over HTTP. */
export class DemoBank {
  readonly bank: string;
  readonly core = new BankCore();
  /** Messages by answer: recorded, repeated, held, refused. */
  readonly answers = new Map<string, number>();
  readonly #origin: string;
  readonly #key = { keyId: "", privateKey: undefined as KeyObject | undefined };
  readonly #clock: () => number;
  #serial = 0;
  #request = 0;
  #message = 0;

  constructor(bank: string, origin: string, clock: () => number) {
    this.bank = bank;
    this.#origin = origin;
    this.#clock = clock;
    this.#key = { keyId: `${bank}-2016`, privateKey: demoBankKey(bank).privateKey };
  }

  /** The bank's next serial, as its core system numbers messages. */
  serial(): string {
    this.#serial += 1;
    return `${this.bank}${String(this.#serial).padStart(8, "0")}`;
  }

  /** Sends a signed file and expects that it is booked. */
  async file(kind: string, csv: string): Promise<void> {
    const url = `${this.#origin}/bank/v1/files?kind=${kind}`;
    const headers = { "content-type": "text/csv", "idempotency-key": `${this.bank}-${++this.#request}` };
    const response = await fetch(url, { method: "POST", headers: { ...headers, ...this.#signed(url, headers, csv) }, body: csv });
    const body = (await response.json()) as { readonly status?: string };
    this.answers.set("files", (this.answers.get("files") ?? 0) + 1);
    if (response.status !== 201 || body.status !== "booked")
      throw new Error(`${this.bank} sent a ${kind} and was answered ${response.status} ${JSON.stringify(body)}: ${csv}`);
  }

  #signed(url: string, headers: Readonly<Record<string, string>>, body: string) {
    const { keyId, privateKey } = this.#key;
    const correlation = { "x-correlation-id": `${this.bank}-message-${++this.#message}` };
    const created = Math.floor(this.#clock() / 1000);
    const signed = signRequest({ method: "POST", url, headers, body }, { keyId, privateKey: privateKey as KeyObject, created });
    return { ...signed, ...correlation };
  }

  /** Posts a message and expects one of the answers; anything else ends the demo with what the ledger said. */
  async post(
    path: string,
    message: Readonly<Record<string, unknown>>,
    options: { readonly key?: string; readonly expect?: readonly number[] } = {},
  ): Promise<BankAnswer> {
    const url = `${this.#origin}/bank/v1/${path}`;
    const body = JSON.stringify(message);
    const headers = { "content-type": "application/json", "idempotency-key": options.key ?? `${this.bank}-${++this.#request}` };
    const response = await fetch(url, { method: "POST", headers: { ...headers, ...this.#signed(url, headers, body) }, body });
    const answer: BankAnswer = {
      status: response.status,
      replayed: response.headers.get("idempotent-replayed") === "true",
      body: (await response.json()) as Record<string, unknown>,
    };
    const kind = answer.status === 201 ? "recorded" : answer.status === 200 ? "repeated" : answer.status === 202 ? "held" : "refused";
    this.answers.set(kind, (this.answers.get(kind) ?? 0) + 1);
    if (!(options.expect ?? [201]).includes(response.status)) {
      throw new Error(`${this.bank} posted ${path} and was answered ${response.status} ${JSON.stringify(answer.body)}: ${body}`);
    }
    return answer;
  }
}
