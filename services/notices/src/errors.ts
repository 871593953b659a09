import { declareErrors } from "@huimin/outcome";

export const errors = declareErrors({
  NOTICE_NOTHING: {
    zh: "{subject} 在 {year} 年度没有可以通知的内容（{kind}）。",
    en: "There is nothing to tell {subject} of {year} ({kind}).",
    remedyZh: "核对编号和年度；款项刚刚办理的，稍后再打印。",
    remedyEn: "Check number and year; print it again once the matter is booked.",
    kind: "missing",
  },
  NOTICE_NOT_SETTLED: {
    zh: "贷款 {loan} 尚未结清（剩余本金 {open} 元），不能出具结清证明。",
    en: "Loan {loan} is not settled (open principal {open}): no certificate.",
    remedyZh: "银行登记结清（LoanSettled）以后再出具。",
    remedyEn: "Print it after the bank has recorded the settlement.",
    kind: "rule",
  },
  NOTICE_SUBJECT_MISSING: {
    zh: "请指明{what}。",
    en: "Name the {whatEn}.",
    remedyZh: "补充参数后重试。",
    remedyEn: "Add the parameter and try again.",
    kind: "invalid",
  },
  NOTICE_NOT_ISSUED: {
    zh: "还没有出具过这样的通知（{kind}），或者已经作废。",
    en: "No such notice ({kind}) was issued, or it was revoked.",
    remedyZh: "请先出具（huimin notices，或 POST /api/v1/notices/…），再打印。",
    remedyEn: "Issue it first (huimin notices, or POST /api/v1/notices/…), then print it.",
    kind: "missing",
  },
  NOTICE_NOT_AS_ISSUED: {
    zh: "{number} 已经不能按出具时的样子打印（文字改过，或个人信息已变更、销毁）。",
    en: "{number} can't be printed as it was issued any more: wording was changed, or personal data were changed or shredded.",
    remedyZh: "原件仍可验真；需要纸质件的，先作废原件（huimin notices … --revoke 编号），再重新出具。",
    remedyEn: "The original can still be verified. If paper is needed, revoke it (huimin notices … --revoke NUMBER) and issue a new one.",
    kind: "conflict",
  },
  NOTICE_PERSON_UNKNOWN: {
    zh: "{subject} 的姓名未知或已销毁，不能打印。",
    en: "The name of {subject} is not known, or was shredded: it can't be printed.",
    remedyZh: "核对户主登记；信息已依法销毁的不再打印。",
    remedyEn: "Check the head of the household; what was shredded is not printed any more.",
    kind: "missing",
  },
  NOTICE_CHARACTERS_MISSING: {
    zh: "{subject} 的通知含有字库没有的字（{characters}），不能打印。",
    en: "The notice of {subject} has characters that no font has ({characters}).",
    remedyZh: "在 HUIMIN_FALLBACK_FONT 指定含有这些字的字体后重新打印。",
    remedyEn: "Name a font that has them in HUIMIN_FALLBACK_FONT and print it again.",
    kind: "rule",
  },
});
