import type { CommandDefinition } from "@huimin/decider";
import { EnrolHousehold, GrantBlockOverride, ProposeBatch, WithdrawBatch, WithdrawEnrolment } from "./commands-batch.ts";
import { SignBatchContract, SignEquityEntrustment } from "./commands-contract.ts";
import { CloseBatch, MarkBatchOverdue, MarkBatchOverdueCured } from "./commands-end.ts";
import { CorrectBatchInterest, RecordBatchInterestPayment, ReverseBatchInterestPayment, SettleBatchInterest } from "./commands-interest.ts";
import { EntrustStakes, PoolStakes, RecordBatchDisbursement, ReverseEntrustment } from "./commands-money.ts";
import { RecordUnifiedRepayment, ReverseUnifiedRepayment } from "./commands-repayment.ts";
import { NoteStakeRedeemed, ReleaseHouseholds, ReplaceStake } from "./commands-stake.ts";

export * from "./commands-batch.ts";
export * from "./commands-contract.ts";
export * from "./commands-end.ts";
export * from "./commands-interest.ts";
export * from "./commands-money.ts";
export * from "./commands-repayment.ts";
export * from "./commands-stake.ts";

/** Every command of this package. */
export const pooledCommands: readonly CommandDefinition[] = [
  ProposeBatch,
  WithdrawBatch,
  EnrolHousehold,
  WithdrawEnrolment,
  GrantBlockOverride,
  SignBatchContract,
  SignEquityEntrustment,
  RecordBatchDisbursement,
  EntrustStakes,
  ReverseEntrustment,
  PoolStakes,
  SettleBatchInterest,
  CorrectBatchInterest,
  RecordBatchInterestPayment,
  ReverseBatchInterestPayment,
  RecordUnifiedRepayment,
  ReverseUnifiedRepayment,
  NoteStakeRedeemed,
  ReplaceStake,
  ReleaseHouseholds,
  MarkBatchOverdue,
  MarkBatchOverdueCured,
  CloseBatch,
];
