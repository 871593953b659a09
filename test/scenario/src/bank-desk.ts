import { randomUUID } from "node:crypto";
import type { OnboardedKey } from "@huimin/bank-client";
import { addDays, shanghaiDate } from "@huimin/calendar";
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
/** Keys of a bank, and days of each: thirty years of story. */
const KEYS = 3;
const KEY_DAYS = 3_650;

/**
 * The banks of a story at their own desk: they know the addresses of the bank's API and their private keys, and send
 * signed messages over HTTP (RFC 9421), each with a new Idempotency-Key.
 */
export class BankDesk {
  readonly #keys = new Map<string, readonly OnboardedKey[]>();
  readonly #messages = new Map<string, BankMessage>(bankMessages.map((message) => [message.definition.name, message]));

  /** New keys of the bank, to be registered: one after the other, because a story can be longer than a key lives. */
  newKeys(bank: string, from: string): readonly OnboardedKey[] {
    const keys = Array.from({ length: KEYS }, (_, index) => ({
      keyId: `key-${bank}-${index + 1}`,
      ...generateSigningKey(),
      validFrom: addDays(from, index * KEY_DAYS),
      validTo: addDays(from, (index + 1) * KEY_DAYS - 1),
    }));
    this.#keys.set(bank, keys);
    return keys;
  }

  /** Whether banks send this command themselves. */
  sends(command: string): boolean {
    return this.#messages.has(command);
  }

  /** `now`: seconds since 1970 on the product's clock. */
  async send(server: Server, bank: string, command: string, fields: Readonly<Record<string, unknown>>, now: number): Promise<BankAnswer> {
    const message = this.#messages.get(command);
    const today = shanghaiDate(now * 1000);
    const key = this.#keys.get(bank)?.find(({ validTo }) => today <= validTo);
    if (!message || !key) throw new Error(`bank ${bank} cannot send ${command}`);
    const url = `/bank/v1/${message.path}`;
    const payload = JSON.stringify(needsCurrency(message.definition) ? { ...fields, currency: "CNY" } : fields);
    const plain = { host: "localhost", "content-type": "application/json", "idempotency-key": randomUUID() };
    const signature = signRequest(
      { method: "POST", url: `${ORIGIN}${url}`, headers: plain, body: payload },
      { keyId: key.keyId, privateKey: key.privateKey, created: now },
    );
    const response = await server.inject({ method: "POST", url, headers: { ...plain, ...signature }, payload });
    return {
      status: response.statusCode,
      replayed: response.headers["idempotent-replayed"] === "true",
      body: JSON.parse(response.body) as Record<string, unknown>,
    };
  }
}
