export type { ClaimSources } from "./claim-facts.ts";
export type { ClaimCause, ClaimDifference, ClaimFigures, JudgedLine } from "./claims.ts";
export { judgeClaimLine } from "./claims.ts";
export { type ClaimsQuarter, claimsQuarter, type JudgedClaimDifference } from "./claims-quarter.ts";
export { type DeskDayRow, deskDays } from "./days.ts";
export { deskDay } from "./desk.ts";
export {
  type DeskBinding,
  type DeskClosing,
  type DeskItem,
  type DeskSource,
  type DeskStatement,
  deskOf,
  type Queryable,
  readBinding,
  readClosings,
} from "./desk-source.ts";
export {
  AGE_BUCKETS,
  type AgeBucket,
  ageOf,
  bucketOf,
  type DeskExplanation,
  type Difference,
  type DifferenceItem,
  type DifferenceKind,
  type DifferenceStatus,
} from "./difference.ts";
export {
  type AmountDifference,
  type Item,
  type Match,
  type Matching,
  type MatchOptions,
  type MatchRule,
  NEARBY_DAYS,
  SUM_CANDIDATES_MAX,
  SUM_ITEMS_MAX,
  SUM_STEPS_MAX,
} from "./items.ts";
export type { DeskDay } from "./judge.ts";
export { matchItems } from "./match.ts";
export {
  comparePortfolio,
  type LoanFigures,
  type LoanStanding,
  type PortfolioDifference,
  type PortfolioField,
  type PrincipalCause,
  principalCause,
} from "./portfolio.ts";
export {
  type JudgedPortfolioDifference,
  type PortfolioDay,
  type PortfolioFile,
  type PortfolioSources,
  portfolioDay,
  portfolioFiles,
} from "./portfolio-day.ts";
export { movementsOf, RECONCILIATION_SCHEMA, reconciliationProjection } from "./projection.ts";
export {
  type AccountReconciliation,
  type AgeingRow,
  ageing,
  fundAccounts,
  openDays,
  reconciliationState,
  unexplained,
} from "./state.ts";
export { UNCLAIMED_LOANS_MAX, type UnclaimedPlace, type UnclaimedSubsidy, unclaimedPage } from "./unclaimed.ts";
