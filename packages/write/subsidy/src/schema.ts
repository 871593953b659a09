import { type Static, Type } from "typebox";

/*
 * Events of the shared subsidy chain (贴息, domain 2 chain S). Streams: `subsidy/{loan}` holds everything subsidised,
 * paid and clawed back for one loan (a day is subsidised once); `claim/{bank}-{quarter}` is the bank's quarterly claim
 * (贴息申报) with its workflow; `subsidy-fund/{year}` the appropriations.
 */

const Amount = Type.String({ pattern: "^-?\\d+\\.\\d{2}$" });
const Percent = Type.String({ pattern: "^\\d+(\\.\\d+)?$" });
const DateText = Type.String({ format: "date" });
const Id = Type.String({ minLength: 1, maxLength: 64 });
const QuarterText = Type.String({ pattern: "^\\d{4}Q[1-4]$" });
/** `household` and `village` are absent on an enterprise loan (model 2), `enterprise` and `batch` on an own loan (model 3). */
const Subject = {
  loan: Id,
  household: Type.Optional(Id),
  bank: Id,
  village: Type.Optional(Id),
  model: Type.Integer(),
  enterprise: Type.Optional(Id),
  batch: Type.Optional(Id),
};
const Source = Type.Union([Type.Literal("区"), Type.Literal("市"), Type.Literal("省"), Type.Literal("中央"), Type.Literal("社会")]);

/** S0 贴息资金拨入. Dr 1002.01 / Cr 4001.01 for every level of the budget, 4601 for money that is none (社会). */
export const SubsidyFundsAppropriated = Type.Object({ amount: Amount, source: Source, document: Type.Optional(Id) });

/** C1 of S0: the exact negative with its value date; of a closed fiscal year the income goes to 3501 (C4). `entry`: number in the stream. */
export const SubsidyAppropriationReversed = Type.Object({
  ...SubsidyFundsAppropriated.properties,
  entry: Type.Integer(),
  priorYear: Type.Boolean(),
  reason: Type.String(),
});

/**
 * One settlement (S1) whose interest a claim line asks to be refunded, or a part of its days. `prepayment`: the serial
 * of the prepayment that settled it (利随本清); such a part is a settlement of its own. In a correction `subsidy` is the
 * signed difference and `claim` the quarter it belongs to.
 */
const ClaimedSettlement = Type.Object({
  from: DateText,
  toExcl: DateText,
  interest: Amount,
  subsidy: Amount,
  prepayment: Type.Optional(Id),
  claim: Type.Optional(QuarterText),
});
/**
 * S3 贴息申报(按季), stream claim/. `interest` and `amount` as the bank claims them, with ours (`computed`) beside; a line
 * is `flagged` when they differ and the bank sent it all the same. Each event adds its lines to the quarter's claim.
 */
export const SubsidyClaimSubmitted = Type.Object({
  bank: Id,
  quarter: QuarterText,
  lines: Type.Array(
    Type.Object({
      ...Subject,
      payee: Id,
      interest: Amount,
      amount: Amount,
      computed: Amount,
      flagged: Type.Optional(Type.Boolean()),
      settlements: Type.Array(ClaimedSettlement),
    }),
  ),
  total: Amount,
});
/** Drops every line that is not approved yet; the new lines follow in the same append. */
export const SubsidyClaimReplaced = Type.Object({ bank: Id, quarter: QuarterText });
/** S5 剔除, stream claim/. */
export const SubsidyClaimLineRejected = Type.Object({ bank: Id, quarter: QuarterText, loan: Id, reason: Type.String() });
/** S5 公示, stream claim/, of every line that is pending then; `to` is the last day. What is submitted later is published anew. */
export const SubsidyClaimPublished = Type.Object({
  bank: Id,
  quarter: QuarterText,
  from: DateText,
  to: DateText,
  place: Type.Optional(Type.String()),
});
/** 异议, against a pending line. */
export const SubsidyClaimObjectionFiled = Type.Object({ bank: Id, quarter: QuarterText, objection: Id, loan: Id, reason: Type.String() });
/** 异议处理. Upheld: the line is to be rejected. */
export const SubsidyClaimObjectionResolved = Type.Object({
  bank: Id,
  quarter: QuarterText,
  objection: Id,
  loan: Id,
  result: Type.Union([Type.Literal("dismissed"), Type.Literal("upheld")]),
});
/** S5 审核, stream claim/: every line that is neither rejected nor approved before. `total` by our figures. */
export const SubsidyClaimApproved = Type.Object({ bank: Id, quarter: QuarterText, total: Amount });

