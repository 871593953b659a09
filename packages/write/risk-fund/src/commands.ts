import type { CommandDefinition } from "@huimin/decider";
import {
  ApplyForCompensation,
  ApproveCompensation,
  RejectCompensation,
  RevokeCompensationApproval,
  WithdrawCompensation,
} from "./commands-application.ts";
import { CreditRiskFundInterest, DepositRiskFund, ReverseRiskFundDeposit, ReverseRiskFundInterest } from "./commands-fund.ts";
import {
  ApproveInsuranceClaim,
  FileInsuranceClaim,
  ReceiveInsurancePayment,
  RejectInsuranceClaim,
  ReverseInsuranceApproval,
  ReverseInsurancePayment,
} from "./commands-insurance.ts";
import { PayCompensation, ReverseCompensationPayment } from "./commands-payment.ts";
import { ReceiveBankruptcyDividend, ReceiveRecovery, ReverseRecovery, WriteOffClaim } from "./commands-recovery.ts";

export * from "./commands-application.ts";
export * from "./commands-fund.ts";
export * from "./commands-insurance.ts";
export * from "./commands-payment.ts";
export * from "./commands-recovery.ts";

/** Every command of this package, in the order of the chain E0–E10. */
export const riskFundCommands: readonly CommandDefinition[] = [
  DepositRiskFund,
  ReverseRiskFundDeposit,
  CreditRiskFundInterest,
  ReverseRiskFundInterest,
  ApplyForCompensation,
  WithdrawCompensation,
  ApproveCompensation,
  RejectCompensation,
  RevokeCompensationApproval,
  PayCompensation,
  ReverseCompensationPayment,
  ReceiveRecovery,
  ReceiveBankruptcyDividend,
  ReverseRecovery,
  WriteOffClaim,
  FileInsuranceClaim,
  ApproveInsuranceClaim,
  ReverseInsuranceApproval,
  RejectInsuranceClaim,
  ReceiveInsurancePayment,
  ReverseInsurancePayment,
];
