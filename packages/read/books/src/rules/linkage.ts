import type { LinkagePayload } from "@huimin/linkage/events";
import { fen } from "@huimin/money";
import type { Dims } from "../dimensions.ts";
import { credit, type DatedRules, debit, pair, sinceStart } from "../posting.ts";

/*
 * 企贷增收 beside its loans (domain 2.2): guarantee-fee grants in book G. Links, agreements and reports post nothing.
 */

interface Grant {
  readonly grant: string;
  readonly guarantor: string;
}

const owed = ({ grant, guarantor }: Grant): Dims => ({ model: "2", ref: grant, payee: guarantor });
const spent = ({ grant }: Grant): Dims => ({ model: "2", ref: grant });

export const linkageRules: Readonly<Record<string, DatedRules>> = {
  GuaranteeFeeGranted: sinceStart((p: LinkagePayload<"GuaranteeFeeGranted">) => ({
    text: `计提担保费补助 ${p.grant}`,
    entries: pair(fen(p.amount), ["subsidyExpenseEnterprise", spent(p)], ["subsidyPayableEnterprise", owed(p)]),
  })),
  /** C1, in red; of a closed fiscal year against 3501 (C4). */
  GuaranteeFeeReversed: sinceStart((p: LinkagePayload<"GuaranteeFeeReversed">) => ({
    text: `冲销担保费补助 ${p.grant}`,
    entries: [
      p.priorYear ? debit("priorYearAdjustment", fen(p.amount)) : debit("subsidyExpenseEnterprise", fen(p.amount), spent(p)),
      credit("subsidyPayableEnterprise", fen(p.amount), owed(p)),
    ],
  })),
  GuaranteeFeePaid: sinceStart((p: LinkagePayload<"GuaranteeFeePaid">) => ({
    text: `拨付担保费补助 ${p.grant}`,
    entries: pair(fen(p.amount), ["subsidyPayableEnterprise", owed(p)], ["bankSubsidy", {}]),
  })),
  GuaranteeFeePaymentReturned: sinceStart((p: LinkagePayload<"GuaranteeFeePaymentReturned">) => ({
    text: `退回担保费补助 ${p.grant}(${p.reason})`,
    entries: pair(fen(p.amount), ["bankSubsidy", {}], ["subsidyPayableEnterprise", owed(p)]),
  })),
};

export const linkageSilent: readonly string[] = [
  "EnterpriseRecognised",
  "EnterpriseRecognitionRevoked",
  "FourPartyAgreementSigned",
  "FourPartyAgreementAmended",
  "LoanOpenedUnderAgreement",
  "HouseholdLinked",
  "HouseholdUnlinked",
  "HouseholdCarried",
  "HouseholdCarryEnded",
  "WagePaidReported",
  "BenefitPaidReported",
  "CommitmentBreached",
  "CommitmentBreachRevoked",
];
