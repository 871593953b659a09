import { createHash, type KeyObject, randomUUID, sign } from "node:crypto";
import http from "node:http";

/*
 * A bank's client that shares no code with the product: it signs by hand what RFC 9421 and RFC 9530 say, and speaks
 * node:http so that a request can be broken off at any moment.
 */

export interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
}

/** What became of one try; a broken line has no status. */
export type Tried = Answer | { readonly status: 0; readonly fault: string };

const TRY_MS_MAX = 20_000;

export function signedHeaders(
  key: { readonly id: string; readonly privateKey: KeyObject },
  method: string,
  url: URL,
  extra: Record<string, string>,
  body?: string,
) {
  const digest: Record<string, string> =
    body === undefined ? {} : { "content-digest": `sha-256=:${createHash("sha256").update(body).digest("base64")}:` };
  const all: Record<string, string> = { ...extra, ...digest };
  const derived: Record<string, string> = { "@method": method, "@authority": url.host, "@path": url.pathname, "@query": url.search || "?" };
  const covered = [
    ...Object.keys(derived),
    ...Object.keys(all).filter((name) => ["content-digest", "content-type", "idempotency-key"].includes(name)),
  ];
  const created = Math.floor(Date.now() / 1000);
  const parameters = `(${covered.map((name) => `"${name}"`).join(" ")});created=${created};expires=${created + 280};keyid="${key.id}";alg="ed25519";nonce="${randomUUID()}"`;
  const base = [...covered.map((name) => `"${name}": ${derived[name] ?? all[name]}`), `"@signature-params": ${parameters}`].join("\n");
  const signature = sign(null, Buffer.from(base), key.privateKey).toString("base64");
  return { ...all, "signature-input": `storm=${parameters}`, signature: `storm=:${signature}:` };
}

export interface SignedPost {
  readonly path: string;
  readonly body: string;
  readonly idempotencyKey: string;
  /** Breaks the request off after so many milliseconds. */
  readonly breakOffMs?: number | undefined;
}

export class BankClient {
  readonly #origin: string;
  readonly #key: { readonly id: string; readonly privateKey: KeyObject };
  readonly #agent: http.Agent;

  constructor(origin: string, key: { readonly id: string; readonly privateKey: KeyObject }, connections = 64) {
    this.#origin = origin;
    this.#key = key;
    this.#agent = new http.Agent({ keepAlive: true, maxSockets: connections });
  }

  /** One try; never throws. */
  post({ path, body, idempotencyKey, breakOffMs }: SignedPost): Promise<Tried> {
    const url = new URL(`${this.#origin}/bank/v1/${path}`);
    const extra = { "content-type": "application/json", "idempotency-key": idempotencyKey };
    return this.#send("POST", url, signedHeaders(this.#key, "POST", url, extra, body), body, breakOffMs);
  }

  get(address: string): Promise<Tried> {
    const url = new URL(`${this.#origin}/bank/v1${address}`);
    return this.#send("GET", url, signedHeaders(this.#key, "GET", url, {}));
  }

  #send(method: string, url: URL, headers: Record<string, string>, body?: string, breakOffMs?: number): Promise<Tried> {
    return new Promise((resolve) => {
      const length = body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) };
      const request = http.request(url, { method, headers: { ...headers, ...length }, agent: this.#agent, timeout: TRY_MS_MAX });
      const broken = (fault: Error & { code?: string }): void => resolve({ status: 0, fault: fault.code ?? fault.message });
      request.on("error", broken);
      request.on("timeout", () => request.destroy(new Error("timeout")));
      request.on("response", (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => {
          text += chunk;
        });
        response.on("error", broken);
        response.on("aborted", () => resolve({ status: 0, fault: "aborted" }));
        response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text } as Answer));
      });
      request.end(body);
      if (breakOffMs !== undefined) setTimeout(() => request.destroy(new Error("broken off")), breakOffMs);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}
