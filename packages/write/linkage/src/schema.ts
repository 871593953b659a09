import { type Static, Type } from "typebox";

/*
 * Events of 企贷增收 beside its loans (domain 2.2: 2.1, 2.2, 2.4, 2.5, 2.8, 2.12). Streams: `linkage/{enterprise}` is what
 * counts for the enterprise's subsidy (recognition, agreements, links, breaches, loans under an agreement);
 * `linkage-household/{household}` is who carries the household (one enterprise at a time) and what it got from it;
 * `guarantee-fee/{guarantor}` the grants for guarantee fees. Amounts are yuan with two decimals.
 */

const Amount = Type.String({ pattern: "^-?\\d+\\.\\d{2}$" });
const Percent = Type.String({ pattern: "^\\d+(\\.\\d+)?$" });
const DateText = Type.String({ format: "date" });
const Month = Type.String({ pattern: "^\\d{4}-\\d{2}$" });
const Id = Type.String({ minLength: 1, maxLength: 64 });
const Text = Type.String();

/** 2.1 认定带贫企业, from the value date on. `households`: how many it commits itself to carry (承诺带动户数). */
export const EnterpriseRecognised = Type.Object({
  enterprise: Id,
  creditCode: Id,
  households: Type.Integer(),
  /** First day on which it no longer holds. */
  toExcl: Type.Optional(DateText),
  document: Type.Optional(Id),
});
/** 2.1 撤销认定, from the value date on: no day after it is subsidised. */
export const EnterpriseRecognitionRevoked = Type.Object({ enterprise: Id, reason: Text });

/** 带贫方式: 就业, 订单, 流转, 固定补助 or another. */
export const BenefitForm = Type.Union([
  Type.Literal("job"),
  Type.Literal("order"),
  Type.Literal("land"),
  Type.Literal("fixed"),
  Type.Literal("other"),
]);
const Terms = {
  /** Open principal of all loans under the agreement. */
  loanCap: Amount,
  /** 每户贴息额度; the policy's of the day (model2.quotaPerHousehold) when absent. */
  quotaPerHousehold: Type.Optional(Amount),
  form: BenefitForm,
  /** What a household gets in a year. */
  yearlyAmount: Type.Optional(Amount),
};
/** 2.2 四方带贫协议签订 (政府、银行、带贫企业、贫困户), in force from the value date on. */
export const FourPartyAgreementSigned = Type.Object({
  agreement: Id,
  enterprise: Id,
  bank: Id,
  ...Terms,
  toExcl: Type.Optional(DateText),
  /** Households that sign it; they count from their link (2.4) on. */
  households: Type.Optional(Type.Array(Id)),
  document: Type.Optional(Id),
});
/** 协议变更: the whole new terms from the value date on. */
export const FourPartyAgreementAmended = Type.Object({ agreement: Id, enterprise: Id, ...Terms, document: Type.Optional(Id) });
/** A loan of the enterprise was opened under the agreement (2.3); written with its first drawing. */
export const LoanOpenedUnderAgreement = Type.Object({ agreement: Id, enterprise: Id, bank: Id, loan: Id });

const Link = { enterprise: Id, household: Id, village: Id };
/** 2.4 带贫关系建立: the household counts for the enterprise from the value date on. */
export const HouseholdLinked = Type.Object({ ...Link, form: BenefitForm, person: Type.Optional(Id) });
/** 2.4 带贫关系解除: the household no longer counts on the value date. */
export const HouseholdUnlinked = Type.Object({ ...Link, reason: Type.Optional(Text) });
/** The same on the household's own stream: it is carried by one enterprise at a time. */
export const HouseholdCarried = Type.Object({ ...Link, form: BenefitForm, person: Type.Optional(Id) });
export const HouseholdCarryEnded = Type.Object({ ...Link, reason: Type.Optional(Text) });

/** 2.5 工资报送 (statistical). A later report of the same person and month is a new `version` in place of the former. */
export const WagePaidReported = Type.Object({
  ...Link,
  person: Id,
  month: Month,
  amount: Amount,
  version: Type.Integer(),
  evidence: Type.Optional(Id),
});
/** 2.5 其他带贫收益报送 (statistical): order, land rent, fixed benefit; versions as above. */
export const BenefitPaidReported = Type.Object({
  ...Link,
  form: BenefitForm,
  month: Month,
  amount: Amount,
  version: Type.Integer(),
  evidence: Type.Optional(Id),
});

/**
 * 2.8 未履行带贫: an inspection found `shortfall` of the linked households not carried, on the days [from, toExcl). Those
 * days are subsidised for so many households fewer.
 */
export const CommitmentBreached = Type.Object({
  breach: Id,
  enterprise: Id,
  shortfall: Type.Integer(),
  from: DateText,
  toExcl: Type.Optional(DateText),
  inspection: Text,
});
/** The finding was wrong: the days count as before. */
export const CommitmentBreachRevoked = Type.Object({ breach: Id, enterprise: Id, reason: Text });

/**
 * 2.12 担保费补助. Dr 5001.02 / Cr 2303.02, payee = guarantor. `amount` = base × rate × days / yearBase, rounded once.
 */
export const GuaranteeFeeGranted = Type.Object({
  grant: Id,
  guarantor: Id,
  loan: Type.Optional(Id),
  base: Amount,
  rate: Percent,
  from: DateText,
  toExcl: DateText,
  days: Type.Integer(),
  yearBase: Type.Integer(),
  amount: Amount,
  document: Type.Optional(Id),
});
/** C1 of a grant that was not paid: negative copy; the part of a closed fiscal year goes to 3501. */
export const GuaranteeFeeReversed = Type.Object({ grant: Id, guarantor: Id, amount: Amount, priorYear: Type.Boolean(), reason: Text });
/** Dr 2303.02 / Cr 1002.01: the whole grant. */
export const GuaranteeFeePaid = Type.Object({ grant: Id, guarantor: Id, amount: Amount, serial: Type.Optional(Id) });
/** 拨付退回: the bank sent the payment back (like S6, R17); the grant is open again. Dr 1002.01 / Cr 2303.02. */
export const GuaranteeFeePaymentReturned = Type.Object({
  grant: Id,
  guarantor: Id,
  amount: Amount,
  reason: Text,
  serial: Type.Optional(Id),
});

/** Event types of this package with their payload schemas; the documents under docs/events are made from it. */
export const linkageEvents = {
  EnterpriseRecognised,
  EnterpriseRecognitionRevoked,
  FourPartyAgreementSigned,
  FourPartyAgreementAmended,
  LoanOpenedUnderAgreement,
  HouseholdLinked,
  HouseholdUnlinked,
  HouseholdCarried,
  HouseholdCarryEnded,
  WagePaidReported,
  BenefitPaidReported,
  CommitmentBreached,
  CommitmentBreachRevoked,
  GuaranteeFeeGranted,
  GuaranteeFeeReversed,
  GuaranteeFeePaid,
  GuaranteeFeePaymentReturned,
} as const;

export type LinkageEventType = keyof typeof linkageEvents;
export type LinkagePayload<T extends LinkageEventType> = Static<(typeof linkageEvents)[T]>;
