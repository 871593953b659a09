import { BankApiError, BankDeadlineError, BankUnreachableError, type CallFacts, problemOf } from "./errors.ts";
import { mayRetry, pauseMs, type RetryOptions, retryAfterSeconds } from "./retry.ts";
import type { Signer } from "./signer.ts";
import { digestHeader, sha256Of, signatureHeaders } from "./signing.ts";

/*
 * One call: sign, send, and where it may be, send again. Each sending has a new signature and nonce (the gateway refuses a
 * nonce that it has seen) and the same Idempotency-Key (the ledger books a key once).
 */

/** Time as a call sees it. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  sleep(ms: number): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};

/** A body that can be sent more than once. */
export interface Body {
  readonly bytes: Uint8Array | Blob;
  readonly sha256: Uint8Array;
  readonly contentType: string;
}

export interface Call {
  readonly method: string;
  readonly url: string;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Body | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly deadlineMs?: number | undefined;
  /** An answer that counts as one though its status is no 2xx. */
  readonly accepts?: ((response: Response) => boolean) | undefined;
}

/** An answer below 300, and how it was got. */
export interface Answered {
  readonly response: Response;
  readonly facts: CallFacts;
}

export interface TransportOptions {
  readonly keyId: string;
  readonly signer: Signer;
  readonly fetch: typeof fetch;
  readonly clock: Clock;
  readonly random: () => number;
  readonly retry: Required<RetryOptions>;
  /** Told of each pause, for the bank's own log. */
  readonly onRetry?: ((retry: { readonly call: CallFacts; readonly pauseMs: number; readonly because: string }) => void) | undefined;
}

/** What one sending came to: an answer, or why there is none. */
type Sending = { readonly response: Response } | { readonly fault: unknown };

export const jsonBody = (value: unknown): Body => {
  const bytes = Buffer.from(JSON.stringify(value));
  return { bytes, sha256: sha256Of(bytes), contentType: "application/json" };
};

async function sendOnce(call: Call, options: TransportOptions, timeoutMs: number): Promise<Sending> {
  const { body } = call;
  const headers: Record<string, string> = {
    ...call.headers,
    ...(body ? { "content-type": body.contentType, "content-digest": digestHeader(body.sha256) } : {}),
  };
  const terms = { keyId: options.keyId, created: Math.floor(options.clock.now() / 1000) };
  const signed = await signatureHeaders({ method: call.method, url: call.url, headers }, terms, options.signer);
  const signals = [AbortSignal.timeout(timeoutMs), ...(call.signal ? [call.signal] : [])];
  try {
    const response = await options.fetch(call.url, {
      method: call.method,
      headers: { ...headers, ...signed },
      redirect: "error", // a signature covers one address
      signal: AbortSignal.any(signals),
      ...(body ? { body: body.bytes as Uint8Array<ArrayBuffer> | Blob } : {}),
    });
    // The whole answer belongs to the sending: a line that breaks in the middle of it is tried again.
    const bytes = await response.arrayBuffer();
    const whole = new Response(response.status === 204 ? null : bytes, { status: response.status, headers: response.headers });
    return { response: whole };
  } catch (fault) {
    if (call.signal?.aborted) throw call.signal.reason;
    return { fault };
  }
}

/** Sends a call until it has an answer that counts. Throws {@link BankApiError}, {@link BankUnreachableError}, {@link BankDeadlineError}. */
export async function send(call: Call, options: TransportOptions): Promise<Answered> {
  const { clock, retry } = options;
  const ends = clock.now() + (call.deadlineMs ?? retry.deadlineMs);
  for (let attempts = 1; ; attempts += 1) {
    const facts: CallFacts = { method: call.method, url: call.url, idempotencyKey: call.headers["idempotency-key"], attempts };
    const sending = await sendOnce(call, options, Math.max(1, Math.min(retry.attemptMs, ends - clock.now())));
    if ("response" in sending && (sending.response.ok || call.accepts?.(sending.response))) return { response: sending.response, facts };
    const asked = "response" in sending ? retryAfterSeconds(sending.response.headers.get("retry-after"), clock.now()) : undefined;
    const error = await errorOf(sending, facts, clock.now(), asked);
    if (error instanceof BankApiError && !mayRetry(error.status)) throw error;
    if (attempts >= retry.attemptsMax) throw error;
    const pause = pauseMs(attempts, asked, retry, options.random);
    if (clock.now() + pause >= ends)
      throw new BankDeadlineError(`no answer that counts within ${call.deadlineMs ?? retry.deadlineMs} ms: ${error.message}`, facts, {
        cause: error,
      });
    options.onRetry?.({ call: facts, pauseMs: pause, because: error.message });
    await clock.sleep(pause);
    call.signal?.throwIfAborted();
  }
}

async function errorOf(
  sending: Sending,
  facts: CallFacts,
  now: number,
  asked: number | undefined,
): Promise<BankApiError | BankUnreachableError> {
  if ("fault" in sending) {
    const why = sending.fault instanceof Error ? sending.fault.message : String(sending.fault);
    return new BankUnreachableError(`no answer from ${new URL(facts.url).host}: ${why}`, facts, { cause: sending.fault });
  }
  const { response } = sending;
  return new BankApiError(problemOf(response, await response.text(), now, asked), facts);
}
