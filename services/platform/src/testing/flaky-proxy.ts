import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What the line does to one request. `lost`: the server has answered and the answer never arrives. */
export type Trouble = "none" | "lost" | "cut" | "502" | "silent" | "late-busy";

/** A line between a bank and the ledger on which things happen. It keeps the Host header, as a proxy of the ledger must. */
export class FlakyProxy {
  readonly #server: Server;
  readonly #held = new Set<ServerResponse>();
  /** Of the nth request (from 0). */
  trouble: (nth: number, request: IncomingMessage) => Trouble = () => "none";
  requests = 0;
  /** Requests that reached the server. */
  passed = 0;

  private constructor(target: () => string) {
    this.#server = createServer((incoming, outgoing) => {
      const trouble = this.trouble(this.requests, incoming);
      this.requests += 1;
      if (trouble === "cut") return void incoming.socket.destroy();
      if (trouble === "502") return void outgoing.writeHead(502).end("<html>bad gateway</html>");
      if (trouble === "late-busy") return void outgoing.writeHead(503, { "retry-after": "0" }).end();
      if (trouble === "silent") return void this.#held.add(outgoing);
      this.passed += 1;
      const to = new URL(incoming.url ?? "/", target());
      const forwarded = request(to, { method: incoming.method, headers: incoming.headers }, (answer) => {
        if (trouble === "lost") {
          answer.resume().once("end", () => incoming.socket.destroy());
          return;
        }
        outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(outgoing);
      });
      forwarded.once("error", () => incoming.socket.destroy());
      incoming.pipe(forwarded);
    });
  }

  static async start(target: () => string): Promise<FlakyProxy> {
    const proxy = new FlakyProxy(target);
    await new Promise<void>((resolve) => proxy.#server.listen(0, "127.0.0.1", resolve));
    return proxy;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    for (const response of this.#held) response.destroy();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
