import { createHmac } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** A bank's receiver of webhooks; it refuses some and answers some too late, as the seed says. */
export class Receiver {
  /** How often each message came, by its id, and its serial. */
  readonly counts = new Map<string, number>();
  readonly serials = new Map<string, string>();
  forged = 0;
  readonly #secret: () => string;
  readonly #refuse: () => boolean;
  readonly #server: Server;

  constructor(secret: () => string, refuse: () => boolean) {
    this.#secret = secret;
    this.#refuse = refuse;
    this.#server = createServer(async (request, response) => {
      let body = "";
      for await (const chunk of request.setEncoding("utf8")) body += chunk;
      if (this.#refuse()) return response.writeHead(503).end();
      this.#take(
        String(request.headers["webhook-id"]),
        String(request.headers["webhook-timestamp"]),
        body,
        String(request.headers["webhook-signature"]),
      );
      return response.writeHead(204).end();
    });
  }

  async start(): Promise<string> {
    await new Promise<void>((done) => this.#server.listen(0, "127.0.0.1", done));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/hooks`;
  }

  stop(): Promise<unknown> {
    this.#server.closeAllConnections();
    return new Promise((done) => this.#server.close(done));
  }

  #take(id: string, at: string, body: string, signatures: string): void {
    const key = Buffer.from(this.#secret().slice("whsec_".length), "base64");
    const right = `v1,${createHmac("sha256", key).update(`${id}.${at}.${body}`).digest("base64")}`;
    if (!signatures.split(" ").includes(right)) this.forged += 1;
    this.counts.set(id, (this.counts.get(id) ?? 0) + 1);
    this.serials.set(id, (JSON.parse(body) as { data: { serial: string } }).data.serial);
  }
}
