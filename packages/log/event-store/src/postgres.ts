import { Pool, type PoolConfig } from "pg";
import { APPEND_SQL, type AppendRow, decodeOutcomes, encodeBatch, prepare } from "./batch.ts";
import { readEvent } from "./envelope.ts";
import { Lane, type SendBatch } from "./lane.ts";
import { checkRequest } from "./request.ts";
import type { EventStore, KnownKey, StoredEvent, StreamSlice } from "./types.ts";

export interface PostgresStoreOptions {
  /** A pool of the caller, which the store does not end; or */
  readonly pool?: Pool;
  /** a connection string, with which the store makes a pool of its own. */
  readonly connectionString?: string;
  /** Role whose rights every connection of the own pool has (`SET ROLE`), e.g. `huimin_ledger`. */
  readonly role?: string;
  /** Connections of the own pool: one for the lane of a district, the others read. Default 4. */
  readonly connectionsMax?: number;
  /** Appends of a district that wait; the next is refused with `LogBusy`. */
  readonly queueRequestsMax?: number | undefined;
}

/** A statement that takes longer than this is given up; its outcome is then unknown and the client asks again. */
const QUERY_TIMEOUT_MS = 30_000;
/** Events of one read: more is asked for in pages. */
const READ_EVENTS_MAX = 10_000;
/** New partitions are made when the log has come this close to the end of the last one. */
const PARTITION_MARGIN_POSITIONS = 1_000_000;
/** SQLSTATE check_violation: also what an insert without a partition answers. */
const NO_PARTITION = "23514";

const ROLE_NAME = /^[a-z_][a-z0-9_]*$/;

function ownPool(options: PostgresStoreOptions): Pool {
  if (!options.connectionString) throw new Error("a PostgreSQL store needs a pool or a connection string");
  if (options.role !== undefined && !ROLE_NAME.test(options.role)) throw new Error(`not a role name: ${options.role}`);
  const config: PoolConfig = {
    connectionString: options.connectionString,
    max: options.connectionsMax ?? 4,
    query_timeout: QUERY_TIMEOUT_MS,
    keepAlive: true,
    application_name: `${options.role ?? "huimin"} log`,
    ...(options.role ? { options: `-c role=${options.role}` } : {}),
  };
  return new Pool(config);
}

/**
 * The log on PostgreSQL (schema: {@link eventStoreMigrations}). Durable when `append` answers. A lost connection rejects
 * the appends in flight: their outcome is unknown, and asking again with the same keys answers it without booking twice.
 */
export function createPostgresStore(options: PostgresStoreOptions): EventStore {
  const pool = options.pool ?? ownPool(options);
  // An idle connection that the server closes is replaced on its next use; without a listener it would end the process.
  const ignore = (): void => undefined;
  pool.on("error", ignore);
  const lanes = new Map<string, Lane>();
  const laneOf = (district: string): Lane => {
    const lane = lanes.get(district) ?? new Lane(sender(pool, district), options.queueRequestsMax);
    lanes.set(district, lane);
    return lane;
  };
  let closed = false;
  return {
    ...createReader(pool),
    async append(district, request) {
      if (closed) throw new Error("the log is closed");
      checkRequest(request);
      return laneOf(district).append(prepare(district, request));
    },
    async close() {
      if (closed) return;
      closed = true;
      await Promise.all([...lanes.values()].map((lane) => lane.drain()));
      // The own pool keeps its listener: a connection may be lost while it is being ended.
      if (options.pool) pool.off("error", ignore);
      else await pool.end();
    },
  };
}

/** Sends the batches of one district, and keeps partitions ahead of its head. */
function sender(pool: Pool, district: string): SendBatch {
  let positionsReady = 0;
  let preparing: Promise<void> | undefined;
  const preparePartitions = async (): Promise<void> => {
    const { rows } = await pool.query<{ next: string }>("SELECT log.ensure_partitions() AS next");
    positionsReady = Number(rows[0]?.next);
  };
  const call = async (values: unknown[]): Promise<AppendRow> => {
    const { rows } = await pool.query<AppendRow>({ name: "log-append", text: APPEND_SQL, values });
    return rows[0] as AppendRow;
  };
  return async (requests) => {
    const values = encodeBatch(district, requests);
    let row: AppendRow;
    try {
      row = await call(values);
    } catch (fault) {
      if ((fault as { code?: string }).code !== NO_PARTITION) throw fault;
      await preparePartitions();
      row = await call(values);
    }
    if (Number(row.head_before) + PARTITION_MARGIN_POSITIONS > positionsReady && !preparing) {
      preparing = preparePartitions()
        .catch(() => undefined) // tried again after the next batch, and once more when an insert finds no partition
        .finally(() => {
          preparing = undefined;
        });
    }
    return decodeOutcomes(requests, row);
  };
}

export const READ_ALL_SQL =
  "SELECT position, stream, canonical FROM log.event WHERE district = $1 AND position > $2 ORDER BY position LIMIT $3";
/** The lengths are those of the stored values: what is not answered is never decompressed. */
export const READ_PAGE_SQL = `SELECT position, stream, canonical FROM (
    SELECT position, stream, canonical, sum(octet_length(canonical)) OVER (ORDER BY position) - octet_length(canonical) AS before
    FROM (SELECT position, stream, canonical FROM log.event WHERE district = $1 AND position > $2 ORDER BY position LIMIT $3) AS next
  ) AS measured WHERE before < $4 ORDER BY position`;
