import { type Static, Type } from "typebox";

/*
 * Events of the risk chain (风险补偿, domain 2.0 E0 and E4–E10, readings R3, R4, R24), shared by models 1, 2 and 3.
 *
 * Streams: `risk-fund/{bank}` is the fund's account at one bank (1002.02 as a sum of its movements); `compensation/{ref}`
 * one case from the bank's application to the last recovery; `risk-obligor/{obligor}` what one household or enterprise
 * owes the fund over all its cases (1218.01), because a write-off and an insurer see the obligor, not the case;
 * `insurance-claim/{insurer}` the claims against one insurer. Amounts are yuan with two decimals; in a list of shares
 * the order is that of the agreement (tie rule R7). What moves a loan's principal stands on the loan (`LoanCompensated`
 * and `LoanRecovered` of @huimin/loan).
 */

const Amount = Type.String({ pattern: "^-?\\d+\\.\\d{2}$" });
const DateText = Type.String({ format: "date" });
const Id = Type.String({ minLength: 1, maxLength: 64 });
const Model = Type.Optional(Type.Integer({ minimum: 1, maximum: 3 }));

/** Who bears a part of a loss: the fund 风险补偿金, the bank 银行, a guarantor 担保公司, the provincial group 省担保集团. */
const Party = Type.Union([Type.Literal("fund"), Type.Literal("bank"), Type.Literal("guarantor"), Type.Literal("group")]);
const Weights = Type.Array(Type.Object({ party: Party, weight: Type.String() }));
const Shares = Type.Array(Type.Object({ party: Party, amount: Amount }));
/** Principal taken off each loan; for a loan of a batch also whose stake falls by how much. */
const LoanPrincipals = Type.Array(
  Type.Object({
    loan: Id,
    principal: Amount,
    stakes: Type.Optional(Type.Array(Type.Object({ household: Id, village: Id, amount: Amount }))),
  }),
);

/** Whom a case concerns, repeated on each of its events so that a posting rule needs no other event. */
const Case = {
  ref: Id,
  bank: Id,
  /** 追偿对象: the household of an own loan, the enterprise for the loans of models 1 and 2. */
  obligor: Id,
  /** Absent where the loans of a case belong to two models. */
  model: Model,
};

/** E0 风险补偿金存入. `asIncome`: the budget books it as income 4001.02 (R24), else it is the fund's equity 3101.01. */
export const RiskFundDeposited = Type.Object({
  bank: Id,
  deposit: Type.Integer(),
  amount: Amount,
  source: Type.Optional(Type.String()),
  asIncome: Type.Optional(Type.Boolean()),
  document: Type.Optional(Type.String()),
});
/** C1 of E0: negative copy, value-dated like the original. `priorYear`: income of a closed fiscal year goes to 3501 (C4). */
export const RiskFundDepositReversed = Type.Object({
  ...RiskFundDeposited.properties,
  reason: Type.String(),
  priorYear: Type.Optional(Type.Boolean()),
});
/** E0b 补偿金利息: interest stays in the fund. */
export const RiskFundInterestCredited = Type.Object({ bank: Id, amount: Amount, serial: Id });
/** C6 of E0b: negative copy. */
export const RiskFundInterestReversed = Type.Object({ bank: Id, amount: Amount, serial: Id, reversalSerial: Id });
/** Cash of the account that another event of this chain moved and posted; negative when paid out. No posting. */
export const RiskFundMoved = Type.Object({ bank: Id, amount: Amount, cause: Id });

/** E4 代偿申请: per loan the open principal of the value date and the interest at the contract rate since the due date. */
export const CompensationApplied = Type.Object({
  ...Case,
  loans: Type.Array(
    Type.Object({
      loan: Id,
      principal: Amount,
      interest: Amount,
      due: DateText,
      daysOverdue: Type.Integer(),
      household: Type.Optional(Id),
      batch: Type.Optional(Id),
    }),
  ),
  weights: Weights,
  evidence: Type.Optional(Type.String()),
});
export const CompensationWithdrawn = Type.Object({ ...Case, reason: Type.String() });
/**
 * E5 代偿审批 (R3). Per loan the base (principal + interest) is split by the weights, and the principal once more by the
 * same weights for book M; `shares` are the sums.
 */
export const CompensationApproved = Type.Object({
  ...Case,
  base: Amount,
  shares: Shares,
  loans: Type.Array(Type.Object({ loan: Id, base: Amount, shares: Shares, principal: Shares })),
  document: Type.Optional(Type.String()),
});
export const CompensationRejected = Type.Object({ ...Case, reason: Type.String() });
/** C1 of E5, before anything is paid: the case waits for approval again. */
export const CompensationApprovalRevoked = Type.Object({ ...Case, reason: Type.String() });
/**
 * E6 代偿: one payer's whole share. Only the fund's payment posts in G; `drawn` says from which of its accounts. `loans` is
 * the principal that the payment takes off each loan (posted by LoanCompensated).
 */
