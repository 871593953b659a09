import { randomBytes } from "node:crypto";
import { createPostgresStore, type EventStore, eventStoreMigrations, type NewEvent } from "@huimin/event-store";
import { type Jobs, migrateJobs, startJobs } from "@huimin/jobs";
import { redisIsThere, type TestDatabase, type TestRedis, testDatabase, testRedis } from "@huimin/test-support";
import { WEBHOOK_KINDS } from "@huimin/webhook/events";
import { AddressGuard, createSender, RETRY_SECONDS, type Target, webhookMigrations } from "@huimin/webhooks";
import { Pool } from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { deliveriesPage, RING_JOB, Webhooks, type WebhooksOptions } from "./index.ts";
import { isSignedWith, Receiver } from "./receiver.fixture.ts";

const DISTRICT = "410803";
const MIGRATIONS = [...eventStoreMigrations, ...webhookMigrations];
const W1: Target = { bank: "K1", endpoint: "W1" };

let database: TestDatabase;
let store: EventStore;
let pool: Pool;
let receiver: Receiver;
let now = 0;
let gone: Target[] = [];
let faults: unknown[] = [];

/** Seals as the vault does as far as this service can see: nothing opens without its owner's key, and a shredded key opens nothing. */
const shredded = new Set<string>();
const vault: WebhooksOptions["vault"] = {
  seal: async (requests) => requests.map(({ personId, text }) => `sealed ${personId} ${Buffer.from(text).reverse().toString("base64")}`),
  unseal: async ({ personId, sealed }) => {
    const [, owner = "", body = ""] = sealed.split(" ");
    if (owner !== personId) throw new Error("sealed for another");
    return shredded.has(owner) ? undefined : Buffer.from(body, "base64").reverse().toString();
  },
  shred: async (_, personId) => {
    shredded.add(personId);
    return 1;
  },
};
const open: (() => Promise<unknown>)[] = [];

beforeEach(async () => {
  database = await testDatabase(MIGRATIONS);
  store = createPostgresStore({ connectionString: database.url });
  pool = new Pool({ connectionString: database.url, max: 8, options: "-c role=huimin_webhooks" });
  receiver = await new Receiver().start();
  now = Date.UTC(2018, 2, 1, 2, 0, 0);
  gone = [];
  faults = [];
});
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
  await receiver.stop();
  await pool.end();
  await store.close();
  await database.drop();
});

let sent = 0;
async function record(stream: string, type: string, payload: object): Promise<number> {
  sent += 1;
  const event: NewEvent = {
    ...{ eventId: `e${sent}`, type, schemaVersion: 1, valueDate: "2018-03-01", recordedAt: "2018-03-01T10:00:00.000+08:00" },
    ...{ period: "2018-03", actor: "spec", role: "FOF", channel: "ui", commandId: `c${sent}`, correlationId: "spec", payload },
  };
  const writes = [{ stream, expect: { kind: "any" } as const, events: [event] }];
  const outcome = await store.append(DISTRICT, { writes, asserts: [], keys: [], answer: null });
  if (outcome.kind !== "appended") throw new Error(outcome.kind);
  return outcome.lastPosition;
}

const hold = (loan: string, bank = "K1") =>
  record(`loan/${loan}`, "RepaymentDuplicateSuspected", {
    ...{
      loan,
      household: "H1",
      bank,
      village: "V1",
      serial: `S-${loan}`,
      sameAs: "S0",
      principal: "10.00",
      interest: "0.00",
      penalty: "0.00",
    },
  });
const register = (target: Target, url: string, kinds: readonly string[] = ["item.held"]) =>
  record(`webhook/${target.bank}`, "WebhookEndpointRegistered", { ...target, url, kinds });

