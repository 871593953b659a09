import type { Fold, RecordedEvent } from "@huimin/decider";
import type { WebhookEventType, WebhookKind, WebhookPayload } from "./schema.ts";

export interface IssuedSecret {
  readonly secret: string;
  /** It signs until then; without it, until another is issued. */
  readonly until?: string;
}

export interface WebhookEndpoint {
  readonly endpoint: string;
  readonly url: string;
  readonly kinds: readonly WebhookKind[];
  readonly status: "active" | "paused" | "removed";
  /** Why it is paused or removed. */
  readonly reason?: string;
  /** `gone`: paused because it answered 410. */
  readonly cause?: "asked" | "gone";
  /** The newest first, and the one before it. */
  readonly secrets: readonly IssuedSecret[];
  readonly registeredAt: string;
}

/** Endpoints of a bank in the order of their registration; removed ones stay, their names are not used again. */
export interface WebhookState {
  readonly endpoints: ReadonlyMap<string, WebhookEndpoint>;
}

const payloadOf = <T extends WebhookEventType>(event: RecordedEvent, type: T): WebhookPayload<T> | undefined =>
  event.type === type ? (event.payload as WebhookPayload<T>) : undefined;

function changed(state: WebhookState, endpoint: string, change: (before: WebhookEndpoint) => WebhookEndpoint): WebhookState {
  const before = state.endpoints.get(endpoint);
  return before ? { endpoints: new Map(state.endpoints).set(endpoint, change(before)) } : state;
}

function issued(before: WebhookEndpoint, { secret, overlapUntil }: WebhookPayload<"WebhookSecretIssued">): WebhookEndpoint {
  const [last] = before.secrets;
  const old = last && overlapUntil !== undefined ? [{ secret: last.secret, until: overlapUntil }] : [];
  return { ...before, secrets: [{ secret }, ...old] };
}

const withoutReason = ({ reason: _, cause: __, ...endpoint }: WebhookEndpoint): WebhookEndpoint => endpoint;

export const webhookFold: Fold<WebhookState> = {
  initialState: { endpoints: new Map() },
  evolve(state, event): WebhookState {
    const registered = payloadOf(event, "WebhookEndpointRegistered");
    if (registered) {
      const { endpoint, url, kinds } = registered;
      const made: WebhookEndpoint = { endpoint, url, kinds, status: "active", secrets: [], registeredAt: event.recordedAt };
      return { endpoints: new Map(state.endpoints).set(endpoint, made) };
    }
    const change = payloadOf(event, "WebhookEndpointChanged");
    if (change) return changed(state, change.endpoint, (before) => ({ ...before, url: change.url, kinds: change.kinds }));
    const paused = payloadOf(event, "WebhookEndpointPaused");
    if (paused) {
      const { cause, reason } = paused;
      return changed(state, paused.endpoint, (before) => ({ ...before, status: "paused", cause, reason }));
    }
    const resumed = payloadOf(event, "WebhookEndpointResumed");
    if (resumed) return changed(state, resumed.endpoint, (before) => ({ ...withoutReason(before), status: "active" }));
    const removed = payloadOf(event, "WebhookEndpointRemoved");
    if (removed)
      return changed(state, removed.endpoint, (before) => ({ ...before, status: "removed", reason: removed.reason, secrets: [] }));
    const secret = payloadOf(event, "WebhookSecretIssued");
    if (secret) return changed(state, secret.endpoint, (before) => issued(before, secret));
    return state;
  },
};

/** Endpoints that are told of this kind, paused ones too: theirs waits. */
export const subscribed = (state: WebhookState, kind: WebhookKind): readonly WebhookEndpoint[] =>
  [...state.endpoints.values()].filter((one) => one.status !== "removed" && one.kinds.includes(kind));

/** Names of the secrets that sign at an instant (ISO with offset), the newest first. */
export const secretsAt = ({ secrets }: WebhookEndpoint, instant: string): readonly string[] =>
  secrets
    .filter(
      ({ until }) => until === undefined || Temporal.Instant.compare(Temporal.Instant.from(instant), Temporal.Instant.from(until)) < 0,
    )
    .map(({ secret }) => secret);
