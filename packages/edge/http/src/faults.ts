import { LogBusy } from "@huimin/event-store";
import { BrokenInvariant, type Refusal } from "@huimin/outcome";
import type { ErrorObject } from "ajv";
import type { FastifyError, FastifyRequest } from "fastify";
import { httpErrors as errors } from "./errors.ts";
import { RefusalError, sendRefusal } from "./problem.ts";
import type { App } from "./server.ts";
import { refusalsOf } from "./validation.ts";

/** Bounded queues of ours that are full, by the names of their errors. */
const BUSY_NAMES: ReadonlySet<string> = new Set(["LogBusy", "NonceStoreBusy"]);

/**
 * PostgreSQL or the network says: not now. 57P0x shutdown, crash or start-up, 53xxx resources, 08xxx connection,
 * 25006 a standby. Whether a commit in flight was made is then unknown to us.
 */
const UNAVAILABLE = /^(57P0[1-3]|53\d{3}|08\d{3}|25006|ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT)$/;
const UNAVAILABLE_TEXT =
  /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Query read timeout/;

const OF_FASTIFY: Readonly<Record<string, Refusal>> = {
  FST_ERR_CTP_INVALID_JSON_BODY: { code: errors.BODY_NOT_JSON },
  FST_ERR_CTP_EMPTY_JSON_BODY: { code: errors.BODY_NOT_JSON },
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: { code: errors.BODY_NOT_JSON },
  FST_ERR_CTP_BODY_TOO_LARGE: { code: errors.BODY_TOO_LARGE },
  FST_ERR_CTP_INVALID_MEDIA_TYPE: { code: errors.MEDIA_TYPE },
};

/** Every fault that a request meets becomes a problem with a code; what is unexpected is logged with its stack. */
export function handleFaults(app: App, onBroken: ((fault: Error) => void) | undefined): void {
  app.setNotFoundHandler((request, reply) => sendRefusal(request, reply, { code: errors.ROUTE_MISSING }));
  app.setErrorHandler((fault: FastifyError, request, reply) => {
    const refusals = expected(fault);
    if (refusals) return sendRefusal(request, reply, ...refusals);
    request.log.error({ err: fault }, "request failed");
    if (fault instanceof BrokenInvariant) onBroken?.(fault);
    return sendRefusal(request, reply, { code: errors.INTERNAL, details: { correlation: request.id } });
  });
}

function expected(fault: FastifyError): readonly Refusal[] | undefined {
  if (fault instanceof RefusalError) return fault.refusals;
  if (fault.validation) return refusalsOf(fault.validation as unknown as ErrorObject[], placeOf(fault.validationContext));
  if (fault instanceof LogBusy || BUSY_NAMES.has(fault.name)) return [{ code: errors.BUSY }];
  if (UNAVAILABLE.test(fault.code ?? "") || UNAVAILABLE_TEXT.test(fault.message)) return [{ code: errors.UNAVAILABLE }];
  const known = OF_FASTIFY[fault.code ?? ""];
  return known ? [known] : undefined;
}

/** A pointer into the body needs no prefix; one into the address or the headers says so. */
const placeOf = (context: string | undefined): string => (context === undefined || context === "body" ? "" : `#${context}`);

/** Route pattern of a request for logs and metrics: never the address itself, which may name a household. */
export const routeOf = (request: FastifyRequest): string => request.routeOptions?.url ?? "unknown";
