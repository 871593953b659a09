export type { InterestDue, InterestPayment, UnpaidStep } from "./compound.ts";
export { compoundInterest, unpaidInterest } from "./compound.ts";
export type { DayPeriod, Interest, InterestKind, InterestOptions, InterestSegment } from "./interest.ts";
export { interestOf, penaltyExtra, prepaidInterest } from "./interest.ts";
export type { Piece, PrepaidPart, Prepayment } from "./pieces.ts";
export { cutPieces, prepaymentsOf } from "./pieces.ts";
export type { DatedValue, SubsidisedBaseSegment, Subsidy, SubsidyOptions } from "./subsidised.ts";
export { subsidisedBaseSegments, subsidyOf } from "./subsidised.ts";
export type { DueRow, LoanTimeline, PrincipalMovement, RateSegment } from "./timeline.ts";
export {
  drawnPrincipal,
  finalPrincipal,
  firstDrawing,
  minimumOpenFrom,
  misusedOn,
  openPrincipal,
  overduePrincipal,
  overdueSince,
  rateOn,
} from "./timeline.ts";
