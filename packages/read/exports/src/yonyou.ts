import { type Book, type JournalLine, printAmount, printedCode } from "@huimin/books";
import { numberText, type Voucher } from "@huimin/vouchers";
import type { Piece } from "./charset.ts";
import { type JournalSource, textOf } from "./journal.ts";

/*
 * 用友 U8, 凭证引入 (domain 4.3): a first line `填制凭证,V800`, then a line an entry, fields separated by commas. One voucher is what has
 * the same date, type and number; its lines are adjacent. The first eight fields and the maker in the twelfth place are
 * attested; the rest of the order is from memory of practice and stays empty but for the day of the business.
 */

export const YONYOU_HEADER = "填制凭证,V800";
/** 科目编码: at most this many characters, without the dot. */
export const YONYOU_ACCOUNT_MAX = 15;
/** 摘要 */
export const YONYOU_TEXT_MAX = 60;

/** U8 has no separator in a code: 1002.03 is 100203. */
export const yonyouAccount = (code: string): string => code.replaceAll(".", "");

/** A comma or a quotation mark ends a field in U8's reader, and nothing escapes it: the wide forms stand for them. */
const field = (text: string): string =>
  text
    .replace(/[\r\n\t]+/g, " ")
    .replaceAll(",", "\uff0c")
    .replaceAll('"', "\u201d");
const shortened = (text: string): string => [...field(text)].slice(0, YONYOU_TEXT_MAX).join("");

/** 16.2; a line has one side, the other is zero. */
const amount = (book: Book, value: bigint): string => printAmount(book, value);

function lineOf(voucher: Voucher, { account, debit, credit, dims }: JournalLine): string {
  const { date, type, number, evidence, maker, valueDate, sourceDocument } = voucher;
  const project = [dims.pool, dims.batch, dims.loan, dims.donation, dims.ref].find((one) => one !== undefined) ?? "";
  return [
    date, // 1 制单日期
    type, // 2 凭证类别字
    numberText(number), // 3 业务号
    String(evidence.length), // 4 附单据数
    shortened(textOf(voucher)), // 5 摘要
    yonyouAccount(printedCode(account, date)), // 6 科目编码
    amount(account.book, debit), // 7 金额借方
    amount(account.book, credit), // 8 金额贷方
    "", // 9 数量
    "", // 10 外币
    "", // 11 汇率
    field(maker), // 12 制单人
    "", // 13 结算方式
    field(sourceDocument ?? ""), // 14 票号
    valueDate, // 15 发生日期
    "", // 16 部门
    field(dims.household ?? ""), // 17 个人
    field(dims.enterprise ?? ""), // 18 客户
    field(dims.bank ?? dims.insurer ?? dims.party ?? ""), // 19 供应商
    "", // 20 业务员
    field(project), // 21 项目
  ].join(",");
}

/** The vouchers of a book as lines of the text import, in pieces. */
export async function* yonyouVouchers(source: JournalSource, book: Book): AsyncGenerator<Piece> {
  yield { text: `${YONYOU_HEADER}\r\n`, place: "header" };
  for await (const voucher of source.vouchers(book)) {
    const lines = voucher.lines.map((line) => `${lineOf(voucher, line)}\r\n`);
    yield { text: lines.join(""), place: `${voucher.type}-${voucher.period}-${numberText(voucher.number)}` };
  }
}
