import { createReader, type EventStore, type Queryable } from "@huimin/event-store";
import type { Pool, PoolClient } from "pg";

/*
 * One snapshot of the database for all checks of a round. Commands go on meanwhile and the read models follow the log a
 * little later: looked at one after the other they would seem to disagree. In a snapshot they are what they were at one
 * instant, and the log is read up to the position that the read models had reached then.
 */

/** Statements of checks that would begin or end the transaction that holds the snapshot. */
const TRANSACTION = /^\s*(BEGIN|START TRANSACTION|COMMIT|ROLLBACK)\b/i;
/** A check that takes longer is broken off: a snapshot keeps old rows from being removed. */
const STATEMENT_MS_MAX = 600_000;

export interface Snapshot {
  readonly pool: Pool;
  readonly store: EventStore;
  /** Position that every read model has folded. */
  readonly position: number;
  /** Why the read models stand still, if they do. */
  readonly stopped: string | undefined;
  /** One check: a question that the database refuses ends this one and not the snapshot. */
  apart<T>(work: () => Promise<T>): Promise<T>;
}

export async function withSnapshot<T>(pool: Pool, district: string, work: (snapshot: Snapshot) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  const ignoreFault = (): void => undefined;
  client.on("error", ignoreFault); // the query after it fails, and with it the round
  try {
    await client.query(`BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = ${STATEMENT_MS_MAX}`);
    const { rows } = await client.query<{ position: string; stopped: string | null }>(
      `SELECT coalesce(min(position), 0) AS position,
         max(CASE WHEN stopped_at IS NOT NULL THEN 'position ' || stopped_at || ' (' || stopped_type || ', ' || stopped_by || '): ' || stopped_reason END) AS stopped
       FROM projector.checkpoint WHERE district = $1 AND projection IN (SELECT name FROM projector.projection)`,
      [district],
    );
    const position = Number(rows[0]?.position ?? 0);
    const one = poolOf(client);
    const apart = async <R>(check: () => Promise<R>): Promise<R> => {
      await client.query("SAVEPOINT one_check");
      try {
        return await check();
      } catch (fault) {
        await one.query("SELECT 1").catch(() => undefined); // what was asked and not waited for has been answered by now
        await client.query("ROLLBACK TO SAVEPOINT one_check");
        throw fault;
      }
    };
    const store = boundedStore(one as unknown as Queryable, position);
    return await work({ pool: one, store, position, stopped: rows[0]?.stopped ?? undefined, apart });
  } finally {
    await client.query("ROLLBACK").catch(() => undefined);
    client.off("error", ignoreFault);
    client.release();
  }
}

/** A pool whose connections are all this one, one question after the other. */
function poolOf(client: PoolClient): Pool {
  let turn: Promise<unknown> = Promise.resolve();
  const query = (...args: readonly unknown[]): Promise<unknown> => {
    const [first] = args;
    if (typeof first === "string" && TRANSACTION.test(first)) return Promise.resolve({ rows: [], rowCount: 0 });
    const mine = turn.then(() => (client.query as (...all: readonly unknown[]) => Promise<unknown>)(...args));
    turn = mine.catch(() => undefined);
    return mine;
  };
  const nothing = (): void => undefined;
  const connection = { query, on: nothing, off: nothing, release: nothing };
  return { ...connection, connect: async () => connection } as unknown as Pool;
}

/** The log up to a position, for reading. */
export function boundedStore(db: Queryable, last: number): EventStore {
  const reader = createReader(db);
  const within = <T extends { readonly position: number }>(events: readonly T[]): T[] => events.filter(({ position }) => position <= last);
  const bounded: EventStore = {
    ...reader,
    head: async (district) => Math.min(last, await reader.head(district)),
    async readStreams(district, wanted) {
      const slices = await reader.readStreams(district, wanted);
      return slices.map((slice, i) => {
        const events = within(slice.events);
        return events.length === slice.events.length
          ? slice
          : { stream: slice.stream, version: events.at(-1)?.streamVersion ?? wanted[i]?.afterVersion ?? 0, events };
      });
    },
    async readStream(district, stream, afterVersion = 0) {
      const [slice] = await bounded.readStreams(district, [{ stream, afterVersion }]);
      return slice ?? { stream, version: 0, events: [] };
    },
    // Asked for no more than may be seen: what comes after may not even be readable.
    readAll: async (district, after, limit, categories) =>
      after >= last ? [] : within(await reader.readAll(district, after, Math.min(limit, last - after), categories)),
    async readPage(district, after, { events: limit, bytes }) {
      if (after >= last) return { events: [], more: false };
      const { events, more } = await reader.readPage(district, after, { events: Math.min(limit, last - after), bytes });
      return { events, more: more && (events.at(-1)?.position ?? last) < last };
    },
    readLeaves: async (district, after, limit) => (after >= last ? [] : reader.readLeaves(district, after, Math.min(limit, last - after))),
    append: () => Promise.reject(new Error("the auditor writes nothing into the log")),
    close: async () => undefined,
  };
  return bounded;
}
