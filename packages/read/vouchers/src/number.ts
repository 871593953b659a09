import { BOOKS, type Book } from "@huimin/books";
import type { IsoDate, Period } from "@huimin/calendar";
import { VOUCHER_TYPES, type VoucherType } from "./voucher.ts";

/** 凭证号: gap-free within book, accounting month and type. */
export interface VoucherNumber {
  readonly book: Book;
  readonly type: VoucherType;
  readonly period: Period;
  readonly number: number;
}

const DIGITS_MIN = 4;

export const numberText = (number: number): string => String(number).padStart(DIGITS_MIN, "0");

/** `记-2018-06-0012` in book G; `M:记-2018-06-0012` in another. */
export const printNumber = ({ book, type, period, number }: VoucherNumber): string =>
  `${book === "G" ? "" : `${book}:`}${type}-${period}-${numberText(number)}`;

const PATTERN = /^(?:([GMQ]):)?([记收付转])-(\d{4}-(?:0[1-9]|1[0-2]))-(\d{1,9})$/;

/** The number of a text; undefined for anything else. */
export function parseNumber(text: string): VoucherNumber | undefined {
  const [, book = "G", type = "", period = "", digits = ""] = PATTERN.exec(text.trim()) ?? [];
  const number = Number(digits);
  if (number === 0 || !BOOKS.includes(book as Book) || !VOUCHER_TYPES.includes(type as VoucherType)) return undefined;
  return { book: book as Book, type: type as VoucherType, period, number };
}

/** 注销 for a red copy, 订正 for what is posted in its place or in addition. */
export type CorrectionKind = "注销" | "订正";

/** `注销2018年6月5日记-0012号凭证`: what a correcting voucher says of the one that it corrects. */
export function correctionNote(kind: CorrectionKind, corrected: VoucherNumber & { readonly date: IsoDate }): string {
  const [year = "", month = "", day = ""] = corrected.date.split("-");
  return `${kind}${year}年${Number(month)}月${Number(day)}日${corrected.type}-${numberText(corrected.number)}号凭证`;
}
