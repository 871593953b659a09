import { BOOKS_SCHEMA, type Book, type Books, createBooks, type JournalLine } from "@huimin/books";
import type { Evidence } from "@huimin/event-store";
import type { Pool } from "pg";
import { correctionNote, type VoucherNumber } from "./number.ts";
import { VOUCHERS_SCHEMA } from "./projection.ts";
import { condition, HEAD_SELECT, orderOf, periodNumber, Values } from "./query.sql.ts";
import {
  VOUCHERS_DEFAULT,
  VOUCHERS_MAX,
  type Voucher,
  type VoucherCount,
  type VoucherHead,
  type VoucherLink,
  type VoucherQuestion,
  type Vouchers,
} from "./questions.ts";
import { type CashType, POSTER, type VoucherType, type VoucherTypes } from "./voucher.ts";

/** Vouchers of a page of a stream, and lines read at a time: a list of beneficiaries has 800. */
const STREAM_PAGE = 500;

interface Link {
  readonly period: number;
  readonly number: number;
  readonly cash_type: CashType;
  readonly cash_number: number;
  readonly position: number;
  readonly date: string;
  readonly red: boolean;
}

interface Row {
  readonly district: string;
  readonly book: Book;
  readonly period: number;
  readonly number: number;
  readonly cash_type: CashType;
  readonly cash_number: number;
  readonly position: string;
  readonly event_id: string;
  readonly event_type: string;
  readonly booking_date: string;
  readonly value_date: string;
  readonly recorded_at: string;
  readonly summary: string;
  readonly lines: number;
  readonly total: string;
  readonly maker: string;
  readonly maker_role: string;
  readonly reviewer: string | null;
  readonly source_document: string | null;
  readonly evidence: string | null;
  readonly corrected: Link | null;
  readonly corrected_by: readonly Link[] | null;
}

const periodText = (period: number): string => `${Math.floor(period / 100)}-${String(period % 100).padStart(2, "0")}`;

const typed = (types: VoucherTypes, row: { readonly number: number; readonly cash_type: CashType; readonly cash_number: number }) =>
  types === "three" ? { type: row.cash_type, number: row.cash_number } : { type: "记" as VoucherType, number: row.number };

/** A red copy takes back, anything else is put in its place. */
const isRed = (row: Pick<Row, "total" | "event_type">): boolean => row.total.startsWith("-") || row.event_type.endsWith("Reversed");

function headOf(row: Row, types: VoucherTypes): VoucherHead {
  const { book } = row;
  const link = (to: Link, red: boolean): VoucherLink => ({
    book,
    ...typed(types, to),
    period: periodText(to.period),
    position: to.position,
    date: to.date,
    kind: red ? "注销" : "订正",
  });
  const corrects = row.corrected === null ? undefined : link(row.corrected, isRed(row));
  return {
    district: row.district,
    book,
    ...typed(types, row),
    period: periodText(row.period),
    single: row.number,
    cashType: row.cash_type,
    cashNumber: row.cash_number,
    position: Number(row.position),
    eventId: row.event_id,
    eventType: row.event_type,
    date: row.booking_date,
    valueDate: row.value_date,
    recordedAt: row.recorded_at,
    summary: row.summary,
    ...(corrects === undefined ? {} : { note: correctionNote(corrects.kind, corrects), corrects }),
    lineCount: row.lines,
    total: BigInt(row.total),
    maker: row.maker,
    makerRole: row.maker_role,
    ...(row.reviewer === null ? {} : { reviewer: row.reviewer }),
    poster: POSTER,
    ...(row.source_document === null ? {} : { sourceDocument: row.source_document }),
    evidence: row.evidence === null ? [] : (JSON.parse(row.evidence) as Evidence[]),
    correctedBy: (row.corrected_by ?? []).map((one) => link(one, one.red)),
  };
}

/** Vouchers in PostgreSQL. The lines are those of the books. */
export function createVouchers(pool: Pool, options: { readonly schema?: string; readonly booksSchema?: string } = {}): Vouchers {
  return new PostgresVouchers(pool, options.schema ?? VOUCHERS_SCHEMA, options.booksSchema ?? BOOKS_SCHEMA);
}

