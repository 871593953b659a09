import { type Static, Type } from "typebox";

/*
 * Events of household credit (自贷创业, domain 2.3 and chains S1–S2, E1–E3).
 *
 * Streams: `credit/{creditGroup}` is the household's credit file (户信贷档案): applications, ratings, approvals. It is
 * the stream that every new commitment of a household writes, so two banks can't both lend up to the cap. A household
 * that was split shares the file of the household it came from. `loan/{loan}` is one loan from its first drawing on.
 * Amounts are yuan with two decimals, rates percent a year, periods [from, toExcl).
 */

const Amount = Type.String({ pattern: "^-?\\d+\\.\\d{2}$" });
const Percent = Type.String({ pattern: "^\\d+(\\.\\d+)?$" });
const DateText = Type.String({ format: "date" });
const Id = Type.String({ minLength: 1, maxLength: 64 });

/** Whom and what a loan event concerns: repeated on each event, so that a posting rule needs no other event.
 * `unsubsidised` is true on every event of a top-up loan (3.14 非贴息), and only there. */
const Subject = { loan: Id, household: Id, bank: Id, village: Id, unsubsidised: Type.Optional(Type.Boolean()) };

/** 3.1 贷款申请. Stream credit/. */
export const LoanApplied = Type.Object({
  loan: Id,
  household: Id,
  borrower: Id,
  bank: Id,
  amount: Amount,
  purpose: Id,
  termMonths: Type.Integer(),
  topUpOf: Type.Optional(Id),
});
export const LoanApplicationWithdrawn = Type.Object({ loan: Id, household: Id, reason: Type.String() });
/** 3.2 评级授信. Stream credit/. */
export const CreditRated = Type.Object({ household: Id, bank: Id, level: Id, limit: Amount, validTo: DateText });
/**
 * 3.3 审批. Stream credit/. `method` as in domain 3.5. `subsidisedAmount` is the tranche within the subsidy cap of the
 * day; `topUpOf` names the first loan of a top-up (3.14), which is not subsidised.
 */
export const LoanApproved = Type.Object({
  loan: Id,
  household: Id,
  bank: Id,
  amount: Amount,
  annualRate: Percent,
  contractDate: DateText,
  due: DateText,
  method: Type.Union([
    Type.Literal("interest-only-then-bullet"),
    Type.Literal("single-payment"),
    Type.Literal("equal-instalment"),
    Type.Literal("equal-principal"),
  ]),
  topUpOf: Type.Optional(Id),
  /** 360 or 365 where the contract says so; else interest.yearBase of the contract date. */
  yearBase: Type.Optional(Type.Union([Type.Literal(360), Type.Literal(365)])),
  /** Committed by a renewal without repayment (E2) of this loan, not by an application. */
  renewalOf: Type.Optional(Id),
  borrower: Type.Optional(Id),
});
export const LoanRejected = Type.Object({ loan: Id, household: Id, bank: Id, reason: Type.String() });

/** 3.4 放款. The first drawing opens the loan and carries its terms; later drawings repeat them. */
export const LoanDisbursed = Type.Object({
  ...Subject,
  amount: Amount,
  annualRate: Percent,
  yearBase: Type.Union([Type.Literal(360), Type.Literal(365)]),
  contractDate: DateText,
  due: DateText,
  method: Type.String(),
  creditGroup: Id,
  borrower: Id,
  serial: Id,
  /** penalty surcharge in percent of the contract rate, of the contract date */
  penaltySurcharge: Percent,
});
/** 3.14 追加贷款: own loan number, no subsidy, not in the risk fund. Stream of the new loan number. */
export const LoanToppedUp = Type.Object({ ...LoanDisbursed.properties, topUpOf: Id });
/** On the first loan: this top-up exists; repayments of the first loan lower it first (R13). No posting. */
export const TopUpLinked = Type.Object({ ...Subject, topUp: Id });
/** C6 of 3.4: the bank takes back a drawing that it booked by mistake. Negative copy, value-dated like the original. */
export const DisbursementReversed = Type.Object({ ...Subject, serial: Id, reversalSerial: Id, amount: Amount, topUp: Type.Boolean() });
/** 3.5 贷后检查 */
export const UseOfFundsChecked = Type.Object({
  ...Subject,
  finding: Type.Union([Type.Literal("normal"), Type.Literal("idle"), Type.Literal("misused"), Type.Literal("lent-on")]),
  misuseFrom: Type.Optional(DateText),
});
/** 3.6 挪用认定 */
export const LoanMisuseConfirmed = Type.Object({ ...Subject, misuseFrom: DateText });
export const LoanMisuseRevoked = Type.Object({ ...Subject, reason: Type.String() });

