import { declareErrors } from "@huimin/outcome";

export const errors = declareErrors({
  NOTICE_SUBJECT_WRONG: {
    zh: "{kind} 类通知应写明 {wanted}，不写其他。",
    en: "A notice of kind {kind} is of {wanted} and of nothing else.",
    remedyZh: "补上或去掉户编号、贷款编号、捐赠人、年度后重试。",
    remedyEn: "Add or remove household, loan, donor or year.",
    kind: "invalid",
  },
  NOTICE_UNCHANGED: {
    zh: "{number} 已经出具，内容没有变化。",
    en: "{number} is issued and says the same.",
    remedyZh: "请直接打印已出具的那一份。",
    remedyEn: "Print the one that is issued.",
    kind: "conflict",
  },
  NOTICE_CUTOFF_OLDER: {
    zh: "数据截止序号 {position} 不晚于上一份 {number} 的截止序号 {last}。",
    en: "The cut-off position {position} is not after {last}, that of {number}.",
    remedyZh: "请使用更晚的数据截止序号，或不填。",
    remedyEn: "Use a later cut-off, or leave it out.",
    kind: "conflict",
  },
  NOTICE_CUTOFF_AHEAD: {
    zh: "出具日期 {issuedOn} 早于数据截止日 {cutoff}。",
    en: "The date of issue {issuedOn} lies before the cut-off {cutoff}.",
    remedyZh: "请使用数据截止日当日或以后的出具日期。",
    remedyEn: "Use a date of issue on or after the day of the cut-off.",
    kind: "rule",
  },
  NOTICE_UNKNOWN: {
    zh: "没有出具过编号为 {number} 的通知。",
    en: "No notice with number {number} was issued.",
    remedyZh: "请核对编号、种类和户编号（贷款编号、捐赠人、年度）。",
    remedyEn: "Check number, kind, subject and year.",
    kind: "missing",
  },
  NOTICE_REVOKED_BEFORE: {
    zh: "{number} 已经作废。",
    en: "{number} was revoked before.",
    remedyZh: "无需再次作废。",
    remedyEn: "Nothing is left to do.",
    kind: "conflict",
  },
});