class PostgresVouchers implements Vouchers {
  readonly #pool: Pool;
  readonly #schema: string;
  readonly #booksSchema: string;
  readonly #books: Books;

  constructor(pool: Pool, schema: string, booksSchema: string) {
    this.#pool = pool;
    this.#schema = schema;
    this.#booksSchema = booksSchema;
    this.#books = createBooks(pool, booksSchema);
  }

  async list(question: VoucherQuestion): Promise<readonly VoucherHead[]> {
    const types = question.types ?? "single";
    const values = new Values();
    const where = condition(question, values, this.#booksSchema);
    const limit = values.add(Math.min(question.limit ?? VOUCHERS_DEFAULT, VOUCHERS_MAX));
    const { rows } = await this.#pool.query<Row>(
      `${HEAD_SELECT(this.#schema, question.knownAt, values)} WHERE ${where} ORDER BY ${orderOf(types)} LIMIT ${limit}`,
      values.list,
    );
    return rows.map((row) => headOf(row, types));
  }

  async find(district: string, { book, type, period, number }: VoucherNumber): Promise<Voucher | undefined> {
    const [types, column] = type === "记" ? (["single", "v.number"] as const) : (["three", "v.cash_number"] as const);
    const values = new Values();
    const where = [
      `v.district = ${values.add(district)} AND v.book = ${values.add(book)} AND v.period = ${values.add(periodNumber(period))}`,
      `${column} = ${values.add(number)}`,
      type === "记" ? "TRUE" : `v.cash_type = ${values.add(type)}`,
    ].join(" AND ");
    const { rows } = await this.#pool.query<Row>(`${HEAD_SELECT(this.#schema, undefined, values)} WHERE ${where}`, values.list);
    const [row] = rows;
    if (row === undefined) return undefined;
    const [voucher] = await this.#withLines(district, [headOf(row, types)]);
    return voucher;
  }

  async at(district: string, position: number, types: VoucherTypes = "single"): Promise<readonly Voucher[]> {
    const values = new Values();
    const where = `v.district = ${values.add(district)} AND v.position = ${values.add(position)}`;
    const { rows } = await this.#pool.query<Row>(
      `${HEAD_SELECT(this.#schema, undefined, values)} WHERE ${where} ORDER BY v.book`,
      values.list,
    );
    return this.#withLines(
      district,
      rows.map((row) => headOf(row, types)),
    );
  }

  async *stream(question: Omit<VoucherQuestion, "limit">): AsyncGenerator<Voucher> {
    let { after } = question;
    for (;;) {
      const heads = await this.list({ ...question, after, limit: STREAM_PAGE });
      yield* await this.#withLines(question.district, heads);
      after = heads.at(-1);
      if (heads.length < STREAM_PAGE) return;
    }
  }

  async counts({ district, book, from, through }: Pick<VoucherQuestion, "district" | "book" | "from" | "through">) {
    const { rows } = await this.#pool.query<{ book: Book; period: number; type: VoucherType; last: number }>(
      `SELECT book, period, type, last FROM ${this.#schema}.counter WHERE district = $1 AND ($2::text IS NULL OR book = $2)
         AND ($3::integer IS NULL OR period >= $3) AND ($4::integer IS NULL OR period <= $4) ORDER BY book, period, type`,
      [district, book ?? null, from === undefined ? null : periodNumber(from), through === undefined ? null : periodNumber(through)],
    );
    return rows.map((row): VoucherCount => ({ book: row.book, period: periodText(row.period), type: row.type, count: row.last }));
  }

  async #withLines(district: string, heads: readonly VoucherHead[]): Promise<Voucher[]> {
    const lines = await this.#books.vouchers(
      district,
      heads.map(({ position }) => position),
    );
    const byVoucher = Map.groupBy(lines, (line) => `${line.position}${line.account.book}`);
    return heads.map((head): Voucher => {
      const own = byVoucher.get(`${head.position}${head.book}`) ?? [];
      return { ...head, lines: own as readonly JournalLine[] };
    });
  }
}
