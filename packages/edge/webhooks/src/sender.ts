import type { LookupAddress } from "node:dns";
import { lookup } from "node:dns/promises";
import http, { type IncomingMessage } from "node:http";
import https from "node:https";
import type { LookupFunction } from "node:net";
import type { AddressGuard } from "./addresses.ts";

/** For name, connection, TLS, request and answer together. */
export const SEND_MS_MAX = 10_000;
/** More of an answer is not read. */
const ANSWER_BYTES_MAX = 16_384;

export interface Outgoing {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface SendResult {
  /** HTTP status; undefined when there was none. */
  readonly status?: number;
  /** As the receiver asked, in seconds. */
  readonly retryAfterSeconds?: number;
  /** What went wrong below HTTP, as a code: `ECONNREFUSED`, `timeout`, `address-not-allowed`. */
  readonly fault?: string;
}

/** One attempt. Answers, never throws. `signal` gives it up. */
export type Sender = (message: Outgoing, signal?: AbortSignal) => Promise<SendResult>;

/** Thrown by a lookup that found no address to which we may connect. */
class PrivateAddress extends Error {
  readonly code = "address-not-allowed";
}

/** Lookups of one name that are asked for together are one: a slow name server holds one thread of ours, not all of them. */
function lookupOnce(): (hostname: string) => Promise<LookupAddress[]> {
  const running = new Map<string, Promise<LookupAddress[]>>();
  return (hostname) => {
    const known = running.get(hostname);
    if (known) return known;
    const asked = lookup(hostname, { all: true }).finally(() => running.delete(hostname));
    running.set(hostname, asked);
    return asked;
  };
}

/**
 * Resolves a name and keeps the addresses to which we may connect: what is judged is what is connected to. One private
 * address among public ones refuses the name.
 */
function guardedLookup(guard: AddressGuard): LookupFunction {
  const find = lookupOnce();
  return (hostname, { all }, done) => {
    find(hostname).then(
      (found) => {
        const [first] = found;
        if (!first || found.some(({ address }) => !guard.mayConnect(address))) done(new PrivateAddress(hostname), "", 0);
        else if (all) (done as (fault: null, all: LookupAddress[]) => void)(null, found);
        else done(null, first.address, first.family);
      },
      (fault: NodeJS.ErrnoException) => done(fault, "", 0),
    );
  };
}

const secondsOf = (header: string | undefined): number | undefined => (header && /^\d{1,6}$/.test(header) ? Number(header) : undefined);

function resultOf(response: IncomingMessage): SendResult {
  const retryAfterSeconds = secondsOf(response.headers["retry-after"]);
  return { status: response.statusCode ?? 0, ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }) };
}

const faultOf = (fault: NodeJS.ErrnoException): SendResult => ({
  fault: fault.name === "TimeoutError" ? "timeout" : fault.name === "AbortError" ? "stopped" : (fault.code ?? fault.name),
});

/** Sends as the rules allow. Every attempt has a connection of its own: no pool of one endpoint waits for another. */
export function createSender(guard: AddressGuard, options: { readonly timeoutMs?: number } = {}): Sender {
  const guarded = guardedLookup(guard);
  return (message, signal) => {
    const wrong = guard.faultOf(message.url);
    if (wrong) return Promise.resolve({ fault: "address-not-allowed" });
    const url = new URL(message.url);
    const limit = AbortSignal.timeout(options.timeoutMs ?? SEND_MS_MAX);
    return new Promise<SendResult>((resolve) => {
      const give = (fault: NodeJS.ErrnoException): void =>
        resolve(limit.aborted ? { fault: "timeout" } : signal?.aborted ? { fault: "stopped" } : faultOf(fault));
      const request = (url.protocol === "https:" ? https : http).request(url, {
        method: "POST",
        agent: false,
        lookup: guarded,
        signal: signal ? AbortSignal.any([signal, limit]) : limit,
        headers: { ...message.headers, "content-length": String(Buffer.byteLength(message.body)), connection: "close" },
      });
      request.on("error", give);
      request.on("response", (response) => {
        const result = resultOf(response);
        let bytes = 0;
        response.on("data", (chunk: Buffer) => {
          bytes += chunk.length;
          if (bytes > ANSWER_BYTES_MAX) finish();
        });
        const finish = (): void => {
          resolve(result);
          request.destroy();
        };
        response.on("end", finish);
        // The status was said: an answer that breaks off or drips is an answer all the same.
        response.on("error", finish);
      });
      request.end(message.body);
    });
  };
}
