import type { CommandDefinition } from "@huimin/decider";
import { AllocateDividend, PostAllocationParts } from "./commands/allocate.ts";
import { AccrueFixedDividend, DeclareDividend, ReverseDeclaration } from "./commands/declare.ts";
import { DraftAllocation } from "./commands/draft.ts";
import {
  DeductOperatingCost,
  RecordAssetIncome,
  RecordDividendFunds,
  RefundOverpayment,
  ReverseDividendFunds,
  ReverseOperatingCost,
} from "./commands/funds.ts";
import { MarkDividendDefaulted, MarkDividendOverdue } from "./commands/late.ts";
import { BeginAllocationList, RecordAllocationParts } from "./commands/long-list.ts";
import { ApproveAllocation, FileObjection, PostPublicity, ResolveObjection } from "./commands/publicity.ts";
import { RecordPublicityBoards, RecordPublicityEvidence } from "./commands/publicity-record.ts";
import { ReverseAllocation, ReverseAllocationParts } from "./commands/reverse-allocation.ts";
import {
  ApproveVillagePlan,
  AssignBeneficiaries,
  ContributeLandRight,
  ReassignBeneficiaries,
  RegisterAsset,
  WithdrawLandRight,
} from "./commands/rights.ts";

export * from "./commands/allocate.ts";
export * from "./commands/declare.ts";
export * from "./commands/draft.ts";
export * from "./commands/funds.ts";
export * from "./commands/late.ts";
export * from "./commands/long-list.ts";
export * from "./commands/publicity.ts";
export * from "./commands/publicity-record.ts";
export * from "./commands/reverse-allocation.ts";
export * from "./commands/rights.ts";

/** Every command of the pool side, in the order of the chain D1–D3. */
export const poolCommands: readonly CommandDefinition[] = [
  RegisterAsset,
  ContributeLandRight,
  WithdrawLandRight,
  AssignBeneficiaries,
  ReassignBeneficiaries,
  DeclareDividend,
  AccrueFixedDividend,
  ReverseDeclaration,
  MarkDividendOverdue,
  MarkDividendDefaulted,
  RecordDividendFunds,
  ReverseDividendFunds,
  RefundOverpayment,
  RecordAssetIncome,
  DeductOperatingCost,
  ReverseOperatingCost,
  ApproveVillagePlan,
  DraftAllocation,
  BeginAllocationList,
  RecordAllocationParts,
  PostPublicity,
  RecordPublicityBoards,
  RecordPublicityEvidence,
  FileObjection,
  ResolveObjection,
  ApproveAllocation,
  AllocateDividend,
  PostAllocationParts,
  ReverseAllocation,
  ReverseAllocationParts,
];