const Bearer = Type.Union([Type.Literal("household"), Type.Literal("enterprise")]);
/** S1 结息: one rounding of the interest of [from, toExcl), what prepayments settled left out. */
export const InterestSettled = Type.Object({
  ...Subject,
  from: DateText,
  toExcl: DateText,
  days: Type.Integer(),
  kind: Type.Union([Type.Literal("normal"), Type.Literal("penalty")]),
  amount: Amount,
  bearer: Bearer,
  serial: Type.Optional(Id),
  /** Ours, where the bank's `amount` differs from it and was flagged. */
  recomputed: Type.Optional(Amount),
});
/** C6/C3: the right amount of a period settled before; `difference` = right − booked, posted. */
export const InterestCorrected = Type.Object({
  ...Subject,
  from: DateText,
  toExcl: DateText,
  kind: Type.String(),
  amount: Amount,
  difference: Amount,
  bearer: Bearer,
});
/** S2 付息 */
export const InterestPaid = Type.Object({ ...Subject, amount: Amount, payer: Bearer, serial: Type.Optional(Id) });
/** C6 of a settlement or payment of interest: negative copy by serial. */
export const InterestPaymentReversed = Type.Object({ ...Subject, serial: Id, amount: Amount, payer: Bearer });

/** 3.9 还本. `interest` and `penalty` are the parts that pay open interest (order: penalty, interest, principal). */
export const RepaymentReceived = Type.Object({
  ...Subject,
  principal: Amount,
  interest: Amount,
  penalty: Amount,
  serial: Id,
  tranche: Type.Optional(Type.Literal("subsidised-tranche")),
  released: Type.Optional(Type.Boolean()),
  /** On the loan that the bank named: the principal that lowered its top-ups instead (R13), beside `principal`. */
  toTopUps: Type.Optional(Type.Array(Type.Object({ loan: Id, principal: Amount }))),
  /** On a top-up: the loan that the bank named. */
  namedLoan: Type.Optional(Id),
});
/** 3.10 提前还款, 利随本清: interest of the part for [interestFrom, interestToExcl), settled and paid at once. */
export const LoanPrepaid = Type.Object({
  ...Subject,
  principal: Amount,
  interestFrom: DateText,
  interestToExcl: DateText,
  days: Type.Integer(),
  interest: Amount,
  serial: Id,
});
/** 3.11 疑似重复: same loan, amount and value date, other serial. Held; nothing is posted. */
export const RepaymentDuplicateSuspected = Type.Object({
  ...Subject,
  principal: Amount,
  interest: Amount,
  penalty: Amount,
  serial: Id,
  sameAs: Id,
  tranche: Type.Optional(Type.Literal("subsidised-tranche")),
});
/** Release posts like RepaymentReceived. */
export const RepaymentDuplicateReleased = RepaymentReceived;
export const RepaymentDuplicateDismissed = Type.Object({ ...Subject, serial: Id });
/**
 * 3.12 冲正: exact negative of the message with this serial, value-dated like it. Amounts are negative. `prepaid`: the
 * message was a LoanPrepaid, so `interest` was settled and paid with it and both go back.
 */
export const RepaymentReversed = Type.Object({
  ...Subject,
  serial: Id,
  reversalSerial: Id,
  principal: Amount,
  interest: Amount,
  penalty: Amount,
  prepaid: Type.Optional(Type.Boolean()),
});

/** E1 展期: the rate of the tier of original + extension applies from the old due date (贷款通则 §14). */
export const LoanExtended = Type.Object({
  ...Subject,
  oldDue: DateText,
  newDue: DateText,
  totalMonths: Type.Integer(),
  rateFrom: DateText,
  newRate: Percent,
});
/** E2 无还本续贷, on the old loan: its open principal moves to the new loan number. */
export const LoanRenewedNoRepayment = Type.Object({ ...Subject, newLoan: Id, amount: Amount });
/** E2 on the new loan: opens it with the terms of the renewal. */
export const LoanOpenedByRenewal = Type.Object({ ...LoanDisbursed.properties, oldLoan: Id });
/** E3 逾期: due and unpaid. No posting. */
export const LoanBecameOverdue = Type.Object({ ...Subject, due: DateText, openPrincipal: Amount, obligor: Id });
export const OverdueCured = Type.Object({ ...Subject });
/** 3.16 结清: principal and interest are zero. */
export const LoanSettled = Type.Object({ ...Subject, certificate: Type.Optional(Id) });
/** 3.17 借款人死亡 */
export const DebtorDied = Type.Object({ ...Subject, borrower: Id });

/** Event types of this package with their payload schemas; the documents under docs/events are made from it. */
export const loanEvents = {
  LoanApplied,
  LoanApplicationWithdrawn,
  CreditRated,
  LoanApproved,
  LoanRejected,
  LoanDisbursed,
  LoanToppedUp,
  TopUpLinked,
  DisbursementReversed,
  UseOfFundsChecked,
  LoanMisuseConfirmed,
  LoanMisuseRevoked,
  InterestSettled,
  InterestCorrected,
  InterestPaid,
  InterestPaymentReversed,
  RepaymentReceived,
  LoanPrepaid,
  RepaymentDuplicateSuspected,
  RepaymentDuplicateReleased,
  RepaymentDuplicateDismissed,
  RepaymentReversed,
  LoanExtended,
  LoanRenewedNoRepayment,
  LoanOpenedByRenewal,
  LoanBecameOverdue,
  OverdueCured,
  LoanSettled,
  DebtorDied,
} as const;

export type LoanEventType = keyof typeof loanEvents;
export type LoanPayload<T extends LoanEventType> = Static<(typeof loanEvents)[T]>;

/* The folds that decisions of other packages read: the loan with its interest timeline, and the credit file. */
