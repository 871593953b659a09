import { createHash, createPrivateKey, randomBytes, sign } from "node:crypto";

/* A bank's client as a stranger writes it after the handbook: node:crypto and fetch, no line of ours, nothing shared with the SDK. */

export interface RawAnswer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: answers of many shapes
  readonly body: any;
}

export class RawBank {
  readonly #key;
  readonly #keyId: string;
  readonly #origin: () => string;
  readonly #now: () => number;

  constructor(origin: () => string, keyId: string, pem: string, now: () => number = Date.now) {
    this.#origin = origin;
    this.#keyId = keyId;
    this.#key = createPrivateKey(pem);
    this.#now = now;
  }

  async post(message: string, body: object, key: string = randomBytes(12).toString("hex")): Promise<RawAnswer> {
    return this.#send("POST", `/bank/v1/${message}`, JSON.stringify(body), key);
  }

  async get(address: string): Promise<RawAnswer> {
    return this.#send("GET", `/bank/v1/${address}`);
  }

  async #send(method: string, target: string, body?: string, key?: string): Promise<RawAnswer> {
    const url = new URL(target, this.#origin());
    const headers: Record<string, string> = {};
    if (body !== undefined) {
      headers["content-type"] = "application/json; charset=utf-8";
      headers["content-digest"] = `sha-256=:${createHash("sha256").update(body, "utf8").digest("base64")}:`;
    }
    if (key !== undefined) headers["idempotency-key"] = key;
    // The other way that RFC 9421 offers: authority, path and query instead of the target.
    const values: Record<string, string> = {
      "@method": method,
      "@authority": url.host,
      "@path": url.pathname,
      "@query": url.search || "?",
      ...headers,
    };
    const created = Math.floor(this.#now() / 1000);
    const names = Object.keys(values)
      .map((name) => `"${name}"`)
      .join(" ");
    const input = `(${names});created=${created};expires=${created + 60};nonce="${randomBytes(12).toString("base64url")}";keyid="${this.#keyId}"`;
    const base = `${Object.entries(values)
      .map(([name, value]) => `"${name}": ${value}`)
      .join("\n")}\n"@signature-params": ${input}`;
    headers["signature-input"] = `raw=${input}`;
    headers.signature = `raw=:${sign(null, Buffer.from(base), this.#key).toString("base64")}:`;
    const response = await fetch(url, { method, headers, ...(body === undefined ? {} : { body }) });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text === "" ? undefined : JSON.parse(text) };
  }
}
