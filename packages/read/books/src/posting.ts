import type { StoredEvent } from "@huimin/event-store";
import { type Fen, formatAmount } from "@huimin/money";
import { BrokenInvariant } from "@huimin/outcome";
import { type AccountId, BOOKS, CHART } from "./chart.ts";
import type { Dims } from "./dimensions.ts";

/** What a posting rule sees of an event: nothing but the event. */
export type PostableEvent = Pick<StoredEvent, "position" | "type" | "valueDate" | "recordedAt" | "period" | "correctsPeriod" | "payload">;

/** One line of a voucher (分录). Fen in G and M, whole shares in Q. A red entry (红字) is negative on the same side. */
export interface Entry {
  readonly account: AccountId;
  readonly debit: Fen;
  readonly credit: Fen;
  readonly dims: Dims;
}

/** What an event does to the books: a text (摘要) and lines that balance in each book. */
export interface Posting {
  readonly text: string;
  readonly entries: readonly Entry[];
}

/** A posting rule: pure, of one event. */
// biome-ignore lint/suspicious/noExplicitAny: the payload is typed by the rule; the registry of rules holds them all
export type PostingRule<P = any> = (payload: P, event: PostableEvent) => Posting;

/** The rules of one event type in the order of time: the last whose month is not after the event's period applies. */
export type DatedRules = readonly { readonly from: string; readonly rule: PostingRule }[];

/** From the first month of the books. */
export const sinceStart = <P>(rule: PostingRule<P>): DatedRules => [{ from: "2015-01", rule }];

export const debit = (account: AccountId, amount: Fen, dims: Dims = {}): Entry => ({ account, debit: amount, credit: 0n, dims });
export const credit = (account: AccountId, amount: Fen, dims: Dims = {}): Entry => ({ account, debit: 0n, credit: amount, dims });

/** 借 … 贷 …: the same amount on both sides, nothing for a zero amount. */
export const pair = (amount: Fen, from: readonly [AccountId, Dims], to: readonly [AccountId, Dims]): Entry[] =>
  amount === 0n ? [] : [debit(from[0], amount, from[1]), credit(to[0], amount, to[1])];

/**
 * 以前年度盈余调整 (C4): income and expense of a closed fiscal year stand on 3501; the risk fund's part stays marked, because its
 * cash is compared with it (R24). Other lines are left as they are.
 */
export function toPriorYear(entry: Entry): Entry {
  const { account, dims } = entry;
  if (!CHART[account].yearly || account === "accumulatedSurplus" || account === "priorYearAdjustment") return entry;
  const isFund = account === "appropriationRiskFund" || dims.fund === "risk";
  return { ...entry, account: "priorYearAdjustment", dims: isFund ? { fund: "risk" } : {} };
}

/** Throws {@link BrokenInvariant} unless Σ debit = Σ credit in each book (invariant 1 of domain 2.7). */
export function assertBalanced(event: PostableEvent, posting: Posting): void {
  let difference = 0n;
  let mixed = false;
  let book: string | undefined;
  for (const entry of posting.entries) {
    difference += entry.debit - entry.credit;
    const entryBook = CHART[entry.account].book;
    if (book !== undefined && book !== entryBook) mixed = true;
    book = entryBook;
  }
  if (difference === 0n && !mixed) return;
  for (const each of BOOKS) {
    let open = 0n;
    for (const entry of posting.entries) if (CHART[entry.account].book === each) open += entry.debit - entry.credit;
    if (open !== 0n) {
      throw new BrokenInvariant(
        `event ${event.position} (${event.type}) does not balance in book ${each}: debit − credit = ${formatAmount(open)}`,
      );
    }
  }
}
