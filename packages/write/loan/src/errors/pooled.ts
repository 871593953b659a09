import { declareErrors } from "@huimin/outcome";

/** Refusals that protect the household of a loan of a batch (分贷统还): the enterprise owes everything. */
export const pooledLoanErrors = declareErrors({
  HOUSEHOLD_NOT_OBLIGOR: {
    zh: "贷款 {loan} 为分贷统还,贫困户不承担还款责任,不得列为逾期责任人。",
    en: "Loan {loan} belongs to a batch: its household owes nothing and is never overdue.",
    remedyZh: "逾期记在批次和企业名下(MarkBatchOverdue)。",
    remedyEn: "The batch and its enterprise are overdue: MarkBatchOverdue.",
    kind: "rule",
  },
  PAYER_NOT_ENTERPRISE: {
    zh: "贷款 {loan} 的利息由企业负担并支付,不得记在户名下。",
    en: "The interest of loan {loan} is borne and paid by the enterprise, never by a household.",
    remedyZh: "请以 enterprise 为负担人、付款人重新报送。",
    remedyEn: "Send it again with the enterprise as bearer or payer.",
    kind: "rule",
  },
  REPAID_BY_ENTERPRISE: {
    zh: "贷款 {loan} 属于批次 {batch},由企业统一还本,不按户还款。",
    en: "Loan {loan} belongs to batch {batch}: the enterprise repays the batch as a whole.",
    remedyZh: "请报送批次的统一还本(RecordUnifiedRepayment),可用 order 指定贷款。",
    remedyEn: "Send the unified repayment of the batch; `order` names the loans that come first.",
    kind: "rule",
  },
  BATCH_REALLOCATES: {
    zh: "批次 {batch} 在 {on} 或之后已有统一还本,贷款 {loan} 的利息变动会改变其分配。",
    en: "Batch {batch} has a unified repayment on {on} or later, whose allocation the interest of loan {loan} would change.",
    remedyZh: "请按批次报送(结息、利息更正、付息、付息冲正),由系统一并重新分配。",
    remedyEn: "Send it as a message of the batch: the repayments are then allocated again in the same step.",
    kind: "rule",
  },
  ENTERPRISE_LOAN: {
    zh: "贷款 {loan} 是企业贷款(企贷增收),本操作只适用于户贷。",
    en: "Loan {loan} is an enterprise loan; this message is for loans of households.",
    remedyZh: "请使用企业贷款的相应报文。",
    remedyEn: "Use the message for enterprise loans.",
    kind: "rule",
  },
});