/**
 * S4 贴息计提, stream subsidy/. Dr 5001.01 (.02 for model 2) / Cr 2303.01 (.02). `amount` is the sum of the settlements' rounded
 * subsidies. With `claimedRate`, the rate with which it was claimed at the time. With `correction`, `amount` is a
 * signed difference of accruals made in `accrualsOf`; closed years go to 3501 (R10): `priorYears` + `sameYear` = amount.
 */
export const SubsidyAccrued = Type.Object({
  ...Subject,
  payee: Id,
  claim: Type.Optional(QuarterText),
  settlements: Type.Array(ClaimedSettlement),
  amount: Amount,
  claimedRate: Type.Optional(Percent),
  correction: Type.Optional(Type.Union([Type.Literal("wrong-rate"), Type.Literal("recomputed")])),
  accrualsOf: Type.Optional(Type.Integer()),
  rateWas: Type.Optional(Percent),
  rateIs: Type.Optional(Percent),
  priorYears: Type.Optional(Amount),
  sameYear: Type.Optional(Amount),
  /** 超预算: more than was appropriated and not promised yet (subsidy.budgetControl = warn) */
  beyondBudget: Type.Optional(Type.Boolean()),
});
/** S5 after S4: a rejected line's accrual is taken back. Negative copy; the part of closed years, if any, goes to 3501. */
export const SubsidyAccrualReversed = Type.Object({
  ...Subject,
  payee: Id,
  claim: QuarterText,
  settlements: Type.Array(ClaimedSettlement),
  amount: Amount,
  priorYears: Type.Optional(Amount),
  sameYear: Type.Optional(Amount),
});
/** S6 贴息拨付: the whole open payable of payee and loan. Dr 2303.0x / Cr 1002.01. */
export const SubsidyPaid = Type.Object({
  ...Subject,
  payee: Id,
  amount: Amount,
  serial: Type.Optional(Id),
  /** Fingerprint of the household's account; absent for an enterprise and an heir. */
  account: Type.Optional(Id),
  /** Number of the proof of an heir: the household is extinct. */
  heirProof: Type.Optional(Id),
  /** more than the cash of 1002.01 by the books (subsidy.budgetControl = warn) */
  beyondBudget: Type.Optional(Type.Boolean()),
});
/** S6 退回 (R17). Dr 1002.01 / Cr 2303.01. `account`: the one on which the payment failed. */
export const SubsidyPaymentReturned = Type.Object({
  ...Subject,
  payee: Id,
  amount: Amount,
  reason: Type.String(),
  account: Type.Optional(Id),
});
/** S7 贴息追回认定 (R9–R11). Dr 1218.03 / Cr 5001.0x (sameYear) and 3501 (priorYears). `byClaim` shows the quarters. */
export const SubsidyClawbackDecided = Type.Object({
  ...Subject,
  obligor: Id,
  reason: Type.Union([
    Type.Literal("wrong-rate"),
    Type.Literal("misuse"),
    Type.Literal("backdated-repayment"),
    Type.Literal("false-application"),
    Type.Literal("overdue"),
    Type.Literal("commitment-breached"),
  ]),
  total: Amount,
  priorYears: Amount,
  sameYear: Amount,
  byClaim: Type.Array(
    Type.Object({
      claim: QuarterText,
      from: DateText,
      toExcl: DateText,
      was: Amount,
      is: Amount,
      clawback: Amount,
      prepayment: Type.Optional(Id),
    }),
  ),
  misuseFrom: Type.Optional(DateText),
  accrualsOf: Type.Optional(Type.Integer()),
  rateWas: Type.Optional(Percent),
  rateIs: Type.Optional(Percent),
});
/**
 * C1 of S7: the exact negative with its value date, while nothing of it has been collected. What stood in a year that is
 * over by now goes to 3501 (C4): `priorYears` and `sameYear` are of the year of this event.
 */
