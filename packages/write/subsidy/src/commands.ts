import type { CommandDefinition } from "@huimin/decider";
import { AccrueSubsidy, AccrueSubsidyClaim, AppropriateSubsidyFunds, CorrectSubsidy } from "./commands-accrual.ts";
import { ApproveSubsidyClaim, RejectSubsidyClaimLine, SubmitSubsidyClaim } from "./commands-claim.ts";
import { DecideSubsidyClawback, ReceiveSubsidyClawback, SetOffSubsidyClawback } from "./commands-clawback.ts";
import { PaySubsidy, PaySubsidyClaim, ReturnSubsidyPayment } from "./commands-payment.ts";
import { FileSubsidyObjection, PublishSubsidyClaim, ResolveSubsidyObjection } from "./commands-publicity.ts";
import { ReverseClawbackReceipt, ReverseSubsidyAppropriation, ReverseSubsidyClawback } from "./commands-reversal.ts";

export * from "./commands-accrual.ts";
export * from "./commands-claim.ts";
export * from "./commands-clawback.ts";
export * from "./commands-payment.ts";
export * from "./commands-publicity.ts";
export * from "./commands-reversal.ts";

/** Every command of this package, in the order of the chain S0–S8. */
export const subsidyCommands: readonly CommandDefinition[] = [
  AppropriateSubsidyFunds,
  SubmitSubsidyClaim,
  AccrueSubsidy,
  AccrueSubsidyClaim,
  CorrectSubsidy,
  PublishSubsidyClaim,
  FileSubsidyObjection,
  ResolveSubsidyObjection,
  RejectSubsidyClaimLine,
  ApproveSubsidyClaim,
  PaySubsidy,
  PaySubsidyClaim,
  ReturnSubsidyPayment,
  DecideSubsidyClawback,
  ReceiveSubsidyClawback,
  SetOffSubsidyClawback,
  ReverseSubsidyAppropriation,
  ReverseSubsidyClawback,
  ReverseClawbackReceipt,
];
