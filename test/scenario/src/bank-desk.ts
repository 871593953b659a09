import { randomUUID } from "node:crypto";
import { type BankMessage, bankMessages, needsCurrency } from "@huimin/service-bank-gateway";
import { generateSigningKey, signRequest } from "@huimin/signing";

/** What the desk needs of the product: its server, asked without a socket. */
export interface Server {
  inject(request: {
    readonly method: "POST";
    readonly url: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly payload: string;
  }): Promise<{ readonly statusCode: number; readonly headers: Readonly<Record<string, unknown>>; readonly body: string }>;
}

export interface BankAnswer {
  readonly status: number;
  readonly replayed: boolean;
  readonly body: Readonly<Record<string, unknown>>;
}

const ORIGIN = "http://localhost";

/**
 * The banks of a story at their own desk: they know the addresses of the bank's API and their private keys, and send
 * signed messages over HTTP (RFC 9421), each with a new Idempotency-Key.
 */
export class BankDesk {
  readonly #keys = new Map<string, ReturnType<typeof generateSigningKey>>();
  readonly #messages = new Map<string, BankMessage>(bankMessages.map((message) => [message.definition.name, message]));

  /** A new key pair of the bank: its id and the public half, to be registered. */
  newKey(bank: string): { readonly keyId: string; readonly publicKey: string } {
    const pair = generateSigningKey();
    this.#keys.set(bank, pair);
    return { keyId: keyIdOf(bank), publicKey: pair.publicKey };
  }

  /** Whether banks send this command themselves. */
  sends(command: string): boolean {
    return this.#messages.has(command);
  }

  /** `now`: seconds since 1970 on the product's clock. */
  async send(server: Server, bank: string, command: string, fields: Readonly<Record<string, unknown>>, now: number): Promise<BankAnswer> {
    const message = this.#messages.get(command);
    const pair = this.#keys.get(bank);
    if (!message || !pair) throw new Error(`bank ${bank} cannot send ${command}`);
    const url = `/bank/v1/${message.path}`;
    const payload = JSON.stringify(needsCurrency(message.definition) ? { ...fields, currency: "CNY" } : fields);
    const plain = { host: "localhost", "content-type": "application/json", "idempotency-key": randomUUID() };
    const signature = signRequest(
      { method: "POST", url: `${ORIGIN}${url}`, headers: plain, body: payload },
      { keyId: keyIdOf(bank), privateKey: pair.privateKey, created: now },
    );
    const response = await server.inject({ method: "POST", url, headers: { ...plain, ...signature }, payload });
    return {
      status: response.statusCode,
      replayed: response.headers["idempotent-replayed"] === "true",
      body: JSON.parse(response.body) as Record<string, unknown>,
    };
  }
}

const keyIdOf = (bank: string): string => `${bank}-2014`;
