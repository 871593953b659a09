import { Counter, Gauge, type Registry } from "prom-client";

/** What became of attempts: no bank, no address, no secret in a label. */
export interface WebhookMetrics {
  /** Attempts by kind and outcome: delivered, retried, dead, gone. */
  readonly attempts: Counter<"kind" | "outcome">;
  /** Messages that wait, and dead letters; set before they are read. */
  readonly messages: Gauge<"status">;
}

export const createWebhookMetrics = (registry: Registry): WebhookMetrics => ({
  attempts: new Counter({
    name: "huimin_webhook_attempts_total",
    help: "Attempts to send a webhook, by kind and outcome",
    labelNames: ["kind", "outcome"],
    registers: [registry],
  }),
  messages: new Gauge({
    name: "huimin_webhook_messages",
    help: "Webhooks that wait, and dead letters",
    labelNames: ["status"],
    registers: [registry],
  }),
});
