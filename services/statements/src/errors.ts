import { declareErrors } from "@huimin/outcome";

export const errors = declareErrors({
  STATEMENT_NOT_FOUND: {
    zh: "户 {household} 的 {year} 年度没有出具过告知书。",
    en: "No statement of household {household} was issued for {year}.",
    remedyZh: "请核对户编号和年度;如未出具,请先出具告知书。",
    remedyEn: "Check household and year; issue the statement first.",
    kind: "missing",
  },
  STATEMENT_HOUSEHOLD_UNKNOWN: {
    zh: "户 {household} 在 {year} 年度不在册,也没有任何往来。",
    en: "Household {household} was not on the register in {year} and had no loan, stake, dividend or help.",
    remedyZh: "请核对户编号。",
    remedyEn: "Check the household's number.",
    kind: "missing",
  },
  STATEMENT_HEAD_UNKNOWN: {
    zh: "户 {household} 没有可用的户主信息(未登记或已销毁),不能出具告知书。",
    en: "Nothing is known of the head of household {household} (not registered, or shredded): no statement can be made.",
    remedyZh: "请先补登户主信息。",
    remedyEn: "Register the head of the household first.",
    kind: "rule",
  },
  STATEMENT_BASICS_ERASED: {
    zh: "户 {household} 的 {year} 年度告知书中的个人信息已依法销毁,不能再打印。",
    en: "The personal data in the {year} statement of household {household} were shredded: it can't be printed again.",
    remedyZh: "金额仍可在账簿中查询。",
    remedyEn: "The amounts can still be found in the books.",
    kind: "rule",
  },
  STATEMENT_CHARACTERS_MISSING: {
    zh: "户 {household} 的告知书含有字库没有的字:{characters}。",
    en: "The statement of household {household} has characters that no font contains: {characters}.",
    remedyZh: "请安装生僻字字库并在 HUIMIN_FALLBACK_FONT 中写明字体文件(如 Debian 的 fonts-hanazono),再出具该户。",
    remedyEn:
      "Install a font with them and name its file in HUIMIN_FALLBACK_FONT (for example Debian's fonts-hanazono), then issue this one.",
    kind: "rule",
  },
  STATEMENT_DISAGREES_WITH_BOOKS: {
    zh: "户 {household} 贷款 {loan} 的年末本金 {statement} 与账簿余额 {books} 不一致,不予出具。",
    en: "Loan {loan} of household {household}: principal at the year's end is {statement} on the statement and {books} in the books.",
    remedyZh: "请运行 huimin check 核对后再出具。",
    remedyEn: "Run huimin check and settle the difference before it is issued.",
    kind: "conflict",
  },
  STATEMENT_DIVIDEND_DISAGREES_WITH_BOOKS: {
    zh: "户 {household} 分红池 {pool} 的 {year} 年度待付分红 {statement} 与账簿余额 {books} 不一致,不予出具。",
    en: "Pool {pool} of household {household}: {statement} of {year} is still owed on the statement and {books} in the books.",
    remedyZh: "请运行 huimin check 核对后再出具。",
    remedyEn: "Run huimin check and settle the difference before it is issued.",
    kind: "conflict",
  },
  STATEMENT_CUTOFF_AHEAD: {
    zh: "数据截止序号 {position} 大于当前最后序号 {head}。",
    en: "The cut-off position {position} lies after the last position {head} of the log.",
    remedyZh: "请使用不大于 {head} 的序号,或不填。",
    remedyEn: "Use a position up to {head}, or leave it out.",
    kind: "invalid",
  },
});
