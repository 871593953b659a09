import { setTimeout as sleep } from "node:timers/promises";
import { shanghaiDate } from "@huimin/calendar";
import type { EventStore } from "@huimin/event-store";
import type { JobKind, Jobs } from "@huimin/jobs";
import { RING_JOB, Webhooks } from "@huimin/service-webhooks";
import type { Metrics } from "@huimin/telemetry";
import type { Vault } from "@huimin/vault";
import { PauseWebhookEndpoint } from "@huimin/webhook";
import { AddressGuard, createSender, createWebhookMetrics, type WebhookMetrics } from "@huimin/webhooks";
import type { FastifyBaseLogger } from "fastify";
import type { Pool } from "pg";
import type { Platform } from "../types.ts";
import type { CommandTable } from "./commands.ts";

/** How often a process with a queue asks whether the log has grown; one row of one table. */
const POLL_MS = 1_000;

export interface WebhookOptions {
  readonly district: string;
  readonly store: EventStore;
  /** As the role `huimin_webhooks`. */
  readonly pool: Pool;
  readonly vault: Vault;
  readonly table: CommandTable;
  readonly clock: () => number;
  readonly wallClock?: (() => number) | undefined;
  readonly publicOrigin?: string | undefined;
  readonly webhookNetworks?: readonly string[] | undefined;
  readonly webhookHttp?: boolean | undefined;
  readonly webhookOnlyThere?: boolean | undefined;
  readonly metrics: Metrics;
  readonly logger: FastifyBaseLogger;
}

/** Where webhooks of this process may go. */
export const addressGuardOf = (options: Pick<WebhookOptions, "webhookNetworks" | "webhookHttp" | "webhookOnlyThere">): AddressGuard =>
  new AddressGuard({
    networks: options.webhookNetworks ?? [],
    http: options.webhookHttp ?? false,
    onlyThere: options.webhookOnlyThere ?? false,
  });

/** 事件通知 of the platform. Nothing is sent until {@link startWebhooks}. */
export function createWebhooks(options: WebhookOptions): Webhooks {
  const { district, store, pool, vault, table, clock, wallClock = clock, publicOrigin, logger } = options;
  const guard = addressGuardOf(options);
  return new Webhooks({
    ...{ district, store, pool, vault, clock: wallClock, businessClock: clock, origin: publicOrigin },
    send: createSender(guard),
    urlFault: (url) => guard.faultOf(url),
    metrics: countingOf(options),
    onFault: (err, target) => logger.error({ err, ...target }, "webhooks: the sweep takes this up"),
    onGone: async ({ bank, endpoint }) => {
      logger.warn({ bank, endpoint }, "a bank's endpoint answered 410 Gone: it is paused");
      const command = { bank, endpoint, cause: "gone", reason: "410 Gone" } as const;
      const sender = { actor: "system", role: "SYS", channel: "system" } as const;
      const outcome = await table.handlerOf(PauseWebhookEndpoint.name).execute(PauseWebhookEndpoint, command, sender);
      if (outcome.kind === "refused") logger.info({ bank, endpoint, code: outcome.refusal.code }, "was paused already");
    },
  });
}

const counted = new WeakMap<Metrics, WebhookMetrics>();

/** The metrics of webhooks beside those of the process. */
function countingOf({ metrics }: Pick<WebhookOptions, "metrics">): WebhookMetrics {
  const known = counted.get(metrics) ?? createWebhookMetrics(metrics.registry);
  counted.set(metrics, known);
  return known;
}

/** Messages that wait and dead letters, as a scrape shows them. */
export async function scrapeWebhooks({ webhooks, metrics }: Pick<Platform, "webhooks" | "metrics">): Promise<void> {
  const counts = await webhooks.deliveries.counts();
  const gauge = countingOf({ metrics }).messages;
  gauge.set(
    { status: "waiting" },
    counts.reduce((sum, { waiting }) => sum + waiting, 0),
  );
  gauge.set(
    { status: "dead" },
    counts.reduce((sum, { dead }) => sum + dead, 0),
  );
}

/** Jobs of webhooks. A bell rings and the sending goes on beside it, so a slow endpoint holds no worker of the queue. */
export const webhookJobs = ({ webhooks, clock, logger }: Platform): readonly JobKind[] => [
  {
    name: RING_JOB,
    run: async ({ bank, endpoint }) => webhooks.dispatcher.ring({ bank: bank as string, endpoint: endpoint as string }),
  },
  {
    name: "webhook-sweep",
    daily: { pattern: "* * * * *", dataAt: () => ({ minute: String(Math.floor(clock() / 60_000)) }) },
    run: () => webhooks.sweep(),
  },
  {
    name: "webhook-daily",
    daily: { pattern: "5 8 * * *", dataAt: () => ({ day: shanghaiDate(clock()) }) },
    run: async ({ day }) => {
      const made = await webhooks.daily();
      if (made > 0) logger.info({ day, made }, "banks are told of keys that end soon");
    },
  },
];

/** Follows the log and sends, with the queue of this process, until it is closed. */
export function startWebhooks({ webhooks, logger }: Platform, jobs: Jobs): { close(): Promise<void> } {
  webhooks.deliverTo((kind, data, options) => jobs.enqueue(kind, data, options));
  const stop = new AbortController();
  const following = (async () => {
    await webhooks.sweep();
    await webhooks.daily();
    while (!stop.signal.aborted) {
      await webhooks.follow().catch((err: unknown) => logger.warn({ err }, "webhooks lost the way to the log"));
      await sleep(POLL_MS, undefined, { signal: stop.signal }).catch(() => undefined);
    }
  })().catch((err: unknown) => logger.error({ err }, "webhooks did not start: the sweep goes on"));
  return {
    close: async () => {
      stop.abort();
      await following;
      await webhooks.close();
    },
  };
}
