import { generateKeyPairSync } from "node:crypto";
import type { BankClientOptions } from "./client.ts";
import type { Clock } from "./transport.ts";

/** What a server of a spec answers: a response, or a fault of the network. */
export type Reply = Response | Error | ((request: Sent) => Response | Error | Promise<Response>);

export interface Sent {
  readonly method: string;
  readonly url: string;
  readonly headers: Headers;
  readonly body: Uint8Array;
  readonly at: number;
  readonly signal: AbortSignal | undefined;
}

export const problem = (status: number, code: string, headers: Record<string, string> = {}, more: object = {}): Response =>
  new Response(
    JSON.stringify({ code, detailZh: "说明", detailEn: "what happened", remedyZh: "处理", remedyEn: "what to do", errors: [], ...more }),
    {
      status,
      headers: { "content-type": "application/problem+json", "x-correlation-id": "c-12345678", ...headers },
    },
  );

export const booked = (answer: object = {}, status = 201, headers: Record<string, string> = {}): Response =>
  Response.json({ position: 7, status: "booked", ...answer }, { status, headers });

/** A clock that only moves when somebody sleeps. */
export class FakeClock implements Clock {
  time = Date.UTC(2026, 0, 5, 4, 0, 0);
  readonly slept: number[] = [];
  now(): number {
    return this.time;
  }
  async sleep(ms: number): Promise<void> {
    this.slept.push(ms);
    this.time += ms;
  }
}

export const keys = generateKeyPairSync("ed25519");

/** Options of a client whose server gives these replies in turn, and what it was sent. */
export function fakeServer(...replies: readonly Reply[]) {
  const sent: Sent[] = [];
  const clock = new FakeClock();
  const answer: typeof fetch = async (input, init) => {
    const body =
      init?.body instanceof Blob
        ? new Uint8Array(await init.body.arrayBuffer())
        : ((init?.body as Uint8Array | undefined) ?? new Uint8Array());
    const request: Sent = {
      method: init?.method ?? "GET",
      url: String(input),
      headers: new Headers(init?.headers),
      body,
      at: clock.now(),
      signal: init?.signal ?? undefined,
    };
    const reply = replies[sent.length];
    sent.push(request);
    if (reply === undefined) throw new Error("the spec has no more replies");
    const given = typeof reply === "function" ? await reply(request) : reply;
    if (given instanceof Error) throw given;
    return given;
  };
  const options: BankClientOptions = {
    baseUrl: "https://ledger.example",
    keyId: "k1",
    privateKey: keys.privateKey,
    fetch: answer,
    clock,
    random: () => 0.5,
  };
  return { options, sent, clock };
}
