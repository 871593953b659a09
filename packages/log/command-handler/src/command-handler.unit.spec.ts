import { load, loadAll, resolve } from "@huimin/decider";
import { type AppendRequest, createMemoryStore, type EventStore, LogBusy } from "@huimin/event-store";
import { ok, refuse } from "@huimin/outcome";
import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { atHead, type CommandHandler, type CommandMeta, createCommandHandler } from "./index.ts";
import { ClosePeriod, countFold, Draw, definition, event, Fill, type Move, tankFold } from "./tank.fixture.ts";

const DISTRICT = "410803";

const bank: CommandMeta = { actor: "bank:K1", role: "BANK", channel: "bank-api" };
const keyed = (...keys: string[]): CommandMeta => ({ ...bank, keys: keys.map((key) => ({ client: "bank:K1", key })) });

describe("command handler", () => {
  let store: EventStore;
  let handler: CommandHandler;
  let now = "";
  const open = (on: EventStore, resolvers = {}) => createCommandHandler({ store: on, district: DISTRICT, clock: () => now, resolvers });
  beforeEach(() => {
    now = "2018-03-05T10:00:00.000+08:00";
    store = createMemoryStore();
    handler = open(store);
  });

  it("records a decision with a full envelope and answers with its position", async () => {
    const outcome = await handler.execute(
      Fill,
      { tank: "T1", litres: 10 },
      { ...keyed("k1"), sourceDocument: "S-1", checker: "u2", causationId: "c1" },
    );
    expect(outcome).toMatchObject({ kind: "recorded", answer: { litres: 10 }, firstPosition: 1, lastPosition: 1 });
    const [stored] = await store.readAll(DISTRICT, 0, 10);
    expect(stored).toEqual({
      district: DISTRICT,
      position: 1,
      stream: "tank/T1",
      streamVersion: 1,
      type: "Filled",
      schemaVersion: 1,
      valueDate: "2018-03-01",
      recordedAt: now,
      period: "2018-03",
      actor: "bank:K1",
      role: "BANK",
      checker: "u2",
      channel: "bank-api",
      sourceDocument: "S-1",
      causationId: "c1",
      commandId: (outcome as { commandId: string }).commandId,
      correlationId: (outcome as { commandId: string }).commandId,
      eventId: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7/),
      payload: { litres: 10 },
    });
  });

  it("sees what another process recorded in the meantime, and never decides on old facts", async () => {
    const other = open(store);
    await handler.execute(Fill, { tank: "T1", litres: 10 }, bank);
    await other.execute(Draw, { tank: "T1", litres: 8 }, bank);
    // This handler still has 10 litres in its cache: the append refuses that, and it decides again.
    expect(await handler.execute(Draw, { tank: "T1", litres: 5 }, bank)).toEqual({
      kind: "refused",
      refusal: { code: "TOO_LITTLE", details: { litres: 2 } },
    });
    await other.execute(Fill, { tank: "T1", litres: 10 }, bank);
    // A refusal on the cached 2 litres is not given before the log was asked.
    expect(await handler.execute(Draw, { tank: "T1", litres: 12 }, bank)).toMatchObject({ kind: "recorded", answer: { litres: 0 } });
  });

  it.each([3, 200])("given %i streams loaded together, then all are seen as they are and asserted", async (tanks) => {
    const names = Array.from({ length: tanks }, (_, n) => `T${n}`);
    const Sum = definition("Sum", function* ({ tank }) {
      const loaded = yield* loadAll(
        names.map((name) => `tank/${name}`),
        tankFold,
      );
      const litres = loaded.reduce((sum, { state }) => sum + state.litres, 0);
      return ok({ writes: [{ stream: `tank/${tank}`, events: [event("Filled", { tank, litres })], expect: "any" }], answer: { litres } });
    });
    for (const tank of names.slice(0, 3)) await handler.execute(Fill, { tank, litres: 2 }, bank);
    expect(await handler.execute(Sum, { tank: "all", litres: 0 }, bank)).toMatchObject({ kind: "recorded", answer: { litres: 6 } });
    await open(store).execute(Fill, { tank: "T2", litres: 5 }, bank);
    expect(await handler.execute(Sum, { tank: "all", litres: 0 }, bank)).toMatchObject({ kind: "recorded", answer: { litres: 11 } });
    // A tank is filled between the reading and the append: the version is not the asserted one, so it is read again.
    let meddled = false;
    const meddling: typeof store = {
      ...store,
      append: async (district, request) => {
        if (!meddled) {
          meddled = true;
          await open(store).execute(Fill, { tank: "T1", litres: 9 }, bank);
        }
        return store.append(district, request);
      },
    };
    expect(await open(meddling).execute(Sum, { tank: "all", litres: 0 }, bank)).toMatchObject({ kind: "recorded", answer: { litres: 20 } });
  });

  it("keeps the invariant under concurrent commands of two processes", async () => {
    const other = open(store);
    await handler.execute(Fill, { tank: "T1", litres: 30 }, bank);
    const outcomes = await Promise.all(
      Array.from({ length: 60 }, (_, i) => (i % 2 ? other : handler).execute(Draw, { tank: "T1", litres: 1 }, bank)),
    );
    const recorded = outcomes.filter(({ kind }) => kind === "recorded").length;
    expect(recorded).toBe(30);
    for (const outcome of outcomes) if (outcome.kind === "refused") expect(outcome.refusal.code).toBe("TOO_LITTLE");
  });

  it("property: any mixture of commands through two handlers ends in the state of some serial order", async () => {
    const move = fc.record({
      fill: fc.boolean(),
      tank: fc.constantFrom("A", "B"),
      litres: fc.integer({ min: 1, max: 9 }),
      second: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(move, { maxLength: 40 }), async (moves) => {
        const log = createMemoryStore();
        const handlers = [open(log), open(log)];
        const outcomes = await Promise.all(
          moves.map(({ fill, tank, litres, second }) =>
            (handlers[second ? 1 : 0] as CommandHandler).execute(fill ? Fill : Draw, { tank, litres }, bank),
          ),
        );
        const level = { A: 0, B: 0 } as Record<string, number>;
        for (const stored of await log.readAll(DISTRICT, 0, 1000)) {
          const name = stored.stream.slice(5);
          level[name] = (level[name] ?? 0) + (stored.type === "Filled" ? 1 : -1) * (stored.payload as { litres: number }).litres;
          expect(level[name]).toBeGreaterThanOrEqual(0);
          const outcome = outcomes.find((one) => one.kind === "recorded" && one.firstPosition === stored.position);
          expect(outcome).toMatchObject({ answer: { litres: level[name] } });
        }
        expect(outcomes.filter(({ kind }) => kind === "recorded")).toHaveLength(await log.head(DISTRICT));
      }),
      { numRuns: 60 },
    );
  });

  describe("idempotency", () => {
    it("a repeat gives the first answer, also when the command would now be refused", async () => {
      await handler.execute(Fill, { tank: "T1", litres: 10 }, bank);
      const first = await handler.execute(Draw, { tank: "T1", litres: 10 }, keyed("k1", "serial-1"));
      expect(first).toMatchObject({ kind: "recorded", answer: { litres: 0 } });
      for (const keys of [["k1"], ["serial-1"], ["another", "serial-1"]]) {
        expect(await handler.execute(Draw, { tank: "T1", litres: 10 }, keyed(...keys))).toEqual({
          kind: "repeated",
          answer: { litres: 0 },
          lastPosition: 2,
        });
      }
      expect(await store.head(DISTRICT)).toBe(2);
    });

    it("a key with another body or another command is a conflict, before any refusal", async () => {
      await handler.execute(Fill, { tank: "T1", litres: 10 }, keyed("k1"));
      const conflict = {
        kind: "key-conflict",
        key: { client: "bank:K1", key: "k1" },
        refusal: { code: "IDEMPOTENCY_KEY_CONFLICT", details: { key: "k1", position: 1, day: "2018-03-05" } },
      };
      expect(await handler.execute(Fill, { tank: "T1", litres: 11 }, keyed("k1"))).toEqual(conflict);
      expect(await handler.execute(Draw, { tank: "T1", litres: 999 }, keyed("k1"))).toEqual(conflict);
      await handler.execute(Fill, { tank: "T1", litres: 1 }, keyed("serial-2"));
      expect(await handler.execute(Fill, { tank: "T1", litres: 1 }, keyed("k1", "serial-2"))).toEqual(conflict);
    });

    it("a refusal uses no key up", async () => {
      expect(await handler.execute(Draw, { tank: "T1", litres: 1 }, keyed("k1"))).toMatchObject({ kind: "refused" });
      await handler.execute(Fill, { tank: "T1", litres: 1 }, bank);
      expect(await handler.execute(Draw, { tank: "T1", litres: 1 }, keyed("k1"))).toMatchObject({ kind: "recorded" });
    });

    it("20 parallel repeats book once", async () => {
      const outcomes = await Promise.all(Array.from({ length: 20 }, () => handler.execute(Fill, { tank: "T1", litres: 3 }, keyed("k1"))));
      expect(outcomes.filter(({ kind }) => kind === "recorded")).toHaveLength(1);
      for (const outcome of outcomes) expect(outcome).toMatchObject({ answer: { litres: 3 } });
      expect(await store.head(DISTRICT)).toBe(1);
    });
  });

  describe("periods", () => {
    const close = (period: string) =>
      handler.execute(ClosePeriod, { tank: "", litres: 0, note: period }, { ...bank, actor: "u1", role: "FIN-R" });
    const periodOfLast = async () => (await store.readAll(DISTRICT, 0, 100)).at(-1)?.period;

    it("an event goes into the month of its recording, or into the first open one after it", async () => {
      await handler.execute(Fill, { tank: "T1", litres: 1, date: "2017-12-31" }, bank);
      expect(await periodOfLast()).toBe("2018-03");
      await close("2018-03");
      await handler.execute(Fill, { tank: "T1", litres: 1 }, bank);
      expect(await periodOfLast()).toBe("2018-04");
    });

    it("a closed month that is asked for is refused, an earlier open one is used, a later one is refused", async () => {
      await close("2018-01");
      const asking = (period: string) => handler.execute(Fill, { tank: "T1", litres: 1 }, { ...bank, period });
      expect(await asking("2018-01")).toEqual({
        kind: "refused",
        refusal: { code: "PERIOD_CLOSED", details: { period: "2018-01", firstOpen: "2018-02" } },
      });
      expect(await asking("2017-05")).toMatchObject({ kind: "refused", refusal: { code: "PERIOD_CLOSED" } });
      expect(await asking("2018-04")).toEqual({
        kind: "refused",
        refusal: { code: "PERIOD_NOT_BEGUN", details: { period: "2018-04", latest: "2018-03" } },
      });
      expect(await asking("2018-02")).toMatchObject({ kind: "recorded" });
      expect(await periodOfLast()).toBe("2018-02");
    });

    it("a close between decision and append sends the command into the next month", async () => {
      const other = open(store);
      await handler.execute(Fill, { tank: "T1", litres: 1 }, bank);
      await other.execute(ClosePeriod, { tank: "", litres: 0, note: "2018-03" }, { ...bank, actor: "u1", role: "FIN-R" });
      await handler.execute(Fill, { tank: "T1", litres: 1 }, bank); // the cached period is old
      expect(await periodOfLast()).toBe("2018-04");
    });

    it("refuses a value date after the day of recording in Shanghai", async () => {
      now = "2018-03-05T23:59:59.000+08:00";
      const at = (date: string) => handler.execute(Fill, { tank: "T1", litres: 1, date }, bank);
      expect(await at("2018-03-06")).toMatchObject({
        kind: "refused",
        refusal: { code: "VALUE_DATE_IN_FUTURE", details: { valueDate: "2018-03-06", today: "2018-03-05" } },
      });
      now = "2018-03-05T16:00:00.000Z"; // midnight in Shanghai
      expect(await at("2018-03-06")).toMatchObject({ kind: "recorded" });
    });
  });

  describe("people", () => {
    const InBookG = definition("InBookG", Fill.run, { postsInBookG: true, roles: ["FIN-M", "BANK"] });
    const maker: CommandMeta = { actor: "u1", role: "FIN-M", channel: "ui" };

    it("refuses a role that the command does not name", async () => {
      expect(await handler.execute(Fill, { tank: "T1", litres: 1 }, { ...bank, role: "AUD" })).toMatchObject({
        kind: "refused",
        refusal: { code: "ROLE_NOT_ALLOWED" },
      });
      expect(await handler.decide(Fill, { tank: "T1", litres: 1 }, { ...bank, role: "AUD" })).toMatchObject({
        refusal: { code: "ROLE_NOT_ALLOWED" },
      });
    });

    it("what posts in book G needs a second person, who is not the maker; a bank's message does not", async () => {
      const move = { tank: "T1", litres: 1 };
      expect(await handler.execute(InBookG, move, maker)).toMatchObject({ refusal: { code: "SECOND_PERSON_NEEDED" } });
      expect(await handler.execute(InBookG, move, { ...maker, checker: "u1" })).toMatchObject({ refusal: { code: "CHECKER_IS_MAKER" } });
      expect(await handler.decide(InBookG, move, maker)).toMatchObject({ ok: true });
      expect(await handler.execute(InBookG, move, { ...maker, checker: "u2" })).toMatchObject({ kind: "recorded" });
      expect(await handler.execute(InBookG, move, bank)).toMatchObject({ kind: "recorded" });
    });
  });

  it("decide records nothing and sees the newest state", async () => {
    const other = open(store);
    await handler.execute(Fill, { tank: "T1", litres: 1 }, bank);
    await other.execute(Fill, { tank: "T1", litres: 1 }, bank);
    expect(await handler.decide(Draw, { tank: "T1", litres: 2 }, bank)).toMatchObject({ ok: true, value: { answer: { litres: 0 } } });
    expect(await store.head(DISTRICT)).toBe(2);
  });

  it("executeWith appends further writes with the command's, all or nothing", async () => {
    const approval = {
      stream: "proposal/P1",
      events: [{ type: "ProposalApproved", valueDate: "2018-03-05", payload: {} }],
      expect: "none" as const,
    };
    expect(await handler.executeWith(Fill, { tank: "T1", litres: 5 }, bank, [approval])).toMatchObject({
      kind: "recorded",
      firstPosition: 1,
      lastPosition: 2,
    });
    expect((await store.readAll(DISTRICT, 0, 10)).map(({ stream }) => stream)).toEqual(["proposal/P1", "tank/T1"]);
    expect(await handler.executeWith(Draw, { tank: "T1", litres: 50 }, bank, [{ ...approval, stream: "proposal/P2" }])).toMatchObject({
      kind: "refused",
    });
    expect(await store.head(DISTRICT)).toBe(2);
    const gathered = await handler.executeWith(Fill, { tank: "T1", litres: 5 }, bank, function* () {
      const proposal = yield* load("proposal/P1", countFold);
      return proposal.state === 1 ? refuse("DECIDED_ALREADY") : ok([]);
    });
    expect(gathered).toEqual({ kind: "refused", refusal: { code: "DECIDED_ALREADY" } });
  });

  it("two folds of one stream, and several writes to it, become one assertion and one write", async () => {
    const Twice = definition("Twice", function* (command) {
      const tank = yield* load(`tank/${command.tank}`, tankFold);
      const count = yield* load(`tank/${command.tank}`, countFold);
      const write = { stream: tank.stream, events: [event("Filled", command)] };
      return ok({ writes: [write, write], answer: { before: count.state, litres: tank.state.litres } });
    });
    expect(await handler.execute(Twice, { tank: "T1", litres: 2 }, bank)).toMatchObject({
      kind: "recorded",
      firstPosition: 1,
      lastPosition: 2,
    });
    expect(await handler.execute(Twice, { tank: "T1", litres: 2 }, bank)).toMatchObject({ answer: { before: 2, litres: 4 } });
  });

  it("asserts the head where a resolver's fact holds at one position only", async () => {
    let asked = 0;
    const resolvers = {
      total: async () => {
        asked += 1;
        const position = await store.head(DISTRICT);
        if (asked === 1) await open(store).execute(Fill, { tank: "T9", litres: 1 }, bank); // somebody appends meanwhile
        return atHead(position, position);
      },
      plain: (args: Readonly<Record<string, string>>) => `plain ${args.name}`,
    };
    const Total = definition("Total", function* (command) {
      const total = yield* resolve<number>("total");
      const plain = yield* resolve<string>("plain", { name: "x" });
      return ok({
        writes: [{ stream: `tank/${command.tank}`, expect: "any", events: [event("Filled", command)] }],
        answer: { total, plain },
      });
    });
    expect(await open(store, resolvers).execute(Total, { tank: "T1", litres: 1 }, bank)).toMatchObject({
      kind: "recorded",
      answer: { total: 1, plain: "plain x" },
      firstPosition: 2,
    });
    expect(asked).toBe(2);
  });

  describe("bad text from outside", () => {
    it("is refused, not thrown", async () => {
      const code = async (move: Move, meta = bank) => (await handler.execute(Fill, move, meta)) as { refusal?: { code: string } };
      expect((await code({ tank: "a\u0000b", litres: 1 })).refusal?.code).toBe("IDENTIFIER_NOT_STORABLE");
      expect((await code({ tank: "x".repeat(300), litres: 1 })).refusal?.code).toBe("IDENTIFIER_NOT_STORABLE");
      expect((await code({ tank: "T1", litres: 1, note: "\ud800" })).refusal?.code).toBe("TEXT_NOT_STORABLE");
      expect((await code({ tank: "T1", litres: 1, note: "a\u0000" })).refusal?.code).toBe("TEXT_NOT_STORABLE");
      expect((await code({ tank: "T1", litres: 1, note: "\ud800" }, keyed("k"))).refusal?.code).toBe("TEXT_NOT_STORABLE");
      expect((await code({ tank: "T1", litres: 1 }, keyed("a\u0007"))).refusal?.code).toBe("IDENTIFIER_NOT_STORABLE");
      expect(await store.head(DISTRICT)).toBe(0);
    });
  });

  it("a full queue is a refusal that passes; a lost race without end is one too; a fault is thrown", async () => {
    const failing = (append: (request: AppendRequest) => ReturnType<EventStore["append"]>) =>
      open({ ...store, append: (_, request) => append(request) });
    const run = (on: CommandHandler) => on.execute(Fill, { tank: "T1", litres: 1 }, bank);
    expect(await run(failing(async () => Promise.reject(new LogBusy("full"))))).toEqual({ kind: "refused", refusal: { code: "LOG_BUSY" } });
    expect(await run(failing(async () => ({ kind: "version-conflict", stream: "tank/T1", actual: 7 })))).toEqual({
      kind: "refused",
      refusal: { code: "CONTENTION" },
    });
    await expect(run(failing(async () => Promise.reject(new Error("connection lost"))))).rejects.toThrow("connection lost");
  });

  it("a write to a stream that is neither loaded nor given an expectation is a broken invariant", async () => {
    const Blind = definition("Blind", function* (command) {
      yield* load("tank/other", tankFold);
      return ok({ writes: [{ stream: `tank/${command.tank}`, events: [event("Filled", command)] }], answer: {} });
    });
    await expect(handler.execute(Blind, { tank: "T1", litres: 1 }, bank)).rejects.toThrow("neither loaded nor given");
  });

  it("reads the streams that concurrent commands want in one round trip, and nothing when its cache is right", async () => {
    let reads = 0;
    const counting: EventStore = {
      ...store,
      readStreams: (...args) => {
        reads += 1;
        return store.readStreams(...args);
      },
    };
    const counted = open(counting);
    await Promise.all(Array.from({ length: 50 }, (_, i) => counted.execute(Fill, { tank: `T${i}`, litres: 1 }, bank)));
    expect(reads).toBe(2); // the period, then all tanks
    await Promise.all(Array.from({ length: 50 }, (_, i) => counted.execute(Fill, { tank: `T${i}`, litres: 1 }, bank)));
    expect(reads).toBe(2);
  });

  it("forgets the least recently used states beyond its bound, and is right all the same", async () => {
    const small = createCommandHandler({ store, district: DISTRICT, clock: () => now, cachedStreamsMax: 3 });
    for (let round = 1; round <= 3; round += 1) {
      for (let i = 0; i < 10; i += 1) {
        expect(await small.execute(Fill, { tank: `T${i}`, litres: 1 }, bank)).toMatchObject({
          kind: "recorded",
          answer: { litres: round },
        });
      }
    }
  });
});
