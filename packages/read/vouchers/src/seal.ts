import { createHash, type Hash } from "node:crypto";
import { ACCOUNTS, type Account, BOOKS, type Book, type Books, linesOf, postingOf, printAmount, type TrialBalance } from "@huimin/books";
import type { Period } from "@huimin/calendar";
import type { StoredEvent } from "@huimin/event-store";
import type { Fen } from "@huimin/money";
import type { Voucher, Vouchers } from "./questions.ts";
import { bookingDate, draftsOf, type VoucherType } from "./voucher.ts";

/*
 * 封存: the hashes of a month's vouchers and of its trial balance. They are worked out from the read models when a month is
 * closed, and from nothing but the log when it is looked at again: the two agree or something was changed. The canonical
 * form below is part of what was promised at each closing, so it never changes; another one would be a new field.
 */

export interface BookSeal {
  readonly book: Book;
  readonly vouchers: number;
  readonly lines: number;
  /** Σ debit = Σ credit. */
  readonly total: string;
  readonly hash: string;
}

export interface Seal {
  readonly period: Period;
  readonly books: BookSeal[];
  readonly trialBalance: string;
}

/** A seal as an event holds it. */
export interface StoredSeal {
  readonly trialBalance: string;
  readonly books: readonly { readonly book: string; readonly vouchers: number; readonly hash: string }[];
}

type SealedVoucher = Pick<
  Voucher,
  | "single"
  | "cashType"
  | "cashNumber"
  | "position"
  | "eventId"
  | "eventType"
  | "date"
  | "valueDate"
  | "summary"
  | "maker"
  | "reviewer"
  | "evidence"
  | "lines"
>;

/** One voucher as text: its head, then a line for each line; keys of dimensions in order, nothing that is empty. */
function canonicalVoucher(voucher: SealedVoucher): string {
  const { single, cashType, cashNumber, position, eventId, eventType, date, valueDate, summary, maker, reviewer, evidence } = voucher;
  const attached = evidence.map(({ sha256 }) => sha256);
  const head = [single, cashType, cashNumber, position, eventId, eventType, date, valueDate, summary, maker, reviewer ?? "", attached];
  const lines = voucher.lines.map(({ lineNo, account, debit, credit, dims, text }) => {
    const named = Object.entries(dims)
      .filter(([, value]) => value !== undefined && value !== "")
      .sort(([a], [b]) => (a < b ? -1 : 1));
    return JSON.stringify([lineNo, account.id, String(debit), String(credit), named, text]);
  });
  return `${[JSON.stringify(head), ...lines].join("\n")}\n`;
}

/** The seal of one month's vouchers in one book, as they are added in the order of their numbers. */
class BookSealing {
  readonly book: Book;
  /** Number of the last voucher that was added. */
  vouchers = 0;
  #lines = 0;
  #total: Fen = 0n;
  readonly #hash: Hash = createHash("sha256");

  constructor(book: Book) {
    this.book = book;
  }

  add(voucher: SealedVoucher): void {
    this.#hash.update(canonicalVoucher(voucher));
    this.vouchers += 1;
    this.#lines += voucher.lines.length;
    for (const { debit } of voucher.lines) this.#total += debit;
  }

  seal(): BookSeal {
    const { book, vouchers } = this;
    return { book, vouchers, lines: this.#lines, total: printAmount(book, this.#total), hash: this.#hash.copy().digest("hex") };
  }
}

interface Row {
  readonly account: Account;
  readonly opening: Fen;
  readonly debit: Fen;
  readonly credit: Fen;
}

/** SHA-256 of a trial balance of a month: accounts in the order of their numbers. */
export function trialBalanceHash(rows: readonly Row[]): string {
  const hash = createHash("sha256");
  for (const { account, opening, debit, credit } of [...rows].sort((a, b) => a.account.no - b.account.no)) {
    hash.update(`${JSON.stringify([account.id, String(opening), String(debit), String(credit)])}\n`);
  }
  return hash.digest("hex");
}

/**
 * Seals of open months from the read models. What was added stays added, so asking again costs only what came since:
 * a close that lost a race with another booking is decided again in a moment.
 */
export class Sealer {
  readonly #vouchers: Vouchers;
  readonly #books: Books;
  readonly #district: string;
  readonly #months = new Map<string, BookSealing>();

  constructor(options: { readonly vouchers: Vouchers; readonly books: Books; readonly district: string }) {
    this.#vouchers = options.vouchers;
    this.#books = options.books;
    this.#district = options.district;
  }

