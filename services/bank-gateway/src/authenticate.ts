import { RefusalError } from "@huimin/http";
import { type NonceStore, normaliseAuthority, type SignableMessage, splitTarget, verifyRequest } from "@huimin/signing";
import type { FastifyRequest, onRequestAsyncHookHandler, preValidationAsyncHookHandler } from "fastify";
import type { BankKeys } from "./bank-keys.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** Id of the bank whose key signed the request; null until that is proven. */
    bank: string | null;
  }
}

export interface BankAuthentication {
  readonly keys: BankKeys;
  readonly nonces: NonceStore;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly windowSeconds?: number | undefined;
  /** Origin that banks address, when a proxy stands in front. Without it: scheme and Host of the request itself. */
  readonly publicOrigin?: string | undefined;
}

const NO_BODY = new Uint8Array();

/** What the bank signed, as it arrived. */
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
    body: request.rawBody ?? NO_BODY,
  };
}

/**
 * Hook of the bank's routes, after the body has arrived and before it is validated: only a proven sender learns what is
 * wrong with a body. Refuses as `verifyRequest` does.
 */
export function needsBankSignature(options: BankAuthentication): preValidationAsyncHookHandler {
  const terms = termsOf(options);
  return async (request) => {
    const verified = await verifyRequest(messageOf(request, options.publicOrigin), terms);
    if (!verified.ok) throw new RefusalError(verified.refusal);
    request.bank = verified.value.owner;
  };
}

/**
 * The same for routes whose body is a file: the signature is checked before the body is read, and covers its digest. The
 * route compares that with what arrived (`digestIs`).
 */
export function needsSignatureBeforeBody(options: BankAuthentication): onRequestAsyncHookHandler {
  const terms = { ...termsOf(options), bodyLater: true };
  return async (request) => {
    const verified = await verifyRequest(messageOf(request, options.publicOrigin), terms);
    if (!verified.ok) throw new RefusalError(verified.refusal);
    request.bank = verified.value.owner;
  };
}

const termsOf = (options: BankAuthentication) => ({
  keys: options.keys.find,
  now: options.now,
  nonceStore: options.nonces,
  ...(options.windowSeconds === undefined ? {} : { windowSeconds: options.windowSeconds }),
});

/** The bank that a hook let in. */
export function bankOf(request: FastifyRequest): string {
  if (request.bank === null) throw new Error("this route has no signature check");
  return request.bank;
}
