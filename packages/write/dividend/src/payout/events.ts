/* What other packages may know of entitlements and payouts: folds and figures, no rules. */
export {
  type DraftedLine,
  type EntitlementLine,
  type EntitlementState,
  entitledFold,
  entitlementFold,
  type ItemResult,
  type ItemStatus,
  inTransit,
  itemStatus,
  openItem,
  type PayoutItem,
  type Place,
  paidOut,
  unclaimedSince,
} from "../evolve/entitlement.ts";
export {
  openWrongPayout,
  type PayoutBatchState,
  partsOfHousehold,
  payoutFold,
  type WrongPayoutState,
  wrongPayoutFold,
} from "../evolve/payout.ts";
export { hashOfRows, inFileOrder, type PayoutRow, submittedRows } from "./list.ts";
export { orderedBatch, partsAllocated, partsOfBatch } from "./pool-order.ts";
