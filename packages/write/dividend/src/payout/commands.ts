import type { CommandDefinition } from "@huimin/decider";
import { AdvanceWrongPayout, ReturnWrongPayoutAdvance } from "./commands-advance.ts";
import { OrderPoolPayout, SubmitOrderedPayout } from "./commands-pool.ts";
import {
  DeclareWrongPayout,
  RecordPayoutFailure,
  RecordPayoutReturn,
  RecordPayoutSuccess,
  RecordWrongPayoutRecovery,
  ReversePayoutResult,
  ReverseWrongPayoutRecovery,
} from "./commands-results.ts";
import { ReverseWrongPayout } from "./commands-reverse-wrong.ts";
import { AcceptPayoutBatch, CancelPayoutBatch, SubmitPayoutBatch } from "./commands-submission.ts";
import { ReverseUnclaimedTransfer, TransferUnclaimed } from "./commands-unclaimed.ts";

export * from "./commands-advance.ts";
export * from "./commands-pool.ts";
export * from "./commands-results.ts";
export * from "./commands-reverse-wrong.ts";
export * from "./commands-submission.ts";
export * from "./commands-unclaimed.ts";

/** Every command of the payout chain, in the order of D4–D11. */
export const payoutCommands: readonly CommandDefinition[] = [
  SubmitPayoutBatch,
  OrderPoolPayout,
  SubmitOrderedPayout,
  AcceptPayoutBatch,
  CancelPayoutBatch,
  RecordPayoutSuccess,
  RecordPayoutFailure,
  RecordPayoutReturn,
  ReversePayoutResult,
  DeclareWrongPayout,
  ReverseWrongPayout,
  RecordWrongPayoutRecovery,
  ReverseWrongPayoutRecovery,
  AdvanceWrongPayout,
  ReturnWrongPayoutAdvance,
  TransferUnclaimed,
  ReverseUnclaimedTransfer,
];
