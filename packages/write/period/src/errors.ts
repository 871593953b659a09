import { declareErrors } from "@huimin/outcome";

export const errors = declareErrors({
  PERIOD_ALREADY_CLOSED: {
    zh: "会计期间 {period} 已结账(最后结账期间 {lastClosed}),不能再次结账。",
    en: "Period {period} is already closed (last closed period {lastClosed}).",
    remedyZh: "请选择 {lastClosed} 之后的期间;已结账期间不可反结账,更正请在未结账期间记账。",
    remedyEn: "Choose a period after {lastClosed}. Closed periods are never re-opened: post corrections in an open period.",
    kind: "conflict",
  },
  PERIOD_IN_FUTURE: {
    zh: "会计期间 {period} 尚未到来(当前期间 {current}),不能结账。",
    en: "Period {period} lies in the future (current period {current}) and cannot be closed.",
    remedyZh: "请在该月开始以后再结账。",
    remedyEn: "Close it once that month has begun.",
    kind: "rule",
  },
  PERIOD_DOES_NOT_EXIST: {
    zh: "会计期间 {period} 不存在。",
    en: "Period {period} does not exist.",
    remedyZh: "会计期间格式为 YYYY-MM,月份 01 至 12。",
    remedyEn: "A period is YYYY-MM with a month from 01 to 12.",
    kind: "invalid",
  },
  NOTHING_TO_TRANSFER: {
    zh: "{fiscalYear} 年度“以前年度盈余调整”(3501)余额为零,无需结转。",
    en: "Account 3501 has no balance in fiscal year {fiscalYear}: nothing to transfer.",
    remedyZh: "请先核对 3501 余额;更正分录入账后再结转。",
    remedyEn: "Check the balance of 3501; transfer it after the correction has been posted.",
    kind: "rule",
  },
  FISCAL_YEAR_NOT_CURRENT: {
    zh: "只能结转当前会计年度 {current} 的 3501 余额,不能结转 {fiscalYear} 年度。",
    en: "Only the balance of 3501 of the current fiscal year {current} can be transferred, not that of {fiscalYear}.",
    remedyZh: "请在该年度的未结账期间内结转,或不填年度。",
    remedyEn: "Transfer it in an open period of that year, or leave the year out.",
    kind: "rule",
  },
});
