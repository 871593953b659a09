/* The entry for other packages: the events, and the folds and figures that follow from them. No rules. */
export {
  type Agreement,
  type AgreementTerms,
  type BenefitReport,
  type Breach,
  type CarrierState,
  carrierFold,
  carrierStream,
  type GuaranteeFeeState,
  type GuaranteeGrant,
  guaranteeFeeFold,
  guaranteeFeeStream,
  type LinkageState,
  linkageFold,
  linkageStream,
  noLinkage,
} from "./evolve.ts";
export {
  agreementOn,
  type CarriedAmount,
  type CarriedCount,
  carriedAmounts,
  carriedCounts,
  linkedOn,
  QUOTA_KEYS,
  recognisedOn,
  termsOn,
} from "./figures.ts";
export { covers, type Mark, type Span, spansOf } from "./marks.ts";
export * from "./schema.ts";
