import { declareErrors } from "@huimin/outcome";

export const errors = declareErrors({
  STATEMENT_YEAR_NOT_ENDED: {
    zh: "{year} 年度的数据截止时间 {cutoff} 不在年度结束之后,不能出具告知书。",
    en: "The cut-off {cutoff} does not lie after the end of {year}: its statements can't be issued.",
    remedyZh: "请在年度结束后,以年度结束后的数据截止时间出具。",
    remedyEn: "Issue them after the end of the year, from a cut-off after it.",
    kind: "rule",
  },
  STATEMENT_ISSUED_BEFORE_CUTOFF: {
    zh: "出具日期 {issuedOn} 早于数据截止日 {cutoff}。",
    en: "The date of issue {issuedOn} lies before the cut-off {cutoff}.",
    remedyZh: "请使用数据截止日当日或以后的出具日期。",
    remedyEn: "Use a date of issue on or after the day of the cut-off.",
    kind: "rule",
  },
  STATEMENT_NIL: {
    zh: "户 {household} 在 {year} 年度没有任何数据,不主动出具告知书。",
    en: "Household {household} has no figure in {year}: a nil statement is issued only on request.",
    remedyZh: "该户已列入覆盖情况表;农户申请时请注明按申请出具。",
    remedyEn: "It is listed in the coverage report. State that it was requested if the household asks for it.",
    kind: "rule",
  },
  STATEMENT_UNCHANGED: {
    zh: "户 {household} 的 {year} 年度告知书({number})已出具,数据没有变化。",
    en: "The statement of household {household} for {year} ({number}) is issued and no figure has changed.",
    remedyZh: "请下载原告知书;如需更正户基本情况,请注明原因后出具补充告知书。",
    remedyEn: "Download the statement that was issued; to correct the household's data, give a reason and issue a supplement.",
    kind: "conflict",
  },
  STATEMENT_CUTOFF_OLDER: {
    zh: "数据截止序号 {position} 不晚于户 {household} 上一份告知书的截止序号 {last}。",
    en: "The cut-off position {position} is not after {last}, that of the last statement of household {household}.",
    remedyZh: "补充告知书请使用更晚的数据截止时间。",
    remedyEn: "Issue a supplement from a later cut-off.",
    kind: "conflict",
  },
  STATEMENT_HOUSEHOLD_TWICE: {
    zh: "户 {household} 在同一批次中出现两次。",
    en: "Household {household} appears twice in one batch.",
    remedyZh: "每户每年度只出具一份,请去掉重复的户。",
    remedyEn: "One statement per household and year: remove the duplicate.",
    kind: "invalid",
  },
});
