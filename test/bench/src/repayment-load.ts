import { createPrivateKey, randomUUID } from "node:crypto";
import { connect, type Socket } from "node:net";
import { contentDigest, signRequest } from "@huimin/signing";

/*
 * The load of the repayment bench, in a process of its own so that it does not share the server's event loop. Requests are
 * signed before the clock starts; connections are bare sockets, because a client that costs more than the server measures
 * itself. Speaks with its parent over IPC.
 */

export interface LoadOrder {
  readonly host: string;
  readonly port: number;
  readonly connections: number;
  readonly seconds: number;
  /** Requests made ready; the round ends early when they are used up. */
  readonly requests: number;
  readonly loans: number;
  /** Number of the first repayment of this round: serials and amounts follow from it. */
  readonly from: number;
  readonly keyId: string;
  readonly privatePem: string;
  readonly signed: boolean;
}

export interface LoadResult {
  readonly seconds: number;
  readonly answers: Readonly<Record<string, number>>;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly firstFault?: string;
}

/** A repayment that no other of the run resembles: its own serial, and an amount that its loan sees once. */
function bodyOf(n: number, loans: number): string {
  const loan = `B${n % loans}`;
  const fen = Math.floor(n / loans) + 1;
  return JSON.stringify({
    currency: "CNY",
    loan,
    valueDate: "2018-03-20",
    serial: `R${n}`,
    principal: `${Math.floor(fen / 100)}.${String(fen % 100).padStart(2, "0")}`,
  });
}

function requestOf(order: LoadOrder, n: number, key: ReturnType<typeof createPrivateKey>): Buffer {
  const authority = `${order.host}:${order.port}`;
  const body = bodyOf(n, order.loans);
  const headers: Record<string, string> = { "content-type": "application/json", "idempotency-key": randomUUID() };
  const signature = order.signed
    ? signRequest(
        { method: "POST", url: `http://${authority}/bank/v1/repayments`, headers, body },
        { keyId: order.keyId, privateKey: key, created: Math.floor(Date.now() / 1000), lifetimeSeconds: 280 },
      )
    : { "content-digest": contentDigest(Buffer.from(body)) };
  const lines = Object.entries({ host: authority, "content-length": String(Buffer.byteLength(body)), ...headers, ...signature }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  return Buffer.from(`POST /bank/v1/repayments HTTP/1.1\r\n${lines.join("")}\r\n${body}`);
}

/** One connection in a closed loop: sends the next request when the last one was answered. */
function drive(
  order: LoadOrder,
  next: () => Buffer | undefined,
  answered: (status: string, milliseconds: number, text: string) => void,
): Promise<void> {
  return new Promise((done, failed) => {
    const socket: Socket = connect(order.port, order.host);
    socket.setNoDelay(true);
    let sent = 0;
    let pending = "";
    const send = (): void => {
      const request = next();
      if (!request) {
        socket.end();
        done();
        return;
      }
      sent = performance.now();
      socket.write(request);
    };
    socket.once("connect", send);
    socket.once("error", failed);
    socket.on("data", (chunk: Buffer) => {
      pending += chunk.toString("latin1");
      const head = pending.indexOf("\r\n\r\n");
      if (head < 0) return;
      const length = Number(/content-length: (\d+)/i.exec(pending.slice(0, head))?.[1] ?? 0);
      if (pending.length < head + 4 + length) return;
      answered(pending.slice(9, 12), performance.now() - sent, pending.slice(head + 4));
      pending = "";
      send();
    });
  });
}

async function run(order: LoadOrder): Promise<LoadResult> {
  const key = createPrivateKey(order.privatePem);
  const requests = Array.from({ length: order.requests }, (_, index) => requestOf(order, order.from + index, key));
  const answers: Record<string, number> = {};
  const latencies: number[] = [];
  let used = 0;
  let firstFault: string | undefined;
  const began = performance.now();
  const end = began + order.seconds * 1000;
  const next = (): Buffer | undefined => (performance.now() >= end ? undefined : requests[used++]);
  const answered = (status: string, milliseconds: number, text: string): void => {
    answers[status] = (answers[status] ?? 0) + 1;
    latencies.push(milliseconds);
    if (status !== "201") firstFault ??= text.slice(0, 400);
  };
  await Promise.all(Array.from({ length: order.connections }, () => drive(order, next, answered)));
  const seconds = (performance.now() - began) / 1000;
  latencies.sort((a, b) => a - b);
  const at = (part: number): number => latencies[Math.floor(latencies.length * part)] ?? 0;
  return { seconds, answers, p50Ms: at(0.5), p99Ms: at(0.99), ...(firstFault === undefined ? {} : { firstFault }) };
}

process.on("message", (order: LoadOrder) => {
  run(order).then(
    (result) => process.send?.(result),
    (fault: Error) => process.send?.({ seconds: 1, answers: {}, p50Ms: 0, p99Ms: 0, firstFault: fault.message } satisfies LoadResult),
  );
});
