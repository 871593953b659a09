import type { CommandDefinition } from "@huimin/decider";
import { AmendFourPartyAgreement, RecogniseEnterprise, RevokeEnterpriseRecognition, SignFourPartyAgreement } from "./commands-agreement.ts";
import { GrantGuaranteeFee, PayGuaranteeFee, ReturnGuaranteeFeePayment, ReverseGuaranteeFee } from "./commands-guarantee.ts";
import { LinkHouseholds, RecordCommitmentBreach, RevokeCommitmentBreach, UnlinkHouseholds } from "./commands-links.ts";
import { ReportBenefit, ReportWage } from "./commands-reports.ts";

export * from "./commands-agreement.ts";
export * from "./commands-guarantee.ts";
export * from "./commands-links.ts";
export * from "./commands-reports.ts";

/** Every command of this package. */
export const linkageCommands: readonly CommandDefinition[] = [
  RecogniseEnterprise,
  RevokeEnterpriseRecognition,
  SignFourPartyAgreement,
  AmendFourPartyAgreement,
  LinkHouseholds,
  UnlinkHouseholds,
  ReportWage,
  ReportBenefit,
  RecordCommitmentBreach,
  RevokeCommitmentBreach,
  GrantGuaranteeFee,
  PayGuaranteeFee,
  ReturnGuaranteeFeePayment,
  ReverseGuaranteeFee,
];
