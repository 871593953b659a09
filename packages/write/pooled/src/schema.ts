import { type Static, Type } from "typebox";

/*
 * Events of a batch 批次 of 分贷统还 (domain 2.1): households borrow in name, an enterprise uses and repays the money. Stream
 * `batch/{batch}`. What moves one loan stands on `loan/{loan}` (@huimin/loan); here are the steps of the batch and the
 * headers of what the bank did to all of its loans. None of them posts.
 */

const Amount = Type.String({ pattern: "^\\d+\\.\\d{2}$" });
const Percent = Type.String({ pattern: "^\\d+(\\.\\d+)?$" });
const DateText = Type.String({ format: "date" });
const Id = Type.String({ minLength: 1, maxLength: 64 });
const Text = Type.String({ minLength: 1, maxLength: 500 });
const Parties = { batch: Id, enterprise: Id, bank: Id };

/** 1.1 批次立项. `cap` is what the batch may borrow at most; the five-party agreement 五方协议 is the document. */
export const BatchProposed = Type.Object({
  ...Parties,
  cap: Amount,
  dividendTerms: Type.Optional(Text),
  document: Type.Optional(Id),
});
/** 1.1 立项撤回, before a contract. */
export const BatchWithdrawn = Type.Object({ ...Parties, reason: Text });

/** 1.2 贫困户自愿入批. `consentHash`: SHA-256 of the signed consent; `signer` an adult member, by person id. */
export const HouseholdEnrolled = Type.Object({
  batch: Id,
  household: Id,
  amount: Amount,
  consentHash: Type.String({ pattern: "^[0-9a-f]{64}$" }),
  signer: Id,
  witness: Type.Optional(Id),
});
/** 1.2 退出, before the contract. */
export const EnrolmentWithdrawn = Type.Object({ batch: Id, household: Id, reason: Text });

/**
 * 1.3 批量贷款合同签订; the value date is the contract date, by which 3.3 judges. A further contract of the batch (补充)
 * has its own items and terms. `warning` W1: signed in the warning window; `override`: signed although the model was
 * blocked, with the document that allowed it.
 */
export const BatchContractSigned = Type.Object({
  ...Parties,
  repayer: Id,
  annualRate: Percent,
  yearBase: Type.Union([Type.Literal(360), Type.Literal(365)]),
  method: Id,
  due: DateText,
  total: Amount,
  items: Type.Array(Type.Object({ loan: Id, household: Id, village: Id, amount: Amount, contractNo: Type.Optional(Id) })),
  penaltySurcharge: Percent,
  participationEvidence: Type.Boolean(),
  warning: Type.Optional(Type.Literal("W1")),
  override: Type.Optional(Type.Object({ document: Id, reason: Type.Optional(Text) })),
});
/** FIN-R or FOF allows a contract while the model is blocked (3.3); both are needed, each with the document. */
export const BlockOverrideGranted = Type.Object({
  batch: Id,
  role: Type.Union([Type.Literal("FIN-R"), Type.Literal("FOF")]),
  document: Id,
});

/** 1.4 股权委托协议签订: the stake is the loan, and the household has no duty to repay. Shares by loan are in the contract. */
export const EquityEntrustmentSigned = Type.Object({
  ...Parties,
  trustee: Id,
  total: Amount,
  dividendRate: Type.Optional(Percent),
  dividendAmount: Type.Optional(Amount),
  payDate: Type.Optional(Text),
  exitTerms: Type.Optional(Text),
  noRepaymentDuty: Type.Literal(true),
});
/** 1.7 股金归集确认: the stakes that the enterprise holds add up to `total`. */
export const StakePooled = Type.Object({
  batch: Id,
  enterprise: Id,
  total: Amount,
  register: Type.Optional(Type.Array(Type.Object({ loan: Id, certificate: Id }))),
});
/** 1.13 股权退出: a note; the repayment of the loan (1.12) lowered the stake. */
export const StakeRedeemed = Type.Object({
  batch: Id,
  household: Id,
  loan: Id,
  reason: Type.Union([Type.Literal("matured"), Type.Literal("early"), Type.Literal("household-left"), Type.Literal("default")]),
});

const PerLoan = Type.Array(Type.Object({ loan: Id, principal: Amount, interest: Amount, penalty: Amount }));
/** 1.12 企业统一还本, the header: interest and penalty first, then principal; `excess` is not booked (R22). */
export const UnifiedRepaymentReceived = Type.Object({
  ...Parties,
  amount: Amount,
  serial: Id,
  allocation: Type.Union([Type.Literal("pro-rata"), Type.Literal("as-ordered")]),
  order: Type.Optional(Type.Array(Id)),
  interestAndPenalty: Amount,
  principal: Amount,
  excess: Amount,
  perLoan: PerLoan,
});
/** A fact recorded late changed where this repayment goes: its parts now, by loan. */
export const UnifiedRepaymentReallocated = Type.Object({
  ...Parties,
  serial: Id,
  interestAndPenalty: Amount,
  principal: Amount,
  excess: Amount,
  perLoan: PerLoan,
});
/** C6 of 1.12, the header: every part goes back, value-dated like the original. */
export const UnifiedRepaymentReversed = Type.Object({ ...Parties, serial: Id, reversalSerial: Id, amount: Amount });

/** 1.16 批次逾期: the obligor is the enterprise. Value-dated the first day after the due date. */
export const BatchOverdue = Type.Object({ ...Parties, obligor: Id, due: DateText, openPrincipal: Amount });
export const BatchOverdueCured = Type.Object({ ...Parties });
/** 1.19 贫困户免责, the header; each loan has its LoanReleased. */
export const HouseholdReleased = Type.Object({
  ...Parties,
  loans: Type.Array(Id),
  reason: Type.Union([Type.Literal("bank-share-written-off"), Type.Literal("taken-over-by-enterprise")]),
  amount: Amount,
});
/** 1.21 批次结清. */
export const BatchClosed = Type.Object({
  ...Parties,
  certificate: Type.Optional(Id),
  /** Closed by a decision though these pools had dividends that were not paid out. */
  unpaidDividends: Type.Optional(
    Type.Object({ document: Type.String(), pools: Type.Array(Type.Object({ pool: Type.String(), amount: Type.String() })) }),
  ),
});

/** Event types of this package with their payload schemas; the documents under docs/events are made from it. */
export const pooledEvents = {
  BatchProposed,
  BatchWithdrawn,
  HouseholdEnrolled,
  EnrolmentWithdrawn,
  BlockOverrideGranted,
  BatchContractSigned,
  EquityEntrustmentSigned,
  StakePooled,
  StakeRedeemed,
  UnifiedRepaymentReceived,
  UnifiedRepaymentReallocated,
  UnifiedRepaymentReversed,
  BatchOverdue,
  BatchOverdueCured,
  HouseholdReleased,
  BatchClosed,
} as const;

export type PooledEventType = keyof typeof pooledEvents;
export type PooledPayload<T extends PooledEventType> = Static<(typeof pooledEvents)[T]>;
