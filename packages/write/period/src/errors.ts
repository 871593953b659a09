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
  CLOSE_STEP_BLOCKED: {
    zh: "会计期间 {period} 不能结账，“{stepZh}”未通过：{findings}。",
    en: "Period {period} cannot be closed, the step “{stepEn}” does not pass: {findings}.",
    remedyZh: "先处理所列事项；试运行 GET /api/v1/periods/{period}/close（huimin close-period {period} --dry-run）列出全部步骤。",
    remedyEn:
      "Settle what is listed first; the dry run GET /api/v1/periods/{period}/close (huimin close-period {period} --dry-run) shows every step.",
    kind: "rule",
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
  YEAR_MONTHS_STILL_OPEN: {
    zh: "{fiscalYear} 年度尚有月份未结账（最后结账期间 {lastClosed}），不能年末结转。",
    en: "Months of fiscal year {fiscalYear} are still open (last closed period {lastClosed}): no year-end transfer yet.",
    remedyZh: "先逐月结账至 {fiscalYear}-11，十二月份在结转后结账。",
    remedyEn: "Close every month through {fiscalYear}-11 first; December is closed after the transfer.",
    kind: "rule",
  },
  YEAR_END_PERIOD_NEEDED: {
    zh: "年末结转须记入 {december}，本次会计期间为 {period}。",
    en: "The year-end transfer is booked in {december}; this one asks for {period}.",
    remedyZh: "在请求地址加 ?period={december}（huimin year-end {fiscalYear}）；该年度已结账或决算整理期已过的，不能再结转。",
    remedyEn:
      "Add ?period={december} to the address (huimin year-end {fiscalYear}). A year that is closed, or past its settlement period, is not transferred any more.",
    kind: "rule",
  },
  YEAR_END_ALREADY_TRANSFERRED: {
    zh: "{fiscalYear} 年度收支已结转，其后没有新的收支。",
    en: "Income and expense of fiscal year {fiscalYear} were transferred, and nothing was booked since.",
    remedyZh: "无需再次结转，可以对 {fiscalYear}-12 结账；其后又有收支入账的，再次结转只结转新增部分。",
    remedyEn:
      "Nothing more to do: close {fiscalYear}-12. Should income or expense be booked in it after all, a further transfer takes only that.",
    kind: "conflict",
  },
  YEAR_END_NOTHING: {
    zh: "{fiscalYear} 年度没有收支余额可结转。",
    en: "Fiscal year {fiscalYear} has no income or expense to transfer.",
    remedyZh: "核对年度；没有收支的年度直接对 {fiscalYear}-12 结账。",
    remedyEn: "Check the year; one without income or expense is closed without a transfer.",
    kind: "rule",
  },
  YEAR_END_ADJUSTMENT_OPEN: {
    zh: "“以前年度盈余调整”(3501)尚有余额 {amount} 元，未转入累计盈余。",
    en: "Account 3501 still has a balance of {amount}: it has not been transferred to 3001.",
    remedyZh: "先结转 3501（POST /api/v1/periods/prior-year-transfers），再年末结转。",
    remedyEn: "Transfer 3501 first (POST /api/v1/periods/prior-year-transfers), then the year.",
    kind: "rule",
  },
});
