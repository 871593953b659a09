import type { FastifyRequest } from "fastify";
import { httpErrors as errors } from "./errors.ts";
import { RefusalError } from "./problem.ts";

const KEY = /^[\x21-\x7e]{1,128}$/;

/**
 * The request's Idempotency-Key, bare or as a quoted string (draft-ietf-httpapi-idempotency-key-header).
 * Refuses IDEMPOTENCY_KEY_MISSING, IDEMPOTENCY_KEY_INVALID.
 */
export function idempotencyKey(request: FastifyRequest): string {
  const header = request.headers["idempotency-key"];
  if (header === undefined || header === "") throw new RefusalError({ code: errors.IDEMPOTENCY_KEY_MISSING });
  const text = String(header);
  const key = /^"[^"\\]*"$/.test(text) ? text.slice(1, -1) : text;
  if (!KEY.test(key)) throw new RefusalError({ code: errors.IDEMPOTENCY_KEY_INVALID });
  return key;
}

/** Hook for routes that move money: refuses early, before the body is looked at. */
export const needsIdempotencyKey = async (request: FastifyRequest): Promise<void> => {
  idempotencyKey(request);
};
