import { isBankScope } from "@huimin/bank-client/events";
import { shanghaiDate } from "@huimin/calendar";
import { type App, RefusalError } from "@huimin/http";
import type { Refusal } from "@huimin/outcome";
import {
  digestIs,
  digestMatches,
  type NonceStore,
  normaliseAuthority,
  type SignableMessage,
  signingErrors,
  splitTarget,
  verifyRequest,
} from "@huimin/signing";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { BankClients, KnownClient } from "./access/clients.ts";
import { accessErrors as errors } from "./access/errors.ts";
import { type SecurityFailures, senderName } from "./access/failures.ts";
import type { DailyQuota } from "./access/quota.ts";
import type { Rate, RateLimiter } from "./access/rate.ts";
import { asSeenByBank, isForeign, type RefusedMessage } from "./access/seen.ts";

/*
 * Who a bank's request is from and what it may do, decided before a byte of its body is read: is the sender's address one
 * that keeps failing → key known, valid, its client active and sending from its own addresses, within its rate → time and
 * signature, which covers the body's digest → nonce unused → rate, scope, day's quota. What is cheap and needs no proof
 * comes first; what costs the bank something (rate, quota) comes after the proof, so that nobody uses it up in its name.
 * Then the body arrives and is compared with the signed digest.
 */

declare module "fastify" {
  interface FastifyRequest {
    /** Id of the bank whose key signed the request; null until that is proven. */
    bank: string | null;
    /** Its client; null until that is proven. */
    bankClient: KnownClient | null;
  }
}

export interface BankAuthentication {
  readonly clients: BankClients;
  readonly nonces: NonceStore;
  readonly rates: RateLimiter;
  readonly quota: DailyQuota;
  readonly failures: SecurityFailures;
  /** Told of every refusal, for the metrics. */
  readonly onFailure?: ((code: string) => void) | undefined;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** The same for what dates a signature, where it is another clock: a sandbox's day is not the sender's. Default: `now`. */
  readonly wallClock?: (() => number) | undefined;
  /** Accept the published test keys: in a sandbox only. */
  readonly sandbox?: boolean | undefined;
  readonly windowSeconds?: number | undefined;
  /** Origin that banks address, when a proxy stands in front. Without it: scheme and Host of the request itself. */
  readonly publicOrigin?: string | undefined;
}

const NO_BODY = new Uint8Array();
/** Failures of one address: sixty at once, then one every two seconds. Its requests beyond that are not looked at. */
export const FAILURE_RATE: Rate = { perSecond: 0.5, burst: 60 };

/** What the bank signed, as it arrived; the body comes later. */
function messageOf(request: FastifyRequest, publicOrigin: string | undefined): SignableMessage {
  const { path, query } = splitTarget(request.raw.url ?? "/");
  const scheme = publicOrigin === undefined ? request.protocol : publicOrigin.slice(0, publicOrigin.indexOf(":"));
  const host = publicOrigin === undefined ? request.host : publicOrigin.slice(publicOrigin.indexOf("//") + 2);
  return {
    method: request.method,
    scheme,
    authority: normaliseAuthority(host, scheme),
    path,
    query,
    headers: request.headers,
    body: NO_BODY,
  };
}

/**
 * Guards every route of a scope, those of its plugins included: to be called on the bank's API before its routes are made.
 * Each names the one scope of a client that it needs (`config.bankScope`), or says that it is for everybody
 * (`config.openToAll`); a route that says neither stops the server while it starts. A route that writes counts against the
 * day's quota. Refuses as `verifyRequest` does, and TOO_MANY_FAILURES, BANK_CLIENT_SUSPENDED, BANK_ADDRESS_NOT_ALLOWED,
 * RATE_LIMITED, BANK_SCOPE_MISSING, BANK_QUOTA_USED_UP, DIGEST_MISMATCH.
 */
export function guardBankApi(app: App, options: BankAuthentication): void {
  app.decorateRequest("bank", null);
  app.decorateRequest("bankClient", null);
  app.addHook("onRoute", ({ method, url, config }) => {
    if (config?.openToAll === true) return;
    if (!isBankScope(config?.bankScope ?? "")) throw new Error(`${String(method)} ${url} has no scope: add config.bankScope`);
  });
  const gate = new Gate(options);
  app.addHook("onRequest", (request, reply) => gate.admit(request, reply));
  app.addHook("preValidation", async (request) => bodyIsAsSigned(request));
}

