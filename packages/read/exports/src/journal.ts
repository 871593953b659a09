import type { Account, Book } from "@huimin/books";
import type { Period } from "@huimin/calendar";
import type { Fen } from "@huimin/money";
import type { Voucher } from "@huimin/vouchers";

/*
 * What every export is made from: vouchers with their numbers, and the balances before them. An export ends with the
 * balances that its reader must find.
 */

/** First and last accounting month, both included; everything when absent. */
export interface Span {
  readonly from?: Period | undefined;
  readonly through?: Period | undefined;
}

/** Debit − credit of an account. */
export interface AccountNet {
  readonly account: Account;
  readonly net: Fen;
}

/** One accounting month of one account (科目余额及发生额). */
export interface MonthOfAccount {
  readonly period: Period;
  readonly account: Account;
  readonly opening: Fen;
  readonly debit: Fen;
  readonly credit: Fen;
  readonly closing: Fen;
}

/** Where an export takes its figures from; read once, in pieces. */
export interface JournalSource {
  readonly district: string;
  /** Position up to which the log is in the export. */
  readonly position: number;
  readonly span: Span;
  /** Vouchers of the span, in the order of book, month and number. */
  vouchers(book?: Book): AsyncIterable<Voucher>;
  /** Balances before the first month; none without one. */
  opening(book?: Book): Promise<readonly AccountNet[]>;
  /** Months of the span that have vouchers, ascending. */
  periods(book: Book): Promise<readonly Period[]>;
  /** Balances and movement of one month, accounts in the order of the chart. */
  month(book: Book, period: Period): Promise<readonly MonthOfAccount[]>;
}

/** Debit − credit per account, added up as vouchers pass. */
export class Balances {
  readonly #sums = new Map<Account, Fen>();

  constructor(opening: readonly AccountNet[] = []) {
    for (const { account, net } of opening) this.#sums.set(account, net);
  }

  add({ lines }: Pick<Voucher, "lines">): void {
    for (const { account, debit, credit } of lines) this.#sums.set(account, (this.#sums.get(account) ?? 0n) + debit - credit);
  }

  get(account: Account): Fen {
    return this.#sums.get(account) ?? 0n;
  }

  /** Accounts that were ever moved, by book and number. */
  list(): AccountNet[] {
    return [...this.#sums]
      .map(([account, net]) => ({ account, net }))
      .sort((a, b) => (a.account.book === b.account.book ? a.account.no - b.account.no : a.account.book < b.account.book ? -1 : 1));
  }
}

/** Nothing is dated before it. */
export const FIRST_DAY = "2015-01-01";

/** The code that is printed today: in a journal an account whose code changed keeps one name throughout. */
export const codeOf = (account: Account): string => account.codes.at(-1)?.code ?? account.id;

/** What a voucher says: its note on what it corrects, then its text. */
export const textOf = ({ note, summary }: Voucher): string => (note === undefined ? summary : `${note}:${summary}`);

/** Names and values of what a reader may want to know of a voucher besides its lines. */
export const factsOf = (voucher: Voucher): readonly (readonly [string, string | undefined])[] => [
  ["event", voucher.eventType],
  ["position", String(voucher.position)],
  ["recorded", voucher.recordedAt],
  ["period", voucher.period],
  ["maker", voucher.maker],
  ["reviewer", voucher.reviewer],
  ["document", voucher.sourceDocument],
  ["evidence", voucher.evidence.map(({ sha256 }) => sha256).join(" ") || undefined],
  ["corrects", voucher.corrects === undefined ? undefined : String(voucher.corrects.position)],
];
