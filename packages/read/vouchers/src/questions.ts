import type { Account, Book, JournalLine, KnownAt } from "@huimin/books";
import type { IsoDate, Period } from "@huimin/calendar";
import type { Evidence } from "@huimin/event-store";
import type { Fen } from "@huimin/money";
import type { CorrectionKind, VoucherNumber } from "./number.ts";
import type { CashType, VoucherType, VoucherTypes } from "./voucher.ts";

/** A voucher that another one corrects, or is corrected by. */
export interface VoucherLink extends VoucherNumber {
  readonly position: number;
  readonly date: IsoDate;
  readonly kind: CorrectionKind;
}

/** 记账凭证 without its lines. */
export interface VoucherHead extends VoucherNumber {
  readonly district: string;
  /** Its number in the single type and in its cash type; `type` and `number` are those of the numbering that was asked for. */
  readonly single: number;
  readonly cashType: CashType;
  readonly cashNumber: number;
  readonly position: number;
  readonly eventId: string;
  readonly eventType: string;
  /** 凭证日期, a day of `period`. */
  readonly date: IsoDate;
  /** 业务发生日 */
  readonly valueDate: IsoDate;
  /** 入账时刻 */
  readonly recordedAt: string;
  /** 摘要, at most SUMMARY_MAX characters. */
  readonly summary: string;
  /** `注销…号凭证` or `订正…号凭证`, of a correction. */
  readonly note?: string;
  readonly lineCount: number;
  /** Σ debit = Σ credit; fen, or shares in book Q. */
  readonly total: Fen;
  /** 制单: user id, `bank:K1`, `system`, `cli:name`. */
  readonly maker: string;
  readonly makerRole: string;
  /** 审核: who approved; absent for messages of banks and for what needs no second person. */
  readonly reviewer?: string;
  /** 记账 */
  readonly poster: string;
  readonly sourceDocument?: string;
  /** 附件 by hash. */
  readonly evidence: readonly Evidence[];
  readonly corrects?: VoucherLink;
  readonly correctedBy: readonly VoucherLink[];
}

export interface Voucher extends VoucherHead {
  readonly lines: readonly JournalLine[];
}

/** After which voucher a page goes on. */
export type VoucherCursor = VoucherNumber;

export interface VoucherQuestion {
  readonly district: string;
  readonly book?: Book | undefined;
  /** First and last accounting month, both included. */
  readonly from?: Period | undefined;
  readonly through?: Period | undefined;
  /** Which numbering orders and names the vouchers. Default `single`. */
  readonly types?: VoucherTypes | undefined;
  /** Only these: 收, 付 or 转. */
  readonly type?: VoucherType | undefined;
  /** Only vouchers with a line on one of these accounts. */
  readonly accounts?: readonly Account[] | undefined;
  readonly maker?: string | undefined;
  readonly reviewer?: string | undefined;
  /** Only those that a person made and no second person saw. */
  readonly unreviewed?: boolean | undefined;
  readonly eventTypes?: readonly string[] | undefined;
  /** Value dates up to this day. */
  readonly asOf?: IsoDate | undefined;
  /** Only what was recorded up to then; numbers don't change with it. */
  readonly knownAt?: KnownAt | undefined;
  readonly after?: VoucherCursor | undefined;
  /** At most {@link VOUCHERS_MAX}. */
  readonly limit?: number | undefined;
}

export const VOUCHERS_DEFAULT = 100;
export const VOUCHERS_MAX = 1_000;

/** How many vouchers a month has in a book, by type. */
export interface VoucherCount {
  readonly book: Book;
  readonly period: Period;
  readonly type: VoucherType;
  readonly count: number;
}

export interface Vouchers {
  /** In the order of book, month, (type,) number. */
  list(question: VoucherQuestion): Promise<readonly VoucherHead[]>;
  /** One voucher by its number. */
  find(district: string, number: VoucherNumber): Promise<Voucher | undefined>;
  /** The vouchers of the event at a position: one for each book that it posts in. */
  at(district: string, position: number, types?: VoucherTypes): Promise<readonly Voucher[]>;
  /** All vouchers of a question with their lines, in pages: bounded memory for an export of any length. */
  stream(question: Omit<VoucherQuestion, "limit">): AsyncIterable<Voucher>;
  counts(question: Pick<VoucherQuestion, "district" | "book" | "from" | "through">): Promise<readonly VoucherCount[]>;
}
