import { hash } from "node:crypto";
import { dayNumber } from "@huimin/calendar";
import type { StoredEvent } from "@huimin/event-store";
import { BrokenInvariant } from "@huimin/outcome";
import { type ApplyTarget, CopyRows, type Projection, type ProjectionWriter } from "@huimin/projector";
import type { PoolClient } from "pg";
import { CHART } from "./chart.ts";
import { DIMENSIONS, type Dims, dimsKey } from "./dimensions.ts";
import type { Posting } from "./posting.ts";
import { postingsOf } from "./rules/index.ts";
import { BLOCK_BITS, indexesSql, LINE_COLUMNS, SET_COLUMNS, tablesSql, writeSql } from "./tables.sql.ts";

export const BOOKS_SCHEMA = "books";

/** The journal, the balances and the totals of all three books, from every event of the log. */
export const booksProjection: Projection = {
  name: BOOKS_SCHEMA,
  version: 2,
  handles: "every",
  tables: tablesSql,
  indexes: indexesSql,
  open: (schema) => new BooksWriter(schema),
};

/** A set of dimensions by its id. `serial` numbers the sets that this writer has seen, for small keys. */
interface DimsRef {
  readonly id: bigint;
  readonly checkBits: number;
  readonly serial: number;
}

interface NewSet {
  readonly ref: DimsRef;
  readonly dims: Dims;
}

interface BalanceCell {
  readonly ref: DimsRef;
  readonly account: number;
  readonly year: number;
  debit: bigint;
  credit: bigint;
}

interface MovementCell {
  readonly account: number;
  readonly period: number;
  readonly valueDate: string;
  readonly block: number;
  debit: bigint;
  credit: bigint;
}

interface BlockSpan {
  first: number;
  last: number;
}

/** Sets of one generation of the memory: two of them are about 50 MB. A loan has three or four sets. */
const GENERATION_SETS_MAX = 75_000;
/** More new sets for each event than this are those of a long list: of its households, which nothing asks for soon again. */
const SETS_KEPT_PER_EVENT_MAX = 20;
const LINE_FIELDS = 12;
const SET_FIELDS = 3 + DIMENSIONS.length;
const EPOCH_2000_DAY = 10_957;
const EPOCH_2000_MS = 946_684_800_000;
const ACCOUNTS_MAX = 100;
const YEARS_MAX = 200;
const YEAR_FIRST = 1950;

/** The id of a set of dimensions: the first 64 bits of the SHA-256 of its key, signed; and the next 32. */
export function dimsHash(key: string): { readonly id: bigint; readonly checkBits: number } {
  const digest = hash("sha256", key, "buffer");
  return { id: digest.readBigInt64BE(0), checkBits: digest.readInt32BE(8) };
}

/**
 * Sets that are in the table for certain, because the transaction that stored them has committed. Two generations: when
 * the young one is full it becomes the old one, and what is asked for again moves over. So memory is bounded, and what
 * is in use stays.
 */
class KnownSets {
  #young = new Map<string, DimsRef>();
  #old = new Map<string, DimsRef>();

  get(key: string): DimsRef | undefined {
    const young = this.#young.get(key);
    if (young !== undefined) return young;
    const old = this.#old.get(key);
    if (old !== undefined) this.add(key, old);
    return old;
  }

  add(key: string, ref: DimsRef): void {
    if (this.#young.size >= GENERATION_SETS_MAX) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, ref);
  }
}

/** 2018-03 → 201803 */
export const periodNumber = (period: string): number => Number(period.slice(0, 4)) * 100 + Number(period.slice(5, 7));

/** Block of a position: positions are below 2^53, so no shift of 32 bits does. */
const blockOf = (position: number): number => Math.floor(position / 2 ** BLOCK_BITS);

/** What one batch adds, folded in memory. */
class Fold {
  readonly rows: CopyRows;
  readonly unknown = new Map<string, NewSet>();
  readonly balances = new Map<number, BalanceCell>();
  readonly movements = new Map<string, MovementCell>();
  /** When the events of each block were recorded, in milliseconds. */
  readonly blocks = new Map<number, BlockSpan>();
  readonly #known: KnownSets;
  readonly #used = new Map<string, DimsRef>();
  readonly #live: boolean;
  readonly #nextSerial: () => number;

