/* The entry for other packages: the events, and the folds and figures that follow from them. No rules. */
export { carriedYuanDays } from "./carried.ts";
export { CLAIM_KEYS, neverClaimed } from "./claimable.ts";
export {
  interestOfDays,
  quarterOfSettlement,
  rightSubsidy,
  type Settlement,
  SUBSIDY_KEYS,
  type SubsidisedLoan,
  subsidisedLoan,
} from "./entitlement.ts";
export { fundStream, type SubsidisedUnit, type SubsidyState, subsidyFold, subsidyStream } from "./evolve.ts";
export { type ClaimLine, type ClaimState, claimFold, claimStream } from "./evolve-claim.ts";
export {
  bookedSubsidy,
  clawbackOfClaim,
  openClaim,
  openPayable,
  type SubsidyDifference,
  subsidyDifferences,
  subsidyOf,
} from "./figures.ts";
export * from "./schema.ts";
