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
  eventLoopDelayMs: 1_000,
};

/** A line of a megabit carries a file of 256 MiB in 35 minutes. */
export const BODY_BYTES_PER_SECOND_MIN = 131_072;
const HEADERS_MAX = 100;
/** Files that are no connections: database, log, libraries. */
const FILES_RESERVED = 512;
/** Part of the heap's own limit past which new requests are refused: garbage needs room to be collected. */
export const HEAP_PART_MAX = 0.9;

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

/** Bounds that need the request: how many are under way, and how long a body may take. */
export function boundRequests(app: App, limits: ServerLimits): void {
  let underWay = 0;
  app.addHook("onRequest", (request, reply, next) => {
    if (underWay >= limits.requests && !PROBES.has(request.url)) return next(new RefusalError({ code: errors.BUSY }));
    underWay += 1;
    whenOver(reply.raw, () => {
      underWay -= 1;
    });
    if (hasBody(request.raw)) boundBody(request, reply, limits);
    next();
  });
}

/** Once, whatever ends the answer: its last byte, or a client that went away. */
function whenOver(response: ServerResponse, done: () => void): void {
  let open = true;
  const end = (): void => {
    if (open) done();
    open = false;
  };
  response.once("finish", end);
  response.once("close", end);
}

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;

/** A body that stops half-way is answered 408, whoever reads it. */
function boundBody(request: FastifyRequest, reply: FastifyReply, limits: ServerLimits): void {
  const { raw } = request;
  const bytes = Number(raw.headers["content-length"] ?? request.routeOptions.bodyLimit);
  const timer = setTimeout(
    () => {
      if (raw.complete || raw.destroyed || reply.sent) return;
      reply.header("connection", "close");
      const late = new RefusalError({ code: errors.REQUEST_TIMEOUT });
      if (raw.listenerCount("error") > 0) raw.emit("error", late);
      else sendRefusal(request, reply, ...late.refusals);
    },
    limits.bodyMs + (bytes / BODY_BYTES_PER_SECOND_MIN) * 1_000,
  );
  const over = (): void => clearTimeout(timer);
  raw.once("end", over);
  raw.once("close", over);
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
