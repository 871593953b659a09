import { once } from "node:events";
import { connect, type Socket } from "node:net";
import pino from "pino";
import { afterEach, describe, expect, it } from "vitest";
import { type App, buildApp, openFilesMax, SERVER_LIMITS } from "./index.ts";

let app: App | undefined;
afterEach(() => app?.close());

/** A server with one route that answers when it is told. */
async function listening(limits: object = {}): Promise<{ readonly app: App; readonly port: number; readonly answer: () => void }> {
  const told = Promise.withResolvers<void>();
  const made = await buildApp({ logger: pino({ level: "silent" }), documents: false, limits: { eventLoopDelayMs: 0, ...limits } });
  app = made;
  made.get("/slow", async () => {
    await told.promise;
    return { done: true };
  });
  const origin = await made.listen({ host: "127.0.0.1", port: 0 });
  return { app: made, port: Number(new URL(origin).port), answer: () => told.resolve() };
}

/** A connection that keeps what is said to it. */
function speak(port: number): { readonly socket: Socket; readonly said: () => string; readonly closed: Promise<unknown> } {
  const socket = connect(port, "127.0.0.1");
  let said = "";
  socket.on("data", (chunk: Buffer) => {
    said += chunk.toString();
  });
  return { socket, said: () => said, closed: once(socket, "close") };
}

const GET = "GET /slow HTTP/1.1\r\nhost: x\r\n\r\n";
const statuses = (text: string): string[] => [...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => status as string);

describe("bounds of a server", () => {
  it("given more requests on one connection than may wait for their answers, then the next is refused and the connection ends", async () => {
    const { app, port, answer } = await listening();
    const { socket, said, closed } = speak(port);
    socket.write(GET.repeat(SERVER_LIMITS.pipelined + 5));
    await expect.poll(() => new Promise((done) => app.server.getConnections((_, count) => done(count)))).toBe(1);
    setImmediate(answer);
    await closed;
    expect(statuses(said())).toEqual([...Array(SERVER_LIMITS.pipelined).fill("200"), "503"]);
    expect(said()).toMatch(/retry-after: \d/i);
  });

  it("given as many requests as may be under way, then the next is refused with Retry-After, and taken when one is done", async () => {
    const { port, answer } = await listening({ requests: 2 });
    const first = [speak(port), speak(port)];
    for (const { socket } of first) socket.write(GET);
    const third = speak(port);
    const asked = setInterval(() => third.socket.write(GET), 20);
    await expect.poll(() => statuses(third.said()).includes("503")).toBe(true);
    clearInterval(asked);
    answer();
    await expect.poll(() => first.map(({ said }) => statuses(said()))).toEqual([["200"], ["200"]]);
    const fourth = speak(port);
    fourth.socket.write(GET);
    await expect.poll(() => statuses(fourth.said())).toEqual(["200"]);
    for (const { socket } of [...first, third, fourth]) socket.destroy();
  });

  it("given a server that closes, then what comes on open connections is refused in words, with Retry-After, and what is under way is answered", async () => {
    const { app, port, answer } = await listening();
    const [busy, other] = [speak(port), speak(port)];
    busy.socket.write(GET);
    other.socket.write("GET /slow HTTP/1.1\r\nhost: x\r\n"); // it has begun: not idle
    await expect.poll(() => new Promise((done) => app.server.getConnections((_, count) => done(count)))).toBe(2);
    const closing = app.close();
    await expect.poll(() => app.server.listening).toBe(false);
    other.socket.write("\r\n");
    await other.closed;
    expect(other.said()).toMatch(/^HTTP\/1\.1 503 .*retry-after: \d.*"code":"BUSY"/is);
    answer();
    await busy.closed;
    expect(statuses(busy.said())).toEqual(["200"]);
    await closing;
  });

  it("knows how many files this process may open, where the system says it", () => {
    expect(openFilesMax() ?? 1_024).toBeGreaterThan(100);
  });
});
