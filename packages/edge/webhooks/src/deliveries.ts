import type { Pool, PoolClient } from "pg";
import * as sql from "./deliveries.sql.ts";

/** One endpoint of one bank. */
export interface Target {
  readonly bank: string;
  readonly endpoint: string;
}

/** A message to be sent; `payload` is its body, byte for byte. */
export interface NewDelivery extends Target {
  /** Deterministic: the same event gives the same id. It is the `webhook-id` of every attempt. */
  readonly id: string;
  readonly kind: string;
  readonly position: number;
  readonly payload: string;
}

/** What a part of the log says. */
export interface LogPage {
  readonly messages: readonly NewDelivery[];
  readonly removed: readonly Target[];
}

export interface Advanced {
  readonly targets: readonly Target[];
  readonly secrets: readonly { readonly bank: string; readonly secret: string }[];
}

export interface ClaimedDelivery {
  readonly id: string;
  readonly kind: string;
  readonly position: number;
  readonly payload: string;
  readonly attempts: number;
  readonly round: number;
}

export const DELIVERY_STATUSES = ["waiting", "delivered", "dead", "cancelled"] as const;
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];

/** Instants in milliseconds since 1970. */
export interface Delivery extends NewDelivery {
  readonly status: DeliveryStatus;
  readonly attempts: number;
  readonly round: number;
  readonly nextAt: number;
  readonly lastAt?: number;
  readonly lastStatus?: number;
  readonly lastFault?: string;
  readonly createdAt: number;
  readonly settledAt?: number;
}

export interface Attempt {
  readonly status: "delivered" | "waiting" | "dead";
  readonly attempts: number;
  readonly nextAt: number;
  readonly at: number;
  readonly lastStatus?: number | undefined;
  readonly lastFault?: string | undefined;
}

/** What is to be sent again: one, all since an instant, or all dead ones. */
export interface Replay {
  readonly bank: string;
  readonly endpoint?: string | undefined;
  readonly delivery?: string | undefined;
  readonly since?: number | undefined;
  readonly deadOnly?: boolean | undefined;
}

/** Messages taken at once by one process keep their claim at most this long: six times what an attempt may last. */
export const CLAIM_MS = 60_000;
/** Endpoints of one sweep. */
const DUE_MAX = 1_000;
/** Rows that one statement of the pruning deletes. */
const PRUNE_ROWS_MAX = 5_000;

/** Rows, secrets and progress of one district, as the role `huimin_webhooks`. */
export class DeliveryStore {
  readonly #pool: Pool;
  readonly #district: string;

  constructor(pool: Pool, district: string) {
    this.#pool = pool;
    this.#district = district;
  }

  /** Position of the log up to which messages were made. */
  async progress(): Promise<number> {
    const { rows } = await this.#pool.query(sql.PROGRESS_SQL, [this.#district]);
    return Number(rows[0]?.position ?? 0);
  }

