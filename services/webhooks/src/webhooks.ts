import { randomUUID } from "node:crypto";
import { shanghaiDate, shanghaiInstant } from "@huimin/calendar";
import type { RecordedEvent } from "@huimin/decider";
import type { EventStore } from "@huimin/event-store";
import type { Vault } from "@huimin/vault";
import { secretsAt, type WebhookEndpoint, type WebhookState, webhookFold, webhookStream } from "@huimin/webhook/events";
import {
  DeliveryStore,
  Dispatcher,
  newSecret,
  type Replay,
  type Sender,
  type Standing,
  type Target,
  type WebhookMetrics,
} from "@huimin/webhooks";
import type { Pool } from "pg";
import { ExpiringKeys } from "./expiring.ts";
import { deliveryOf, Follower, receivers } from "./follower.ts";

/** Messages that were delivered are kept so long for looking up and replay. */
const KEPT_DAYS = 400;
const DAY_MS = 86_400_000;

/** Puts a job on the queue; the same job is never queued twice. */
export type Enqueue = (kind: string, data: Readonly<Record<string, string>>, options?: { readonly delayMs?: number }) => Promise<unknown>;

/** The kind of the job that rings for one endpoint. */
export const RING_JOB = "webhook-ring";

export interface WebhooksOptions {
  readonly district: string;
  readonly store: Pick<EventStore, "head" | "readAll" | "readStream">;
  /** As the role `huimin_webhooks`. */
  readonly pool: Pool;
  readonly vault: Pick<Vault, "seal" | "unseal" | "shred">;
  /** Milliseconds since 1970: the instants of attempts and signatures. */
  readonly clock: () => number;
  /** The clock of what is recorded, where it is another one (a sandbox). Default: `clock`. */
  readonly businessClock?: (() => number) | undefined;
  readonly send: Sender;
  /** What is wrong with an address by the rules of this process; undefined when nothing is. */
  readonly urlFault: UrlFault;
  /** Address of this system as banks reach it. */
  readonly origin?: string | undefined;
  /** Records that the endpoint answered 410 Gone. */
  readonly onGone: (target: Target) => Promise<void>;
  readonly onFault: (fault: unknown, target?: Target) => void;
  readonly metrics?: WebhookMetrics | undefined;
  readonly random?: (() => number) | undefined;
}

/** Whose a secret is, for the vault: a key of its own, so it can be destroyed alone. */
const ownerOf = (bank: string, secret: string): string => `webhook:${bank}:${secret}`;
const FIELD = "webhook-secret";

/** Why an address can't be used, in both languages. */
export type UrlFault = (url: string) => { readonly whatZh: string; readonly whatEn: string } | undefined;

/** Everything of one district about webhooks. */
export class Webhooks {
  readonly deliveries: DeliveryStore;
  readonly dispatcher: Dispatcher;
  readonly #options: WebhooksOptions;
  readonly #follower: Follower;
  readonly #expiring: ExpiringKeys;
  #enqueue: Enqueue | undefined;

