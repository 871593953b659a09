import { randomBytes } from "node:crypto";
import { RETRY_SECONDS } from "@huimin/webhooks";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { isSignedWith, Receiver } from "./receiver.fixture.ts";
import { DISTRICT, W1, World } from "./world.fixture.ts";

let world: World;
beforeEach(async () => {
  world = await new World().start();
});
afterEach(() => world.stop());

describe("sending", () => {
  it("given an endpoint without a secret, then nothing is sent; with one, what waited is, signed and thin", async () => {
    const webhooks = world.process();
    await world.register(W1, world.receiver.url());
    const position = await world.hold("L1");
    await world.settle(webhooks);
    expect(world.receiver.received).toEqual([]);
    const secret = await world.withSecret(webhooks, W1);
    await webhooks.resumed(W1);
    await world.settle(webhooks);
    const [one] = world.receiver.received as [Receiver["received"][number]];
    expect(isSignedWith(secret, one)).toBe(true);
    expect(isSignedWith(`whsec_${randomBytes(32).toString("base64")}`, one)).toBe(false);
    expect(one.at).toBe(world.now / 1000);
    expect(JSON.parse(one.body)).toEqual({
      type: "item.held",
      timestamp: "2018-03-01T10:00:00.000+08:00",
      data: {
        ...{ district: DISTRICT, bank: "K1", position, loan: "L1", serial: "S-L1", valueDate: "2018-03-01" },
        ...{ principal: "10.00", interest: "0.00", penalty: "0.00", sameAs: "S0" },
      },
    });
    expect((await world.rows(webhooks)).map(({ status, attempts, lastStatus }) => [status, attempts, lastStatus])).toEqual([
      ["delivered", 1, 204],
    ]);
    const stored = JSON.stringify([
      (await world.pool.query("SELECT * FROM webhook.secret")).rows,
      await world.store.readAll(DISTRICT, 0, 100),
    ]);
    expect(stored).not.toContain(secret.slice(6));
  });

  it("given a rotation, then both secrets sign until the overlap ends", async () => {
    const webhooks = world.process();
    await world.register(W1, world.receiver.url());
    const old = await world.withSecret(webhooks, W1);
    const fresh = await world.withSecret(webhooks, W1, "2018-03-01T11:00:00.000+08:00");
    await world.hold("L1");
    await world.settle(webhooks);
    world.now += 3_600_000;
    await world.hold("L2");
    await world.settle(webhooks);
    const signed = world.receiver.received.map((one) => [isSignedWith(fresh, one), isSignedWith(old, one)]);
    expect(signed).toEqual([
      [true, true],
      [true, false],
    ]);
  });

  it("given refusals, then it is tried at 5 s, 30 s, 2 min, 10 min, 1 h, 6 h, 24 h under one id, and is a dead letter; a replay sends it", async () => {
    const webhooks = world.process();
    await world.register(W1, world.receiver.url());
    await world.withSecret(webhooks, W1);
    await world.hold("L1");
    world.receiver.answer = (_, response) => void response.writeHead(500).end("no");
    await world.settle(webhooks);
    for (const seconds of RETRY_SECONDS) {
      expect(webhooks.bells.get("W1")).toBe(world.now + seconds * 1000);
      world.now += seconds * 1000 - 1;
      const before = world.receiver.received.length;
      await world.settle(webhooks);
      expect(world.receiver.received).toHaveLength(before);
      world.now += 1;
      await world.settle(webhooks);
      expect(world.receiver.received).toHaveLength(before + 1);
    }
    expect(new Set(world.receiver.ids()).size).toBe(1);
    expect(world.receiver.received).toHaveLength(8);
    expect(await world.rows(webhooks, "dead")).toMatchObject([{ attempts: 8, lastStatus: 500 }]);
    world.now += 10 * 86_400_000;
    await world.settle(webhooks);
    expect(world.receiver.received).toHaveLength(8);
    world.receiver.answer = (_, response) => void response.writeHead(200).end("{}");
    expect(await webhooks.replay({ bank: "K2", deadOnly: true })).toBe(0);
    expect(await webhooks.replay({ bank: "K1", deadOnly: true })).toBe(1);
    await webhooks.dispatcher.settled();
    expect(world.receiver.received).toHaveLength(9);
    expect(new Set(world.receiver.ids()).size).toBe(1);
    expect(await world.rows(webhooks)).toMatchObject([{ status: "delivered", round: 2, attempts: 1 }]);
    expect(await webhooks.replay({ bank: "K1", since: world.now - 86_400_000 })).toBe(0);
    expect(await webhooks.replay({ bank: "K1", since: 0 })).toBe(1);
    expect(await webhooks.replay({ bank: "K1", delivery: world.receiver.ids()[0] })).toBe(1);
    await webhooks.dispatcher.settled();
    expect(world.receiver.received.length).toBeGreaterThan(9);
  });

  it("given redirects, a private address, silence, a flood or Retry-After, then each is a failure of its kind and none is followed", async () => {
    const webhooks = world.process({ ring: true, timeoutMs: 2_500 });
    const elsewhere = await new Receiver().start();
    world.closeLater(() => elsewhere.stop());
    const targets = ["redirect", "private", "silent", "flood", "later", "refused"].map((endpoint) => ({ bank: "K1", endpoint }));
    for (const target of targets) {
      await world.register(
        target,
        target.endpoint === "private"
          ? "https://10.1.2.3/"
          : target.endpoint === "refused"
            ? "http://127.0.0.1:1/"
            : world.receiver.url(`/${target.endpoint}`),
      );
      await world.withSecret(webhooks, target);
    }
    world.receiver.answer = ({ path }, response) => {
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
    await world.hold("L1");
    await world.settle(webhooks);
    const said = Object.fromEntries((await world.rows(webhooks)).map((one) => [one.endpoint, one.lastStatus ?? one.lastFault]));
    expect(said).toEqual({
      ...{ redirect: 302, private: "address-not-allowed", silent: "timeout", flood: 200, later: 503, refused: "ECONNREFUSED" },
    });
    expect(elsewhere.received).toEqual([]);
    expect(webhooks.bells.get("later")).toBe(world.now + 90_000);
  });

  it("given 410 Gone, then the endpoint is paused, the others of the bank are told, and what waits is sent when it is resumed", async () => {
    const webhooks = world.process();
    const W2 = { bank: "K1", endpoint: "W2" };
    await world.register(W1, world.receiver.url("/1"), ["item.held", "webhook.disabled"]);
    await world.register(W2, world.receiver.url("/2"), ["webhook.disabled"]);
    for (const target of [W1, W2]) await world.withSecret(webhooks, target);
    world.receiver.answer = ({ path }, response) => void response.writeHead(path === "/1" ? 410 : 204).end();
    await world.hold("L1");
    await world.settle(webhooks);
    await world.hold("L2");
    await world.settle(webhooks);
    expect(world.gone).toEqual([W1]);
    expect(world.receiver.received.map(({ path, body }) => [path, JSON.parse(body).type])).toEqual([
      ["/1", "item.held"],
      ["/2", "webhook.disabled"],
    ]);
    expect((await webhooks.stateOf("K1")).endpoints.get("W1")).toMatchObject({ status: "paused", cause: "gone" });
    world.receiver.answer = (_, response) => void response.writeHead(204).end();
    await world.record("webhook/K1", "WebhookEndpointResumed", W1);
    world.now += 60_000;
    await webhooks.resumed(W1);
    await world.settle(webhooks);
    expect(world.receiver.received.filter(({ path }) => path === "/1").map(({ body }) => JSON.parse(body).data.loan)).toEqual([
      "L1",
      "L1",
      "L2",
    ]);
  });

  it("given an endpoint that is removed, then what waits is not sent, and its secrets are destroyed", async () => {
    const webhooks = world.process();
    await world.register(W1, world.receiver.url());
    await world.withSecret(webhooks, W1);
    world.receiver.answer = (_, response) => void response.writeHead(500).end();
    await world.hold("L1");
    await world.settle(webhooks);
    await world.record("webhook/K1", "WebhookEndpointRemoved", { ...W1, reason: "旧系统下线" });
    world.now += 600_000;
    await world.settle(webhooks);
    await world.hold("L2");
    await world.settle(webhooks);
    expect(world.receiver.received).toHaveLength(1);
    expect((await world.rows(webhooks)).map(({ status }) => status)).toEqual(["cancelled"]);
    expect((await world.pool.query("SELECT * FROM webhook.secret")).rows).toEqual([]);
    expect(world.shredded.size).toBe(1);
    expect(await webhooks.replay({ bank: "K1", since: 0 })).toBe(0);
  });

  it("given a bank that never answers, then another bank has all of its messages meanwhile", async () => {
    const webhooks = world.process({ ring: true, timeoutMs: 60_000 });
    const K2 = { bank: "K2", endpoint: "W1b" };
    await world.register(W1, world.receiver.url("/slow"));
    await world.register(K2, world.receiver.url("/quick"));
    for (const target of [W1, K2]) await world.withSecret(webhooks, target);
    world.receiver.answer = ({ path }, response) => {
      if (path === "/quick") response.writeHead(204).end();
    };
    for (let n = 0; n < 30; n += 1) await Promise.all([world.hold(`A${n}`), world.hold(`B${n}`, "K2")]);
    await webhooks.sweep();
    // The slow one's attempts are all still under way, at most four of them.
    await expect.poll(async () => (await world.rows(webhooks, "delivered")).length, { timeout: 50_000 }).toBe(30);
    expect(world.receiver.received.filter(({ path }) => path === "/slow").length).toBeLessThanOrEqual(4);
    await webhooks.close();
    expect((await world.rows(webhooks, "waiting")).every(({ bank, attempts }) => bank === "K1" && attempts === 0)).toBe(true);
    expect(world.faults).toEqual([]);
  });

  it("given a process that died with messages in hand, then the next sends them when their claim has ended, under the same id", async () => {
    const dying = world.process({});
    await world.register(W1, world.receiver.url());
    await world.withSecret(dying, W1);
    await world.hold("L1");
    await dying.follow();
    const [claimed] = await dying.deliveries.claim(W1, world.now, 4); // and nothing more is heard of it
    const next = world.process();
    await world.settle(next);
    expect(world.receiver.received).toEqual([]);
    world.now += 60_000;
    await world.settle(next);
    expect(world.receiver.ids()).toEqual([claimed?.id]);
    await dying.deliveries.settle(claimed as never, { status: "waiting", attempts: 1, nextAt: world.now, at: world.now });
    expect((await world.rows(next)).map(({ status }) => status)).toEqual(["delivered"]);
  });
});
