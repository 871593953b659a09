import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { getPostgreSQLEventStore } from "@event-driven-io/emmett-postgresql";
import { type EmbeddedServer, ensureDatabase, migrate } from "@huimin/database";
import { createPostgresStore, eventStoreMigrations } from "@huimin/event-store";
import { Client, Pool } from "pg";

/** One of those that are compared: appends one event to a stream and resolves when it is durable. */
export interface AppendContender {
  readonly name: string;
  /** Its own database. */
  readonly connectionString: string;
  append(stream: string, n: number): Promise<unknown>;
  close(): Promise<void>;
}

/** Connections of a contender that brings no pool of its own: more gained nothing on two cores. */
const CONNECTIONS = 32;
const DISTRICT = "410803";

/** A repayment as the product records it. */
const payload = (stream: string, n: number) => ({
  loan: stream,
  household: "410803001001-0042",
  bank: "K1",
  village: "410803001001",
  model: 3,
  principal: "1000.00",
  serial: `S${n}`,
  openPrincipal: "49000.00",
});
const metadata = (id: string, n: number) => ({
  schemaVersion: 1,
  valueDate: "2018-03-05",
  recordedAt: "2018-03-05T10:00:00.000+08:00",
  period: "2018-03",
  actor: "bank:K1",
  role: "BANK",
  channel: "bank-api" as const,
  sourceDocument: `S${n}`,
  commandId: id,
  correlationId: id,
});

async function freshDatabase(server: EmbeddedServer, name: string): Promise<string> {
  await ensureDatabase(server.url("postgres"), name);
  return server.url(name);
}

/** A pool that outlives a lost connection: the server may be stopped while one is being closed. */
function openPool(connectionString: string, options?: string): Pool {
  const pool = new Pool({ connectionString, max: CONNECTIONS, ...(options ? { options } : {}) });
  pool.on("error", () => undefined);
  return pool;
}

async function withClient(url: string, work: (client: Client) => Promise<void>): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

/** What autovacuum would do within a minute: without statistics, plans that were made on empty tables are kept. */
export const settle = (contender: AppendContender): Promise<void> =>
  withClient(contender.connectionString, async (client) => {
    await client.query("VACUUM ANALYZE");
  });

/** Ours, with all that a command brings: an asserted stream and the whole envelope, hashed. */
async function ours(server: EmbeddedServer): Promise<AppendContender> {
  const connectionString = await freshDatabase(server, "bench_ours");
  await withClient(connectionString, async (client) => {
    await migrate(client, eventStoreMigrations);
  });
  const store = createPostgresStore({ connectionString });
  const asserts = [{ stream: "period/ledger", expect: { kind: "none" } }] as const;
  return {
    name: "ours",
    connectionString,
    async append(stream, n) {
      const id = randomUUID();
      const event = { eventId: id, type: "RepaymentReceived", ...metadata(id, n), payload: payload(stream, n) };
      const write = { stream: stream.replace("-", "/"), expect: { kind: "any" }, events: [event] } as const;
      const outcome = await store.append(DISTRICT, { writes: [write], asserts, keys: [], answer: null });
      if (outcome.kind !== "appended") throw new Error(`not appended: ${outcome.kind}`);
    },
    close: () => store.close(),
  };
}

async function emmett(server: EmbeddedServer): Promise<AppendContender> {
  const connectionString = await freshDatabase(server, "bench_emmett");
  const store = getPostgreSQLEventStore(connectionString);
  await store.schema.migrate();
  return {
    name: "emmett",
    connectionString,
    append: (stream, n) =>
      store.appendToStream(stream, [{ type: "RepaymentReceived", data: payload(stream, n), metadata: metadata(randomUUID(), n) }]),
    close: () => store.close(),
  };
}

/** The SQL files that message-db ships, in the order of its install script. */
const MESSAGE_DB_FILES = [
  "roles/message-store",
  "schema/message-store",
  "extensions/pgcrypto",
  "tables/messages",
  "types/message",
  ...[
    "message-store-version",
    "hash-64",
    "acquire-lock",
    "category",
    "is-category",
    "id",
    "cardinal-id",
    "stream-version",
    "write-message",
  ].map((name) => `functions/${name}`),
  ...["messages-id", "messages-stream", "messages-category"].map((name) => `indexes/${name}`),
];

async function messageDb(server: EmbeddedServer): Promise<AppendContender> {
  const connectionString = await freshDatabase(server, "bench_message_db");
  const root = path.join(path.dirname(createRequire(import.meta.url).resolve("@eventide/message-db/package.json")), "database");
  await withClient(connectionString, async (client) => {
    await client.query("SET search_path = message_store, public");
    for (const file of MESSAGE_DB_FILES) {
      const sql = await readFile(path.join(root, `${file}.sql`), "utf8");
      // Concurrent index builds want a transaction of their own; the tables are empty.
      await client.query(sql.replaceAll(" CONCURRENTLY", ""));
    }
  });
  const pool = openPool(connectionString, "-c search_path=message_store,public");
  return {
    name: "message-db",
    connectionString,
    append: (stream, n) => {
      const id = randomUUID();
      return pool.query({
        name: "write",
        text: "SELECT write_message($1::varchar, $2::varchar, 'RepaymentReceived', $3::jsonb, $4::jsonb)",
        values: [id, stream, JSON.stringify(payload(stream, n)), JSON.stringify(metadata(id, n))],
      });
    },
    close: () => pool.end(),
  };
}

/** What PostgreSQL itself does with one row per transaction: no version, no key, no order, no hash. */
async function bareInserts(server: EmbeddedServer): Promise<AppendContender> {
  const connectionString = await freshDatabase(server, "bench_bare");
  await withClient(connectionString, async (client) => {
    await client.query("CREATE TABLE bare (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, stream text NOT NULL, body text NOT NULL)");
  });
  const pool = openPool(connectionString);
  return {
    name: "bare inserts",
    connectionString,
    append: (stream, n) => {
      const id = randomUUID();
      const body = JSON.stringify({ eventId: id, type: "RepaymentReceived", ...metadata(id, n), payload: payload(stream, n) });
      return pool.query({ name: "insert", text: "INSERT INTO bare (stream, body) VALUES ($1, $2)", values: [stream, body] });
    },
    close: () => pool.end(),
  };
}

export const contenders: readonly ((server: EmbeddedServer) => Promise<AppendContender>)[] = [ours, emmett, messageDb, bareInserts];
