import { bankFileCommands } from "@huimin/bank-file";
import type { CommandDefinition } from "@huimin/decider";
import {
  AcceptPayoutBatch,
  RecordAssetIncome,
  RecordDividendFunds,
  RecordPayoutFailure,
  RecordPayoutReturn,
  RecordPayoutSuccess,
  RecordWrongPayoutRecovery,
  ReverseDividendFunds,
  ReversePayoutResult,
  ReverseWrongPayoutRecovery,
} from "@huimin/dividend";
import { RecordDonation, ReverseDonationMessage } from "@huimin/donation";
import { ReceiveLossRecovery, ReceiveLossShare, RedeemEquity, ReverseEquityMessage } from "@huimin/equity";
import {
  ApplyForLoan,
  ApproveLoan,
  CheckUseOfFunds,
  CorrectInterest,
  ExtendLoan,
  MarkOverdueCured,
  PrepayEnterpriseLoan,
  PrepayLoan,
  RateCredit,
  RecordDisbursement,
  RecordEnterpriseDisbursement,
  RecordEnterpriseRepayment,
  RecordInterestPayment,
  RecordRepayment,
  RejectLoan,
  RenewLoan,
  ResetLoanRate,
  ReverseDisbursement,
  ReverseEnterpriseRepayment,
  ReverseInterestPayment,
  ReverseRepayment,
  SettleInterest,
  SettleLoan,
  WithdrawLoanApplication,
} from "@huimin/loan";
import {
  CorrectBatchInterest,
  EntrustStakes,
  MarkBatchOverdueCured,
  RecordBatchDisbursement,
  RecordBatchInterestPayment,
  RecordUnifiedRepayment,
  ReleaseHouseholds,
  ReverseBatchInterestPayment,
  ReverseEntrustment,
  ReverseUnifiedRepayment,
  SettleBatchInterest,
  SignBatchContract,
} from "@huimin/pooled";
import {
  ApplyForCompensation,
  CreditRiskFundInterest,
  FileInsuranceClaim,
  PayCompensation,
  ReceiveBankruptcyDividend,
  ReceiveInsurancePayment,
  ReceiveRecovery,
  ReverseCompensationPayment,
  ReverseInsurancePayment,
  ReverseRecovery,
  ReverseRiskFundInterest,
  WithdrawCompensation,
} from "@huimin/risk-fund";
import { ReceiveSubsidyClawback, ReturnSubsidyPayment, SubmitSubsidyClaim } from "@huimin/subsidy";

/** A message that a bank sends: its address and the command that it becomes. */
export interface BankMessage {
  /** Under `/bank/v1/`. */
  readonly path: string;
  readonly definition: CommandDefinition;
  readonly summary: string;
}

