import { declareErrors } from "@huimin/outcome";

export const ledgerErrors = declareErrors({
  ACCOUNT_UNKNOWN: {
    zh: "科目表中没有 {account}。",
    en: "The chart of accounts has no {account}.",
    remedyZh: "科目编号和代码见 GET /api/v1/accounts。",
    remedyEn: "GET /api/v1/accounts lists ids and codes.",
    kind: "missing",
  },
  KNOWN_AT_INVALID: {
    zh: "known-at 应为日志位置或带时区的时刻。",
    en: "known-at must be a position of the log or an instant with its offset.",
    remedyZh: "例如 known-at=1200 或 known-at=2018-03-21T09:00:00+08:00。",
    remedyEn: "For example known-at=1200 or known-at=2018-03-21T09:00:00+08:00.",
    kind: "invalid",
  },
  LOAN_UNKNOWN_HERE: {
    zh: "没有贷款 {loan}。",
    en: "There is no loan {loan}.",
    remedyZh: "核对贷款编号；名单见 GET /api/v1/loans?bank=…。",
    remedyEn: "Check the number; GET /api/v1/loans?bank=… lists them.",
    kind: "missing",
  },
  HOUSEHOLD_NOT_FOUND: {
    zh: "没有农户 {household}。",
    en: "There is no household {household}.",
    remedyZh: "核对户编号。",
    remedyEn: "Check the household's number.",
    kind: "missing",
  },
  VOUCHER_MISSING: {
    zh: "位置 {position} 没有分录。",
    en: "Position {position} has no lines in the books.",
    remedyZh: "核对位置；登记类事件不产生分录。",
    remedyEn: "Check the position; registry events post nothing.",
    kind: "missing",
  },
});
