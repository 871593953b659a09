/* The entry for other packages: the events, and the folds and figures that follow from them. No rules. */
export { dividendLines, type PoolDescription, type StatementEntitlement, type YearlyDividends, yearlyDividends } from "./dividends.ts";
export { type IssuedStatement, issuedFor, type StatementState, statementFold } from "./evolve.ts";
export {
  ChangedLine,
  changedLines,
  DividendLine,
  flattenFigures,
  InterestLine,
  isNil,
  OwnLoanLine,
  StakeLine,
  StatementFigures,
} from "./figures.ts";
export * from "./schema.ts";
