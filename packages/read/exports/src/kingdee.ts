import { type Book, printAmount, printedCode } from "@huimin/books";
import { numberText } from "@huimin/vouchers";
import { type JournalSource, textOf } from "./journal.ts";

/*
 * 金蝶 KIS, 凭证引入: a sheet with a row an entry and codes with a dot (domain 4.3).
 */

export const KINGDEE_COLUMNS = [
  "日期",
  "凭证字",
  "凭证号",
  "附单据数",
  "摘要",
  "科目代码",
  "科目名称",
  "借方金额",
  "贷方金额",
  "币别",
  "汇率",
  "数量",
  "单价",
  "制单人",
  "审核人",
  "过账人",
] as const;

/** Rows of the sheet, the heading first. Amounts are text with two decimals: no cell rounds them. */
export async function* kingdeeRows(source: JournalSource, book: Book): AsyncGenerator<readonly string[]> {
  yield KINGDEE_COLUMNS;
  for await (const voucher of source.vouchers(book)) {
    const { date, type, number, evidence, maker, reviewer, poster } = voucher;
    for (const { account, debit, credit } of voucher.lines) {
      yield [
        date,
        type,
        numberText(number),
        String(evidence.length),
        textOf(voucher),
        printedCode(account, date),
        account.zh,
        debit === 0n ? "" : printAmount(book, debit),
        credit === 0n ? "" : printAmount(book, credit),
        book === "Q" ? "份" : "RMB",
        "1",
        "",
        "",
        maker,
        reviewer ?? "",
        poster,
      ];
    }
  }
}
