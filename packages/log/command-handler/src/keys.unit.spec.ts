import { createMemoryStore } from "@huimin/event-store";
import { expect, it } from "vitest";
import { type CommandMeta, createCommandHandler, messageHash } from "./index.ts";
import { Fill } from "./tank.fixture.ts";

const DISTRICT = "410803";
const bank: CommandMeta = { actor: "bank:K1", role: "BANK", channel: "bank-api" };

it("a command of several messages stores the keys of those it recorded, each with its own answer", async () => {
  const store = createMemoryStore();
  const handler = createCommandHandler({ store, district: DISTRICT, clock: () => "2018-03-05T10:00:00.000+08:00" });
  const part = (name: string, own: (answer: unknown) => unknown) => ({ client: "bank:K1", key: name, answerOf: own });
  const keys = [part("whole", () => ({ parts: 2 })), part("first", (answer) => ({ of: answer })), part("left out", () => undefined)];
  await handler.execute(Fill, { tank: "T1", litres: 10 }, { ...bank, keys });
  const found = await store.findKeys(
    DISTRICT,
    ["whole", "first", "left out"].map((key) => ({ client: "bank:K1", key })),
  );
  expect(found.map((one) => one?.answer)).toEqual([{ parts: 2 }, { of: { litres: 10 } }, undefined]);
  const again = await handler.execute(Fill, { tank: "T1", litres: 10 }, { ...bank, keys: [{ client: "bank:K1", key: "first" }] });
  expect(again).toMatchObject({ kind: "repeated", answer: { of: { litres: 10 } } });
});

it("an event names its own document where one append carries several", async () => {
  const store = createMemoryStore();
  const handler = createCommandHandler({ store, district: DISTRICT, clock: () => "2018-03-05T10:00:00.000+08:00" });
  const Two = {
    ...Fill,
    *run(...args: Parameters<typeof Fill.run>) {
      const decided = yield* Fill.run(...args);
      if (!decided.ok) return decided;
      const [write] = decided.value.writes;
      const [event] = write?.events ?? [];
      if (!write || !event) return decided;
      return { ...decided, value: { ...decided.value, writes: [{ ...write, events: [{ ...event, sourceDocument: "S1" }, event] }] } };
    },
  };
  await handler.execute(Two, { tank: "T1", litres: 1 }, { ...bank, sourceDocument: "paper" });
  expect((await store.readAll(DISTRICT, 0, 10)).map(({ sourceDocument }) => sourceDocument)).toEqual(["S1", "paper"]);
});

it("a message's hash is over command and content, whatever the order of fields", () => {
  expect(messageHash("Fill", { a: 1, b: 2 })).toBe(messageHash("Fill", { b: 2, a: 1 }));
  expect(messageHash("Fill", { a: 1 })).not.toBe(messageHash("Draw", { a: 1 }));
});
