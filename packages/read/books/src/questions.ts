import type { IsoDate, Period } from "@huimin/calendar";
import { type Fen, formatAmount } from "@huimin/money";
import type { Account, Book, Side } from "./chart.ts";
import type { Dimension, Dims, DimsFilter } from "./dimensions.ts";
import type { JournalLine, KnownAt } from "./lines.ts";

/**
 * The two time axes of every question: lines with a value date up to `asOf`, of events recorded up to `knownAt`.
 * Without them: everything that is in the books now.
 */
export interface Axes {
  /** 业务发生日, inclusive. */
  readonly asOf?: IsoDate | undefined;
  readonly knownAt?: KnownAt | undefined;
}

export interface BalanceQuestion extends Axes {
  readonly district: string;
  /** Internal id, a code ever printed (`2303.01`), or the head of codes (`1002`). */
  readonly account: string;
  readonly dims?: DimsFilter | undefined;
  /** Only the movement of this fiscal year, by period: for 3001, 3501, income and expense. */
  readonly year?: number | undefined;
  /** 结转前: as if income and expense had not been transferred at the end of their year (R8). */
  readonly beforeTransfers?: boolean | undefined;
}

/** Sums of both sides. `net` is debit − credit; `side` where it stands, with `amount` ≥ 0. Fen, or shares in book Q. */
export interface Balance {
  readonly debit: Fen;
  readonly credit: Fen;
  readonly net: Fen;
  readonly side: Side | "zero";
  readonly amount: Fen;
}

export const balanceOf = (debit: Fen, credit: Fen): Balance => {
  const net = debit - credit;
  return { debit, credit, net, side: net > 0n ? "debit" : net < 0n ? "credit" : "zero", amount: net < 0n ? -net : net };
};

/** An amount as the product prints it: yuan with two decimals, whole shares in book Q. */
export const printAmount = (book: Book, amount: Fen): string => (book === "Q" ? amount.toString() : formatAmount(amount));

export interface DetailQuestion extends BalanceQuestion {
  /** Dimensions to list by. */
  readonly by: readonly Dimension[];
  /** Rows that are zero are left out unless asked for. */
  readonly zeros?: boolean | undefined;
  readonly limit?: number | undefined;
}

export interface DetailRow {
  readonly account: Account;
  readonly dims: Dims;
  readonly balance: Balance;
}

/**
 * Trial balance (试算平衡表). By period, the accounting axis: `opening` before `from`, movement of `from` to `through`.
 * A closed period's is the same whenever it is printed. By value date when `asOf` is given: movement of `since` to `asOf`.
 */
export type TrialBalanceQuestion = {
  readonly district: string;
  readonly book?: Book | undefined;
  readonly knownAt?: KnownAt | undefined;
} & (
  | { readonly from?: Period | undefined; readonly through?: Period | undefined; readonly asOf?: undefined; readonly since?: undefined }
  | { readonly since?: IsoDate | undefined; readonly asOf: IsoDate; readonly from?: undefined; readonly through?: undefined }
);

export interface TrialBalanceRow {
  readonly account: Account;
  /** debit − credit before the span. */
  readonly opening: Fen;
  readonly debit: Fen;
  readonly credit: Fen;
  /** debit − credit at its end. */
  readonly closing: Fen;
}

export interface TrialBalance {
  readonly rows: readonly TrialBalanceRow[];
  /** Σ of the movement per book; equal, or the books are broken. */
  readonly totals: Readonly<Record<Book, { readonly debit: Fen; readonly credit: Fen }>>;
}

export interface JournalQuestion extends Axes {
  readonly district: string;
  /** Lines that match any of these. */
  readonly anyOf: readonly DimsFilter[];
  /** Whole vouchers (every line of each event that matches), not only the matching lines. Default false. */
  readonly wholeVouchers?: boolean | undefined;
  /** Only events after this position: the cursor of the page before. */
  readonly after?: number | undefined;
  /** Lines at most; default 1,000. */
  readonly limit?: number | undefined;
}

/** What can be asked of the books; the same from PostgreSQL and from memory. */
export interface Books {
  balance(question: BalanceQuestion): Promise<Balance>;
  /** Balances of an account by dimension, in the order of the dimensions. */
  details(question: DetailQuestion): Promise<readonly DetailRow[]>;
  trialBalance(question: TrialBalanceQuestion): Promise<TrialBalance>;
  /** The voucher of one event. */
  voucher(district: string, position: number): Promise<readonly JournalLine[]>;
  /** The lines of many events, in the order of position and line. */
  vouchers(district: string, positions: readonly number[]): Promise<readonly JournalLine[]>;
  journal(question: JournalQuestion): Promise<readonly JournalLine[]>;
}

export const JOURNAL_LINES_DEFAULT = 1_000;
export const DETAIL_ROWS_MAX = 10_000;

/** A question about an account that is not in the chart: a mistake of the caller, not of a user. */
export const unknownAccount = (account: string): Error => new Error(`no account has the code or id ${JSON.stringify(account)}`);

/** Rows with their closing balance, and the totals of the movement. */
export function trialBalanceOf(
  sums: readonly { readonly account: Account; readonly before: Fen; readonly debit: Fen; readonly credit: Fen }[],
): TrialBalance {
  const totals = { G: { debit: 0n, credit: 0n }, M: { debit: 0n, credit: 0n }, Q: { debit: 0n, credit: 0n } };
  const rows = sums.map(({ account, before, debit, credit }) => {
    totals[account.book].debit += debit;
    totals[account.book].credit += credit;
    return { account, opening: before, debit, credit, closing: before + debit - credit };
  });
  return { rows, totals };
}