export const CompensationPaid = Type.Object({
  ...Case,
  party: Party,
  paid: Amount,
  principalPart: Amount,
  serial: Id,
  drawn: Type.Array(Type.Object({ bank: Id, amount: Amount })),
  loans: LoanPrincipals,
});
/** C6 of E6: negative copy, value-dated like the original. */
export const CompensationPaymentReversed = Type.Object({ ...CompensationPaid.properties, reversalSerial: Id });

/**
 * E7 代偿后追回 (R4): net = gross − cost, split by the weights of the case. The fund's share goes to its open claim
 * (`toClaim`), after a write-off to the fund (`toFund`); the bank's share to its open principal (`loans`), what is more is
 * interest outside these books. `costBorne` is cost that nothing recovered covers (5901.02).
 */
export const RecoveryReceived = Type.Object({
  ...Case,
  serial: Id,
  gross: Amount,
  cost: Amount,
  net: Amount,
  shares: Shares,
  toClaim: Amount,
  toFund: Amount,
  costBorne: Amount,
  loans: LoanPrincipals,
});
/** 1.20 破产清偿: a recovery that a court distributes. */
export const BankruptcyDividendReceived = RecoveryReceived;
/** C6 of E7 and 1.20: negative copy, value-dated like the original. `priorYear`: a cost borne in a closed fiscal year goes to 3501. */
export const RecoveryReversed = Type.Object({
  ...RecoveryReceived.properties,
  reversalSerial: Id,
  priorYear: Type.Optional(Type.Boolean()),
});

/** A case of the obligor begins or ends without payment. No posting. */
export const ObligorCaseOpened = Type.Object({ ...Case, loans: Type.Array(Id) });
export const ObligorCaseEnded = Type.Object({ ...Case });
/**
 * What the obligor owes the fund under a case changed by `amount`, what stands on the memo list by `writtenOff`; posted by
 * the event that is the cause.
 */
export const ObligorClaimChanged = Type.Object({ ...Case, amount: Amount, writtenOff: Amount, cause: Id });
const ClaimParts = Type.Array(Type.Object({ ref: Id, model: Model, amount: Amount }));
/** E8 核销(账销案存): the whole open claim of the obligor; the debt stays on the memo list. */
export const ClaimWrittenOff = Type.Object({ obligor: Id, amount: Amount, parts: ClaimParts, document: Type.Optional(Type.String()) });

/** E9 保险报案 */
export const InsuranceClaimFiled = Type.Object({
  claim: Id,
  insurer: Id,
  obligor: Id,
  loss: Amount,
  deductible: Amount,
  cap: Type.Optional(Amount),
  policyNumber: Type.Optional(Id),
});
/** E9 定损: the insurer will pay `amount`; the fund's claim on the obligor becomes one on the insurer. */
export const InsuranceClaimApproved = Type.Object({
  claim: Id,
  insurer: Id,
  obligor: Id,
  amount: Amount,
  deductible: Amount,
  parts: ClaimParts,
});
/** C1 of the approval, before anything is paid: negative copy. */
export const InsuranceApprovalReversed = Type.Object({ ...InsuranceClaimApproved.properties, reason: Type.String() });
/** E9 拒赔 */
export const InsuranceClaimRejected = Type.Object({ claim: Id, insurer: Id, obligor: Id, reason: Type.String() });
/** E10 保险赔款到账, oldest claim first unless the message names one. */
export const InsurancePaid = Type.Object({
  insurer: Id,
  bank: Id,
  amount: Amount,
  serial: Id,
  parts: Type.Array(Type.Object({ claim: Id, ref: Id, model: Model, amount: Amount })),
});
/** C6 of E10: negative copy. */
export const InsurancePaymentReversed = Type.Object({ ...InsurancePaid.properties, reversalSerial: Id });

/** Event types of this package with their payload schemas; the documents under docs/events are made from it. */
export const riskFundEvents = {
  RiskFundDeposited,
  RiskFundDepositReversed,
  RiskFundInterestCredited,
  RiskFundInterestReversed,
  RiskFundMoved,
  CompensationApplied,
  CompensationWithdrawn,
  CompensationApproved,
  CompensationRejected,
  CompensationApprovalRevoked,
  CompensationPaid,
  CompensationPaymentReversed,
  RecoveryReceived,
  BankruptcyDividendReceived,
  RecoveryReversed,
  ObligorCaseOpened,
  ObligorCaseEnded,
  ObligorClaimChanged,
  ClaimWrittenOff,
  InsuranceClaimFiled,
  InsuranceClaimApproved,
  InsuranceApprovalReversed,
  InsuranceClaimRejected,
  InsurancePaid,
  InsurancePaymentReversed,
} as const;

export type RiskFundEventType = keyof typeof riskFundEvents;
export type RiskFundPayload<T extends RiskFundEventType> = Static<(typeof riskFundEvents)[T]>;
/** fund, bank, guarantor, group. */
export type RiskParty = Static<typeof Party>;
export type PartyShares = Static<typeof Shares>;
export type PartyWeights = Static<typeof Weights>;
export type LoanPrincipals = Static<typeof LoanPrincipals>;
/** Whom a case concerns: number, bank, obligor, model. */
export type CaseSubject = Static<typeof ObligorCaseEnded>;
