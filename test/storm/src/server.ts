import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import type { ServerOrder, ServerSays } from "./server.child.ts";

/** A server in a process of its own. */
export class LoadedServer {
  readonly origin: string;
  readonly port: number;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, origin: string) {
    this.#child = child;
    this.origin = origin;
    this.port = Number(new URL(origin).port);
  }

  static async start(order: ServerOrder): Promise<LoadedServer> {
    const child = fork(new URL("./server.child.ts", import.meta.url).pathname, {
      execArgv: ["--no-warnings", "--expose-gc"],
      stdio: "inherit",
    });
    child.send(order);
    const [said] = (await Promise.race([once(child, "message"), once(child, "exit").then(() => [undefined])])) as [ServerSays | undefined];
    if (!said || !("origin" in said)) throw new Error("the server did not start");
    return new LoadedServer(child, said.origin);
  }

  /** Its memory and open connections now. */
  async holds(): Promise<{ readonly rss: number; readonly connections: number }> {
    const answer = once(this.#child, "message");
    this.#child.send("holds");
    const [said] = (await answer) as [{ rss: number; connections: number }];
    return said;
  }

  async stop(): Promise<void> {
    const gone = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await gone;
  }

  /** A connection that says nothing by itself. */
  connect(): Promise<Socket> {
    const socket = connect(this.port, "127.0.0.1");
    return once(socket, "connect").then(() => {
      socket.on("error", () => undefined);
      return socket;
    });
  }

  /** Sends a text over a connection of its own, and answers with everything that comes back until the server ends it. */
  async raw(...parts: readonly (string | Buffer)[]): Promise<string> {
    const socket = await this.connect();
    let said = "";
    socket.on("data", (chunk: Buffer) => {
      said += chunk.toString();
    });
    const closed = once(socket, "close");
    for (const part of parts) socket.write(part);
    await closed;
    return said;
  }
}
