import { randomUUID } from "node:crypto";
import createFetchClient, { type Client } from "openapi-fetch";
import { type BulkCalls, bulkCalls } from "./bulk.ts";
import { ACCEPT, addressOf, type CallOptions, type Sender } from "./calls.ts";
import { BankApiError } from "./errors.ts";
import { type FileCalls, fileCalls } from "./files.ts";
import type { paths } from "./generated/bank-api.ts";
import { type PageCalls, pageCalls } from "./pages.ts";
import { RETRY_DEFAULTS, type RetryOptions } from "./retry.ts";
import { type PrivateKey, signerOf } from "./signer.ts";
import { sha256Of } from "./signing.ts";
import { type Clock, jsonBody, send, systemClock, type TransportOptions } from "./transport.ts";
import type { Loan, MessageBody, MessageName, Outcome } from "./types.ts";

export interface BankClientOptions {
  /** Origin of the ledger, e.g. `https://ledger.example`. The signature covers it: it is the address that the server goes by. */
  readonly baseUrl: string;
  readonly keyId: string;
  readonly privateKey: PrivateKey;
  readonly retry?: RetryOptions | undefined;
  readonly fetch?: typeof fetch | undefined;
  readonly clock?: Clock | undefined;
  /** From 0 to 1, for the jitter. */
  readonly random?: (() => number) | undefined;
  readonly onRetry?: TransportOptions["onRetry"];
}

export interface SendOptions extends CallOptions {
  /**
   * The key of this message. Default: a new one. Give your own (your core system's transaction number, say) and store it with
   * the message: after a crash the same message goes out again under it, and is booked once.
   */
  readonly idempotencyKey?: string | undefined;
  /** 会计期间 asked for, `YYYY-MM`; rarely needed. */
  readonly period?: string | undefined;
}

export interface BankClient extends BulkCalls, FileCalls, PageCalls {
  /** Every route of the API, typed; signed and tried again like everything here. Refusals are thrown as {@link BankApiError}. */
  readonly api: Client<paths>;
  /** Sends a message, e.g. `send("repayments", { … })`. */
  send<M extends MessageName>(message: M, body: MessageBody<M>, options?: SendOptions): Promise<Outcome>;
  /** One of the bank's loans. */
  loan(loan: string, query?: { readonly on?: string; readonly minPosition?: number }, options?: CallOptions): Promise<Loan>;
  /** Waits until reads see everything up to a position (that of an answer). Throws when they don't in time. */
  waitForPosition(position: number, options?: CallOptions): Promise<void>;
}

/** A bank's client. It holds no connection and nothing to close; one for the life of the process is right. */
export function createBankClient(options: BankClientOptions): BankClient {
  const origin = new URL(options.baseUrl).origin;
  const transport: TransportOptions = {
    keyId: options.keyId,
    signer: signerOf(options.privateKey),
    fetch: options.fetch ?? fetch,
    clock: options.clock ?? systemClock,
    random: options.random ?? Math.random,
    retry: { ...RETRY_DEFAULTS, ...options.retry },
    onRetry: options.onRetry,
  };
  const sender: Sender = (call) => send(call, transport);
  const sendMessage = messageSender(origin, sender);
  return {
    api: createFetchClient<paths>({ baseUrl: origin, fetch: (request) => signedFetch(request, sender) }),
    send: sendMessage,
    async loan(loan, query = {}, call = {}) {
      const url = addressOf(origin, `loans/${encodeURIComponent(loan)}`, { on: query.on, "min-position": query.minPosition });
      return (await (await sender({ method: "GET", url, headers: ACCEPT, ...call })).response.json()) as Loan;
    },
    async waitForPosition(position, call = {}) {
      await sender({ method: "GET", url: addressOf(origin, "loans", { limit: 1, "min-position": position }), headers: ACCEPT, ...call });
    },
    ...bulkCalls(origin, sender),
    ...fileCalls(origin, sender, transport.clock),
    ...pageCalls(origin, sender),
  };
}

const messageSender =
  (origin: string, sender: Sender): BankClient["send"] =>
  async (message, body, options = {}) => {
    const { idempotencyKey = randomUUID(), period, ...call } = options;
    const headers = { ...ACCEPT, "idempotency-key": idempotencyKey };
    const url = addressOf(origin, message, { period });
    const { response, facts } = await sender({ method: "POST", url, headers, body: jsonBody(body), ...call });
    const answer = (await response.json()) as Record<string, unknown>;
    const held = answer.status === "held";
    return {
      kind: held ? "held" : "booked",
      repeated: response.headers.get("idempotent-replayed") === "true",
      ...(held && typeof answer.sameAs === "string" ? { sameAs: answer.sameAs } : {}),
      position: Number(answer.position),
      answer,
      idempotencyKey,
      correlation: response.headers.get("x-correlation-id") ?? undefined,
      attempts: facts.attempts,
    };
  };

/** What openapi-fetch calls in place of `fetch`. A message without a key gets one, which stays the same through its retries. */
async function signedFetch(request: Request, sender: Sender): Promise<Response> {
  const headers: Record<string, string> = {};
  for (const [name, value] of request.headers) if (name !== "content-type") headers[name] = value;
  const contentType = request.headers.get("content-type") ?? "application/json";
  const bytes = new Uint8Array(await request.arrayBuffer());
  const reads = request.method === "GET" || request.method === "HEAD";
  if (!reads) headers["idempotency-key"] ??= randomUUID();
  const body = reads ? undefined : { bytes, sha256: sha256Of(bytes), contentType };
  return (await sender({ method: request.method, url: request.url, headers, body, signal: request.signal })).response;
}

/** Whether an error is a refusal with this code: `isRefusal(error, "ABOVE_OPEN_PRINCIPAL")`. */
export const isRefusal = (error: unknown, ...codes: readonly string[]): error is BankApiError =>
  error instanceof BankApiError && (codes.length === 0 || codes.includes(error.code));
