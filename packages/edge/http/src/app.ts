import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { totalmem } from "node:os";
import { getHeapStatistics } from "node:v8";
import cookie from "@fastify/cookie";
import rateLimit from "@fastify/rate-limit";
import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import underPressure from "@fastify/under-pressure";
import fastify, { type FastifyBaseLogger, type FastifyInstance, type FastifyReply, type FastifyRequest, LogController } from "fastify";
import { acceptJson } from "./body.ts";
import { httpErrors as errors } from "./errors.ts";
import { handleFaults } from "./faults.ts";
import {
  answerClientFault,
  boundRequests,
  boundServer,
  HEAP_PART_MAX,
  MEMORY_PART_MAX,
  PROBES,
  SERVER_LIMITS,
  type ServerLimits,
  serverOptionsOf,
} from "./limits.ts";
import { documentApi } from "./openapi.ts";
import { RefusalError } from "./problem.ts";
import { requestLog } from "./request-log.ts";
import { SECURITY_HEADERS } from "./security-headers.ts";
import type { App } from "./server.ts";
import { validatorCompiler } from "./validation.ts";

export interface AppOptions {
  readonly logger: FastifyBaseLogger;
  /** Bounds of the server. Default: {@link SERVER_LIMITS}. */
  readonly limits?: Partial<ServerLimits>;
  /**
   * Behind proxies that set X-Forwarded-*: how many (true: one), or their addresses. Who may send is decided by the address
   * that the outermost of them saw; entries before it are the sender's own word.
   */
  readonly trustProxy?: boolean | number | string;
  /** Serve /openapi.json and /docs. Default true. */
  readonly documents?: boolean;
  /** Section `webhooks` of the document. */
  readonly webhooks?: Readonly<Record<string, unknown>>;
  /** Called when a broken invariant reached the edge: the process has to stop. */
  readonly onBroken?: (fault: Error) => void;
}

/** The event loop is looked at each second: what a start took is in the first looks. */
const START_MS = 3_000;
const CORRELATION = /^[\w.-]{8,64}$/;

/**
 * A Fastify server set up as every service of the product needs it: strict validation, problem details, correlation
 * ids, security headers, cookies, rate limits by route (`config.rateLimit`), load shedding, the API document. Refusals
 * of a handler are thrown as {@link RefusalError} or sent with `sendRefusal`.
 */
export async function buildApp(options: AppOptions): Promise<App> {
  const limits: ServerLimits = { ...SERVER_LIMITS, ...options.limits };
  const app: App = fastify({
    loggerInstance: options.logger,
    http: serverOptionsOf(limits),
    bodyLimit: limits.bodyBytes,
    requestTimeout: limits.requestMs,
    connectionTimeout: limits.silentMs,
    keepAliveTimeout: limits.keepAliveMs,
    clientErrorHandler: answerClientFault,
    trustProxy: proxiesOf(options.trustProxy),
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: "correlation" }),
    forceCloseConnections: "idle",
    return503OnClosing: false, // `boundRequests` answers it, with Retry-After
    genReqId: correlationId,
    routerOptions: { maxParamLength: 128 },
  }).withTypeProvider<TypeBoxTypeProvider>();
  boundServer(app.server, limits);
  app.setValidatorCompiler(validatorCompiler());
  handleFaults(app, options.onBroken);
  acceptJson(app as unknown as FastifyInstance);
  app.setChildLoggerFactory((logger, bindings) => requestLog(logger, bindings));
  app.addHook("onRequest", (request, reply, next) => {
    reply.headers(SECURITY_HEADERS);
    reply.header("x-correlation-id", request.id);
    next();
  });
  boundRequests(app, limits);
  await app.register(cookie);
  await app.register(rateLimit, {
    global: false,
    max: 600,
    timeWindow: 60_000,
    errorResponseBuilder: () => new RefusalError({ code: errors.RATE_LIMITED }),
  });
  if (limits.eventLoopDelayMs !== 0) {
    const maxHeapUsedBytes = Math.floor(getHeapStatistics().heap_size_limit * HEAP_PART_MAX);
    const maxRssBytes = Math.floor(Math.min(process.constrainedMemory() || Number.POSITIVE_INFINITY, totalmem()) * MEMORY_PART_MAX);
    const bounds = { maxEventLoopDelay: limits.eventLoopDelayMs, maxHeapUsedBytes, maxRssBytes };
    await app.register(underPressure, { ...bounds, pressureHandler: shedding(app) });
  }
  if (options.documents ?? true) await documentApi(app, options.webhooks);
  return app;
}

/** Of the addresses that were passed on, as many as there are proxies are believed; true alone would believe the sender's own. */
function proxiesOf(trusted: AppOptions["trustProxy"]): boolean | string | ((address: string, hop: number) => boolean) {
  if (trusted === undefined || trusted === false) return false;
  if (typeof trusted === "string") return trusted;
  const proxies = trusted === true ? 1 : trusted;
  return (_, hop) => hop < proxies;
}

/** The sender's correlation id when it has the right form, else a new one; it is in logs, events and answers. */
function correlationId(raw: IncomingMessage): string {
  const sent = raw.headers["x-correlation-id"];
  return typeof sent === "string" && CORRELATION.test(sent) ? sent : randomUUID();
}

/** Under pressure, everything but probes is refused. The delay that the start itself made is none: it is past when the server listens. */
function shedding(app: App) {
  let startedAt: number | undefined;
  app.addHook("onReady", async () => {
    startedAt = performance.now();
  });
  return (request: FastifyRequest, _reply: FastifyReply, type: string): void => {
    const starting = type === "eventLoopDelay" && (startedAt === undefined || performance.now() - startedAt < START_MS);
    if (!starting && !PROBES.has(request.url)) throw new RefusalError({ code: errors.BUSY });
  };
}