/** Every message of the bank's API. What a person may give too is owned by the startup-lending service. */
export const bankMessages: readonly BankMessage[] = [
  { path: "loan-applications", definition: ApplyForLoan, summary: "贷款申请 / A loan is applied for" },
  { path: "loan-application-withdrawals", definition: WithdrawLoanApplication, summary: "撤回申请 / An application is withdrawn" },
  { path: "credit-ratings", definition: RateCredit, summary: "评级授信 / A household is rated" },
  { path: "loan-approvals", definition: ApproveLoan, summary: "贷款审批 / A loan is approved" },
  { path: "loan-rejections", definition: RejectLoan, summary: "贷款拒绝 / A loan is rejected" },
  { path: "disbursements", definition: RecordDisbursement, summary: "放款 / A drawing is paid out" },
  { path: "disbursement-reversals", definition: ReverseDisbursement, summary: "放款冲正 / A drawing is reversed" },
  { path: "interest-settlements", definition: SettleInterest, summary: "结息 / Interest is settled" },
  { path: "interest-corrections", definition: CorrectInterest, summary: "利息更正 / Settled interest is corrected" },
  { path: "interest-payments", definition: RecordInterestPayment, summary: "付息 / Interest is paid" },
  { path: "interest-payment-reversals", definition: ReverseInterestPayment, summary: "付息冲正 / An interest payment is reversed" },
  { path: "repayments", definition: RecordRepayment, summary: "还款 / A repayment is received" },
  { path: "prepayments", definition: PrepayLoan, summary: "提前还款 / A part is prepaid with its interest" },
  { path: "reversals", definition: ReverseRepayment, summary: "还款冲正 / A repayment is reversed" },
  { path: "use-of-funds-checks", definition: CheckUseOfFunds, summary: "贷后检查 / The use of funds is checked" },
  { path: "extensions", definition: ExtendLoan, summary: "展期 / A loan is extended" },
  { path: "renewals", definition: RenewLoan, summary: "无还本续贷 / A loan is renewed without repayment" },
  { path: "rate-resets", definition: ResetLoanRate, summary: "重定价 / A rate is reset" },
  { path: "overdue-cures", definition: MarkOverdueCured, summary: "归还逾期 / An overdue loan is paid up" },
  { path: "settlements", definition: SettleLoan, summary: "结清 / A loan is settled" },
  { path: "enterprise-disbursements", definition: RecordEnterpriseDisbursement, summary: "企业放款 / A drawing of an enterprise loan" },
  { path: "enterprise-repayments", definition: RecordEnterpriseRepayment, summary: "企业还本 / An enterprise repays" },
  { path: "enterprise-prepayments", definition: PrepayEnterpriseLoan, summary: "企业提前还本 / An enterprise prepays" },
  { path: "enterprise-reversals", definition: ReverseEnterpriseRepayment, summary: "企业还本冲正 / An enterprise's repayment is reversed" },
  { path: "batch-contracts", definition: SignBatchContract, summary: "批量贷款合同签订 / The contract of a batch is signed" },
  { path: "batch-disbursements", definition: RecordBatchDisbursement, summary: "批量放款 / A batch is paid out" },
  { path: "stake-entrustments", definition: EntrustStakes, summary: "委托入股划转 / Loan money becomes entrusted stakes" },
  { path: "stake-entrustment-reversals", definition: ReverseEntrustment, summary: "划转冲正 / An entrustment is reversed" },
  { path: "batch-interest-settlements", definition: SettleBatchInterest, summary: "批次结息 / Interest of a batch is settled" },
  { path: "batch-interest-payments", definition: RecordBatchInterestPayment, summary: "企业付息 / The enterprise pays interest" },
  {
    path: "batch-interest-corrections",
    definition: CorrectBatchInterest,
    summary: "批次利息更正 / Settled interest of a batch is corrected",
  },
  {
    path: "batch-interest-payment-reversals",
    definition: ReverseBatchInterestPayment,
    summary: "企业付息冲正 / The enterprise's interest payment is reversed",
  },
  { path: "unified-repayments", definition: RecordUnifiedRepayment, summary: "企业统一还本 / The enterprise repays a batch" },
  { path: "unified-repayment-reversals", definition: ReverseUnifiedRepayment, summary: "统一还本冲正 / A unified repayment is reversed" },
  { path: "household-releases", definition: ReleaseHouseholds, summary: "贫困户免责 / Loans of a batch are released" },
  { path: "batch-overdue-cures", definition: MarkBatchOverdueCured, summary: "批次归还逾期 / An overdue batch is paid up" },
  { path: "subsidy-claims", definition: SubmitSubsidyClaim, summary: "贴息申报 / A quarter's subsidies are claimed" },
  { path: "subsidy-payment-returns", definition: ReturnSubsidyPayment, summary: "贴息退回 / A subsidy payment came back" },
  { path: "subsidy-clawback-receipts", definition: ReceiveSubsidyClawback, summary: "追回到账 / A clawed-back subsidy arrived" },
  { path: "risk-fund-interest", definition: CreditRiskFundInterest, summary: "补偿金利息 / Interest of the risk fund" },
  { path: "risk-fund-interest-reversals", definition: ReverseRiskFundInterest, summary: "补偿金利息冲正 / Fund interest is reversed" },
  { path: "compensation-applications", definition: ApplyForCompensation, summary: "代偿申请 / Compensation is applied for" },
  { path: "compensation-withdrawals", definition: WithdrawCompensation, summary: "撤回代偿申请 / An application is withdrawn" },
  { path: "compensation-payments", definition: PayCompensation, summary: "担保方代偿 / A guarantor has paid" },
  {
    path: "compensation-payment-reversals",
    definition: ReverseCompensationPayment,
    summary: "代偿冲正 / A compensation payment is reversed",
  },
  { path: "recoveries", definition: ReceiveRecovery, summary: "代偿后追回 / Something was recovered" },
  { path: "bankruptcy-dividends", definition: ReceiveBankruptcyDividend, summary: "破产清偿 / A bankruptcy dividend arrived" },
  { path: "recovery-reversals", definition: ReverseRecovery, summary: "追回冲正 / A recovery is reversed" },
  { path: "insurance-claims", definition: FileInsuranceClaim, summary: "保险报案 / An insurance claim is filed" },
  { path: "insurance-payments", definition: ReceiveInsurancePayment, summary: "保险赔款到账 / An insurer has paid" },
  { path: "insurance-payment-reversals", definition: ReverseInsurancePayment, summary: "保险赔款冲正 / An insurer's payment is reversed" },
  { path: "equity-redemptions", definition: RedeemEquity, summary: "股本退出 / Equity is redeemed" },
  { path: "loss-share-receipts", definition: ReceiveLossShare, summary: "分担款到账 / A share of a loss arrived" },
  { path: "loss-recoveries", definition: ReceiveLossRecovery, summary: "追回 / Something of a loss is recovered" },
  { path: "equity-reversals", definition: ReverseEquityMessage, summary: "政企联动冲正 / A message on equity is reversed" },
  { path: "dividend-receipts", definition: RecordDividendFunds, summary: "分红款到账 / A dividend arrived" },
  { path: "dividend-receipt-reversals", definition: ReverseDividendFunds, summary: "分红款到账冲正 / A receipt is reversed" },
  { path: "asset-income", definition: RecordAssetIncome, summary: "资产收益到账 / Income of an asset arrived" },
  { path: "payout-acceptances", definition: AcceptPayoutBatch, summary: "代发受理 / A payout batch is accepted" },
  { path: "payout-successes", definition: RecordPayoutSuccess, summary: "代发成功 / Items of a batch were paid" },
  { path: "payout-failures", definition: RecordPayoutFailure, summary: "代发失败 / Items of a batch were not paid" },
  { path: "payout-returns", definition: RecordPayoutReturn, summary: "退票 / Paid items came back" },
  { path: "payout-result-reversals", definition: ReversePayoutResult, summary: "代发结果冲正 / A result is reversed" },
  { path: "wrong-payout-recoveries", definition: RecordWrongPayoutRecovery, summary: "错付追回 / Wrongly paid money came back" },
  { path: "wrong-payout-recovery-reversals", definition: ReverseWrongPayoutRecovery, summary: "错付追回冲正 / A recovery is reversed" },
  { path: "donations", definition: RecordDonation, summary: "收到捐赠 / A donation arrived" },
  { path: "donation-reversals", definition: ReverseDonationMessage, summary: "捐赠冲正 / A movement of a donation is reversed" },
];

/** Commands that only banks give: this service records them. The rest belong to startup-lending, which shares the streams. */
export const bankCommands: readonly CommandDefinition[] = [
  ...bankMessages.map(({ definition }) => definition).filter(({ roles }) => roles.every((role) => role === "BANK" || role === "SYS")),
  // Given by the intake of files, for the bank whose file it is.
  ...bankFileCommands,
];
