import { type Posting, postingsOf } from "@huimin/books";
import { dayNumber } from "@huimin/calendar";
import type { StoredEvent } from "@huimin/event-store";
import { BrokenInvariant } from "@huimin/outcome";
import { type ApplyTarget, CopyRows, type Projection, type ProjectionWriter } from "@huimin/projector";
import type { PoolClient } from "pg";
import { indexesSql, tablesSql, VOUCHER_COLUMNS, VOUCHER_FIELDS, writeSql } from "./tables.sql.ts";
import { bookingDate, draftsOf, type VoucherDraft, type VoucherType } from "./voucher.ts";

export const VOUCHERS_SCHEMA = "vouchers";

/** 记账凭证 with gap-free numbers per book, accounting month and type, from every event of the log. */
export const vouchersProjection: Projection = {
  name: VOUCHERS_SCHEMA,
  version: 1,
  handles: "every",
  tables: tablesSql,
  indexes: indexesSql,
  open: (schema) => new VouchersWriter(schema),
};

const EPOCH_2000_DAY = 10_957;
const EPOCH_2000_MS = 946_684_800_000;

/** One series of numbers: those of a batch get the next ones in the order of their positions. */
interface Series {
  readonly book: string;
  readonly period: number;
  readonly type: VoucherType;
  /** Places in the copied rows that wait for a number. */
  readonly holes: number[];
}

const keyOf = (book: string, period: number, type: string): string => `${book}${period}${type}`;

/** What one batch adds, ready to be copied but for the numbers, which the transaction knows. */
class Fold {
  readonly rows: CopyRows;
  readonly series = new Map<string, Series>();

  constructor(rows: CopyRows) {
    this.rows = rows;
    rows.start();
  }

  add(event: StoredEvent, posting: Posting): void {
    for (const draft of draftsOf(posting)) this.#row(event, draft);
  }

  #row(event: StoredEvent, draft: VoucherDraft): void {
    const { rows } = this;
    const period = Number(event.period.slice(0, 4)) * 100 + Number(event.period.slice(5, 7));
    const recorded = (Date.parse(event.recordedAt) - EPOCH_2000_MS) * 1000;
    if (Number.isNaN(period) || Number.isNaN(recorded)) {
      throw new BrokenInvariant(`event ${event.position} (${event.type}) has a date that does not exist`);
    }
    rows.row(VOUCHER_FIELDS);
    this.#seriesOf(draft.book, period, "记").holes.push(rows.hole4());
    this.#seriesOf(draft.book, period, draft.cashType).holes.push(rows.hole4());
    rows.text(event.district);
    rows.text(draft.book);
    rows.int4(period);
    rows.text(draft.cashType);
    rows.int8(event.position);
    rows.text(event.eventId);
    rows.text(event.type);
    rows.int4(dayNumber(bookingDate(event)) - EPOCH_2000_DAY);
    rows.int4(dayNumber(event.valueDate) - EPOCH_2000_DAY);
    rows.int8(recorded);
    rows.text(draft.summary);
    rows.int4(draft.lines);
    rows.bigint(draft.total);
    rows.text(event.actor);
    rows.text(event.role);
    this.#optional(event.checker);
    this.#optional(event.sourceDocument);
    this.#optional(event.corrects);
    this.#optional(event.evidence === undefined || event.evidence.length === 0 ? undefined : JSON.stringify(event.evidence));
  }

  #optional(text: string | undefined): void {
    if (text === undefined) this.rows.null();
    else this.rows.text(text);
  }

  #seriesOf(book: string, period: number, type: VoucherType): Series {
    const key = keyOf(book, period, type);
    let series = this.series.get(key);
    if (series === undefined) {
      series = { book, period, type, holes: [] };
      this.series.set(key, series);
    }
    return series;
  }
}

interface CounterRow {
  readonly book: string;
  readonly period: number;
  readonly type: string;
  readonly last: number;
}

class VouchersWriter implements ProjectionWriter {
  readonly #schema: string;
  readonly #sql: ReturnType<typeof writeSql>;
  /** Buffers that no batch uses at the moment: one is being sent while the next is filled. */
  readonly #spare: CopyRows[] = [];

  constructor(schema: string) {
    this.#schema = schema;
    this.#sql = writeSql(schema);
  }

  fold(batch: readonly StoredEvent[]): Fold {
    const fold = new Fold(this.#spare.pop() ?? new CopyRows());
    const postings = postingsOf(batch);
    for (const [index, event] of batch.entries()) fold.add(event, postings[index] as Posting);
    return fold;
  }

  /** Two round trips for the numbers of a batch, whatever its size. The checkpoint's lock keeps other writers out. */
  async apply(batch: readonly StoredEvent[], { client, district }: ApplyTarget, folded?: unknown): Promise<() => void> {
    const fold = folded instanceof Fold ? folded : this.fold(batch);
    const series = [...fold.series.values()];
    if (series.length > 0) {
      const last = await this.#number(client, district, fold, series);
      await fold.rows.copy(client, `${this.#schema}.voucher (${VOUCHER_COLUMNS})`);
      await client.query({
        name: `${this.#schema}-advance`,
        text: this.#sql.advance,
        values: [...keys(district, series), last],
      });
    }
    return () => {
      this.#spare.push(fold.rows);
    };
  }

  async #number(client: PoolClient, district: string, fold: Fold, series: readonly Series[]): Promise<number[]> {
    const { rows } = await client.query<CounterRow>({
      name: `${this.#schema}-counters`,
      text: this.#sql.counters,
      values: keys(district, series),
    });
    const known = new Map(rows.map((row) => [keyOf(row.book, row.period, row.type), row.last]));
    return series.map(({ book, period, type, holes }) => {
      let number = known.get(keyOf(book, period, type)) ?? 0;
      for (const hole of holes) {
        number += 1;
        fold.rows.fill(hole, number);
      }
      return number;
    });
  }

  async finishBulk(client: PoolClient): Promise<void> {
    for (const statement of this.#sql.finish) await client.query(statement);
  }
}

const keys = (district: string, series: readonly Series[]): unknown[] => [
  district,
  series.map(({ book }) => book),
  series.map(({ period }) => period),
  series.map(({ type }) => type),
];
