import { load, resolve } from "@huimin/decider";
import { createMemoryStore } from "@huimin/event-store";
import { ok } from "@huimin/outcome";
import { describe, expect, it } from "vitest";
import { type CommandMeta, createCommandHandler, RightOfWay } from "./index.ts";
import { definition, event, Fill, tankFold } from "./tank.fixture.ts";

const DISTRICT = "410803";
const bank: CommandMeta = { actor: "bank:K1", role: "BANK", channel: "bank-api" };
const clock = () => "2018-03-05T10:00:00.000+08:00";
const turn = (): Promise<void> => new Promise((done) => setImmediate(done));
const TANKS = Array.from({ length: 12 }, (_, n) => `T${n}`);

/** Fills many tanks in one append, and lets others work while it decides. */
const FillAll = definition("FillAll", function* ({ litres }) {
  const writes = [];
  for (const tank of TANKS) {
    const { stream } = yield* load(`tank/${tank}`, tankFold);
    yield* resolve("turn");
    writes.push({ stream, events: [event("Filled", { tank, litres })] });
  }
  return ok({ writes, answer: { tanks: TANKS.length } });
});

const writes = (...streams: string[]) => streams.map((stream) => ({ stream }));

function world() {
  const store = createMemoryStore();
  const rightOfWay = new RightOfWay();
  const open = () => createCommandHandler({ store, district: DISTRICT, clock, resolvers: { turn }, rightOfWay });
  return { store, open };
}

describe("right of way", () => {
  it("given steady single commands of another service on the same streams, then a long one ends well, and they do too", async () => {
    const { store, open } = world();
    const [whole, single] = [open(), open()];
    let ended = false;
    let singles = 0;
    const steady = TANKS.slice(0, 4).map(async (tank) => {
      while (!ended) {
        expect(await single.execute(Fill, { tank, litres: 1 }, bank)).toMatchObject({ kind: "recorded" });
        singles += 1;
        await turn();
      }
    });
    const long = await Promise.all([1, 2, 3].map(() => whole.execute(FillAll, { tank: "", litres: 1 }, bank)));
    ended = true;
    await Promise.all(steady);
    expect(long.map(({ kind }) => kind)).toEqual(["recorded", "recorded", "recorded"]);
    expect(await store.head(DISTRICT)).toBe(3 * TANKS.length + singles);
  });

  it("given who has it, then others wait for the streams that it covers, and for no others; it goes to one after the other", async () => {
    const ways = new RightOfWay();
    const told: string[] = [];
    const first = await ways.claim();
    first.over(["tank/T1"]);
    const second = ways.claim().then((way) => {
      told.push("second");
      way.over(["tank/T2"]);
      return way;
    });
    expect(ways.held(writes("tank/T2", "tank/T3"))).toBeUndefined();
    expect(ways.held(writes("tank/T1"), first)).toBeUndefined();
    const waiting = ways.held(writes("tank/T1"))?.then(() => told.push("waiting"));
    await turn();
    expect(told).toEqual([]);
    first.release();
    const way = await second;
    await waiting;
    expect(told.sort()).toEqual(["second", "waiting"]);
    expect(ways.held(writes("tank/T1"))).toBeUndefined();
    expect(ways.held(writes("tank/T2"))).toBeDefined();
    way.release();
    expect(ways.held(writes("tank/T2"))).toBeUndefined();
  });

  it("given one that keeps it too long, then the others go on without", async () => {
    const store = createMemoryStore();
    const rightOfWay = new RightOfWay({ waitMsMax: 1 });
    const handler = createCommandHandler({ store, district: DISTRICT, clock, rightOfWay });
    const way = await rightOfWay.claim();
    way.over(["tank/T1"]);
    expect(await handler.execute(Fill, { tank: "T1", litres: 1 }, bank)).toMatchObject({ kind: "recorded" });
    way.release();
  });
});