export const SubsidyClawbackReversed = Type.Object({
  ...SubsidyClawbackDecided.properties,
  entry: Type.Integer(),
  /** Why it is taken back; `reason` is that of the decision. */
  why: Type.String(),
});
/** S8 追回到账. Dr 1002.01 / Cr 1218.03. */
export const SubsidyClawbackReceived = Type.Object({ ...Subject, obligor: Id, amount: Amount, serial: Type.Optional(Id) });
/** C6 of S8: the bank takes its message back; red, with the original's value date. */
export const SubsidyClawbackReceiptReversed = Type.Object({
  ...SubsidyClawbackReceived.properties,
  serial: Id,
  reversalSerial: Id,
});
/** S8 抵扣: min(open claim, open payable of againstLoan). The `against…` fields are given where they differ from the claim loan's: the payable is closed under them. Dr 2303.0x / Cr 1218.03. On both loans' subsidy streams one event each with the same fields; only the one with side `claim` is posted. */
export const SubsidyClawbackSetOff = Type.Object({
  ...Subject,
  obligor: Id,
  againstLoan: Id,
  againstBank: Type.Optional(Id),
  againstHousehold: Type.Optional(Id),
  againstVillage: Type.Optional(Id),
  /** The whole subject of the payable, where the two loans are of different models, enterprises or batches. */
  against: Type.Optional(Type.Object(Subject)),
  payee: Id,
  amount: Amount,
  side: Type.Union([Type.Literal("claim"), Type.Literal("payable")]),
});

/** Whom a subsidy event concerns, as every event of `subsidy/` repeats it. */
export interface SubsidySubject {
  readonly loan: string;
  /** Absent on an enterprise loan (model 2). */
  readonly household?: string;
  readonly bank: string;
  readonly village?: string;
  readonly model: number;
  /** Who uses and repays the money (models 1 and 2). */
  readonly enterprise?: string;
  readonly batch?: string;
}

type SubjectFields = { readonly [K in keyof SubsidySubject]?: SubsidySubject[K] | undefined };

/** The subject of a payload, without the fields that are absent. */
export function subjectFields(of: SubjectFields & Pick<SubsidySubject, "loan" | "bank" | "model">): SubsidySubject {
  const { loan, household, bank, village, model, enterprise, batch } = of;
  return {
    loan,
    ...(household === undefined ? {} : { household }),
    bank,
    ...(village === undefined ? {} : { village }),
    model,
    ...(enterprise === undefined ? {} : { enterprise }),
    ...(batch === undefined ? {} : { batch }),
  };
}

/** Who gets the subsidy where nobody says otherwise: who paid the interest (domain 10, Q3). */
export const usualPayee = ({ enterprise, household, loan }: SubjectFields & Pick<SubsidySubject, "loan">): string =>
  enterprise ?? household ?? loan;

/** Event types of this package with their payload schemas; the documents under docs/events are made from it. */
export const subsidyEvents = {
  SubsidyFundsAppropriated,
  SubsidyAppropriationReversed,
  SubsidyClaimSubmitted,
  SubsidyClaimReplaced,
  SubsidyClaimLineRejected,
  SubsidyClaimPublished,
  SubsidyClaimObjectionFiled,
  SubsidyClaimObjectionResolved,
  SubsidyClaimApproved,
  SubsidyAccrued,
  SubsidyAccrualReversed,
  SubsidyPaid,
  SubsidyPaymentReturned,
  SubsidyClawbackDecided,
  SubsidyClawbackReversed,
  SubsidyClawbackReceived,
  SubsidyClawbackReceiptReversed,
  SubsidyClawbackSetOff,
} as const;

export type SubsidyEventType = keyof typeof subsidyEvents;
export type SubsidyPayload<T extends SubsidyEventType> = Static<(typeof subsidyEvents)[T]>;
