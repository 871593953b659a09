import { type Static, Type } from "typebox";
import { debtorChanged } from "./schema-debtor.ts";

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
const Subject = {
  loan: Id,
  /** Borrower, in name alone for a loan of a batch. Absent on an enterprise loan (model 2). */
  household: Type.Optional(Id),
  bank: Id,
  village: Type.Optional(Id),
  /** Who uses and repays the money: with `batch` model 1 (分贷统还), alone model 2 (企贷增收). */
  enterprise: Type.Optional(Id),
  batch: Type.Optional(Id),
  unsubsidised: Type.Optional(Type.Boolean()),
};

/** Parts of a loan's stake 委托股权 by household. */
const StakeShares = Type.Array(Type.Object({ household: Id, village: Id, amount: Amount }));

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
  /** Committed by a batch contract (1.3, model 1). */
  batch: Type.Optional(Id),
  enterprise: Type.Optional(Id),
  /** Committed by a renewal without repayment (E2) of this loan, not by an application. */
  renewalOf: Type.Optional(Id),
  borrower: Type.Optional(Id),
});
export const LoanRejected = Type.Object({ loan: Id, household: Id, bank: Id, reason: Type.String() });

/** 1.14: a loan of a batch goes to another household; it leaves this credit file and is approved in the other's. Stream credit/. */
export const CommitmentTransferred = Type.Object({ loan: Id, household: Id, newHousehold: Id });

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
  /** `compound` 复利: on settled interest that was not paid on time. */
  kind: Type.Union([Type.Literal("normal"), Type.Literal("penalty"), Type.Literal("compound")]),
  amount: Amount,
  bearer: Bearer,
  serial: Type.Optional(Id),
  /** Ours, where the bank's `amount` differs from it and was flagged. */
  recomputed: Type.Optional(Amount),
  /** Unified repayments of the same value date that were recorded before it: they do not pay it. */
  after: Type.Optional(Type.Array(Id)),
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
export const LoanRenewedNoRepayment = Type.Object({
  ...Subject,
  newLoan: Id,
  amount: Amount,
  /** Loan of a batch: the stakes that go over to the new number. */
  stakes: Type.Optional(StakeShares),
});
/** E2 on the new loan: opens it with the terms of the renewal. */
export const LoanOpenedByRenewal = Type.Object({ ...LoanDisbursed.properties, oldLoan: Id, stakes: Type.Optional(StakeShares) });
/** E3 逾期: due and unpaid. No posting. */
export const LoanBecameOverdue = Type.Object({ ...Subject, due: DateText, openPrincipal: Amount, obligor: Id });
export const OverdueCured = Type.Object({ ...Subject });
/** 3.16 结清: principal and interest are zero. */
export const LoanSettled = Type.Object({ ...Subject, certificate: Type.Optional(Id) });
/** 3.17 借款人死亡 */
export const DebtorDied = Type.Object({ ...Subject, borrower: Id });
export const LoanDebtorChanged = debtorChanged(Subject);

/*
 * Model 1, 分贷统还 (domain 2.1): the loan of a household in a batch. The batch's own events are in `@huimin/pooled`; what
 * moves one loan stands on the loan, so that each household's stake can be followed by itself.
 */
/** 1.6 委托入股划转: the loan money becomes the household's entrusted stake. Dr 9101 / Cr 9102; Dr 9104 / Cr 9204. */
export const StakeEntrusted = Type.Object({
  ...Subject,
  amount: Amount,
  serial: Id,
  /** C6: the serial that this message takes back; the amount is its negative. */
  reverses: Type.Optional(Id),
  /** A repayment was booked before the entrustment that precedes it: what it lowered was already stake. Amount signed. */
  realigned: Type.Optional(Type.Boolean()),
});
/** R2: a split moves parts of the stake to other households of the group; the loan stays with its debtor. `before` and `after` are whole shares. Posts Dr 9101 after / Cr 9101 before. */
export const StakeDivided = Type.Object({
  ...Subject,
  source: Id,
  before: StakeShares,
  after: StakeShares,
  /** Heads by household, the weights of the division: a fact recorded late is divided by them again. */
  heads: Type.Optional(Type.Array(Type.Object({ household: Id, village: Id, heads: Type.Integer() }))),
  /** A correction after a fact that was recorded late: not a new division. */
  realigned: Type.Optional(Type.Boolean()),
});
/** 1.14, R21: another household takes over stake and loan under the same loan number, with the bank's consent. `after` is the new household's. */
export const StakeReplaced = Type.Object({
  ...Subject,
  newHousehold: Id,
  newVillage: Id,
  /** Credit file and person of the new debtor. */
  creditGroup: Type.Optional(Id),
  borrower: Type.Optional(Id),
  amount: Amount,
  document: Type.Optional(Id),
  realigned: Type.Optional(Type.Boolean()),
});
/**
 * 1.12 of one loan: its part of a unified repayment. `stakes` says whose stake falls by how much (pro rata in a group that
 * was split). Dr 9201 / Cr 9101; Dr 9204 / Cr 9104; interest and penalty Dr 9203 / Cr 9105.
 */
