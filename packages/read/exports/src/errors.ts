import { declareErrors } from "@huimin/outcome";

export const exportErrors = declareErrors({
  EXPORT_CHARACTER: {
    zh: "{place} 的“{character}”(U+{code})不在 {encoding} 字符集中,文件未生成。",
    en: "“{character}” (U+{code}) in {place} is not in the character set {encoding}: no file was written.",
    remedyZh: "请改用 --encoding gb18030(接收方支持时),或按 C5 更正名称中的生僻字。",
    remedyEn: "Use --encoding gb18030 where the receiver reads it, or correct the text (C5).",
    kind: "rule",
  },
  EXPORT_SPAN_MIXED: {
    zh: "按业务发生日(--as-of)导出时不能指定起始月份(--from):期初余额按会计期间计算。",
    en: "An export by value date (--as-of) takes no first month (--from): opening balances are by accounting month.",
    remedyZh: "请去掉其中一个参数。",
    remedyEn: "Leave one of the two out.",
    kind: "invalid",
  },
});
