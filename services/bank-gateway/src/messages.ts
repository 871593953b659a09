import type { CommandDefinition } from "@huimin/decider";
import {
  ApplyForLoan,
  ApproveLoan,
  CheckUseOfFunds,
  CorrectInterest,
  ExtendLoan,
  MarkOverdueCured,
  PrepayLoan,
  RateCredit,
  RecordDisbursement,
  RecordInterestPayment,
  RecordRepayment,
  RejectLoan,
  RenewLoan,
  ResetLoanRate,
  ReverseDisbursement,
  ReverseInterestPayment,
  ReverseRepayment,
  SettleInterest,
  SettleLoan,
  WithdrawLoanApplication,
} from "@huimin/loan";
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
  { path: "subsidy-claims", definition: SubmitSubsidyClaim, summary: "贴息申报 / A quarter's subsidies are claimed" },
  { path: "subsidy-payment-returns", definition: ReturnSubsidyPayment, summary: "贴息退回 / A subsidy payment came back" },
  { path: "subsidy-clawback-receipts", definition: ReceiveSubsidyClawback, summary: "追回到账 / A clawed-back subsidy arrived" },
];

/** Commands that only banks give: this service records them. The rest belong to startup-lending, which shares the streams. */
export const bankCommands: readonly CommandDefinition[] = bankMessages
  .map(({ definition }) => definition)
  .filter(({ roles }) => roles.every((role) => role === "BANK" || role === "SYS"));
