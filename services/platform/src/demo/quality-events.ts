import type { LogFigures } from "./log-figures.ts";

/** What goes wrong and is put right in the demo (domain 7.3), as the log counts it. */
export function qualityEvents(log: LogFigures): Record<string, number> {
  const of = (...types: readonly string[]): number => types.reduce((sum, type) => sum + (log.counts.get(type) ?? 0), 0);
  const items = (type: string): number => log.items.get(type) ?? 0;
  return {
    "企业破产 enterprise bankruptcies": of("EnterpriseBankruptcyFiled"),
    "批次逾期 batches overdue": of("BatchOverdue"),
    "免责贷款 loans released": log.releasedLoans,
    "破产清偿 bankruptcy dividends": of("BankruptcyDividendReceived"),
    "展期批次 batches extended": log.extendedBatches.size,
    "逾期 own loans overdue": of("LoanBecameOverdue"),
    "代偿 compensations paid": of("CompensationPaid"),
    "代偿后追回 recoveries": of("RecoveryReceived"),
    "核销 write-offs": of("ClaimWrittenOff"),
    "挪用 misuses": of("LoanMisuseConfirmed"),
    "贴息追回 clawbacks": of("SubsidyClawbackDecided"),
    "提前还款 prepayments": of("LoanPrepaid"),
    "疑似重复入账 double postings held": of("RepaymentDuplicateSuspected"),
    "冲正 reversals": of("RepaymentReversed"),
    "利息更正 interest corrections": of("InterestCorrected"),
    "以前年度调整结转 prior-year adjustments": of("PriorYearAdjustmentTransferred"),
    "代发失败 payouts failed": items("PayoutFailed"),
    "退票 payouts returned": items("PayoutReturned"),
    "错付 wrong payees": of("PayoutWronglyPaid"),
    "错付追回 wrong payouts recovered": of("WrongPayoutRecovered"),
    "转无主款 unclaimed transfers": of("UnclaimedTransferred"),
    "异议 objections": of("ObjectionFiled"),
    "异议成立 objections upheld": log.upheldObjections,
    "股权损失分担 equity losses shared": of("LossShared"),
    "分户 splits": of("HouseholdSplit"),
    "分户时未发款分割 payables divided": of("EntitlementsDivided"),
    "分户时股权分割 stakes divided": of("StakeDivided"),
    "并户 merges": log.merged.size,
    "整户消亡 households extinct": of("HouseholdExtinct"),
    "返贫 returns to poverty": of("ReturnedToPoverty"),
    "换卡 card changes": of("BankAccountChanged"),
    "表彰 honours": of("HonourAwarded"),
    "熔断 circuit breakers tripped": of("CircuitBreakerTripped"),
    "解除熔断 circuit breakers reset": of("CircuitBreakerReset"),
    "村级分配方案 village plans": of("VillagePlanApproved"),
    "退还捐赠 donations refunded": of("DonationRefunded"),
    "年末结转 year-end transfers": of("IncomeAndExpenseTransferred"),
  };
}
