import { declareErrors } from "@huimin/outcome";

/** What an item of a year-end run could not get; they are told in its status, not refused. */
export const yearEndItemErrors = declareErrors({
  PAYOUT_NOT_ORDERED: {
    zh: "{household} 的 {amount} 元（{pool}）尚未提交代发。",
    en: "{amount} of {household} ({pool}) was never submitted to a bank.",
    remedyZh: "核对该户收款账户，改正后再发一轮。",
    remedyEn: "Check the household's account, correct it and pay another round.",
    kind: "rule",
  },
  YEAR_END_ROWS_LEFT: {
    zh: "{left} 户超出银行单个文件的笔数。",
    en: "{left} households are beyond the rows of the bank's file.",
    remedyZh: "再发一轮即可。",
    remedyEn: "The next round takes them.",
    kind: "rule",
  },
  STATEMENT_NOT_PRINTED: {
    zh: "{household} 的 {year} 年度告知书打印失败：{why}",
    en: "The statement of {household} for {year} could not be printed: {why}",
    remedyZh: "按原因处理后继续（huimin year-end continue {year}）。",
    remedyEn: "Remove the cause and go on (huimin year-end continue {year}).",
    kind: "rule",
  },
});
