/* The entry for other packages: the events, and the folds and figures that follow from them. No rules. */
export {
  dividendLines,
  earlierLines,
  type PoolDescription,
  type StatementEntitlement,
  type YearlyDividends,
  yearlyDividends,
} from "./dividends.ts";
export { type IssuedStatement, issuedFor, type StatementState, statementFold } from "./evolve.ts";
export {
  ChangedLine,
  changedLines,
  DividendLine,
  EarlierLine,
  flattenFigures,
  HelpLine,
  InterestLine,
  isNil,
  OwnLoanLine,
  outstandingOf,
  type PayoutState,
  StakeLine,
  StatementFigures,
} from "./figures.ts";
export * from "./schema.ts";
