import type { CommandDefinition } from "@huimin/decider";
import { ResetBreaker, TripBreaker } from "./commands/breaker.ts";
import {
  ChangeLoanDebtor,
  CheckUseOfFunds,
  ConfirmMisuse,
  MarkOverdue,
  MarkOverdueCured,
  RecordDebtorDeath,
  RevokeMisuse,
  SettleLoan,
} from "./commands/conduct.ts";
import { ExtendLoan, RenewLoan, ResetLoanRate } from "./commands/contract.ts";
import { ApplyForLoan, ApproveLoan, RateCredit, RejectLoan, WithdrawLoanApplication } from "./commands/credit.ts";
import { RecordDisbursement, ReverseDisbursement } from "./commands/disbursement.ts";
import {
  PrepayEnterpriseLoan,
  RecordEnterpriseDisbursement,
  RecordEnterpriseRepayment,
  ReverseEnterpriseRepayment,
} from "./commands/enterprise.ts";
import { CorrectInterest, RecordInterestPayment, ReverseInterestPayment, SettleInterest } from "./commands/interest.ts";
import { DismissDuplicate, PrepayLoan, RecordRepayment, ReleaseDuplicate, ReverseRepayment } from "./commands/repayment.ts";

export * from "./commands/breaker.ts";
export * from "./commands/conduct.ts";
export * from "./commands/contract.ts";
export * from "./commands/credit.ts";
export * from "./commands/disbursement.ts";
export {
  PrepayEnterpriseLoan,
  PrepayEnterpriseLoanBody,
  RecordEnterpriseDisbursement,
  RecordEnterpriseDisbursementBody,
  RecordEnterpriseRepayment,
  RecordEnterpriseRepaymentBody,
  ReverseEnterpriseRepayment,
  ReverseEnterpriseRepaymentBody,
} from "./commands/enterprise.ts";
export * from "./commands/interest.ts";
export {
  DismissDuplicate,
  DismissDuplicateBody,
  PrepayLoan,
  PrepayLoanBody,
  RecordRepayment,
  RecordRepaymentBody,
  ReleaseDuplicate,
  ReleaseDuplicateBody,
  ReverseRepayment,
  ReverseRepaymentBody,
} from "./commands/repayment.ts";

/** Every command of this package. */
export const loanCommands: readonly CommandDefinition[] = [
  ApplyForLoan,
  WithdrawLoanApplication,
  RateCredit,
  ApproveLoan,
  RejectLoan,
  RecordDisbursement,
  ReverseDisbursement,
  CheckUseOfFunds,
  ConfirmMisuse,
  RevokeMisuse,
  SettleInterest,
  CorrectInterest,
  RecordInterestPayment,
  ReverseInterestPayment,
  RecordRepayment,
  PrepayLoan,
  ReverseRepayment,
  ReleaseDuplicate,
  DismissDuplicate,
  ExtendLoan,
  RenewLoan,
  ResetLoanRate,
  RecordEnterpriseDisbursement,
  RecordEnterpriseRepayment,
  PrepayEnterpriseLoan,
  ReverseEnterpriseRepayment,
  MarkOverdue,
  MarkOverdueCured,
  SettleLoan,
  ChangeLoanDebtor,
  RecordDebtorDeath,
];

/** E11: recorded by the service of the risk fund. */
export const breakerCommands: readonly CommandDefinition[] = [TripBreaker, ResetBreaker];
