export type { CreditEntry, CreditRating, CreditState, LoanApproval } from "./evolve/credit.ts";
export { creditFold, creditStream, ratingOf } from "./evolve/credit.ts";
export type { OpenInterest, StaleInterest } from "./evolve/figures.ts";
export {
  bookedMessages,
  openInterest,
  openPrincipalNow,
  prepaymentsOf,
  rightInterest,
  staleInterest,
  unsettledDays,
} from "./evolve/figures.ts";
export type { BankMessage, LoanState, LoanSubject, LoanTerms, SettledInterest } from "./evolve/loan.ts";
export { emptyLoan, loanStream, loanTimelineFold } from "./evolve/loan.ts";
export type { RepaymentMethod } from "./evolve/schedule.ts";
export { dueRowsOf, isInstalmentMethod } from "./evolve/schedule.ts";
