import { randomBytes } from "node:crypto";
import { createPostgresStore, type EventStore, eventStoreMigrations, type NewEvent } from "@huimin/event-store";
import { type TestDatabase, testDatabase } from "@huimin/test-support";
import { AddressGuard, createSender, type DeliveryStatus, type Target, webhookMigrations } from "@huimin/webhooks";
import { Pool } from "pg";
import { Webhooks, type WebhooksOptions } from "./index.ts";
import { Receiver } from "./receiver.fixture.ts";

export const DISTRICT = "410803";
export const W1: Target = { bank: "K1", endpoint: "W1" };

export type Process = Webhooks & { readonly bells: Map<string, number> };

/** A log, a bank's receiver, and processes of this service on a PostgreSQL of their own; their clock is the spec's. */
export class World {
  /** Milliseconds since 1970. */
  now = Date.UTC(2018, 2, 1, 2, 0, 0);
  readonly gone: Target[] = [];
  readonly faults: unknown[] = [];
  readonly shredded = new Set<string>();
  database!: TestDatabase;
  store!: EventStore;
  pool!: Pool;
  receiver!: Receiver;
  #sent = 0;
  readonly #open: (() => Promise<unknown>)[] = [];

  async start(): Promise<this> {
    this.database = await testDatabase([...eventStoreMigrations, ...webhookMigrations]);
    this.store = createPostgresStore({ connectionString: this.database.url });
    this.pool = new Pool({ connectionString: this.database.url, max: 8, options: "-c role=huimin_webhooks" });
    this.receiver = await new Receiver().start();
    return this;
  }

  async stop(): Promise<void> {
    for (const close of this.#open.splice(0).reverse()) await close();
    await this.receiver.stop();
    await this.pool.end();
    await this.store.close();
    await this.database.drop();
  }

  /** Closed before everything else, the last first. */
  closeLater(close: () => Promise<unknown>): void {
    this.#open.push(close);
  }

  async record(stream: string, type: string, payload: object): Promise<number> {
    this.#sent += 1;
    const nth = this.#sent;
    const event: NewEvent = {
      ...{ eventId: `e${nth}`, type, schemaVersion: 1, valueDate: "2018-03-01", recordedAt: "2018-03-01T10:00:00.000+08:00" },
      ...{ period: "2018-03", actor: "spec", role: "FOF", channel: "ui", commandId: `c${nth}`, correlationId: "spec", payload },
    };
    const writes = [{ stream, expect: { kind: "any" } as const, events: [event] }];
    const outcome = await this.store.append(DISTRICT, { writes, asserts: [], keys: [], answer: null });
    if (outcome.kind !== "appended") throw new Error(outcome.kind);
    return outcome.lastPosition;
  }

  /** A suspected duplicate. */
  hold(loan: string, bank = "K1"): Promise<number> {
    const money = { principal: "10.00", interest: "0.00", penalty: "0.00" };
    const payload = { loan, household: "H1", bank, village: "V1", serial: `S-${loan}`, sameAs: "S0", ...money };
    return this.record(`loan/${loan}`, "RepaymentDuplicateSuspected", payload);
  }

  register(target: Target, url: string, kinds: readonly string[] = ["item.held"]): Promise<number> {
    return this.record(`webhook/${target.bank}`, "WebhookEndpointRegistered", { ...target, url, kinds });
  }

  /** A process: with `ring` it sends at once and remembers later bells; without a queue it only makes messages. */
  process(options: { readonly ring?: boolean; readonly timeoutMs?: number } = { ring: true }): Process {
    const bells = new Map<string, number>();
    const guard = new AddressGuard({ http: true, networks: ["127.0.0.0/8"] });
    const { store, pool } = this;
    const webhooks = new Webhooks({
      ...{ district: DISTRICT, store, pool, vault: this.#vault, clock: () => this.now, random: () => 0.5 },
      urlFault: (url) => guard.faultOf(url),
      send: createSender(guard, options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
      onGone: async (target) => {
        this.gone.push(target);
        await this.record(`webhook/${target.bank}`, "WebhookEndpointPaused", { ...target, cause: "gone", reason: "410 Gone" });
      },
      onFault: (fault) => this.faults.push(fault),
    });
    if (options.ring) {
      webhooks.deliverTo(async (_, { bank = "", endpoint = "" }, { delayMs = 0 } = {}) => {
        if (delayMs > 0) bells.set(endpoint, this.now + delayMs);
        else webhooks.dispatcher.ring({ bank, endpoint });
      });
    }
    this.closeLater(() => webhooks.close());
    return Object.assign(webhooks, { bells });
  }

  async withSecret(webhooks: Webhooks, target: Target, overlapUntil?: string): Promise<string> {
    const name = `s${randomBytes(4).toString("hex")}`;
    const secret = await webhooks.makeSecret(target, name);
    const overlap = overlapUntil ? { overlapUntil } : {};
    await this.record(`webhook/${target.bank}`, "WebhookSecretIssued", { ...target, secret: name, ...overlap });
    return secret;
  }

  /** Everything that is due has been tried. */
  async settle(webhooks: Webhooks): Promise<void> {
    await webhooks.sweep();
    await webhooks.dispatcher.settled();
  }

  /** Messages, the oldest first. */
  async rows(webhooks: Webhooks, status?: DeliveryStatus) {
    return (await webhooks.deliveries.list({ status, limit: 1_000 })).reverse();
  }

  /** Seals as the vault does as far as this service can see: nothing opens without its owner's key, and a shredded key opens nothing. */
  readonly #vault: WebhooksOptions["vault"] = {
    seal: async (requests) => requests.map(({ personId, text }) => `sealed ${personId} ${Buffer.from(text).reverse().toString("base64")}`),
    unseal: async ({ personId, sealed }) => {
      const [, owner = "", body = ""] = sealed.split(" ");
      if (owner !== personId) throw new Error("sealed for another");
      return this.shredded.has(owner) ? undefined : Buffer.from(body, "base64").reverse().toString();
    },
    shred: async (_, personId) => {
      this.shredded.add(personId);
      return 1;
    },
  };
}