export const READ_CATEGORIES_SQL =
  "SELECT position, stream, canonical FROM log.event WHERE district = $1 AND position > $2 AND split_part(stream, '/', 1) = ANY ($4) ORDER BY position LIMIT $3";
export const READ_STREAMS_SQL = "SELECT number, version, position, stream, canonical FROM log.read_streams($1, $2, $3)";

/** OFFSET 0: one look into the index for each key, whatever the statistics say (as in sql/002-append.sql). */
export const FIND_KEYS_SQL = `SELECT w.number, k.body_hash, k.answer, k.last_position
  FROM unnest($2::text[], $3::text[]) WITH ORDINALITY AS w (client, key, number)
  CROSS JOIN LATERAL (SELECT body_hash, answer, last_position FROM log.command_key
    WHERE district = $1 AND client = w.client AND key = w.key OFFSET 0) k`;

interface EventRow {
  readonly position: string;
  readonly stream: string;
  readonly canonical: string;
}

const parseEvent = ({ position, stream, canonical }: EventRow): StoredEvent => readEvent(canonical, { position: Number(position), stream });

const bounded = (limit: number): number => Math.min(Math.max(limit, 0), READ_EVENTS_MAX);

/** What a reader of the log asks through: a pool, or the transaction of one bank. */
export interface Queryable {
  query<R extends object>(query: {
    readonly name: string;
    readonly text: string;
    readonly values: unknown[];
  }): Promise<{ readonly rows: R[] }>;
}

export function createReader(pool: Queryable): Omit<EventStore, "append" | "close"> {
  const readStreams: EventStore["readStreams"] = async (district, wanted) => {
    if (wanted.length === 0) return [];
    const { rows } = await pool.query<EventRow & { number: number; version: string }>({
      name: "log-read-streams",
      text: READ_STREAMS_SQL,
      values: [district, wanted.map(({ stream }) => stream), wanted.map(({ afterVersion }) => afterVersion)],
    });
    const slices = wanted.map(({ stream }) => ({ stream, version: 0, events: [] as StoredEvent[] }));
    for (const row of rows) {
      const slice = slices[row.number - 1] as (typeof slices)[number];
      slice.version = Number(row.version);
      if (row.canonical !== null) slice.events.push(parseEvent(row));
    }
    return slices;
  };
  return {
    readStreams,
    async readStream(district, stream, afterVersion = 0) {
      const [slice] = await readStreams(district, [{ stream, afterVersion }]);
      return slice as StreamSlice;
    },
    async readAll(district, afterPosition, limit, categories) {
      const values = [district, afterPosition, bounded(limit)];
      const { rows } = await pool.query<EventRow>(
        categories
          ? { name: "log-read-categories", text: READ_CATEGORIES_SQL, values: [...values, [...categories]] }
          : { name: "log-read-all", text: READ_ALL_SQL, values },
      );
      return rows.map(parseEvent);
    },
    async readPage(district, afterPosition, { events: limit, bytes }) {
      const values = [district, afterPosition, bounded(limit), bytes];
      const { rows } = await pool.query<EventRow>({ name: "log-read-page", text: READ_PAGE_SQL, values });
      const more = rows.length >= bounded(limit) || rows.reduce((sum, { canonical }) => sum + Buffer.byteLength(canonical), 0) >= bytes;
      return { events: rows.map(parseEvent), more };
    },
    async head(district) {
      const { rows } = await pool.query<{ position: string }>({
        name: "log-head",
        text: "SELECT position FROM log.head WHERE district = $1",
        values: [district],
      });
      return Number(rows[0]?.position ?? 0);
    },
    async findKey(district, client, key) {
      const { rows } = await pool.query<{ body_hash: string; answer: string; last_position: string }>({
        name: "log-find-key",
        text: "SELECT body_hash, answer, last_position FROM log.command_key WHERE district = $1 AND client = $2 AND key = $3",
        values: [district, client, key],
      });
      const [found] = rows;
      return found && { bodyHash: found.body_hash, answer: JSON.parse(found.answer) as unknown, lastPosition: Number(found.last_position) };
    },
    async findKeys(district, keys) {
      if (keys.length === 0) return [];
      const { rows } = await pool.query<{ number: string; body_hash: string; answer: string; last_position: string }>({
        name: "log-find-keys",
        text: FIND_KEYS_SQL,
        values: [district, keys.map(({ client }) => client), keys.map(({ key }) => key)],
      });
      const found: (KnownKey | undefined)[] = keys.map(() => undefined);
      for (const row of rows)
        found[Number(row.number) - 1] = {
          bodyHash: row.body_hash,
          answer: JSON.parse(row.answer) as unknown,
          lastPosition: Number(row.last_position),
        };
      return found;
    },
    async readLeaves(district, afterPosition, limit) {
      const { rows } = await pool.query<{ position: string; canonical: string; leaf_hash: Buffer }>({
        name: "log-read-leaves",
        text: "SELECT position, canonical, leaf_hash FROM log.event WHERE district = $1 AND position > $2 ORDER BY position LIMIT $3",
        values: [district, afterPosition, bounded(limit)],
      });
      return rows.map((row) => ({ position: Number(row.position), canonical: row.canonical, leafHash: row.leaf_hash }));
    },
  };
}
