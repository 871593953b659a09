import { type Account, type Book, type Dims, linesOf } from "@huimin/books";
import type { StoredEvent } from "@huimin/event-store";
import type { Fen } from "@huimin/money";

/*
 * The journal as every export reads it: one voucher an event and book, in the order of the log, and the balances that the
 * vouchers add up to, so that an export ends with what the reader must find.
 */

export interface VoucherLine {
  readonly account: Account;
  readonly debit: Fen;
  readonly credit: Fen;
  readonly dims: Dims;
}

/** What one event posts in one book. */
export interface Voucher {
  readonly position: number;
  readonly eventType: string;
  readonly book: Book;
  /** Day under which it stands in its accounting period: the value date, or the period's nearest day to it. */
  readonly date: string;
  /** 业务发生日 */
  readonly valueDate: string;
  readonly recordedAt: string;
  readonly period: string;
  /** 摘要 */
  readonly text: string;
  readonly lines: readonly VoucherLine[];
}

/** Nothing is dated before it. */
export const FIRST_DAY = "2015-01-01";

/** First and last accounting month, both included; everything when absent. */
export interface Span {
  readonly from?: string | undefined;
  readonly through?: string | undefined;
}

const lastDayOf = (period: string): string => {
  const [year, month] = period.split("-").map(Number) as [number, number];
  return `${period}-${new Date(Date.UTC(year, month, 0)).getUTCDate()}`;
};

/** A correction keeps its old value date but stands in an open period (反结账 is not offered): on that period's first day. */
export function bookingDate(valueDate: string, period: string): string {
  const month = valueDate.slice(0, 7);
  if (month === period) return valueDate;
  return month < period ? `${period}-01` : lastDayOf(period);
}

/** The vouchers of some events; an event that posts in two books gives two. */
export function* vouchersOf(events: Iterable<StoredEvent>): Generator<Voucher> {
  for (const event of events) {
    const byBook = new Map<Book, VoucherLine[]>();
    let text = "";
    for (const line of linesOf(event)) {
      text = line.text;
      const { account, debit, credit, dims } = line;
      const lines = byBook.get(account.book) ?? [];
      lines.push({ account, debit, credit, dims });
      byBook.set(account.book, lines);
    }
    const { position, type: eventType, valueDate, recordedAt, period } = event;
    for (const [book, lines] of byBook) {
      yield { position, eventType, book, date: bookingDate(valueDate, period), valueDate, recordedAt, period, text, lines };
    }
  }
}

/** Debit − credit per account. */
export class Balances {
  readonly #sums = new Map<Account, Fen>();

  add(voucher: Voucher): void {
    for (const { account, debit, credit } of voucher.lines) this.#sums.set(account, (this.#sums.get(account) ?? 0n) + debit - credit);
  }

  get(account: Account): Fen {
    return this.#sums.get(account) ?? 0n;
  }

  /** Accounts that were ever moved, by book and number. */
  list(): { readonly account: Account; readonly net: Fen }[] {
    return [...this.#sums]
      .map(([account, net]) => ({ account, net }))
      .sort((a, b) => (a.account.book === b.account.book ? a.account.no - b.account.no : a.account.book < b.account.book ? -1 : 1));
  }
}

/** Where an export takes its vouchers from, in the order of the log. It is read a second time for opening balances. */
export type VoucherSource = () => AsyncIterable<Voucher>;

export interface JournalExport extends Span {
  readonly district: string;
  /** Position up to which the log was read. */
  readonly position: number;
}

/** Balances of everything before the span; none without a first month. */
export async function openingBalances(source: VoucherSource, { from }: Span): Promise<Balances> {
  const balances = new Balances();
  if (from === undefined) return balances;
  for await (const voucher of source()) if (voucher.period < from) balances.add(voucher);
  return balances;
}

/** The vouchers of the span. */
export async function* within(source: VoucherSource, { from, through }: Span): AsyncGenerator<Voucher> {
  for await (const voucher of source()) {
    if ((from === undefined || voucher.period >= from) && (through === undefined || voucher.period <= through)) yield voucher;
  }
}

/** The code that is printed today: an account whose code changed keeps one name through the whole export. */
export const codeOf = (account: Account): string => account.codes.at(-1)?.code ?? account.id;
