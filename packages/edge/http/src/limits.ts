import { readFileSync } from "node:fs";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { errorEntry, fillText } from "@huimin/outcome";
import type { FastifyReply, FastifyRequest } from "fastify";
import { httpErrors as errors } from "./errors.ts";
import { RefusalError, sendRefusal, statusOf } from "./problem.ts";
import type { App } from "./server.ts";

/*
 * What one sender can take from the others: memory, connections, time. Each has a bound, and past it the sender is answered
 * in a sentence (408, 413, 431, 503 with Retry-After) and the connection ends. Nobody waits for a slow client.
 */

export interface ServerLimits {
  /** Largest body in bytes, where a route has no bound of its own: a claim of a bank with a thousand loans is some 300 KB. */
  readonly bodyBytes: number;
  readonly headerBytes: number;
  /** Milliseconds for a request's headers to arrive, and for a new connection to say anything. */
  readonly headersMs: number;
  /** Milliseconds for a body to arrive, beside what its length takes at {@link BODY_BYTES_PER_SECOND_MIN}. */
  readonly bodyMs: number;
  /** Milliseconds for any request to arrive, a file of the largest kind on a slow line included. */
  readonly requestMs: number;
  /** Milliseconds in which nothing goes in or out of a connection that has a request: a reader that does not read. */
  readonly silentMs: number;
  /** Milliseconds that a connection may wait for its next request; longer than proxies in front keep theirs. */
  readonly keepAliveMs: number;
  /** How often connections are looked at for the times above. */
  readonly checkMs: number;
  /** Open connections; the next is closed at once. Bounded by the open files of the process as well. */
  readonly connections: number;
  /** Requests under way; the next is answered 503. */
  readonly requests: number;
  readonly requestsPerConnection: number;
  /** Requests of one connection that wait for their answers (pipelining); the next is answered 503, and the connection ends. */
  readonly pipelined: number;
  /** Past this delay of the event loop the server answers 503; 0: never. */
  readonly eventLoopDelayMs: number;
}

export const SERVER_LIMITS: ServerLimits = {
  bodyBytes: 1_048_576,
  headerBytes: 16_384,
  headersMs: 15_000,
  bodyMs: 30_000,
  requestMs: 2_400_000,
  silentMs: 120_000,
  keepAliveMs: 72_000,
  checkMs: 5_000,
  connections: 16_000,
  requests: 4_096,
  requestsPerConnection: 100_000,
  pipelined: 8,
  eventLoopDelayMs: 1_000,
};

/** A line of a megabit carries a file of 256 MiB in 35 minutes. */
export const BODY_BYTES_PER_SECOND_MIN = 131_072;
const HEADERS_MAX = 100;
/** Files that are no connections: database, log, libraries. */
const FILES_RESERVED = 512;
/** Part of the heap's own limit past which new requests are refused: garbage needs room to be collected. */
export const HEAP_PART_MAX = 0.9;
/** The same for all memory of the process, of what this machine or container gives it: answers that wait are not on the heap. */
export const MEMORY_PART_MAX = 0.85;

/** Probes are answered even when the server is too busy for work. */
export const PROBES: ReadonlySet<string> = new Set(["/healthz", "/readyz", "/metrics"]);

