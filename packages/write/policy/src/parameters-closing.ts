import { always, type Parameter } from "./parameter.ts";

/** 凭证与结账: what a close asks for, how long December is open, how vouchers are numbered. */
export const CLOSING_PARAMETERS = {
  "close.bankReconciliation": {
    type: "statement-control",
    unit: "–",
    zh: "月结前银行对账(关闭、提示、有对账单的账户禁止、禁止)",
    en: "what happens to a close while a bank account is not reconciled; `bound`: blocks for accounts with a statement, warns for others",
    defaults: always("bound"),
  },
  "close.openProposals": {
    type: "control",
    unit: "–",
    zh: "月结时尚有未审核单据(关闭、提示、禁止)",
    en: "what happens to a close while proposals of the month wait for a second person",
    defaults: always("block"),
  },
  "close.yearEndTransfer": {
    type: "control",
    unit: "–",
    zh: "十二月份结账前须年末结转(关闭、提示、禁止)",
    en: "what happens to the close of December before the year-end transfer",
    defaults: always("warn"),
  },
  "close.settlementPeriodDays": {
    type: "integer",
    unit: "days after 31 December",
    zh: "决算整理期天数",
    en: "days of the settlement period in which December may still be booked",
    defaults: always("20"),
  },
  "voucher.types": {
    type: "voucher-types",
    unit: "–",
    zh: "凭证类型(记账凭证一种，或收款、付款、转账三种)",
    en: "one type of voucher (记), or three by the cash that they move (收, 付, 转)",
    defaults: always("single"),
  },
} as const satisfies Readonly<Record<string, Parameter>>;