/** A body that was read to memory; files compare theirs when they are on disk. */
function bodyIsAsSigned(request: FastifyRequest): void {
  if (request.bank === null || request.rawBody === null || request.rawBody === undefined) return;
  const digest = request.headers["content-digest"];
  if (typeof digest === "string" && digestMatches(digest, request.rawBody)) return;
  throw new RefusalError({ code: signingErrors.DIGEST_MISMATCH });
}

class Gate {
  readonly #options: BankAuthentication;
  readonly #terms: Omit<Parameters<typeof verifyRequest>[1], "admit">;

  constructor(options: BankAuthentication) {
    this.#options = options;
    const { clients, wallClock, now, sandbox, nonces, windowSeconds } = options;
    this.#terms = {
      keys: clients.find,
      now: wallClock ?? now,
      keysNow: now,
      sandbox: sandbox ?? false,
      nonceStore: nonces,
      bodyLater: true,
      ...(windowSeconds === undefined ? {} : { windowSeconds }),
    };
  }

  async admit(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const { bankScope } = request.routeOptions.config;
    if (bankScope === undefined) return;
    const { clients, rates } = this.#options;
    const sender = `address ${senderName(request.ip)}`;
    if (rates.left(sender, FAILURE_RATE) < 1) {
      this.#wait(reply, rates.waitSeconds(sender, FAILURE_RATE));
      throw this.#failed(request, { code: errors.TOO_MANY_FAILURES, details: { address: request.ip } });
    }
    const message = messageOf(request, this.#options.publicOrigin);
    const verified = await verifyRequest(message, {
      ...this.#terms,
      admit: ({ keyId }) => this.#maySend(clients.clientOf(keyId), request, reply),
    });
    if (!verified.ok) {
      if (verified.refusal.code !== "RATE_LIMITED") rates.take(sender, FAILURE_RATE);
      throw this.#failed(request, verified.refusal);
    }
    const client = clients.clientOf(verified.value.keyId) as KnownClient;
    const refusal =
      this.#takeRate(client, reply) ??
      mayDo(client, bankScope) ??
      (bankScope.endsWith(":write") ? await takeQuota(this.#options, client.state, 1, reply) : undefined);
    if (refusal) throw this.#failed(request, refusal);
    request.bank = verified.value.owner;
    request.bankClient = client;
  }

  /** Before the proof: nothing here takes anything from the client. */
  #maySend(client: KnownClient | undefined, request: FastifyRequest, reply: FastifyReply): Refusal | undefined {
    if (!client) return { code: signingErrors.KEY_UNKNOWN, details: { keyId: "-" } };
    const { state } = client;
    if (state.status === "suspended") return { code: errors.BANK_CLIENT_SUSPENDED, details: { client: state.client } };
    if (!client.allows(request.ip)) return { code: errors.BANK_ADDRESS_NOT_ALLOWED, details: { address: request.ip } };
    return this.#options.rates.left(nameOf(client), state) < 1 ? this.#rateLimited(client, reply) : undefined;
  }

  #takeRate(client: KnownClient, reply: FastifyReply): Refusal | undefined {
    const { rates } = this.#options;
    const { state } = client;
    const name = nameOf(client);
    if (!rates.take(name, state)) return this.#rateLimited(client, reply);
    reply.header("ratelimit-limit", state.burst);
    reply.header("ratelimit-remaining", rates.left(name, state));
    reply.header("ratelimit-reset", rates.waitSeconds(name, state, state.burst));
    return undefined;
  }

  #rateLimited(client: KnownClient, reply: FastifyReply): Refusal {
    const { rates } = this.#options;
    const { state } = client;
    reply.header("ratelimit-limit", state.burst);
    reply.header("ratelimit-remaining", 0);
    reply.header("ratelimit-reset", rates.waitSeconds(nameOf(client), state, state.burst));
    this.#wait(reply, rates.waitSeconds(nameOf(client), state));
    return { code: "RATE_LIMITED" };
  }

  #wait(reply: FastifyReply, seconds: number): void {
    reply.header("retry-after", seconds);
  }

  /** Written down without secrets: codes, ids, address and route, never a header, a body or a signature. */
  #failed(request: FastifyRequest, refusal: Refusal): RefusalError {
    noteFailure(this.#options, request, refusal.code);
    return new RefusalError(refusal);
  }
}

