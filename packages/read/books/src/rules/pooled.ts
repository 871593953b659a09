/** Steps of a batch 批次 (分贷统还) and headers of what was done to all its loans: what posts stands on each loan. */
export const pooledSilent: readonly string[] = [
  "BatchProposed",
  "BatchWithdrawn",
  "HouseholdEnrolled",
  "EnrolmentWithdrawn",
  "BlockOverrideGranted",
  "BatchContractSigned",
  "EquityEntrustmentSigned",
  "StakePooled",
  "StakeRedeemed",
  "UnifiedRepaymentReceived",
  "UnifiedRepaymentReallocated",
  "UnifiedRepaymentReversed",
  "BatchOverdue",
  "BatchOverdueCured",
  "HouseholdReleased",
  "BatchClosed",
];
