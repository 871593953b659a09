import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { type EmbeddedServer, ensureDatabase, migrate, startEmbedded } from "@huimin/database";
import { createPostgresStore, type EventStore, eventStoreMigrations, type StoredEvent } from "@huimin/event-store";
import { leafHash } from "@huimin/proof-log";
import { type TestDatabase, testDatabase } from "@huimin/test-support";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startAppender, until } from "./processes.ts";
import { any, append, keyOf } from "./requests.ts";

async function readWhole(store: EventStore, district: string): Promise<StoredEvent[]> {
  const events: StoredEvent[] = [];
  for (;;) {
    const page = await store.readAll(district, events.length, 1_000);
    events.push(...page);
    if (page.length === 0) return events;
  }
}

/** No gap in positions or versions, and hashes that agree with the bytes. */
async function checkWhole(store: EventStore, district: string): Promise<StoredEvent[]> {
  const events = await readWhole(store, district);
  const versions = new Map<string, number>();
  events.forEach((event, i) => {
    expect(event.position).toBe(i + 1);
    expect(event.streamVersion).toBe((versions.get(event.stream) ?? 0) + 1);
    versions.set(event.stream, event.streamVersion);
  });
  expect(await store.head(district)).toBe(events.length);
  for (const leaf of await store.readLeaves(district, 0, 2_000))
    expect(Buffer.from(leaf.leafHash)).toEqual(Buffer.from(leafHash(leaf.canonical)));
  return events;
}

describe("the log under several processes", () => {
  let database: TestDatabase;
  let store: EventStore;
  beforeAll(async () => {
    database = await testDatabase(eventStoreMigrations);
    store = createPostgresStore({ connectionString: database.url });
  });
  afterAll(async () => {
    await store.close();
    await database.drop();
  });

  it("a reader that polls during 10,000 concurrent appends from three processes sees every position once and in order", async () => {
    const counts = [3_334, 3_333, 3_333];
    const appenders = counts.map((count, i) => startAppender(database.url, "410803", `p${i}`, count, 64));
    const seen: StoredEvent[] = [];
    let polls = 0;
    const end = Date.now() + 90_000;
    while (seen.length < 10_000 && Date.now() < end) {
      const page = await store.readAll("410803", seen.at(-1)?.position ?? 0, 500);
      for (const event of page) {
        expect(event.position).toBe(seen.length + 1);
        seen.push(event);
      }
      polls += 1;
    }
    expect(await Promise.all(appenders.map(({ ended }) => ended))).toEqual([0, 0, 0]);
    expect(polls).toBeGreaterThan(20); // it did read while they wrote
    expect(seen).toHaveLength(10_000);
    expect(await store.readAll("410803", 10_000, 10)).toEqual([]);
    const positions = appenders.flatMap(({ acknowledged }) => [...acknowledged.values()]);
    expect(new Set(positions).size).toBe(10_000);
    await checkWhole(store, "410803");
    // The processes really took turns: their events are interleaved.
    const turns = seen.filter((event, i) => i > 0 && event.stream.slice(0, 7) !== seen[i - 1]?.stream.slice(0, 7)).length;
    expect(turns).toBeGreaterThan(20);
  });

  it("SIGKILL of an appending process in mid-batch loses nothing acknowledged, and asking again books nothing twice", async () => {
    for (const round of [1, 2, 3]) {
      const district = `41080${3 + round}`;
      const appender = startAppender(database.url, district, "k", 100_000, 128);
      await until(() => appender.acknowledged.size > 300 * round, 30_000);
      appender.process.kill("SIGKILL");
      expect(await appender.ended).toBe("SIGKILL");
      const before = await readWhole(store, district);
      for (const [key, position] of appender.acknowledged) {
        const known = await store.findKey(district, "bank:K1", key);
        expect(known).toMatchObject({ answer: key, lastPosition: position });
      }
      // The client does not know what became of the last requests: it sends them all again.
      const sent = Math.max(...[...appender.acknowledged.keys()].map((key) => Number(key.slice(2)))) + 128;
      const keys = Array.from({ length: sent }, (_, i) => `k-${i + 1}`);
      const outcomes = await Promise.all(
        keys.map((key) => store.append(district, append([["loan/again", any]], { keys: [keyOf(key, key)], answer: key }))),
      );
      outcomes.forEach((outcome, i) => {
        expect(["appended", "replayed"]).toContain(outcome.kind);
        const acknowledged = appender.acknowledged.get(keys[i] as string);
        if (acknowledged !== undefined) expect(outcome).toMatchObject({ kind: "replayed", lastPosition: acknowledged });
      });
      // The server may have finished the last batch of the dead process after we looked.
      expect(outcomes.filter(({ kind }) => kind === "replayed").length).toBeGreaterThanOrEqual(before.length);
      expect(await checkWhole(store, district)).toHaveLength(sent);
    }
  });
});