/** Open files that this process may have; undefined where the system does not say. */
export function openFilesMax(): number | undefined {
  try {
    const found = /^Max open files\s+(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8"))?.[1];
    return found === undefined ? undefined : Number(found);
  } catch {
    return undefined;
  }
}

const connectionsOf = (limits: ServerLimits): number => {
  const files = openFilesMax();
  return files === undefined ? limits.connections : Math.max(1, Math.min(limits.connections, files - FILES_RESERVED));
};

/** Options of `http.createServer`. */
export const serverOptionsOf = (limits: ServerLimits) => ({
  maxHeaderSize: limits.headerBytes,
  headersTimeout: limits.headersMs,
  requestTimeout: limits.requestMs,
  connectionsCheckingInterval: limits.checkMs,
  keepAliveTimeout: limits.keepAliveMs,
});

/** Bounds of a server that node:http takes after it is made. */
export function boundServer(server: Server, limits: ServerLimits): void {
  server.maxConnections = connectionsOf(limits);
  server.maxHeadersCount = HEADERS_MAX;
  server.maxRequestsPerSocket = limits.requestsPerConnection;
  server.setTimeout(limits.silentMs);
}

/** Bounds that need the request: how many are under way, on one connection and in all, and how long a body may take. */
export function boundRequests(app: App, limits: ServerLimits): void {
  const underWay = new Set<ServerResponse>();
  /** node:http reads all the requests of a chunk at once, and holds their answers for a reader who doesn't read. */
  const pipelined = new WeakMap<Socket, number>();
  const bodies = new LateBodies(limits);
  let closing = false;
  app.addHook("preClose", async () => {
    closing = true;
    // A connection that is busy now ends with its answer, or the end of the server would wait for its client.
    for (const response of underWay) response.shouldKeepAlive = false;
  });
  app.addHook("onRequest", (request, reply, next) => {
    if (closing) return next(new RefusalError({ code: errors.BUSY })); // fastify ends the connection after it
    if (underWay.size >= limits.requests && !PROBES.has(request.url)) return next(new RefusalError({ code: errors.BUSY }));
    const { socket } = request.raw;
    const waiting = (pipelined.get(socket) ?? 0) + 1;
    if (waiting > limits.pipelined) {
      reply.header("connection", "close");
      return next(new RefusalError({ code: errors.BUSY }));
    }
    pipelined.set(socket, waiting);
    underWay.add(reply.raw);
    bodies.expect(request, reply);
    // The last byte of the answer is gone, or the client is.
    reply.raw.once("close", () => {
      underWay.delete(reply.raw);
      pipelined.set(socket, (pipelined.get(socket) ?? 1) - 1);
      bodies.over(request);
    });
    next();
  });
  app.addHook("preValidation", (request, _reply, next) => {
    if (request.raw.complete) bodies.over(request);
    next();
  });
  app.addHook("onClose", async () => bodies.stop());
}

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;

/** Bodies on their way. One that stops half-way is answered 408, whoever reads it; one look at all of them is cheaper than a timer each. */
class LateBodies {
  readonly #limits: ServerLimits;
  readonly #expected = new Map<FastifyRequest, { readonly reply: FastifyReply; readonly until: number }>();
  readonly #looking: NodeJS.Timeout;

  constructor(limits: ServerLimits) {
    this.#limits = limits;
    this.#looking = setInterval(() => this.#look(), limits.checkMs).unref();
  }

  expect(request: FastifyRequest, reply: FastifyReply): void {
    if (!hasBody(request.raw)) return;
    const bytes = Number(request.raw.headers["content-length"] ?? request.routeOptions.bodyLimit);
    const until = performance.now() + this.#limits.bodyMs + (bytes / BODY_BYTES_PER_SECOND_MIN) * 1_000;
    this.#expected.set(request, { reply, until });
  }

  over(request: FastifyRequest): void {
    this.#expected.delete(request);
  }

  stop(): void {
    clearInterval(this.#looking);
  }

  #look(): void {
    const now = performance.now();
    for (const [request, { reply, until }] of this.#expected) {
      if (until > now) continue;
      this.#expected.delete(request);
      const { raw } = request;
      if (raw.complete || raw.destroyed || reply.sent) continue;
      reply.header("connection", "close");
      const late = new RefusalError({ code: errors.REQUEST_TIMEOUT });
      if (raw.listenerCount("error") > 0) raw.emit("error", late);
      else sendRefusal(request, reply, ...late.refusals);
    }
  }
}

interface ClientFault extends Error {
  readonly code?: string;
}

const CODES: Readonly<Record<string, string>> = {
  ERR_HTTP_REQUEST_TIMEOUT: errors.REQUEST_TIMEOUT,
  HPE_HEADER_OVERFLOW: errors.HEADERS_TOO_LARGE,
};

/** What never became a request: answered as a problem where the line still takes one, and the connection ends. */
export function answerClientFault(fault: ClientFault, socket: Socket): void {
  if (fault.code === "ECONNRESET" || socket.destroyed) return;
  const begun = (socket as Socket & { readonly _httpMessage?: ServerResponse })._httpMessage?.headersSent ?? false;
  if (socket.writable && !begun) socket.write(problemText(CODES[fault.code ?? ""] ?? errors.REQUEST_MALFORMED));
  socket.destroySoon();
}

const REASONS: Readonly<Record<number, string>> = { 400: "Bad Request", 408: "Request Timeout", 431: "Request Header Fields Too Large" };

function problemText(code: string): string {
  const entry = errorEntry(code);
  const status = statusOf(code);
  const texts = entry && {
    ...{ detailZh: fillText(entry.zh), detailEn: fillText(entry.en) },
    ...{ remedyZh: fillText(entry.remedyZh), remedyEn: fillText(entry.remedyEn) },
  };
  const body = JSON.stringify({ type: `/docs/errors#${code}`, status, code, detail: texts?.detailZh, ...texts, errors: [] });
  const head = [`HTTP/1.1 ${status} ${REASONS[status] ?? ""}`, "content-type: application/problem+json; charset=utf-8"];
  return [...head, `content-length: ${Buffer.byteLength(body)}`, "connection: close", "", body].join("\r\n");
}
