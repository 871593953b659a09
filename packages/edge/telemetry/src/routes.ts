import type { FastifyInstance } from "fastify";
import type { Metrics } from "./metrics.ts";

/** One thing that must work for the process to take work. */
export interface ReadinessCheck {
  readonly name: string;
  /** Undefined when it works; otherwise what is wrong, without personal data. */
  readonly check: () => Promise<string | undefined>;
}

export interface HealthOptions {
  readonly metrics: Metrics;
  readonly checks: readonly ReadinessCheck[];
  /** Refreshes gauges just before they are read. */
  readonly onScrape?: () => Promise<void>;
}

/** A check that hangs is a check that fails. */
const CHECK_MS_MAX = 2_000;

const HIDDEN = { schema: { hide: true } as object };

/**
 * /healthz: the process runs. /readyz: it can take work; 503 names what can't. /metrics: Prometheus text. One line of
 * log and one observation for each request, with its route pattern and never its address, body or headers.
 */
// biome-ignore lint/suspicious/noExplicitAny: any server, whatever its logger and type provider
export function observeServer(app: FastifyInstance<any, any, any, any, any>, options: HealthOptions): void {
  const { metrics } = options;
  app.addHook("onResponse", async (request: import("fastify").FastifyRequest, reply: import("fastify").FastifyReply) => {
    const route = request.routeOptions?.url ?? "unknown";
    const seconds = reply.elapsedTime / 1000;
    metrics.requestSeconds.observe({ method: request.method, route, status: String(reply.statusCode) }, seconds);
    request.log.info(
      { method: request.method, route, status: reply.statusCode, milliseconds: Math.round(reply.elapsedTime * 10) / 10 },
      "request",
    );
  });
  app.get("/healthz", HIDDEN, async () => ({ status: "ok" }));
  app.get("/readyz", HIDDEN, async (_request, reply) => {
    const results = await Promise.all(options.checks.map(async (one) => ({ name: one.name, fault: await bounded(one.check) })));
    const ready = results.every((result) => result.fault === undefined);
    const checks = Object.fromEntries(results.map((result) => [result.name, result.fault ?? "ok"]));
    return reply.code(ready ? 200 : 503).send({ status: ready ? "ready" : "not ready", checks });
  });
  app.get("/metrics", HIDDEN, async (_request, reply) => {
    await options.onScrape?.();
    return reply.type(metrics.registry.contentType).send(await metrics.registry.metrics());
  });
}

async function bounded(check: () => Promise<string | undefined>): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((done) => {
    timer = setTimeout(() => done(`no answer within ${CHECK_MS_MAX} ms`), CHECK_MS_MAX);
  });
  try {
    return await Promise.race([check(), late]);
  } catch (fault) {
    return fault instanceof Error ? fault.name : "failed";
  } finally {
    clearTimeout(timer);
  }
}
