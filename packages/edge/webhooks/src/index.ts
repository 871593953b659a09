export { AddressGuard, type AddressRules, parseNetwork } from "./addresses.ts";
export { ATTEMPTS_MAX, pauseAfter, RETRY_SECONDS } from "./backoff.ts";
export {
  type Advanced,
  CLAIM_MS,
  type ClaimedDelivery,
  DELIVERY_STATUSES,
  type Delivery,
  type DeliveryStatus,
  DeliveryStore,
  type LogPage,
  type NewDelivery,
  type Replay,
  type Target,
} from "./deliveries.ts";
export { Dispatcher, type DispatcherOptions, IN_FLIGHT_MAX, SILENT_MAX, type Standing } from "./dispatcher.ts";
export { createWebhookMetrics, type WebhookMetrics } from "./metrics.ts";
export { webhookMigrations } from "./migrations.ts";
export { createSender, type Outgoing, SEND_MS_MAX, type Sender, type SendResult } from "./sender.ts";
export { newSecret, signedHeaders } from "./signing.ts";
