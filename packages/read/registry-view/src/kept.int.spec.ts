import { createCommandHandler } from "@huimin/command-handler";
import { openPool } from "@huimin/database";
import { type CommandDefinition, type Loaded, loadAll, type Shape } from "@huimin/decider";
import { createPostgresStore, type EventStore, eventStoreMigrations, foldManyStreams, type NewEvent } from "@huimin/event-store";
import { ok } from "@huimin/outcome";
import { createProjector, type Projector, projectionMigrations } from "@huimin/projector";
import { type HouseholdFacts, householdFacts, householdFold, householdStream } from "@huimin/registry/events";
import { type TestDatabase, testDatabase } from "@huimin/test-support";
import type { Pool } from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { keptHouseholds } from "./kept.ts";
import { registryProjection } from "./projection.ts";

const DISTRICT = "410803";
const HOUSEHOLDS = ["H1", "H2", "H3"];
const streams = [...HOUSEHOLDS, "unknown"].map(householdStream);

let ids = 0;
function eventOf(type: string, payload: object): NewEvent {
  ids += 1;
  return {
    eventId: `e${ids}`,
    type,
    schemaVersion: 1,
    valueDate: "2016-12-01",
    recordedAt: "2016-12-01T08:00:00.000+08:00",
    period: "2016-12",
    actor: "spec",
    role: "POV",
    channel: "import",
    commandId: `c${ids}`,
    correlationId: `c${ids}`,
    payload,
  };
}

const account = (household: string, numberHash: string): NewEvent =>
  eventOf("BankAccountBound", { household, holder: "p1", bank: "K1", kind: "card", number: "sealed", numberHash, purpose: "all" });

describe("households that the register's tables keep", () => {
  let database: TestDatabase;
  let owner: Pool;
  let store: EventStore;
  let projector: Projector;
  /** Streams that were read from the log. */
  let read: string[];

  const append = (household: string, ...events: NewEvent[]) =>
    store.append(DISTRICT, {
      writes: [{ stream: householdStream(household), expect: { kind: "any" }, events }],
      asserts: [],
      keys: [],
      answer: null,
    });
  const watched = (): EventStore => ({
    ...store,
    readStreams: (district, wanted) => {
      read.push(...wanted.map(({ stream }) => stream));
      return store.readStreams(district, wanted);
    },
  });
  async function folded<T>(shape: Shape<T>, kept?: ReturnType<typeof keptHouseholds>): Promise<Loaded<T>[]> {
    const found: Loaded<T>[] = [];
    await foldManyStreams({ store: watched(), kept }, DISTRICT, streams, shape, (loaded) => found.push(loaded));
    return JSON.parse(JSON.stringify(found)) as Loaded<T>[]; // what is undefined in a state is absent in a table
  }

  beforeAll(async () => {
    database = await testDatabase([...eventStoreMigrations, ...projectionMigrations([registryProjection])]);
    owner = openPool({ url: database.url });
    store = createPostgresStore({ connectionString: database.url });
    projector = createProjector({ pool: owner, store, projections: [registryProjection], district: DISTRICT });
    for (const household of HOUSEHOLDS) {
      const members = [{ personId: "p1", relation: "head", name: "sealed", idNumber: "sealed" }];
      await append(household, eventOf("HouseholdRegistered", { household, village: "V1", head: "p1", members }));
      await append(household, account(household, `card-${household}`));
    }
  }, 60_000);
  beforeEach(async () => {
    await projector.drain();
    read = [];
  });
  afterEach(() => owner.query("UPDATE projector.projection SET version = $1", [registryProjection.version]));
  afterAll(async () => {
    await store.close();
    await owner.end();
    await database.drop();
  });

  it.each([
    ["whole", householdFold as Shape<unknown>],
    ["as facts", householdFacts as Shape<unknown>],
  ] as const)(
    "given rows that saw the last event, when households are asked for %s, then the answer is the log's and the log is not read",
    async (_, shape) => {
      const expected = await folded(shape);
      read = [];
      expect(await folded(shape, keptHouseholds(owner))).toEqual(expected);
      expect(read).toEqual([householdStream("unknown")]);
    },
  );

  it("given a row that is behind its stream, then the stream is read, and no other", async () => {
    await append("H2", account("H2", "card-new"));
    const found = await folded(householdFacts, keptHouseholds(owner));
    expect(read).toEqual([householdStream("H2"), householdStream("unknown")]);
    expect(found).toEqual(await folded(householdFacts));
    expect(found[1]?.state.accounts.at(-1)?.numberHash).toBe("card-new");
    read = [];
    await projector.drain();
    expect(await folded(householdFacts, keptHouseholds(owner))).toEqual(found);
    expect(read).toEqual([householdStream("unknown")]);
  });

  it("given a row that is missing, or tables of another version, then the log is read", async () => {
    const expected = await folded(householdFacts);
    await owner.query("UPDATE projector.projection SET version = version - 1");
    read = [];
    expect(await folded(householdFacts, keptHouseholds(owner))).toEqual(expected);
    expect(read).toEqual(streams);
    await owner.query("UPDATE projector.projection SET version = version + 1");
    await owner.query("DELETE FROM registry.household WHERE household = 'H1'");
    read = [];
    expect(await folded(householdFacts, keptHouseholds(owner))).toEqual(expected);
    expect(read).toEqual([householdStream("H1"), householdStream("unknown")]);
  });

  describe("a command that decides on them", () => {
    const decided = (stream: string): CommandDefinition => ({
      name: "Decide",
      schema: {},
      roles: ["SYS"],
      postsInBookG: false,
      *run() {
        const found = yield* loadAll<HouseholdFacts>(streams.slice(0, 3), householdFacts);
        const paid = found.map(({ version, state }) => `${version} ${state.village} ${state.accounts.at(-1)?.numberHash}`);
        const event = { type: "Decided", valueDate: "2018-01-01", payload: { paid } };
        return ok({ writes: [{ stream, events: [event], expect: "none" }], answer: { paid } });
      },
    });
    const execute = async (name: string, kept?: ReturnType<typeof keptHouseholds>, over: Partial<EventStore> = {}) => {
      const handler = createCommandHandler({
        store: { ...watched(), ...over },
        district: DISTRICT,
        clock: () => "2018-01-01T08:00:00.000+08:00",
        ...(kept ? { kept } : {}),
      });
      const outcome = await handler.execute(decided(`spec/${name}`), {}, { actor: "system", role: "SYS", channel: "system" });
      expect(outcome.kind).toBe("recorded");
      return outcome.kind === "recorded" ? outcome.answer : undefined;
    };

    it("decides the same from the tables, from the log, and where a row is behind", async () => {
      const fromLog = await execute("log");
      expect(await execute("tables", keptHouseholds(owner))).toEqual(fromLog);
      await append("H3", account("H3", "card-behind"));
      const behind = await execute("behind", keptHouseholds(owner));
      expect(behind).not.toEqual(fromLog);
      expect(behind).toEqual(await execute("log-again"));
    });

    it("asserts what it saw: a household that changes before the append is decided on again", async () => {
      let raced = false;
      const append_: EventStore["append"] = async (district, request) => {
        if (!raced) await append("H1", account("H1", "card-raced"));
        raced = true;
        expect(request.asserts.map(({ stream }) => stream)).toEqual(expect.arrayContaining(streams.slice(0, 3)));
        return store.append(district, request);
      };
      const answer = (await execute("raced", keptHouseholds(owner), { append: append_ })) as { paid: string[] };
      expect(answer.paid[0]).toContain("card-raced");
      expect(answer).toEqual(await execute("raced-log"));
    });
  });
});
