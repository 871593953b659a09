import { shanghaiInstant } from "@huimin/calendar";
import { WEBHOOK_KINDS, type WebhookEndpoint } from "@huimin/webhook/events";
import { DELIVERY_STATUSES, type Delivery } from "@huimin/webhooks";
import { Type } from "typebox";

/* What routes and the command line show of endpoints and messages. Never a secret. */

export const EndpointSchema = Type.Object({
  bank: Type.String(),
  endpoint: Type.String(),
  url: Type.String(),
  kinds: Type.Array(Type.Enum([...WEBHOOK_KINDS])),
  status: Type.Enum(["active", "paused", "removed", "without-secret"], {
    description: "without-secret: nothing is sent until a secret is issued; what happens meanwhile waits",
  }),
  reason: Type.Optional(Type.String()),
  registeredAt: Type.String(),
  secrets: Type.Array(Type.Object({ secret: Type.String(), until: Type.Optional(Type.String()) }), {
    description: "names of the secrets that sign",
  }),
  waiting: Type.Integer(),
  dead: Type.Integer(),
});

export const DeliverySchema = Type.Object({
  id: Type.String({ description: "webhook-id" }),
  bank: Type.String(),
  endpoint: Type.String(),
  kind: Type.String(),
  position: Type.Integer(),
  status: Type.Enum([...DELIVERY_STATUSES], { description: "dead: every attempt failed; it waits for a replay" }),
  attempts: Type.Integer({ description: "of this round; a replay begins a new one" }),
  round: Type.Integer(),
  createdAt: Type.String(),
  nextAttemptAt: Type.Optional(Type.String()),
  lastAttemptAt: Type.Optional(Type.String()),
  lastStatus: Type.Optional(Type.Integer({ description: "HTTP status of the last answer" })),
  lastFault: Type.Optional(Type.String({ description: "why there was no answer" })),
  settledAt: Type.Optional(Type.String()),
  message: Type.Unknown({ description: "as it is sent" }),
});

export interface EndpointCounts {
  readonly waiting: number;
  readonly dead: number;
}

export const printEndpoint = (bank: string, one: WebhookEndpoint, { waiting, dead }: EndpointCounts) => ({
  bank,
  endpoint: one.endpoint,
  url: one.url,
  kinds: [...one.kinds],
  status: one.status === "active" && one.secrets.length === 0 ? ("without-secret" as const) : one.status,
  ...(one.reason === undefined ? {} : { reason: one.reason }),
  registeredAt: one.registeredAt,
  secrets: one.secrets.map(({ secret, until }) => ({ secret, ...(until === undefined ? {} : { until }) })),
  waiting,
  dead,
});

const at = (name: string, milliseconds: number | undefined) =>
  milliseconds === undefined ? {} : { [name]: shanghaiInstant(milliseconds) };

export const printDelivery = (one: Delivery) => ({
  id: one.id,
  bank: one.bank,
  endpoint: one.endpoint,
  kind: one.kind,
  position: one.position,
  status: one.status,
  attempts: one.attempts,
  round: one.round,
  createdAt: shanghaiInstant(one.createdAt),
  ...(one.status === "waiting" ? at("nextAttemptAt", one.nextAt) : {}),
  ...at("lastAttemptAt", one.lastAt),
  ...(one.lastStatus === undefined ? {} : { lastStatus: one.lastStatus }),
  ...(one.lastFault === undefined ? {} : { lastFault: one.lastFault }),
  ...at("settledAt", one.settledAt),
  message: JSON.parse(one.payload) as unknown,
});
