import type { IsoDate } from "@huimin/calendar";
import type { Fen } from "@huimin/money";

/** A line of a bank statement, or a movement of the books, as matching sees it. */
export interface Item {
  readonly id: string;
  /** Value date of a movement, booking date of a line. */
  readonly date: IsoDate;
  /** Signed: positive is money that came in. */
  readonly amount: Fen;
  /** The bank's serial 流水号. */
  readonly serial?: string | undefined;
  /** Of a reversal: the serial that it takes back. */
  readonly reverses?: string | undefined;
  /** Payment order 代发批次 that it belongs to. */
  readonly order?: string | undefined;
  /** What kind of movement it is: movements of one kind and day may be one line. */
  readonly kind?: string | undefined;
  /** 冲正 at the bank. */
  readonly reversal?: boolean | undefined;
}

/** Why items belong together; in the order in which the engine asks. */
export type MatchRule = "confirmed" | "serial" | "order" | "reversal" | "date" | "nearby" | "sum";

export interface Match {
  readonly rule: MatchRule;
  /** Number of a confirmed match. */
  readonly match?: string;
  /** Ids in canonical order. Empty on one side where lines of the other make each other up. */
  readonly bank: readonly string[];
  readonly book: readonly string[];
  /** Days between the earliest and the latest of them. */
  readonly daysApart: number;
}

/** Same serial or order, other sums: one difference of both sides. */
export interface AmountDifference {
  readonly rule: "serial" | "order";
  readonly key: string;
  readonly bank: readonly string[];
  readonly book: readonly string[];
  /** Σ bank − Σ book. */
  readonly difference: Fen;
}

export interface Matching {
  readonly matches: readonly Match[];
  readonly amounts: readonly AmountDifference[];
  readonly bankOnly: readonly string[];
  readonly bookOnly: readonly string[];
}

export interface MatchOptions {
  /** What people confirmed, by number; it goes before everything. */
  readonly confirmed?: ReadonlyMap<string, readonly string[]>;
  /** Sets of items that people took apart: no automatic match holds two of one set on opposite sides. */
  readonly apart?: readonly (readonly string[])[];
  /** Days that an amount without serial may be apart. Default {@link NEARBY_DAYS}. */
  readonly nearbyDays?: number;
}

/** A bank books the next working day; the longest holiday (春节, 国庆) is eight days. */
export const NEARBY_DAYS = 8;
/** Items that one line may be the sum of, where nothing but the sum says so. */
export const SUM_ITEMS_MAX = 6;
/** Candidates of such a sum. With more, a sum is no evidence: some subset of many amounts nearly always fits. */
export const SUM_CANDIDATES_MAX = 24;
/** Items of the days around that are looked at for candidates. */
export const SUM_LOOKED_AT_MAX = 500;
/** Steps of the search of one sum, and of all sums of one run. */
export const SUM_STEPS_MAX = 20_000;
export const SUM_STEPS_RUN_MAX = 2_000_000;