  constructor(rows: CopyRows, known: KnownSets, nextSerial: () => number, live: boolean) {
    this.rows = rows;
    this.#known = known;
    this.#nextSerial = nextSerial;
    this.#live = live;
    rows.start();
  }

  add(event: StoredEvent, posting: Posting): void {
    if (posting.entries.length === 0) return;
    const period = periodNumber(event.period);
    const day = dayNumber(event.valueDate) - EPOCH_2000_DAY;
    const instant = Date.parse(event.recordedAt);
    const recorded = (instant - EPOCH_2000_MS) * 1000;
    if (Number.isNaN(day) || Number.isNaN(recorded) || Number.isNaN(period)) {
      throw new BrokenInvariant(`event ${event.position} (${event.type}) has a date that does not exist`);
    }
    const block = blockOf(event.position);
    if (this.#live) this.#widen(block, instant);
    let lineNo = 0;
    for (const entry of posting.entries) {
      const ref = this.#ref(entry.dims);
      const account = CHART[entry.account].no;
      lineNo += 1;
      const { rows } = this;
      rows.row(LINE_FIELDS);
      rows.text(event.district);
      rows.int8(event.position);
      rows.int2(lineNo);
      rows.int2(account);
      rows.int4(period);
      rows.int4(day);
      rows.int8(recorded);
      rows.bigint(entry.debit);
      rows.bigint(entry.credit);
      rows.bigint(ref.id);
      rows.text(event.type);
      rows.text(posting.text);
      if (this.#live) this.#total(ref, account, period, event.valueDate, block, entry.debit, entry.credit);
    }
  }

  /** One ref per set and batch, even if the memory of known sets forgets it meanwhile: a balance is written once. */
  #ref(dims: Dims): DimsRef {
    const key = dimsKey(dims);
    const used = this.#used.get(key);
    if (used) return used;
    let ref = this.#known.get(key);
    if (!ref) {
      ref = { ...dimsHash(key), serial: this.#nextSerial() };
      this.unknown.set(key, { ref, dims });
    }
    this.#used.set(key, ref);
    return ref;
  }

  #widen(block: number, instant: number): void {
    const span = this.blocks.get(block);
    if (span === undefined) this.blocks.set(block, { first: instant, last: instant });
    else if (instant < span.first) span.first = instant;
    else if (instant > span.last) span.last = instant;
  }

  #total(ref: DimsRef, account: number, period: number, valueDate: string, block: number, debit: bigint, credit: bigint): void {
    const year = Math.floor(period / 100);
    const key = (ref.serial * ACCOUNTS_MAX + account) * YEARS_MAX + (year - YEAR_FIRST);
    const balance = this.balances.get(key);
    if (balance) {
      balance.debit += debit;
      balance.credit += credit;
    } else this.balances.set(key, { ref, account, year, debit, credit });
    const movementKey = `${account}.${period}.${valueDate}.${block}`;
    const movement = this.movements.get(movementKey);
    if (movement) {
      movement.debit += debit;
      movement.credit += credit;
    } else this.movements.set(movementKey, { account, period, valueDate, block, debit, credit });
  }
}

/** An array literal of numbers or dates: nothing in it needs quoting, and joining is far cheaper than pg's conversion. */
const arrayOf = <T>(cells: readonly T[], value: (cell: T) => bigint | number | string): string => `{${cells.map(value).join(",")}}`;

class BooksWriter implements ProjectionWriter {
  readonly #schema: string;
  readonly #sql: ReturnType<typeof writeSql>;
  /** Buffers that no batch uses at the moment: one is being sent while the next is filled. */
  readonly #spare: CopyRows[] = [];
  /** New sets of the batch in hand: a long list brings tens of thousands. */
  readonly #sets = new CopyRows();
  /** By district. */
  readonly #known = new Map<string, KnownSets>();
  #serial = 0;

  constructor(schema: string) {
    this.#schema = schema;
    this.#sql = writeSql(schema);
  }