describe("the log when the database server is killed", () => {
  let home: string;
  let server: EmbeddedServer;
  beforeAll(async () => {
    home = await mkdtemp(path.join(tmpdir(), "huimin-crash-"));
    if (process.getuid?.() === 0) await chmod(home, 0o755);
    server = await startEmbedded({ dataDirectory: path.join(home, "data") });
  });
  afterAll(async () => {
    await server.stop();
    await rm(home, { recursive: true, force: true });
  });

  it("SIGKILL of the server in mid-batch and a restart on its data lose nothing acknowledged and book nothing twice", async () => {
    await ensureDatabase(server.url("postgres"), "crash");
    const client = new Client({ connectionString: server.url("crash") });
    await client.connect();
    await migrate(client, eventStoreMigrations);
    await client.end();
    const total = 6_000;
    const keys = Array.from({ length: total }, (_, i) => `k-${i + 1}`);
    const acknowledged = new Map<string, number>();
    const send = async (on: EventStore, key: string): Promise<void> => {
      const outcome = await on.append("410803", append([[`loan/${key.slice(-2)}`, any]], { keys: [keyOf(key, key)], answer: key }));
      if (outcome.kind !== "appended" && outcome.kind !== "replayed") throw new Error(outcome.kind);
      const known = acknowledged.get(key);
      if (known !== undefined) expect(outcome.lastPosition).toBe(known);
      acknowledged.set(key, outcome.lastPosition);
    };
    for (const killAfter of [700, 1_900, 3_100]) {
      const store = createPostgresStore({ connectionString: server.url("crash") });
      const missing = keys.filter((key) => !acknowledged.has(key));
      let next = 0;
      let failed = 0;
      const clients = Array.from({ length: 100 }, async () => {
        while (next < missing.length && failed === 0) {
          next += 1;
          await send(store, missing[next - 1] as string).catch(() => {
            failed += 1;
          });
        }
      });
      await until(() => acknowledged.size >= killAfter, 60_000);
      process.kill(await server.postmasterPid(), "SIGKILL");
      await Promise.all(clients);
      expect(failed).toBeGreaterThan(0);
      await store.close();
      server = await restart(path.join(home, "data"));
      const survivor = createPostgresStore({ connectionString: server.url("crash") });
      const stored = await checkWhole(survivor, "410803");
      expect(stored.length).toBeGreaterThanOrEqual(acknowledged.size);
      for (const [key, position] of acknowledged) {
        expect(await survivor.findKey("410803", "bank:K1", key)).toMatchObject({ lastPosition: position });
        expect(stored[position - 1]?.stream).toBe(`loan/${key.slice(-2)}`);
      }
      await survivor.close();
    }
    const store = createPostgresStore({ connectionString: server.url("crash") });
    await Promise.all(keys.map((key) => send(store, key)));
    expect(await checkWhole(store, "410803")).toHaveLength(total);
    expect(new Set(acknowledged.values()).size).toBe(total);
    await store.close();
  });
});

/** The killed server's last processes may hold its memory for a moment. */
async function restart(dataDirectory: string): Promise<EmbeddedServer> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await startEmbedded({ dataDirectory });
    } catch (fault) {
      if (attempt === 10) throw fault;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
}
