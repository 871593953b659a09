import { declareErrors } from "@huimin/outcome";

/** Refusals of the loans of enterprises (企贷增收, model 2). */
export const enterpriseLoanErrors = declareErrors({
  BORROWER_NOT_ACTIVE: {
    zh: "企业 {enterprise} 未备案,或在 {on} 已暂停、已申请破产。",
    en: "Enterprise {enterprise} is not registered, or is suspended or bankrupt on {on}.",
    remedyZh: "请核对企业编号与日期。",
    remedyEn: "Check the enterprise's number and the date.",
    kind: "rule",
  },
  NO_FOUR_PARTY_AGREEMENT: {
    zh: "企业 {enterprise} 与银行 {bank} 在 {on} 没有生效的四方带贫协议。",
    en: "Enterprise {enterprise} and bank {bank} have no four-party agreement in force on {on}.",
    remedyZh: "请先由扶贫办签订四方协议(2.2)。",
    remedyEn: "Have the four-party agreement signed first (2.2).",
    kind: "rule",
  },
  ABOVE_AGREEMENT_CAP: {
    zh: "协议 {agreement} 项下贷款余额将达 {total} 元,超过上限 {cap} 元。",
    en: "The loans under agreement {agreement} would come to {total}, above its cap of {cap}.",
    remedyZh: "请核对放款金额,或变更协议上限。",
    remedyEn: "Check the amount, or have the agreement amended.",
    kind: "rule",
  },
  ENTERPRISE_RATE_ABOVE_CEILING: {
    zh: "利率 {rate}% 高于 {on}、{months} 个月期限档次的上限 {ceiling}%。",
    en: "The rate of {rate} % is above the ceiling of {ceiling} % for {months} months on {on}.",
    remedyZh: "企业贷款利率不超过基准(或LPR)上浮比例(model2.rateCeiling)。",
    remedyEn: "Enterprise loans are priced at most at the share of the benchmark or LPR that model2.rateCeiling sets.",
    kind: "rule",
  },
  LOAN_OF_OTHER_BORROWER: {
    zh: "贷款 {loan} 不是企业 {enterprise} 的企业贷款。",
    en: "Loan {loan} is no enterprise loan of {enterprise}.",
    remedyZh: "请核对贷款编号与企业。",
    remedyEn: "Check the loan number and the enterprise.",
    kind: "conflict",
  },
  HOUSEHOLD_LOAN: {
    zh: "贷款 {loan} 是户贷,本报文只适用于企业贷款。",
    en: "Loan {loan} is a loan of a household; this message is for enterprise loans.",
    remedyZh: "请使用户贷的相应报文。",
    remedyEn: "Use the message for loans of households.",
    kind: "rule",
  },
  ENTERPRISE_PAYMENT_LOOKS_DUPLICATE: {
    zh: "同一贷款同日已有相同金额的还款(流水号 {sameAs})。",
    en: "A payment of the same loan, day and amount is booked already (serial {sameAs}).",
    remedyZh: "如确为另一笔,请注明 distinct: true 后重新报送。",
    remedyEn: "If it is another one, send it again with distinct: true.",
    kind: "conflict",
  },
  RATE_RESET_INVALID: {
    zh: "重定价须给出报价日、报价利率与加减点,报价日 {quoteDate} 不得晚于 {valueDate},新利率须大于零。",
    en: "A reset needs quote date, quoted rate and spread; the quote date {quoteDate} is not after {valueDate} and the new rate above zero.",
    remedyZh: "请按公布的LPR与合同加减点重新报送。",
    remedyEn: "Send it again with the published LPR and the spread of the contract.",
    kind: "invalid",
  },
});