function mayDo({ state }: KnownClient, scope: string): Refusal | undefined {
  if ((state.scopes as readonly string[]).includes(scope)) return undefined;
  return { code: errors.BANK_SCOPE_MISSING, details: { client: state.client, scope } };
}

const nameOf = ({ state }: KnownClient): string => `client ${state.bank} ${state.client}`;

/** A failure of authentication or authorisation: into the log, the metrics and the office's list. */
export function noteFailure(options: BankAuthentication, request: FastifyRequest, code: string): void {
  const keyId = claimedKeyId(request);
  const { state } = options.clients.clientOf(keyId) ?? {};
  const failure = {
    code,
    address: request.ip,
    keyId,
    route: `${request.method} ${request.routeOptions.url ?? ""}`,
    bank: state?.bank,
    client: state?.client,
  };
  request.log.warn({ security: failure }, "a bank's request was refused");
  options.failures.note(failure);
  options.onFailure?.(code);
}

/** The key that the request names, whether it is known or not. */
function claimedKeyId(request: FastifyRequest): string {
  const input = request.headers["signature-input"];
  const found = typeof input === "string" ? /;\s*keyid="([\w.-]{1,64})"/.exec(input) : null;
  return found?.[1] ?? "";
}

/**
 * A refusal of a bank's message as the bank may see it. That it tried another bank's record is written down; to the bank
 * there is none.
 */
export function refusalSeen(options: BankAuthentication, request: FastifyRequest, fault: unknown, message: RefusedMessage): unknown {
  if (!(fault instanceof RefusalError)) return fault;
  const bank = bankOf(request);
  if (fault.refusals.some(isForeign)) noteFailure(options, request, "OTHER_BANKS_RECORD");
  return new RefusalError(...fault.refusals.map((refusal) => asSeenByBank(refusal, message, bank)));
}

const MS_OF_DAY = 86_400_000;
/** Shanghai has no summer time: its midnight is 16:00 UTC. */
const SHANGHAI_MS = 8 * 3_600_000;

async function quotaRefusal(
  { now }: BankAuthentication,
  { client, perDay }: KnownClient["state"],
  reply: FastifyReply,
  taken: Promise<boolean> | boolean,
): Promise<Refusal | undefined> {
  if (await taken) return undefined;
  reply.header("retry-after", Math.ceil((MS_OF_DAY - ((now() + SHANGHAI_MS) % MS_OF_DAY)) / 1000));
  return { code: errors.BANK_QUOTA_USED_UP, details: { client, perDay } };
}

function takeQuota(
  options: BankAuthentication,
  state: KnownClient["state"],
  messages: number,
  reply: FastifyReply,
): Refusal | undefined | Promise<Refusal | undefined> {
  const taken = options.quota.take(state, shanghaiDate(options.now()), messages);
  return taken === true ? undefined : quotaRefusal(options, state, reply, taken);
}

/**
 * Counts the messages of a request that carries several: its route has counted one. Refuses BANK_QUOTA_USED_UP, and then
 * nothing of the request may be recorded.
 */
export async function countMessages(
  options: BankAuthentication,
  request: FastifyRequest,
  reply: FastifyReply,
  messages: number,
): Promise<void> {
  if (!request.bankClient) throw new Error("this route has no signature check");
  if (messages <= 1) return;
  const refusal = await takeQuota(options, request.bankClient.state, messages - 1, reply);
  if (!refusal) return;
  noteFailure(options, request, refusal.code);
  throw new RefusalError(refusal);
}

/** BANK_SCOPE_MISSING where the client that sent a request may not do this either. */
export function scopeRefusal(request: FastifyRequest, scope: string): Refusal | undefined {
  if (!request.bankClient) throw new Error("this route has no signature check");
  return mayDo(request.bankClient, scope);
}

/** Whether a body that was stored while it arrived is the one that was signed. */
export const storedBodyIsAsSigned = (request: FastifyRequest, sha256: Uint8Array): boolean =>
  digestIs(String(request.headers["content-digest"]), sha256);

/** The bank that a hook let in. */
export function bankOf(request: FastifyRequest): string {
  if (request.bank === null) throw new Error("this route has no signature check");
  return request.bank;
}