  fold(batch: readonly StoredEvent[], district: string, mode: ApplyTarget["mode"]): Fold {
    const known = this.#known.get(district) ?? new KnownSets();
    this.#known.set(district, known);
    const nextSerial = (): number => {
      this.#serial += 1;
      return this.#serial;
    };
    const fold = new Fold(this.#spare.pop() ?? new CopyRows(), known, nextSerial, mode === "live");
    const postings = postingsOf(batch);
    for (const [index, event] of batch.entries()) fold.add(event, postings[index] as Posting);
    return fold;
  }

  async apply(batch: readonly StoredEvent[], target: ApplyTarget, folded?: unknown): Promise<() => void> {
    const { client, district, mode } = target;
    const fold = folded instanceof Fold ? folded : this.fold(batch, district, mode);
    await this.#writeSets(client, district, [...fold.unknown.values()]);
    await fold.rows.copy(client, `${this.#schema}.journal_line (${LINE_COLUMNS})`);
    if (mode === "live") await this.#writeTotals(client, district, fold);
    return () => {
      if (fold.unknown.size <= SETS_KEPT_PER_EVENT_MAX * batch.length)
        for (const [key, { ref }] of fold.unknown) this.#known.get(district)?.add(key, ref);
      this.#spare.push(fold.rows);
    };
  }

  async finishBulk(client: PoolClient): Promise<void> {
    for (const statement of this.#sql.finish) await client.query(statement);
  }

  /** Asks first which are stored: after a restart, or in a long history, most of the unknown are. */
  async #writeSets(client: PoolClient, district: string, sets: readonly NewSet[]): Promise<void> {
    if (sets.length === 0) return;
    const { rows } = await client.query<{ id: string; check_bits: number }>({
      name: `${this.#schema}-find-sets`,
      text: this.#sql.findDimensions,
      values: [district, arrayOf(sets, ({ ref }) => ref.id)],
    });
    const stored = new Map(rows.map((row) => [BigInt(row.id), row.check_bits]));
    const fresh = new Map<bigint, NewSet>();
    for (const set of sets) {
      const checkBits = stored.get(set.ref.id) ?? fresh.get(set.ref.id)?.ref.checkBits;
      if (checkBits === undefined) fresh.set(set.ref.id, set);
      else if (checkBits !== set.ref.checkBits)
        throw new BrokenInvariant(`two sets of dimensions have the id ${set.ref.id} in district ${district}`);
    }
    if (fresh.size === 0) return;
    const copied = this.#sets;
    copied.start();
    for (const { ref, dims } of [...fresh.values()].sort((a, b) => (a.ref.id < b.ref.id ? -1 : 1))) {
      copied.row(SET_FIELDS);
      copied.text(district);
      copied.bigint(ref.id);
      copied.int4(ref.checkBits);
      for (const name of DIMENSIONS) {
        const value = dims[name];
        if (value === undefined || value === "") copied.null();
        else copied.text(value);
      }
    }
    await copied.copy(client, `${this.#schema}.dimension_set (${SET_COLUMNS})`);
  }

  async #writeTotals(client: PoolClient, district: string, fold: Fold): Promise<void> {
    const balances = [...fold.balances.values()].sort((a, b) => (a.ref.id < b.ref.id ? -1 : 1));
    if (balances.length === 0) return;
    await client.query({
      name: `${this.#schema}-balances`,
      text: this.#sql.addBalances,
      values: [
        district,
        arrayOf(balances, (cell) => cell.ref.id),
        arrayOf(balances, (cell) => cell.account),
        arrayOf(balances, (cell) => cell.year),
        arrayOf(balances, (cell) => cell.debit),
        arrayOf(balances, (cell) => cell.credit),
      ],
    });
    const movements = [...fold.movements.values()];
    await client.query({
      name: `${this.#schema}-movements`,
      text: this.#sql.addMovements,
      values: [
        district,
        arrayOf(movements, (cell) => cell.account),
        arrayOf(movements, (cell) => cell.period),
        arrayOf(movements, (cell) => cell.valueDate),
        arrayOf(movements, (cell) => cell.block),
        arrayOf(movements, (cell) => cell.debit),
        arrayOf(movements, (cell) => cell.credit),
      ],
    });
    const blocks = [...fold.blocks];
    await client.query({
      name: `${this.#schema}-blocks`,
      text: this.#sql.widenBlocks,
      values: [
        district,
        arrayOf(blocks, ([block]) => block),
        arrayOf(blocks, ([, { first }]) => first),
        arrayOf(blocks, ([, { last }]) => last),
      ],
    });
  }
}
