import type { EventStore } from "@huimin/event-store";
import { decodeCursor, PAGE_DEFAULT, pageOf, RefusalError } from "@huimin/http";
import type { DeliveryStatus, Replay } from "@huimin/webhooks";
import { webhookRouteErrors as errors } from "./errors.ts";
import { printDelivery, printEndpoint } from "./printed.ts";
import type { Webhooks } from "./webhooks.ts";

/** Events read at a time when the banks with endpoints are looked for. */
const READ_MAX = 1_000;
const none = { waiting: 0, dead: 0 };

/** Endpoints of one bank, or of all; removed ones are left out. */
export async function endpointsOf(
  webhooks: Webhooks,
  sources: { readonly store: Pick<EventStore, "readAll">; readonly district: string },
  bank?: string,
) {
  const counts = new Map((await webhooks.deliveries.counts()).map((one) => [`${one.bank}\n${one.endpoint}`, one]));
  const banks = bank === undefined ? await banksWithEndpoints(sources) : [bank];
  const states = await Promise.all(banks.map(async (one) => ({ one, state: await webhooks.stateOf(one) })));
  return states.flatMap(({ one, state }) =>
    [...state.endpoints.values()]
      .filter(({ status }) => status !== "removed")
      .map((endpoint) => printEndpoint(one, endpoint, counts.get(`${one}\n${endpoint.endpoint}`) ?? none)),
  );
}

async function banksWithEndpoints({ store, district }: { readonly store: Pick<EventStore, "readAll">; readonly district: string }) {
  const banks = new Set<string>();
  let position = 0;
  for (;;) {
    const events = await store.readAll(district, position, READ_MAX, ["webhook"]);
    for (const { payload } of events) banks.add((payload as { bank: string }).bank);
    const last = events.at(-1);
    if (!last || events.length < READ_MAX) return [...banks].sort();
    position = last.position;
  }
}

export interface DeliveryQuestion {
  readonly bank?: string | undefined;
  readonly endpoint?: string | undefined;
  readonly status?: DeliveryStatus | undefined;
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
}

/** A page of messages, the newest first. */
export async function deliveriesPage({ deliveries }: Webhooks, { bank, endpoint, status, limit = PAGE_DEFAULT, cursor }: DeliveryQuestion) {
  const key = decodeCursor(cursor, 2);
  const before = key === undefined ? undefined : ([Number(key[0]), String(key[1])] as const);
  const rows = await deliveries.list({ bank, endpoint, status, before, limit: limit + 1 });
  const page = pageOf(rows, limit, ({ position, id }) => [position, id]);
  return { ...page, items: page.items.map(printDelivery) };
}

export interface ReplayBody {
  readonly delivery?: string;
  /** ISO instant with offset. */
  readonly since?: string;
  readonly dead?: boolean;
}

/** Sends again what a body names. Refuses WEBHOOK_REPLAY_WHAT, WEBHOOK_DELIVERY_UNKNOWN. */
export async function replayAsAsked(webhooks: Webhooks, bank: string, endpoint: string | undefined, body: ReplayBody): Promise<number> {
  const { delivery, since, dead } = body;
  const said = [delivery !== undefined, since !== undefined, dead === true].filter(Boolean).length;
  if (said !== 1) throw new RefusalError({ code: errors.WEBHOOK_REPLAY_WHAT });
  const from = since === undefined ? undefined : Temporal.Instant.from(since).epochMilliseconds;
  const wanted: Replay = { bank, endpoint, delivery, since: from, deadOnly: dead };
  const count = await webhooks.replay(wanted);
  if (delivery !== undefined && count === 0) throw new RefusalError({ code: errors.WEBHOOK_DELIVERY_UNKNOWN, details: { delivery } });
  return count;
}