export const UnifiedRepaymentApplied = Type.Object({
  ...Subject,
  principal: Amount,
  interest: Amount,
  penalty: Amount,
  serial: Id,
  stakes: StakeShares,
  /** C6: the serial that this message takes back; every amount is its negative. */
  reverses: Type.Optional(Id),
  /** Booked again (蓝字订正) after a fact that was recorded late: the bank's serial, `serial` being our own. */
  of: Type.Optional(Id),
});

/*
 * Principal that others than the borrower settle (chain E, domain 1.18–1.20, R3, R4). All three lower 9201 (9202) against
 * 9102, 9101 with 9104/9204, or 9103; `stakes` as above for a loan of a batch.
 */
/** E6 代偿, the principal part of what `party` (fund, guarantor, group) pays under the case `ref`. */
export const LoanCompensated = Type.Object({ ...Subject, ref: Id, party: Id, principal: Amount, stakes: Type.Optional(StakeShares) });
/** E7 追回: the bank's part of a recovery, applied to its open principal. */
export const LoanRecovered = Type.Object({ ...Subject, ref: Id, principal: Amount, stakes: Type.Optional(StakeShares) });
/** 1.19 免责: the bank writes its own share off, or the enterprise takes it over. */
export const LoanReleased = Type.Object({ ...Subject, principal: Amount, reason: Id, stakes: Type.Optional(StakeShares) });

/*
 * Model 2, 企贷增收 (domain 2.2): the enterprise is the borrower.
 */
/** 2.3 企业放款. Dr 9103 / Cr 9202. */
export const EnterpriseLoanDisbursed = Type.Object({
  ...Subject,
  amount: Amount,
  annualRate: Percent,
  floating: Type.Boolean(),
  yearBase: Type.Union([Type.Literal(360), Type.Literal(365)]),
  contractDate: DateText,
  due: DateText,
  method: Type.String(),
  purpose: Type.Optional(Type.String()),
  serial: Id,
  penaltySurcharge: Percent,
});
/** E2 on the new loan: opens it with the terms of the renewal. No posting: LoanRenewedNoRepayment moves the principal. */
export const EnterpriseLoanOpenedByRenewal = Type.Object({ ...EnterpriseLoanDisbursed.properties, oldLoan: Id });
/** 2.9 还本. Dr 9202 / Cr 9103; interest and penalty Dr 9203 / Cr 9105. */
export const EnterpriseRepaid = Type.Object({ ...Subject, principal: Amount, interest: Amount, penalty: Amount, serial: Id });
/** 2.9 提前还本: the interest stays in the quarter. */
export const EnterprisePrepaid = Type.Object({ ...Subject, principal: Amount, serial: Id });
/** C6 of 2.9: exact negative of the message with this serial. */
export const EnterpriseRepaymentReversed = Type.Object({
  ...Subject,
  principal: Amount,
  interest: Amount,
  penalty: Amount,
  serial: Id,
  reversalSerial: Id,
});
/** 2.10 利率重定价: the new rate from the value date on = quotedRate + spreadBp / 100. */
export const LoanRateReset = Type.Object({
  ...Subject,
  quoteDate: DateText,
  quotedRate: Percent,
  spreadBp: Type.Integer(),
  newRate: Percent,
});

/*
 * 熔断 (E11). Streams `breaker/village-{code}` and `breaker/township-{street code}`: new loans in the scope are blocked.
 */
export const CircuitBreakerTripped = Type.Object({
  scope: Type.Union([Type.Literal("village"), Type.Literal("township")]),
  code: Id,
  overduePrincipal: Amount,
  openPrincipal: Amount,
  limit: Percent,
});
export const CircuitBreakerReset = Type.Object({
  scope: Type.Union([Type.Literal("village"), Type.Literal("township")]),
  code: Id,
  reason: Type.String(),
});

/** Event types of this package with their payload schemas; the documents under docs/events are made from it. */
export const loanEvents = {
  LoanApplied,
  LoanApplicationWithdrawn,
  CreditRated,
  LoanApproved,
  LoanRejected,
  CommitmentTransferred,
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
  LoanDebtorChanged,
  StakeEntrusted,
  StakeDivided,
  StakeReplaced,
  UnifiedRepaymentApplied,
  LoanCompensated,
  LoanRecovered,
  LoanReleased,
  EnterpriseLoanDisbursed,
  EnterpriseLoanOpenedByRenewal,
  EnterpriseRepaid,
  EnterprisePrepaid,
  EnterpriseRepaymentReversed,
  LoanRateReset,
  CircuitBreakerTripped,
  CircuitBreakerReset,
} as const;

export type LoanEventType = keyof typeof loanEvents;
export type LoanPayload<T extends LoanEventType> = Static<(typeof loanEvents)[T]>;

/* The folds that decisions of other packages read: the loan with its interest timeline, and the credit file. */
