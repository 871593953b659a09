import { declareErrors } from "@huimin/outcome";

/** Refusals of the loan engine. */
export const SCHEDULE_ERRORS = declareErrors({
  SCHEDULE_TERMS_INVALID: {
    zh: "借款条件不成立：{reason}",
    en: "these loan terms do not make a loan: {reason}",
    remedyZh: "按提示补全或更正借款条件后重试。",
    remedyEn: "Complete or correct the terms as the reason says and try again.",
    kind: "invalid",
  },
  SCHEDULE_TERMS_ENDLESS: {
    zh: "按每期金额无法在 {limit} 期内还清",
    en: "the instalment does not repay the loan within {limit} rows",
    remedyZh: "提高每期还款额，或给出期数。",
    remedyEn: "Raise the instalment or give the number of instalments.",
    kind: "invalid",
  },
  SCHEDULE_EVENT_UNSUITABLE: {
    zh: "该类贷款不能发生“{type}”",
    en: "an event {type} does not occur on this kind of loan",
    remedyZh: "提前还本与展期用于按季结息或利随本清的贷款；重排期数等用于分期贷款。",
    remedyEn: "Prepayment and extension belong to settlement loans, rescheduling to instalment loans.",
    kind: "rule",
  },
  SCHEDULE_ROW_UNKNOWN: {
    zh: "没有在 {date} 到期的期次",
    en: "no row of the schedule is due on {date}",
    remedyZh: "查还款计划，填写现有的到期日。",
    remedyEn: "Look up the schedule and give one of its due dates.",
    kind: "missing",
  },
  SCHEDULE_PAYMENT_UNKNOWN: {
    zh: "没有可冲销的交易 {id}",
    en: "there is no live payment {id} to reverse",
    remedyZh: "核对交易编号；已冲销的不能再冲销。",
    remedyEn: "Check the id; a payment that was reversed can't be reversed again.",
    kind: "missing",
  },
  SCHEDULE_WRITTEN_OFF: {
    zh: "贷款已核销，不能再登记“{type}”",
    en: "the loan is written off, {type} is refused",
    remedyZh: "核销后的收回按追偿登记。",
    remedyEn: "Book what comes in after a write-off as a recovery.",
    kind: "conflict",
  },
  SCHEDULE_PAID_OFF: {
    zh: "贷款已结清，不能再登记“{type}”",
    en: "the loan is paid off, {type} is refused",
    remedyZh: "如结清有误，先冲销结清交易。",
    remedyEn: "If the pay-off was wrong, reverse it first.",
    kind: "conflict",
  },
  SCHEDULE_EXCESS_REFUSED: {
    zh: "还款超过到期应还金额 {excess} 分，合同不接受超额还款",
    en: "the repayment is {excess} fen more than what is due, and the contract takes no excess",
    remedyZh: "按到期应还金额还款，或办理提前还款。",
    remedyEn: "Pay what is due, or make a prepayment.",
    kind: "rule",
  },
  SCHEDULE_EVENT_DATE_INVALID: {
    zh: "{date} 早于放款日",
    en: "{date} is before the disbursement",
    remedyZh: "核对业务发生日。",
    remedyEn: "Check the date of the event.",
    kind: "invalid",
  },
  SCHEDULE_EXTENSION_INVALID: {
    zh: "展期到期日 {date} 不晚于原到期日，或没有适用的利率档次",
    en: "the new maturity {date} is not after the old one, or no rate tier covers it",
    remedyZh: "核对展期到期日和利率档次表。",
    remedyEn: "Check the new maturity and the table of tiers.",
    kind: "rule",
  },
});
