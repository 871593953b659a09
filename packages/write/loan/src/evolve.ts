export type { BlockedScope, BreakerScope, BreakerState } from "./evolve/breaker.ts";
export { blockedSince, breakerFold, breakerStream, gatherBlocked } from "./evolve/breaker.ts";
export type { AboveCap, Commitment, Commitments } from "./evolve/commitments.ts";
export { aboveCap, gatherCommitments, isOpenCommitment, topUpCapIsSetOn, undrawn } from "./evolve/commitments.ts";
export type { CreditEntry, CreditRating, CreditState, LoanApproval } from "./evolve/credit.ts";
export { creditFold, creditStream, ratingOf } from "./evolve/credit.ts";
export type { OpenInterest, StaleInterest } from "./evolve/figures.ts";
export {
  bookedMessages,
  openInterest,
  openPrincipalNow,
  prepaymentsOf,
  rightInterest,
  settledBefore,
  staleInterest,
  unsettledDays,
} from "./evolve/figures.ts";
export { loanStream, loanTimelineFold } from "./evolve/loan.ts";
export type { RepaymentMethod } from "./evolve/schedule.ts";
export { dueRowsOf, isInstalmentMethod } from "./evolve/schedule.ts";
export type { Holder, StakeMove, StakeShare } from "./evolve/stake-facts.ts";
export type { StakeSegment } from "./evolve/stakes.ts";
export {
  debtorOn,
  dividedStake,
  moneyInHandOn,
  rightStakes,
  stakeSegments,
  stakesLoweredBy,
  stakesNow,
  stakesOn,
} from "./evolve/stakes.ts";
export { subjectOn, withPending, withRealignment } from "./evolve/stakes-realign.ts";
export type {
  BankMessage,
  LoanModel,
  LoanState,
  LoanSubject,
  LoanTerms,
  SettledCompound,
  SettledInterest,
  SettlementKind,
} from "./evolve/state.ts";
export { emptyLoan, modelOf, subjectOf } from "./evolve/state.ts";
