import { type Book, CHART, type Entry, type Posting } from "@huimin/books";
import { lastDayOfMonth, shanghaiDate } from "@huimin/calendar";
import type { StoredEvent } from "@huimin/event-store";
import type { Fen } from "@huimin/money";

/*
 * 记账凭证: what one event posts in one book. Its number is handed out by the projector; everything else follows from the
 * event alone, here.
 */

/** 记 is the single type; 收, 付 and 转 are the three types of a district that sorts vouchers by cash. Every voucher has a number in both. */
export type VoucherType = "记" | "收" | "付" | "转";
export type CashType = Exclude<VoucherType, "记">;
/** Which of the two numberings is shown. */
export type VoucherTypes = "single" | "three";

export const VOUCHER_TYPES: readonly VoucherType[] = ["记", "收", "付", "转"];

/** 摘要: what accounting packages take (用友 60). The journal's lines keep the whole text. */
export const SUMMARY_MAX = 60;

/** 记账: the product posts by itself as soon as the event is recorded, and nobody can take it back. */
export const POSTER = "系统";

/** A voucher as it follows from its event, before it has a number. */
export interface VoucherDraft {
  readonly book: Book;
  readonly cashType: CashType;
  readonly lines: number;
  /** Σ debit = Σ credit; negative for a red voucher. */
  readonly total: Fen;
  readonly summary: string;
}

/** By characters, never in the middle of one. */
export const summaryOf = (text: string): string => {
  const plain = text.replace(/\s+/g, " ").trim() || "—";
  if (plain.length <= SUMMARY_MAX) return plain;
  return `${[...plain].slice(0, SUMMARY_MAX - 1).join("")}…`;
};

const CASH: ReadonlySet<string> = new Set(
  Object.values(CHART)
    .filter(({ codes }) => codes.some(({ code }) => code.startsWith("1002")))
    .map(({ id }) => id),
);

const size = (amount: bigint): bigint => (amount < 0n ? -amount : amount);

/** Money between two bank accounts is a payment; a red receipt stays among the receipts. */
function cashTypeOf(entries: readonly Entry[]): CashType {
  let [received, paid] = [0n, 0n];
  for (const { account, debit, credit } of entries) {
    if (!CASH.has(account)) continue;
    received += size(debit);
    paid += size(credit);
  }
  if (received === 0n && paid === 0n) return "转";
  return received > paid ? "收" : "付";
}

/** The vouchers of an event by what it posts: none, one, or one for each book. */
export function draftsOf({ entries, text }: Posting): VoucherDraft[] {
  const [first] = entries;
  if (first === undefined) return [];
  const bookOf = (entry: Entry): Book => CHART[entry.account].book;
  const book = bookOf(first);
  if (entries.every((entry) => bookOf(entry) === book)) return [draft(book, entries, text)];
  return [...Map.groupBy(entries, bookOf)].map(([each, of]) => draft(each, of, text));
}

function draft(book: Book, entries: readonly Entry[], text: string): VoucherDraft {
  let total = 0n;
  for (const entry of entries) total += entry.debit;
  return { book, cashType: book === "G" ? cashTypeOf(entries) : "转", lines: entries.length, total, summary: summaryOf(text) };
}

/**
 * 凭证日期, a day of the accounting period: the value date; of a correction with an older one the day on which it was made;
 * of an entry that waits for the period's beginning its first day, of one made after its end (决算整理期) its last.
 */
export function bookingDate({ valueDate, period, recordedAt }: Pick<StoredEvent, "valueDate" | "period" | "recordedAt">): string {
  const month = valueDate.slice(0, 7);
  if (month === period) return valueDate;
  const made = shanghaiDate(recordedAt);
  if (made.slice(0, 7) === period) return made;
  const first = `${period}-01`;
  return made > period ? lastDayOfMonth(first) : first;
}
