/*
 * Which message records which event: every event of domain chapter 2 whose recorder is BANK, its corrections (C6), and
 * those of INS that a bank files. `office`: the domain lets an office record it too. A test keeps the table complete.
 */
export const EVENTS_OF_MESSAGE: Readonly<Record<string, readonly string[]>> = {
  // 2.3 自贷创业 and what all loans share
  "loan-applications": ["LoanApplied"],
  "loan-application-withdrawals": ["LoanApplicationWithdrawn"],
  "credit-ratings": ["CreditRated"],
  "loan-approvals": ["LoanApproved"],
  "loan-rejections": ["LoanRejected"],
  disbursements: ["LoanDisbursed", "LoanToppedUp"],
  "disbursement-reversals": ["DisbursementReversed"],
  repayments: ["RepaymentReceived", "RepaymentDuplicateSuspected"],
  prepayments: ["LoanPrepaid"],
  reversals: ["RepaymentReversed"],
  "use-of-funds-checks": ["UseOfFundsChecked"],
  "debtor-changes": ["LoanDebtorChanged"],
  settlements: ["LoanSettled"],
  // Chain S 贴息
  "interest-settlements": ["InterestSettled"],
  "interest-corrections": ["InterestCorrected"],
  "interest-payments": ["InterestPaid"],
  "interest-payment-reversals": ["InterestPaymentReversed"],
  "subsidy-claims": ["SubsidyClaimSubmitted"],
  "subsidy-payment-returns": ["SubsidyPaymentReturned"],
  "subsidy-clawback-receipts": ["SubsidyClawbackReceived"],
  "subsidy-clawback-receipt-reversals": ["SubsidyClawbackReceiptReversed"],
  // Chain E 风险
  "risk-fund-interest": ["RiskFundInterestCredited"],
  "risk-fund-interest-reversals": ["RiskFundInterestReversed"],
  extensions: ["LoanExtended"],
  renewals: ["LoanRenewedNoRepayment"],
  "overdue-cures": ["OverdueCured"],
  "compensation-applications": ["CompensationApplied"],
  "compensation-withdrawals": ["CompensationWithdrawn"],
  "compensation-payments": ["CompensationPaid"],
  "compensation-payment-reversals": ["CompensationPaymentReversed"],
  recoveries: ["RecoveryReceived"],
  "recovery-reversals": ["RecoveryReversed"],
  "bankruptcy-dividends": ["BankruptcyDividendReceived"],
  "insurance-claims": ["InsuranceClaimFiled"],
  "insurance-payments": ["InsurancePaid"],
  "insurance-payment-reversals": ["InsurancePaymentReversed"],
  // 2.1 分贷统还
  "batch-contracts": ["BatchContractSigned"],
  "batch-disbursements": ["LoanDisbursed"],
  "stake-entrustments": ["StakeEntrusted"],
  "stake-entrustment-reversals": ["StakeEntrusted"],
  "batch-interest-settlements": ["InterestSettled"],
  "batch-interest-payments": ["InterestPaid"],
  "batch-interest-corrections": ["InterestCorrected"],
  "batch-interest-payment-reversals": ["InterestPaymentReversed"],
  "unified-repayments": ["UnifiedRepaymentReceived"],
  "unified-repayment-reversals": ["UnifiedRepaymentReversed"],
  "household-releases": ["HouseholdReleased"],
  "batch-overdue-cures": ["BatchOverdueCured"],
  // 2.2 企贷增收
  "enterprise-disbursements": ["EnterpriseLoanDisbursed"],
  "enterprise-repayments": ["EnterpriseRepaid"],
  "enterprise-prepayments": ["EnterprisePrepaid"],
  "enterprise-reversals": ["EnterpriseRepaymentReversed"],
  "rate-resets": ["LoanRateReset"],
  // 2.4 政企联动
  "equity-redemptions": ["EquityRedeemed"],
  "loss-share-receipts": ["LossShareReceived"],
  "loss-recoveries": ["LossRecoveryReceived"],
  "equity-reversals": ["EquityEntryReversed"],
  // Chain D 分红代发, 2.6 资产收益
  "dividend-receipts": ["DividendFundsReceived"],
  "dividend-receipt-reversals": ["DividendFundsReversed", "AssetIncomeReversed"],
  "asset-income": ["AssetIncomeReceived"],
  "payout-acceptances": ["PayoutBatchAccepted"],
  "payout-successes": ["PayoutSucceeded"],
  "payout-failures": ["PayoutFailed"],
  "payout-returns": ["PayoutReturned"],
  "payout-result-reversals": ["PayoutResultReversed"],
  "wrong-payout-recoveries": ["WrongPayoutRecovered"],
  "wrong-payout-recovery-reversals": ["WrongPayoutRecoveryReversed"],
  // 2.5 社企共助
  donations: ["DonationReceived"],
  "donation-reversals": ["DonationEntryReversed"],
  // 2.0 register
  "bank-account-bindings": ["BankAccountBound"],
  "bank-account-changes": ["BankAccountChanged"],
  "bank-account-closures": ["BankAccountClosed"],
};

/** Address of the message that records an event. */
export const messagesOfEvent = (event: string): readonly string[] =>
  Object.entries(EVENTS_OF_MESSAGE).flatMap(([path, events]) => (events.includes(event) ? [path] : []));