  /** Of each of these months that has vouchers up to a position of the log, which the read models must have reached. */
  async seals(span: { readonly after: Period; readonly through: Period; readonly position: number }): Promise<Seal[]> {
    const counts = await this.#vouchers.counts({ district: this.#district, through: span.through });
    const months = Map.groupBy(
      counts.filter(({ period, type }) => type === "记" && period > span.after),
      ({ period }) => period,
    );
    const seals: Seal[] = [];
    for (const period of [...months.keys()].sort()) {
      const books = [];
      for (const book of BOOKS) {
        if (months.get(period)?.some((one) => one.book === book)) books.push(await this.#book(period, book, span.position));
      }
      const trial: TrialBalance = await this.#books.trialBalance({ district: this.#district, from: period, through: period });
      seals.push({ period, books, trialBalance: trialBalanceHash(trial.rows) });
    }
    return seals;
  }

  /** Forgets the months of a close that is done, or refused for good. */
  forget(): void {
    this.#months.clear();
  }

  async #book(period: Period, book: Book, position: number): Promise<BookSeal> {
    const key = `${period} ${book}`;
    const sealing = this.#months.get(key) ?? new BookSealing(book);
    this.#months.set(key, sealing);
    const after = { book, type: "记" as VoucherType, period, number: sealing.vouchers };
    const question = { district: this.#district, book, from: period, through: period, knownAt: { position }, after };
    for await (const voucher of this.#vouchers.stream(question)) sealing.add(voucher);
    return sealing.seal();
  }
}

/** Seals of months from nothing but the events of the log, in one pass. Memory: a hash per month and book, and the trial balance. */
export class LogSealer {
  readonly #months = new Map<Period, Map<Book, BookSealing>>();
  readonly #cash = new Map<string, number>();
  /** Movement per account and month. */
  readonly #moved = new Map<Period, Map<Account, { debit: Fen; credit: Fen }>>();

  see(event: StoredEvent): void {
    const drafts = draftsOf(postingOf(event));
    if (drafts.length === 0) return;
    const { period } = event;
    const lines = linesOf(event);
    const books = this.#months.get(period) ?? new Map<Book, BookSealing>();
    this.#months.set(period, books);
    for (const { book, cashType, summary } of drafts) {
      const sealing = books.get(book) ?? new BookSealing(book);
      books.set(book, sealing);
      const series = `${period} ${book} ${cashType}`;
      const cashNumber = (this.#cash.get(series) ?? 0) + 1;
      this.#cash.set(series, cashNumber);
      sealing.add({
        single: sealing.vouchers + 1,
        cashType,
        cashNumber,
        position: event.position,
        eventId: event.eventId,
        eventType: event.type,
        date: bookingDate(event),
        valueDate: event.valueDate,
        summary,
        maker: event.actor,
        ...(event.checker === undefined ? {} : { reviewer: event.checker }),
        evidence: event.evidence ?? [],
        lines: lines.filter(({ account }) => account.book === book),
      });
    }
    const moved = this.#moved.get(period) ?? new Map<Account, { debit: Fen; credit: Fen }>();
    this.#moved.set(period, moved);
    for (const { account, debit, credit } of lines) {
      const sum = moved.get(account) ?? { debit: 0n, credit: 0n };
      sum.debit += debit;
      sum.credit += credit;
      moved.set(account, sum);
    }
  }

  /** The month as the log has it; undefined for one without vouchers. */
  seal(period: Period): Seal | undefined {
    const books = this.#months.get(period);
    if (books === undefined) return undefined;
    const sealed = BOOKS.flatMap((book) => books.get(book)?.seal() ?? []);
    return { period, books: sealed, trialBalance: trialBalanceHash(this.#trialBalance(period)) };
  }

  #trialBalance(period: Period): Row[] {
    const rows = new Map<Account, { opening: Fen; debit: Fen; credit: Fen }>();
    for (const [month, moved] of this.#moved) {
      if (month > period) continue;
      for (const [account, { debit, credit }] of moved) {
        const row = rows.get(account) ?? { opening: 0n, debit: 0n, credit: 0n };
        rows.set(account, row);
        if (month < period) row.opening += debit - credit;
        else {
          row.debit += debit;
          row.credit += credit;
        }
      }
    }
    return ACCOUNTS.flatMap((account) => {
      const row = rows.get(account);
      return row === undefined ? [] : [{ account, ...row }];
    });
  }
}

/** What differs between the seal of a closing and the same month now; nothing when it is byte for byte the same. */
export function sealDifferences(closed: StoredSeal, now: Seal | undefined): string[] {
  if (now === undefined) return ["all vouchers are missing"];
  const differences: string[] = [];
  const names = new Set([...closed.books.map(({ book }) => book), ...now.books.map(({ book }) => book)]);
  for (const name of names) {
    const was = closed.books.find(({ book }) => book === name);
    const is = now.books.find(({ book }) => book === name);
    if (was?.vouchers !== is?.vouchers)
      differences.push(`book ${name}: ${was?.vouchers ?? 0} vouchers when closed, ${is?.vouchers ?? 0} now`);
    else if (was?.hash !== is?.hash) differences.push(`book ${name}: the vouchers are not those of the closing`);
  }
  if (closed.trialBalance !== now.trialBalance) differences.push("the trial balance is not that of the closing");
  return differences;
}
