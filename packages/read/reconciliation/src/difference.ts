import { daysBetween, type IsoDate } from "@huimin/calendar";
import type { Fen } from "@huimin/money";

/**
 * bank-only 银行已达账面未达; book-only 账面已达银行未达; amount 金额不符 under one serial or order; date 日期不符: matched, and far apart;
 * timing 跨日: matched with something of a later day.
 */
export type DifferenceKind = "bank-only" | "book-only" | "amount" | "date" | "timing";
/** unexplained blocks the closing of its day; timing explains itself. */
export type DifferenceStatus = "unexplained" | "explained" | "timing";

/** Ages of differences in days from their first day. */
export const AGE_BUCKETS = ["0-3", "4-10", "11-30", ">30"] as const;
export type AgeBucket = (typeof AGE_BUCKETS)[number];
export const ageOf = (since: IsoDate, on: IsoDate): number => Math.max(0, daysBetween(since, on));
export const bucketOf = (days: number): AgeBucket => (days <= 3 ? "0-3" : days <= 10 ? "4-10" : days <= 30 ? "11-30" : ">30");

export interface DeskExplanation {
  readonly reason: string;
  readonly note?: string;
  readonly clearBy?: IsoDate;
  readonly positions?: readonly number[];
  readonly actor: string;
  readonly position: number;
}

/** One line or movement of a difference, as people read it. */
export interface DifferenceItem {
  readonly item: string;
  readonly side: "bank" | "book";
  readonly date: IsoDate;
  /** Signed: positive came in. */
  readonly amount: Fen;
  readonly serial?: string;
  readonly order?: string;
  /** Of a movement: the event that it comes from. */
  readonly position?: number;
  readonly text?: string;
}

export interface Difference {
  /** The item by which it is known; an explanation of any of its items is one of the difference. */
  readonly id: string;
  readonly kind: DifferenceKind;
  readonly status: DifferenceStatus;
  readonly items: readonly DifferenceItem[];
  /** Σ bank − Σ books of its items; 0 for a date. */
  readonly amount: Fen;
  /** Its first day. */
  readonly since: IsoDate;
  readonly age: number;
  readonly bucket: AgeBucket;
  /** The other half of a match, of a later day. */
  readonly counterparts: readonly string[];
  /** Unmatched items of the other side with the same amount: what a person would look at first. */
  readonly candidates: readonly string[];
  readonly explanation?: DeskExplanation;
}
