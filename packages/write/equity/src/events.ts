/* The entry for other packages: the events, and the folds and figures that follow from them. No rules. */
export { type Agreement, type AgreementTerms, type EquityState, equityFold, equityStream } from "./evolve-equity.ts";
export { type EquityFundState, equityFundFold, equityFundStream } from "./evolve-fund.ts";
export {
  type LossState,
  lossFold,
  lossStream,
  openShare,
  openUncovered,
  recognisedLoss,
  recovered,
  sharedLoss,
  sharesToReturn,
} from "./evolve-loss.ts";
export { agreedFixedRate, agreementsOn, type InvestedSegment, investedOn, investmentOn, leastOpenStake, openStakeFrom } from "./figures.ts";
export * from "./schema.ts";