  constructor(options: WebhooksOptions) {
    const { district, store, pool, clock, origin = "" } = options;
    this.#options = options;
    this.deliveries = new DeliveryStore(pool, district);
    this.#expiring = new ExpiringKeys(store, district);
    this.#follower = new Follower({
      ...{ store, deliveries: this.deliveries, district, origin, clock },
      onMessages: (target, position) => this.#ringSoon(target, `p${position}`),
      onSecretGone: (bank, secret) => options.vault.shred(district, ownerOf(bank, secret), "K2"),
    });
    this.dispatcher = new Dispatcher({
      store: this.deliveries,
      standingOf: (target) => this.standingOf(target),
      send: options.send,
      clock,
      ringAt: (target, at) => this.#ringAt(target, at),
      onGone: options.onGone,
      onFault: options.onFault,
      metrics: options.metrics,
      ...(options.random ? { random: options.random } : {}),
    });
  }

  urlFault(url: string): ReturnType<UrlFault> {
    return this.#options.urlFault(url);
  }

  /** With a queue this process sends; without one (the command line) it leaves that to one that has. */
  deliverTo(enqueue: Enqueue): void {
    this.#enqueue = enqueue;
  }

  /** Makes messages of what is new in the log. Answers how many. */
  follow(): Promise<number> {
    return this.#follower.follow();
  }

  /**
   * What a process that ended left behind is taken up: messages not made yet, and everything that is due. Run each minute; what is
   * under way elsewhere has its claim and is passed over.
   */
  async sweep(): Promise<void> {
    await this.follow();
    const now = this.#options.clock();
    for (const target of await this.deliveries.due(now)) await this.#ringSoon(target, `m${Math.floor(now / 60_000)}`);
  }

  /** Messages for keys that end soon, and forgetting of what was delivered long ago. Run daily. Answers how many are new. */
  async daily(): Promise<number> {
    const { district, clock, businessClock = clock } = this.#options;
    const now = clock();
    const warnings = await this.#expiring.on(shanghaiDate(businessClock()));
    const at = shanghaiInstant(businessClock());
    let made = 0;
    for (const { message, position } of warnings) {
      const endpoints = receivers(await this.stateOf(message.bank), message);
      const targets = await this.deliveries.add(
        endpoints.map(({ endpoint }) => deliveryOf(district, position, at, message, endpoint)),
        now,
      );
      made += targets.length;
      for (const target of targets) await this.#ringSoon(target, `d${now}`);
    }
    await this.deliveries.prune(now - KEPT_DAYS * DAY_MS);
    return made;
  }

  /** Sends again. Answers how many. */
  async replay(wanted: Replay): Promise<number> {
    const now = this.#options.clock();
    const { count, targets } = await this.deliveries.replay(wanted, now);
    for (const target of targets) await this.#ringSoon(target, `r${randomUUID()}`);
    return count;
  }

  /** What waited while an endpoint was paused, or had no secret, is sent. */
  async resumed(target: Target): Promise<void> {
    await this.#ringSoon(target, `w${randomUUID()}`);
  }

  async stateOf(bank: string): Promise<WebhookState> {
    const { events } = await this.#options.store.readStream(this.#options.district, webhookStream(bank));
    return events.reduce((state, event) => webhookFold.evolve(state, event as RecordedEvent), webhookFold.initialState);
  }

  /** Address and secrets of an endpoint that may be sent to now. */
  async standingOf({ bank, endpoint }: Target): Promise<Standing | undefined> {
    const found = (await this.stateOf(bank)).endpoints.get(endpoint);
    if (found?.status !== "active") return undefined;
    const secrets = await this.#openSecrets(bank, found);
    return secrets.length === 0 ? undefined : { url: found.url, secrets };
  }

  async #openSecrets(bank: string, endpoint: WebhookEndpoint): Promise<string[]> {
    const { vault, district, clock, businessClock = clock } = this.#options;
    const names = secretsAt(endpoint, shanghaiInstant(businessClock()));
    const sealed = await this.deliveries.secrets(bank, names);
    const opened: string[] = [];
    for (const name of names) {
      const text = sealed.get(name);
      if (text === undefined) continue;
      const secret = await vault.unseal({ district, personId: ownerOf(bank, name), field: FIELD, sealed: text });
      if (secret !== undefined) opened.push(secret);
    }
    return opened;
  }

  /** A new secret, sealed under `name`. It counts once the log says so. Shown to whoever asked, and never again. */
  async makeSecret(target: Target, name: string): Promise<string> {
    const { vault, district, clock } = this.#options;
    const secret = newSecret();
    const [sealed] = await vault.seal([{ district, personId: ownerOf(target.bank, name), field: FIELD, keyClass: "K2", text: secret }]);
    await this.deliveries.addSecret(target, name, sealed as string, clock());
    return secret;
  }

  /** Ends after what is under way. */
  close(): Promise<void> {
    return this.dispatcher.close();
  }

  async #ringSoon({ bank, endpoint }: Target, at: string): Promise<void> {
    await this.#queued({ bank, endpoint, at }, 0);
  }

  async #ringAt({ bank, endpoint }: Target, at: number): Promise<void> {
    // Up to the second: what failed together is rung for together.
    const second = Math.ceil(at / 1000);
    await this.#queued({ bank, endpoint, at: `s${second}` }, Math.max(0, second * 1000 - this.#options.clock()));
  }

  /** A bell that can't be set is rung by the sweep. */
  async #queued(data: Readonly<Record<string, string>>, delayMs: number): Promise<void> {
    await this.#enqueue?.(RING_JOB, data, { delayMs }).catch(this.#options.onFault);
  }
}
