/* The entry for other packages: the events of the risk chain and the folds that follow from them. No rules. */
export type { CasePayment, CaseRecovery, CaseStatus, CompensationState } from "./evolve-case.ts";
export { compensationFold, compensationStream } from "./evolve-case.ts";
export type { FundDeposit, FundInterest, RiskFundState } from "./evolve-fund.ts";
export { riskFundFold, riskFundStream } from "./evolve-fund.ts";
export type { InsuranceClaim, InsurancePayment, InsurerState } from "./evolve-insurance.ts";
export { insuranceStream, insurerFold } from "./evolve-insurance.ts";
export type { ClaimParts, ObligorCase, ObligorState } from "./evolve-obligor.ts";
export { obligorFold, obligorStream, openClaimOf } from "./evolve-obligor.ts";
export * from "./schema.ts";
