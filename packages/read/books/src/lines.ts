import type { Fen } from "@huimin/money";
import type { Account } from "./chart.ts";
import { CHART } from "./chart.ts";
import type { Dims } from "./dimensions.ts";
import type { PostableEvent } from "./posting.ts";
import { postingOf } from "./rules/index.ts";

/** A line of the journal as queries answer it. */
export interface JournalLine {
  readonly position: number;
  readonly lineNo: number;
  readonly eventType: string;
  readonly valueDate: string;
  readonly recordedAt: string;
  /** 会计期间, the month in whose trial balance the line stands. */
  readonly period: string;
  readonly account: Account;
  readonly debit: Fen;
  readonly credit: Fen;
  readonly dims: Dims;
  /** 摘要 */
  readonly text: string;
}

/** The journal lines of an event, numbered from 1; none for an event that posts nothing. */
export function linesOf(event: PostableEvent): JournalLine[] {
  const posting = postingOf(event);
  return posting.entries.map((entry, index) => ({
    position: event.position,
    lineNo: index + 1,
    eventType: event.type,
    valueDate: event.valueDate,
    recordedAt: event.recordedAt,
    period: event.period,
    account: CHART[entry.account],
    debit: entry.debit,
    credit: entry.credit,
    dims: entry.dims,
    text: posting.text,
  }));
}

export const fiscalYearOf = (period: string): number => Number(period.slice(0, 4));

/** What was known: everything up to a position of the log, or up to an instant of recording. */
export type KnownAt = { readonly position: number } | { readonly instant: string };
