import { createHmac } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface Received {
  readonly id: string;
  readonly at: number;
  readonly body: string;
  readonly signatures: readonly string[];
  readonly path: string;
}

/** A bank's receiver, with nothing but node:http and node:crypto: it believes what it can check. */
export class Receiver {
  readonly received: Received[] = [];
  /** What is answered next; the default is 204. */
  answer: (request: Received, response: ServerResponse) => void = (_, response) => void response.writeHead(204).end();
  readonly #server: Server = createServer((request, response) => void this.#take(request, response));

  async start(): Promise<this> {
    await new Promise<void>((done) => this.#server.listen(0, "127.0.0.1", done));
    return this;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((done) => this.#server.close(done));
  }

  url(path = "/hooks"): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}${path}`;
  }

  ids(): string[] {
    return this.received.map(({ id }) => id);
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = "";
    for await (const chunk of request.setEncoding("utf8")) body += chunk;
    const one = {
      id: String(request.headers["webhook-id"]),
      at: Number(request.headers["webhook-timestamp"]),
      signatures: String(request.headers["webhook-signature"]).split(" "),
      path: request.url ?? "",
      body,
    };
    this.received.push(one);
    this.answer(one, response);
  }
}

/** As the specification says: base64 of HMAC-SHA-256 over id.timestamp.body, under the bytes behind `whsec_`. */
export const isSignedWith = (secret: string, { id, at, body, signatures }: Received): boolean => {
  const key = Buffer.from(secret.slice("whsec_".length), "base64");
  const expected = createHmac("sha256", key).update(`${id}.${at}.${body}`).digest("base64");
  return signatures.includes(`v1,${expected}`);
};
