import { WEBHOOK_KINDS } from "@huimin/webhook/events";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { deliveriesPage } from "./index.ts";
import { DISTRICT, W1, World } from "./world.fixture.ts";

let world: World;
beforeEach(async () => {
  world = await new World().start();
});
afterEach(() => world.stop());

describe("messages from the log", () => {
  it("given events before and after the registration, then the later ones are told, once, whoever reads and however often", async () => {
    await world.hold("L0");
    await world.register(W1, world.receiver.url());
    const [first, second] = [world.process({}), world.process({})];
    await world.withSecret(first, W1);
    const positions = [await world.hold("L1"), await world.hold("L2")];
    await world.hold("L3", "K2");
    await Promise.all([first.follow(), second.follow(), first.follow()]);
    await second.follow();
    expect((await world.rows(first)).map(({ id }) => id)).toEqual(positions.map((position) => `evt_410803_${position}_item_held_W1`));
    await world.pool.query("UPDATE webhook.progress SET position = 0"); // the table of messages derived anew
    await world.process({}).follow();
    await first.follow();
    expect(await world.rows(first)).toHaveLength(2);
    expect(await first.deliveries.progress()).toBe(await world.store.head(DISTRICT));
  });

  it("given a change of kinds in between, then each event is judged by what stood at its position", async () => {
    const webhooks = world.process({});
    await world.register(W1, world.receiver.url());
    await world.hold("L1");
    await world.record("webhook/K1", "WebhookEndpointChanged", { ...W1, url: world.receiver.url(), kinds: ["file.processed"] });
    await world.hold("L2");
    const refused = { bank: "K1", sha256: "a".repeat(64), bytes: 1, code: "BANK_FILE_TOTAL" };
    await world.record(`bank-file/K1-${refused.sha256}`, "BankFileRefused", refused);
    await webhooks.follow();
    expect((await world.rows(webhooks)).map(({ kind }) => kind)).toEqual(["item.held", "file.processed"]);
  });

  it("given thousands of events, then all of those that matter are told, in pages", async () => {
    const webhooks = world.process({});
    await world.register(W1, world.receiver.url());
    await Promise.all(Array.from({ length: 2_300 }, (_, n) => world.hold(`P${n}`)));
    expect(await webhooks.follow()).toBe(2_300);
    expect(await webhooks.deliveries.counts()).toEqual([{ ...W1, waiting: 2_300, dead: 0 }]);
    const page = await deliveriesPage(webhooks, { bank: "K1", limit: 2 });
    const next = await deliveriesPage(webhooks, { bank: "K1", limit: 2, cursor: page.next });
    expect(new Set([...page.items, ...next.items].map(({ id }) => id)).size).toBe(4);
  });
});

describe("keys that end soon", () => {
  it("are announced 30, 14, 7 and 1 day before, each once, also when days were missed", async () => {
    const webhooks = world.process();
    await world.register(W1, world.receiver.url(), [...WEBHOOK_KINDS]);
    await world.withSecret(webhooks, W1);
    const key = { bank: "K1", client: "c1", keyId: "k1", publicKey: "x", validFrom: "2018-01-01", validTo: "2018-04-20" };
    await world.record("bank-client/K1", "BankKeyAdded", key);
    const said: string[] = [];
    for (let day = 0; day < 52; day += 1) {
      if (day === 43) world.now += 86_400_000 * 2; // two days without a run, the seventh before the end among them
      const before = world.receiver.received.length;
      await webhooks.daily();
      await webhooks.daily();
      await webhooks.dispatcher.settled();
      for (const { body } of world.receiver.received.slice(before)) {
        const { keyId, daysLeft } = JSON.parse(body).data;
        said.push(`${keyId} ${daysLeft}`);
      }
      world.now += 86_400_000;
    }
    expect(said).toEqual(["k1 30", "k1 14", "k1 5", "k1 1"]);
  });
});