/** A process: with `ring` it sends at once and remembers later bells; without a queue it only makes messages. */
function process(options: { ring?: boolean; timeoutMs?: number } = { ring: true }): Webhooks & { bells: Map<string, number> } {
  const bells = new Map<string, number>();
  const guard = new AddressGuard({ http: true, networks: ["127.0.0.0/8"] });
  const webhooks = new Webhooks({
    ...{ district: DISTRICT, store, pool, vault, clock: () => now, random: () => 0.5 },
    send: createSender(guard, options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
    onGone: async (target) => {
      gone.push(target);
      await record(`webhook/${target.bank}`, "WebhookEndpointPaused", { ...target, cause: "gone", reason: "410 Gone" });
    },
    onFault: (fault) => faults.push(fault),
  });
  if (options.ring) {
    webhooks.deliverTo(async (_, { bank = "", endpoint = "" }, { delayMs = 0 } = {}) => {
      if (delayMs > 0) bells.set(endpoint, now + delayMs);
      else webhooks.dispatcher.ring({ bank, endpoint });
    });
  }
  open.push(() => webhooks.close());
  return Object.assign(webhooks, { bells });
}

async function withSecret(webhooks: Webhooks, target: Target, overlapUntil?: string): Promise<string> {
  const name = `s${randomBytes(4).toString("hex")}`;
  const secret = await webhooks.makeSecret(target, name);
  await record(`webhook/${target.bank}`, "WebhookSecretIssued", { ...target, secret: name, ...(overlapUntil ? { overlapUntil } : {}) });
  return secret;
}

/** Everything that is due has been tried. */
async function settle(webhooks: Webhooks): Promise<void> {
  await webhooks.sweep();
  await webhooks.dispatcher.settled();
}

const rows = async (webhooks: Webhooks, status?: "waiting" | "delivered" | "dead" | "cancelled") =>
  (await webhooks.deliveries.list({ status, limit: 1000 })).reverse();

describe("messages from the log", () => {
  it("given events before and after the registration, then the later ones are told, once, whoever reads and however often", async () => {
    await hold("L0");
    await register(W1, receiver.url());
    const [first, second] = [process({}), process({})];
    await withSecret(first, W1);
    const positions = [await hold("L1"), await hold("L2")];
    await hold("L3", "K2");
    await Promise.all([first.follow(), second.follow(), first.follow()]);
    await second.follow();
    expect((await rows(first)).map(({ id }) => id)).toEqual(positions.map((position) => `evt_410803_${position}_item_held_W1`));
    await pool.query("UPDATE webhook.progress SET position = 0"); // the table of messages derived anew
    await process({}).follow();
    await first.follow();
    expect(await rows(first)).toHaveLength(2);
    expect(await first.deliveries.progress()).toBe(await store.head(DISTRICT));
  });

  it("given a change of kinds in between, then each event is judged by what stood at its position", async () => {
    const webhooks = process({});
    await register(W1, receiver.url());
    await hold("L1");
    await record("webhook/K1", "WebhookEndpointChanged", { ...W1, url: receiver.url(), kinds: ["file.processed"] });
    await hold("L2");
    const refused = { bank: "K1", sha256: "a".repeat(64), bytes: 1, code: "BANK_FILE_TOTAL" };
    await record(`bank-file/K1-${refused.sha256}`, "BankFileRefused", refused);
    await webhooks.follow();
    expect((await rows(webhooks)).map(({ kind }) => kind)).toEqual(["item.held", "file.processed"]);
  });

  it("given thousands of events, then all of those that matter are told, in pages", async () => {
    const webhooks = process({});
    await register(W1, receiver.url());
    await Promise.all(Array.from({ length: 2_300 }, (_, n) => hold(`P${n}`)));
    expect(await webhooks.follow()).toBe(2_300);
    expect(await webhooks.deliveries.counts()).toEqual([{ ...W1, waiting: 2_300, dead: 0 }]);
    const page = await deliveriesPage(webhooks, { bank: "K1", limit: 2 });
    const next = await deliveriesPage(webhooks, { bank: "K1", limit: 2, cursor: page.next });
    expect(new Set([...page.items, ...next.items].map(({ id }) => id)).size).toBe(4);
  });
});

describe("sending", () => {
  it("given an endpoint without a secret, then nothing is sent; with one, what waited is, signed and thin", async () => {
    const webhooks = process();
    await register(W1, receiver.url());
    const position = await hold("L1");
    await settle(webhooks);
    expect(receiver.received).toEqual([]);
    const secret = await withSecret(webhooks, W1);
    await webhooks.resumed(W1);
    await settle(webhooks);
    const [one] = receiver.received as [Receiver["received"][number]];
    expect(isSignedWith(secret, one)).toBe(true);
    expect(isSignedWith(`whsec_${randomBytes(32).toString("base64")}`, one)).toBe(false);
    expect(one.at).toBe(now / 1000);
    expect(JSON.parse(one.body)).toEqual({
      type: "item.held",
      timestamp: "2018-03-01T10:00:00.000+08:00",
      data: {
        ...{ district: DISTRICT, bank: "K1", position, loan: "L1", serial: "S-L1", valueDate: "2018-03-01" },
        ...{ principal: "10.00", interest: "0.00", penalty: "0.00", sameAs: "S0" },
      },
    });
    expect((await rows(webhooks)).map(({ status, attempts, lastStatus }) => [status, attempts, lastStatus])).toEqual([
      ["delivered", 1, 204],
    ]);
    const stored = JSON.stringify([(await pool.query("SELECT * FROM webhook.secret")).rows, await store.readAll(DISTRICT, 0, 100)]);
    expect(stored).not.toContain(secret.slice(6));
  });

  it("given a rotation, then both secrets sign until the overlap ends", async () => {
    const webhooks = process();
    await register(W1, receiver.url());
    const old = await withSecret(webhooks, W1);
    const fresh = await withSecret(webhooks, W1, "2018-03-01T11:00:00.000+08:00");
    await hold("L1");
    await settle(webhooks);
    now += 3_600_000;
    await hold("L2");
    await settle(webhooks);
    const signed = receiver.received.map((one) => [isSignedWith(fresh, one), isSignedWith(old, one)]);
    expect(signed).toEqual([
      [true, true],
      [true, false],
    ]);
  });

  it("given refusals, then it is tried at 5 s, 30 s, 2 min, 10 min, 1 h, 6 h, 24 h under one id, and is a dead letter; a replay sends it", async () => {
    const webhooks = process();
    await register(W1, receiver.url());
    await withSecret(webhooks, W1);
    await hold("L1");
    receiver.answer = (_, response) => void response.writeHead(500).end("no");
    await settle(webhooks);
    for (const seconds of RETRY_SECONDS) {
      expect(webhooks.bells.get("W1")).toBe(now + seconds * 1000);
      now += seconds * 1000 - 1;
      const before = receiver.received.length;
      await settle(webhooks);
      expect(receiver.received).toHaveLength(before);
      now += 1;
      await settle(webhooks);
      expect(receiver.received).toHaveLength(before + 1);
    }
    expect(new Set(receiver.ids()).size).toBe(1);
    expect(receiver.received).toHaveLength(8);
    expect(await rows(webhooks, "dead")).toMatchObject([{ attempts: 8, lastStatus: 500 }]);
    now += 10 * 86_400_000;
    await settle(webhooks);
    expect(receiver.received).toHaveLength(8);
    receiver.answer = (_, response) => void response.writeHead(200).end("{}");
    expect(await webhooks.replay({ bank: "K2", deadOnly: true })).toBe(0);
    expect(await webhooks.replay({ bank: "K1", deadOnly: true })).toBe(1);
    await webhooks.dispatcher.settled();
    expect(receiver.received).toHaveLength(9);
    expect(new Set(receiver.ids()).size).toBe(1);
    expect(await rows(webhooks)).toMatchObject([{ status: "delivered", round: 2, attempts: 1 }]);
    expect(await webhooks.replay({ bank: "K1", since: now - 86_400_000 })).toBe(0);
    expect(await webhooks.replay({ bank: "K1", since: 0 })).toBe(1);
    expect(await webhooks.replay({ bank: "K1", delivery: receiver.ids()[0] })).toBe(1);
    await webhooks.dispatcher.settled();
    expect(receiver.received.length).toBeGreaterThan(9);
  });

  it("given redirects, a private address, silence, a flood or Retry-After, then each is a failure of its kind and none is followed", async () => {
    const webhooks = process({ ring: true, timeoutMs: 300 });
    const elsewhere = await new Receiver().start();
    open.push(() => elsewhere.stop());
    const targets = ["redirect", "private", "silent", "flood", "later", "refused"].map((endpoint) => ({ bank: "K1", endpoint }));
    for (const target of targets) {
      await register(
        target,
        target.endpoint === "private"
          ? "https://10.1.2.3/"
          : target.endpoint === "refused"
            ? "http://127.0.0.1:1/"
            : receiver.url(`/${target.endpoint}`),
      );
      await withSecret(webhooks, target);
    }
    receiver.answer = ({ path }, response) => {
      if (path === "/redirect") response.writeHead(302, { location: elsewhere.url() }).end();
      if (path === "/later") response.writeHead(503, { "retry-after": "90" }).end();
      if (path === "/flood") {
        response.writeHead(200);
        const flood = (): void => {
          while (!response.destroyed && response.write("x".repeat(16_384)));
          if (!response.destroyed) response.once("drain", flood);
        };
        flood();
      }
    };
    await hold("L1");
    await settle(webhooks);
    const said = Object.fromEntries((await rows(webhooks)).map((one) => [one.endpoint, one.lastStatus ?? one.lastFault]));
    expect(said).toEqual({
      ...{ redirect: 302, private: "address-not-allowed", silent: "timeout", flood: 200, later: 503, refused: "ECONNREFUSED" },
    });
    expect(elsewhere.received).toEqual([]);
    expect(webhooks.bells.get("later")).toBe(now + 90_000);
  });

  it("given 410 Gone, then the endpoint is paused, the others of the bank are told, and what waits is sent when it is resumed", async () => {
    const webhooks = process();
    const W2 = { bank: "K1", endpoint: "W2" };
    await register(W1, receiver.url("/1"), ["item.held", "webhook.disabled"]);
    await register(W2, receiver.url("/2"), ["webhook.disabled"]);
    for (const target of [W1, W2]) await withSecret(webhooks, target);
    receiver.answer = ({ path }, response) => void response.writeHead(path === "/1" ? 410 : 204).end();
    await hold("L1");
    await settle(webhooks);
    await hold("L2");
    await settle(webhooks);
    expect(gone).toEqual([W1]);
    expect(receiver.received.map(({ path, body }) => [path, JSON.parse(body).type])).toEqual([
      ["/1", "item.held"],
      ["/2", "webhook.disabled"],
    ]);
    expect((await webhooks.stateOf("K1")).endpoints.get("W1")).toMatchObject({ status: "paused", cause: "gone" });
    receiver.answer = (_, response) => void response.writeHead(204).end();
    await record("webhook/K1", "WebhookEndpointResumed", W1);
    now += 60_000;
    await webhooks.resumed(W1);
    await settle(webhooks);
    expect(receiver.received.filter(({ path }) => path === "/1").map(({ body }) => JSON.parse(body).data.loan)).toEqual(["L1", "L1", "L2"]);
  });

  it("given an endpoint that is removed, then what waits is not sent, and its secrets are destroyed", async () => {
    const webhooks = process();
    await register(W1, receiver.url());
    await withSecret(webhooks, W1);
    receiver.answer = (_, response) => void response.writeHead(500).end();
    await hold("L1");
    await settle(webhooks);
    await record("webhook/K1", "WebhookEndpointRemoved", { ...W1, reason: "旧系统下线" });
    now += 600_000;
    await settle(webhooks);
    await hold("L2");
    await settle(webhooks);
    expect(receiver.received).toHaveLength(1);
    expect((await rows(webhooks)).map(({ status }) => status)).toEqual(["cancelled"]);
    expect((await pool.query("SELECT * FROM webhook.secret")).rows).toEqual([]);
    expect(shredded.size).toBe(1);
    expect(await webhooks.replay({ bank: "K1", since: 0 })).toBe(0);
  });

  it("given a bank that never answers, then another bank has all of its messages meanwhile", async () => {
    const webhooks = process();
    const K2 = { bank: "K2", endpoint: "W1b" };
    await register(W1, receiver.url("/slow"));
    await register(K2, receiver.url("/quick"));
    for (const target of [W1, K2]) await withSecret(webhooks, target);
    receiver.answer = ({ path }, response) => {
      if (path === "/quick") response.writeHead(204).end();
    };
    for (let n = 0; n < 30; n += 1) await Promise.all([hold(`A${n}`), hold(`B${n}`, "K2")]);
    await webhooks.sweep();
    // The slow one's attempts are all still under way, at most four of them.
    await expect.poll(async () => (await rows(webhooks, "delivered")).length, { timeout: 8_000 }).toBe(30);
    expect(receiver.received.filter(({ path }) => path === "/slow").length).toBeLessThanOrEqual(4);
    await webhooks.close();
    expect((await rows(webhooks, "waiting")).every(({ bank, attempts }) => bank === "K1" && attempts === 0)).toBe(true);
    expect(faults).toEqual([]);
  });

  it("given a process that died with messages in hand, then the next sends them when their claim has ended, under the same id", async () => {
    const dying = process({});
    await register(W1, receiver.url());
    await withSecret(dying, W1);
    await hold("L1");
    await dying.follow();
    const [claimed] = await dying.deliveries.claim(W1, now, 4); // and nothing more is heard of it
    const next = process();
    await settle(next);
    expect(receiver.received).toEqual([]);
    now += 60_000;
    await settle(next);
    expect(receiver.ids()).toEqual([claimed?.id]);
    await dying.deliveries.settle(claimed as never, { status: "waiting", attempts: 1, nextAt: now, at: now });
    expect((await rows(next)).map(({ status }) => status)).toEqual(["delivered"]);
  });
});

describe("keys that end soon", () => {
  it("are announced 30, 14, 7 and 1 day before, each once, also when days were missed", async () => {
    const webhooks = process();
    await register(W1, receiver.url(), [...WEBHOOK_KINDS]);
    await withSecret(webhooks, W1);
    const key = { bank: "K1", client: "c1", keyId: "k1", publicKey: "x", validFrom: "2018-01-01", validTo: "2018-04-20" };
    await record("bank-client/K1", "BankKeyAdded", key);
    const said: string[] = [];
    for (let day = 0; day < 52; day += 1) {
      if (day === 43) now += 86_400_000 * 2; // two days without a run, the seventh before the end among them
      const before = receiver.received.length;
      await webhooks.daily();
      await webhooks.daily();
      await webhooks.dispatcher.settled();
      for (const { body } of receiver.received.slice(before)) {
        const { keyId, daysLeft } = JSON.parse(body).data;
        said.push(`${keyId} ${daysLeft}`);
      }
      now += 86_400_000;
    }
    expect(said).toEqual(["k1 30", "k1 14", "k1 5", "k1 1"]);
  });
});

const queues: readonly (readonly [string, boolean])[] = [
  ["PostgreSQL", true],
  ["Redis (needs REDIS_URL or redis-server)", redisIsThere],
];
for (const [where, possible] of queues) {
  describe.skipIf(!possible)(`with the job queue on ${where}`, () => {
    let redis: TestRedis | undefined;
    beforeAll(async () => {
      if (where !== "PostgreSQL") redis = await testRedis();
    });
    afterAll(() => redis?.stop());

    const withQueue = async (webhooks: Webhooks, district: string): Promise<Jobs> => {
      const ring = { name: RING_JOB, run: async ({ bank = "", endpoint = "" }) => webhooks.dispatcher.ring({ bank, endpoint }) };
      const jobs = await startJobs({ databaseUrl: database.url, redisUrl: redis?.url, district, kinds: [ring] });
      webhooks.deliverTo((kind, data, options) => jobs.enqueue(kind, data, options));
      return jobs;
    };

    it("given a message, then the queue rings for it; given a refusal and a new process, then the queue rings again", async () => {
      if (!redis) {
        const owner = await new Pool({ connectionString: database.url, max: 1 }).connect();
        await migrateJobs(owner);
        owner.release(true);
      }
      const district = `w${randomBytes(4).toString("hex")}`;
      const first = process({});
      const jobs = await withQueue(first, district);
      await register(W1, receiver.url());
      await withSecret(first, W1);
      let answers = 0;
      receiver.answer = (_, response) => {
        answers += 1;
        // The platform's clock stands still in this spec; the queue's does not.
        if (answers === 1) now += 5_000;
        response.writeHead(answers === 1 ? 503 : 204).end();
      };
      await hold("L1");
      await first.follow();
      await expect.poll(() => receiver.received.length, { timeout: 10_000 }).toBe(1);
      await expect.poll(async () => (await rows(first))[0]?.attempts, { timeout: 10_000 }).toBe(1);
      await first.close();
      await jobs.close();
      now += 5_000;
      const second = process({});
      const again = await withQueue(second, district);
      await expect.poll(async () => (await rows(second))[0]?.status, { timeout: 20_000 }).toBe("delivered");
      expect(new Set(receiver.ids()).size).toBe(1);
      await second.close();
      await again.close();
    });
  });
}
