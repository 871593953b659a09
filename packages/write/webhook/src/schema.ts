import { type Static, Type } from "typebox";

/*
 * Webhooks of banks. Stream `webhook/{bank}`: every endpoint of a bank, because an address is registered once and their
 * number is limited. What is sent follows from the log and from these events alone.
 */

/** What a bank can be told of. The names are those of Standard Webhooks: words with a full stop between. */
export const WEBHOOK_KINDS = [
  "payout.instruction.ready",
  "payout.batch.cancelled",
  "subsidy.claim.approved",
  "subsidy.claim.line_rejected",
  "subsidy.payment.returned",
  "compensation.approved",
  "compensation.rejected",
  "item.held",
  "item.released",
  "item.dismissed",
  "file.processed",
  "key.expiring",
  "webhook.disabled",
] as const;

/** Sent when it is asked for, whatever an endpoint has subscribed to. */
export const TEST_KIND = "webhook.test";

const Bank = Type.String({ minLength: 1, maxLength: 64 });
/** Part of the id of each message, which is a header: ASCII only. */
export const EndpointId = Type.String({ pattern: "^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$" });
const Address = Type.String({ minLength: 1, maxLength: 500 });
export const WebhookKind = Type.Enum([...WEBHOOK_KINDS]);
const Kinds = Type.Array(WebhookKind, { minItems: 1, maxItems: WEBHOOK_KINDS.length, uniqueItems: true });
const Reason = Type.String({ minLength: 1, maxLength: 200 });
const Instant = Type.String({ format: "date-time" });

/** 登记事件通知地址. It is sent what happens from here on. */
export const WebhookEndpointRegistered = Type.Object({ bank: Bank, endpoint: EndpointId, url: Address, kinds: Kinds });
/** 变更: address and kinds as they are from here on. */
export const WebhookEndpointChanged = WebhookEndpointRegistered;
/** 暂停. `gone`: the endpoint answered 410. What happens meanwhile waits. */
export const WebhookEndpointPaused = Type.Object({
  bank: Bank,
  endpoint: EndpointId,
  cause: Type.Union([Type.Literal("asked"), Type.Literal("gone")]),
  reason: Reason,
});
/** 恢复. What waited is sent. */
export const WebhookEndpointResumed = Type.Object({ bank: Bank, endpoint: EndpointId });
/** 注销. What waited is not sent. */
export const WebhookEndpointRemoved = Type.Object({ bank: Bank, endpoint: EndpointId, reason: Reason });
/** 签名密钥: its name, never itself. Until `overlapUntil` the one before it signs too. */
export const WebhookSecretIssued = Type.Object({
  bank: Bank,
  endpoint: EndpointId,
  secret: Type.String({ minLength: 1, maxLength: 64 }),
  overlapUntil: Type.Optional(Instant),
});
/** 测试通知. */
export const WebhookTestRequested = Type.Object({ bank: Bank, endpoint: EndpointId });

export type WebhookKind = (typeof WEBHOOK_KINDS)[number];

export const webhookStream = (bank: string): string => `webhook/${bank}`;

/** Event types of this package with their payload schemas; the documents under docs/events are made from it. */
export const webhookEvents = {
  WebhookEndpointRegistered,
  WebhookEndpointChanged,
  WebhookEndpointPaused,
  WebhookEndpointResumed,
  WebhookEndpointRemoved,
  WebhookSecretIssued,
  WebhookTestRequested,
} as const;
export type WebhookEventType = keyof typeof webhookEvents;
export type WebhookPayload<T extends WebhookEventType> = Static<(typeof webhookEvents)[T]>;
