import type { RecordedEvent } from "@huimin/decider";
import { payoutFold, payoutStream } from "@huimin/dividend/events";
import type { EventStore, StoredEvent } from "@huimin/event-store";
import { subscribed, TEST_KIND, type WebhookEndpoint, type WebhookKind, type WebhookState, webhookFold } from "@huimin/webhook/events";
import type { DeliveryStore, LogPage, NewDelivery, Target } from "@huimin/webhooks";
import { categoriesOf, type Message, type MessageFacts, messageOf } from "./messages.ts";

/*
 * From the log to messages. The stored position says up to where they were made; a page of events, their messages and the
 * new position are one transaction, which fails when another process was there first. Which endpoints get an event is
 * asked as they stood at its position, so making them later, or again, gives the same messages.
 */

/** Events of one page. */
const PAGE_MAX = 1_000;
const OWN = "webhook";
/** After these, other streams may have to be read: a page ends with them. */
const ENDS_PAGE: ReadonlySet<string> = new Set(["WebhookEndpointRegistered", "WebhookEndpointChanged"]);

export interface FollowerOptions {
  readonly store: Pick<EventStore, "head" | "readAll" | "readStream">;
  readonly deliveries: DeliveryStore;
  readonly district: string;
  readonly origin: string;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** Told of each endpoint that has something to be sent. */
  readonly onMessages: (target: Target, position: number) => Promise<unknown>;
  /** A secret of a removed endpoint, by name: its key is to be destroyed. */
  readonly onSecretGone: (bank: string, secret: string) => Promise<unknown>;
}

/** Id of a message: the same event gives the same one for ever. Letters, digits and `_`, because it is signed and is a header. */
export const messageId = (district: string, position: number, { kind, mark }: Pick<Message, "kind" | "mark">, endpoint: string): string =>
  ["evt", district, position, kind.replace(/\W/g, "_"), ...(mark === undefined ? [] : [mark]), endpoint].join("_");

/** One message for one endpoint; `at` is when it was recorded. */
export const deliveryOf = (district: string, position: number, at: string, message: Message, endpoint: string): NewDelivery => {
  const { kind, bank, data } = message;
  const payload = JSON.stringify({ type: kind, timestamp: at, data: { district, bank, position, ...data } });
  return { id: messageId(district, position, message, endpoint), bank, endpoint, kind, position, payload };
};

/** Endpoints that get a message. */
export function receivers(state: WebhookState | undefined, { kind, only, except }: Message): readonly WebhookEndpoint[] {
  if (!state) return [];
  const wanted =
    kind === TEST_KIND
      ? [...state.endpoints.values()].filter(({ status }) => status !== "removed")
      : subscribed(state, kind as WebhookKind);
  return wanted.filter(({ endpoint }) => endpoint !== except && (only === undefined || endpoint === only));
}

async function payoutBank({ store, district }: FollowerOptions, payoutBatch: string): Promise<string | undefined> {
  const { events } = await store.readStream(district, payoutStream(payoutBatch));
  const state = events.reduce((before, event) => payoutFold.evolve(before, event as RecordedEvent), payoutFold.initialState);
  return state.status === "none" ? undefined : state.bank;
}

interface Page extends LogPage {
  readonly to: number;
}

export class Follower {
  readonly #options: FollowerOptions;
  /** Endpoints of each bank as they stood at `#position`. */
  #states = new Map<string, WebhookState>();
  #position = 0;
  #following: Promise<number> | undefined;
  readonly #facts: MessageFacts;

  constructor(options: FollowerOptions) {
    this.#options = options;
    this.#facts = { origin: options.origin, payoutBank: (payoutBatch) => payoutBank(options, payoutBatch) };
  }

  /** Makes messages up to the head of the log. Answers how many. Asked while it runs, it answers with that run. */
  follow(): Promise<number> {
    this.#following ??= this.#run().finally(() => {
      this.#following = undefined;
    });
    return this.#following;
  }

  async #run(): Promise<number> {
    const { store, deliveries, district, clock, onMessages, onSecretGone } = this.#options;
    let made = 0;
    for (;;) {
      const from = await deliveries.progress();
      const head = await store.head(district);
      if (from >= head) return made;
      await this.#standAt(from);
      const { to, ...page } = await this.#page(from, head);
      const advanced = await deliveries.advance(from, to, page, clock());
      if (!advanced) continue; // another process made these: go on from where it stands
      made += page.messages.length;
      for (const { bank, secret } of advanced.secrets) await onSecretGone(bank, secret);
      for (const target of advanced.targets) await onMessages(target, to);
    }
  }

  /** Folds the endpoints to a position that this process has not reached itself, or has passed. */
  async #standAt(position: number): Promise<void> {
    if (this.#position === position) return;
    if (this.#position > position) {
      this.#states = new Map();
      this.#position = 0;
    }
    while (this.#position < position) {
      const events = await this.#options.store.readAll(this.#options.district, this.#position, PAGE_MAX, [OWN]);
      const until = events.filter((event) => event.position <= position);
      for (const event of until) this.#fold(event);
      this.#position = events.length < PAGE_MAX || until.length < events.length ? position : (events.at(-1) as StoredEvent).position;
    }
  }

  #fold(event: StoredEvent): void {
    const bank = (event.payload as { bank: string }).bank;
    this.#states.set(bank, webhookFold.evolve(this.#states.get(bank) ?? webhookFold.initialState, event as RecordedEvent));
  }

  #subscribedKinds(): ReadonlySet<string> {
    const standing = [...this.#states.values()]
      .flatMap(({ endpoints }) => [...endpoints.values()])
      .filter((one) => one.status !== "removed");
    return new Set(standing.flatMap(({ kinds }) => kinds));
  }

  async #page(from: number, head: number): Promise<Page> {
    const { store, district } = this.#options;
    const categories = [...new Set([OWN, ...categoriesOf(this.#subscribedKinds())])];
    const events = await store.readAll(district, from, PAGE_MAX, categories);
    const messages: NewDelivery[] = [];
    const removed: Target[] = [];
    let to = events.length < PAGE_MAX ? Math.max(head, events.at(-1)?.position ?? 0) : (events.at(-1) as StoredEvent).position;
    for (const event of events) {
      messages.push(...(await this.#messages(event)));
      if (event.stream.startsWith(`${OWN}/`)) {
        this.#fold(event);
        if (event.type === "WebhookEndpointRemoved")
          removed.push({ bank: (event.payload as Target).bank, endpoint: (event.payload as Target).endpoint });
      }
      this.#position = event.position;
      if (ENDS_PAGE.has(event.type)) {
        to = event.position;
        break;
      }
    }
    this.#position = to;
    return { to, messages, removed };
  }

  async #messages(event: StoredEvent): Promise<NewDelivery[]> {
    const message = await messageOf(event, this.#facts);
    if (!message) return [];
    const { district } = this.#options;
    return receivers(this.#states.get(message.bank), message).map(({ endpoint }) =>
      deliveryOf(district, event.position, event.recordedAt, message, endpoint),
    );
  }
}