  /**
   * Stores what the log between two positions says; undefined when another process has done so. What a removed endpoint has
   * not got, it does not get. Answers the endpoints that have something new, and the names of secrets that are no longer kept.
   */
  async advance(from: number, to: number, page: LogPage, at: number): Promise<Advanced | undefined> {
    return this.#transaction(async (client) => {
      const advanced = await client.query(sql.ADVANCE_SQL, [this.#district, from, to]);
      if (advanced.rowCount === 0) return undefined;
      const targets = await this.#insert(client, page.messages, at);
      const secrets: { bank: string; secret: string }[] = [];
      for (const { bank, endpoint } of page.removed) {
        await client.query(sql.CANCEL_SQL, [this.#district, bank, endpoint, new Date(at)]);
        const { rows } = await client.query(sql.SECRETS_REMOVE_SQL, [this.#district, bank, endpoint]);
        secrets.push(...rows.map((row) => ({ bank, secret: row.secret as string })));
      }
      return { targets, secrets };
    });
  }

  /** Messages that do not follow from one event (a date that comes nearer); what is there already stays. */
  async add(messages: readonly NewDelivery[], at: number): Promise<readonly Target[]> {
    return this.#transaction((client) => this.#insert(client, messages, at));
  }

  async #insert(client: PoolClient, messages: readonly NewDelivery[], at: number): Promise<readonly Target[]> {
    if (messages.length === 0) return [];
    const column = (of: (one: NewDelivery) => string | number) => messages.map(of);
    const { rows } = await client.query(sql.INSERT_SQL, [
      this.#district,
      ...[column(({ id }) => id), column(({ bank }) => bank), column(({ endpoint }) => endpoint), column(({ kind }) => kind)],
      ...[column(({ position }) => position), column(({ payload }) => payload), new Date(at)],
    ]);
    return distinct(rows as Target[]);
  }

  async #transaction<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
    const client = await this.#pool.connect();
    let broken: Error | undefined;
    try {
      await client.query("BEGIN");
      const result = await work(client);
      await client.query("COMMIT");
      return result;
    } catch (fault) {
      await client.query("ROLLBACK").catch((lost: Error) => {
        broken = lost;
      });
      throw fault;
    } finally {
      client.release(broken);
    }
  }

  async claim({ bank, endpoint }: Target, now: number, limit: number): Promise<ClaimedDelivery[]> {
    const values = [this.#district, bank, endpoint, new Date(now), new Date(now + CLAIM_MS), limit];
    const { rows } = await this.#pool.query(sql.CLAIM_SQL, values);
    return (rows as ClaimedDelivery[])
      .map((row) => ({ ...row, position: Number(row.position) }))
      .sort((a, b) => a.position - b.position || (a.id < b.id ? -1 : 1));
  }

  async settle({ id, round }: ClaimedDelivery, attempt: Attempt): Promise<void> {
    const { status, attempts, nextAt, at, lastStatus, lastFault } = attempt;
    const values = [this.#district, id, round, status, attempts, new Date(nextAt), new Date(at), lastStatus ?? null, lastFault ?? null];
    await this.#pool.query(sql.SETTLE_SQL, values);
  }

  async release(ids: readonly string[]): Promise<void> {
    if (ids.length > 0) await this.#pool.query(sql.RELEASE_SQL, [this.#district, ids]);
  }

  async due(now: number): Promise<Target[]> {
    return (await this.#pool.query(sql.DUE_SQL, [this.#district, new Date(now), DUE_MAX])).rows;
  }

  /** How many are sent again, and to which endpoints. */
  async replay(wanted: Replay, at: number): Promise<{ readonly count: number; readonly targets: readonly Target[] }> {
    const { bank, endpoint, delivery, since, deadOnly } = wanted;
    const { rows } = await this.#pool.query(sql.REPLAY_SQL, [
      ...[this.#district, bank, endpoint ?? null, delivery ?? null, since === undefined ? null : new Date(since), deadOnly ?? false],
      new Date(at),
    ]);
    return { count: rows.length, targets: distinct(rows.map((row) => ({ bank, endpoint: row.endpoint as string }))) };
  }

  /** The newest first. `before` is the last of the page before. */
  async list(wanted: {
    readonly bank?: string | undefined;
    readonly endpoint?: string | undefined;
    readonly status?: DeliveryStatus | undefined;
    readonly before?: readonly [position: number, id: string] | undefined;
    readonly limit: number;
  }): Promise<Delivery[]> {
    const { bank, endpoint, status, limit } = wanted;
    const before = wanted.before ?? [Number.MAX_SAFE_INTEGER, ""];
    const { rows } = await this.#pool.query(sql.LIST_SQL, [
      this.#district,
      bank ?? null,
      endpoint ?? null,
      status ?? null,
      ...before,
      limit,
    ]);
    return rows.map(deliveryOf);
  }

  /** What waits and what is dead, by endpoint. */
  async counts(): Promise<readonly (Target & { readonly waiting: number; readonly dead: number })[]> {
    return (await this.#pool.query(sql.COUNTS_SQL, [this.#district])).rows;
  }

  /** Forgets what was settled before an instant. Answers how many. */
  async prune(before: number): Promise<number> {
    let total = 0;
    for (;;) {
      const { rowCount } = await this.#pool.query(sql.PRUNE_SQL, [this.#district, new Date(before), PRUNE_ROWS_MAX]);
      total += rowCount ?? 0;
      if ((rowCount ?? 0) < PRUNE_ROWS_MAX) return total;
    }
  }

  async addSecret(target: Target, secret: string, sealed: string, at: number): Promise<void> {
    const values = [this.#district, target.bank, secret, target.endpoint, sealed, new Date(at)];
    await this.#pool.query(sql.SECRET_INSERT_SQL, values);
  }

  /** Sealed secrets by name. */
  async secrets(bank: string, names: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const { rows } = await this.#pool.query(sql.SECRETS_SQL, [this.#district, bank, names]);
    return new Map(rows.map((row) => [row.secret as string, row.sealed as string]));
  }
}

const distinct = (targets: readonly Target[]): Target[] => [
  ...new Map(targets.map(({ bank, endpoint }) => [`${bank}\n${endpoint}`, { bank, endpoint }])).values(),
];

interface DeliveryRow extends NewDelivery {
  readonly status: DeliveryStatus;
  readonly attempts: number;
  readonly round: number;
  readonly next_at: Date;
  readonly last_at: Date | null;
  readonly last_status: number | null;
  readonly last_fault: string | null;
  readonly created_at: Date;
  readonly settled_at: Date | null;
}

function deliveryOf(row: DeliveryRow): Delivery {
  const { id, bank, endpoint, kind, payload, status, attempts, round } = row;
  return {
    ...{ id, bank, endpoint, kind, payload, status, attempts, round, position: Number(row.position) },
    nextAt: row.next_at.getTime(),
    createdAt: row.created_at.getTime(),
    ...(row.last_at ? { lastAt: row.last_at.getTime() } : {}),
    ...(row.last_status === null ? {} : { lastStatus: row.last_status }),
    ...(row.last_fault === null ? {} : { lastFault: row.last_fault }),
    ...(row.settled_at ? { settledAt: row.settled_at.getTime() } : {}),
  };
}
