import { type LoanPayload, modelOf } from "@huimin/loan/events";
import { type Fen, fen, formatAmount, sumFen } from "@huimin/money";
import type { AccountId } from "../chart.ts";
import type { Dims } from "../dimensions.ts";
import { credit, type DatedRules, debit, type Entry, type Posting, pair, sinceStart } from "../posting.ts";

/*
 * Loans in book M (domain 2.1–2.3, chains S1, S2, E1–E7), of every model:
 *   3 自贷创业   the household's loan money 9102 against what is owed to the bank 9201
 *   1 分贷统还   the same until 1.6, then the household's stake 9101 against 9201, and the enterprise's duty 9104 / 9204
 *   2 企贷增收   9103 against 9202
 * Interest: who bears it (9105) against what is open at the bank (9203).
 */

type Subject = LoanPayload<"OverdueCured">;
type Shares = NonNullable<LoanPayload<"LoanReleased">["stakes"]>;

/** A household of a batch is debtor in name, so 9201 knows it; who uses and repays the money is the batch's business. */
const dimsOf = (subject: Subject, loan = subject.loan): Dims => ({
  model: String(modelOf(subject)),
  household: subject.household,
  enterprise: subject.enterprise,
  bank: subject.bank,
  village: subject.village,
  batch: subject.batch,
  loan,
  ...(subject.unsubsidised ? { tranche: "unsubsidised" } : {}),
});

/** 利息 has no tranche: it is owed on the whole loan. That of a batch is the enterprise's alone, its households bear none. */
function interestDims(subject: Subject): Dims {
  const { household, village, enterprise, bank, batch, loan } = subject;
  const model = modelOf(subject);
  return { model: String(model), ...(model === 1 ? {} : { household, village }), enterprise, bank, batch, loan };
}

const dutyDims = ({ enterprise, bank, batch }: Subject): Dims => ({ model: "1", enterprise, bank, batch });

const stakeDims = (subject: Subject, share: { readonly household: string; readonly village: string }, loan = subject.loan): Dims =>
  dimsOf({ ...subject, household: share.household, village: share.village }, loan);

const principalOf = (subject: Subject): AccountId => (modelOf(subject) === 2 ? "enterpriseLoanPrincipal" : "householdLoanPrincipal");
const moneyOf = (subject: Subject): AccountId => (modelOf(subject) === 2 ? "loanMoneyEnterprise" : "loanMoneyHousehold");

const moneyOut = (subject: Subject, amount: string, dims = dimsOf(subject)): Entry[] =>
  pair(fen(amount), [moneyOf(subject), dims], [principalOf(subject), dims]);

const duty = (subject: Subject, amount: Fen): Entry[] =>
  pair(amount, ["enterpriseDuty", dutyDims(subject)], ["enterpriseDutyContra", dutyDims(subject)]);
const dutyBack = (subject: Subject, amount: Fen): Entry[] =>
  pair(amount, ["enterpriseDutyContra", dutyDims(subject)], ["enterpriseDuty", dutyDims(subject)]);

/** Principal goes down: against the stakes that fall with it and the enterprise's duty, the rest against the loan money. */
function principalBack(subject: Subject, amount: string, stakes: Shares = []): Entry[] {
  const staked = sumFen(stakes.map((share) => fen(share.amount)));
  return [
    ...pair(fen(amount) - staked, [principalOf(subject), dimsOf(subject)], [moneyOf(subject), dimsOf(subject)]),
    ...stakes.flatMap((share) =>
      pair(fen(share.amount), [principalOf(subject), dimsOf(subject)], ["entrustedStake", stakeDims(subject, share)]),
    ),
    ...dutyBack(subject, staked),
  ];
}

const interestArises = (subject: Subject, amount: bigint, bearer: string): Entry[] =>
  pair(amount, ["interestBorne", { ...interestDims(subject), bearer }], ["interestOwed", interestDims(subject)]);

const interestPaid = (subject: Subject, amount: bigint, bearer: string): Entry[] =>
  pair(amount, ["interestOwed", interestDims(subject)], ["interestBorne", { ...interestDims(subject), bearer }]);

/** 9203 before principal (order: penalty, interest, principal); the amounts of a reversal are negative, so its lines are red. */
const repayment = (payload: Subject & { principal: string; interest: string; penalty: string; stakes?: Shares }): Entry[] => [
  ...principalBack(payload, payload.principal, payload.stakes),
  ...interestPaid(payload, fen(payload.interest) + fen(payload.penalty), modelOf(payload) === 3 ? "household" : "enterprise"),
];

/** 1.14, R21: loan and stake go to another household under the same number. Interest and duty are the enterprise's: unmoved. */
function replaced(p: LoanPayload<"StakeReplaced">): Entry[] {
  const next = stakeDims(p, { household: p.newHousehold, village: p.newVillage });
  return [
    ...pair(fen(p.amount), ["entrustedStake", next], ["entrustedStake", dimsOf(p)]),
    ...pair(fen(p.amount), ["householdLoanPrincipal", dimsOf(p)], ["householdLoanPrincipal", next]),
  ];
}

/** E2: 9201 (9202) moves to the new loan number, and 9102, 9103 or the stakes 9101 with it; the duty of the batch stays. */
function renewed(p: LoanPayload<"LoanRenewedNoRepayment">): Entry[] {
  const stakes = p.stakes ?? [];
  const rest = fen(p.amount) - sumFen(stakes.map((share) => fen(share.amount)));
  return [
    ...pair(fen(p.amount), [principalOf(p), dimsOf(p)], [principalOf(p), dimsOf(p, p.newLoan)]),
    ...pair(rest, [moneyOf(p), dimsOf(p, p.newLoan)], [moneyOf(p), dimsOf(p)]),
    ...stakes.flatMap((share) =>
      pair(fen(share.amount), ["entrustedStake", stakeDims(p, share, p.newLoan)], ["entrustedStake", stakeDims(p, share)]),
    ),
  ];
}

/** R2: Dr 9101 after / Cr 9101 before. */
const divided = (p: LoanPayload<"StakeDivided">): Entry[] => [
  ...p.after.map((share) => debit("entrustedStake", fen(share.amount), stakeDims(p, share))),
  ...p.before.map((share) => credit("entrustedStake", fen(share.amount), stakeDims(p, share))),
];

const posting = (text: string, ...parts: Entry[][]): Posting => ({ text, entries: parts.flat() });

const SETTLEMENTS = { normal: "结息", penalty: "结息(罚息)", compound: "结息(复利)" } as const;

const negative = (amount: bigint): bigint => (amount > 0n ? -amount : amount);

export const loanRules: Readonly<Record<string, DatedRules>> = {
  LoanDisbursed: sinceStart((p: LoanPayload<"LoanDisbursed">) => posting(`放款 ${p.serial}`, moneyOut(p, p.amount))),
  LoanToppedUp: sinceStart((p: LoanPayload<"LoanToppedUp">) =>
    posting(`追加贷款(非贴息) ${p.serial}`, moneyOut(p, p.amount, dimsOf({ ...p, unsubsidised: true }))),
  ),
  /** C6: the amount is negative, so the lines of the drawing come back in red. */
  DisbursementReversed: sinceStart((p: LoanPayload<"DisbursementReversed">) =>
    posting(`冲销放款 ${p.serial}`, moneyOut(p, formatAmount(negative(fen(p.amount))), dimsOf({ ...p, unsubsidised: p.topUp }))),
  ),
  InterestSettled: sinceStart((p: LoanPayload<"InterestSettled">) =>
    posting(`${SETTLEMENTS[p.kind]} ${p.from}至${p.toExcl}`, interestArises(p, fen(p.amount), p.bearer)),
  ),
  InterestCorrected: sinceStart((p: LoanPayload<"InterestCorrected">) =>
    posting(`订正利息 ${p.from}至${p.toExcl}`, interestArises(p, fen(p.difference), p.bearer)),
  ),
  InterestPaid: sinceStart((p: LoanPayload<"InterestPaid">) => posting("付息", interestPaid(p, fen(p.amount), p.payer))),
  InterestPaymentReversed: sinceStart((p: LoanPayload<"InterestPaymentReversed">) =>
    posting(`冲销付息 ${p.serial}`, interestPaid(p, negative(fen(p.amount)), p.payer)),
  ),
  RepaymentReceived: sinceStart((p: LoanPayload<"RepaymentReceived">) => posting(`还本 ${p.serial}`, repayment(p))),
  RepaymentDuplicateReleased: sinceStart((p: LoanPayload<"RepaymentDuplicateReleased">) =>
    posting(`还本(疑似重复放行) ${p.serial}`, repayment(p)),
  ),
  /** The interest of a prepayment arose with it, so it goes back with it. */
  RepaymentReversed: sinceStart((p: LoanPayload<"RepaymentReversed">) =>
    posting(`冲销还本 ${p.serial}`, repayment(p), p.prepaid ? interestArises(p, fen(p.interest), "household") : []),
  ),
  /** 利随本清: the interest of the part arises and is paid at once (R12). */
  LoanPrepaid: sinceStart((p: LoanPayload<"LoanPrepaid">) =>
    posting(
      `提前还款 ${p.serial}`,
      principalBack(p, p.principal),
      interestArises(p, fen(p.interest), "household"),
      interestPaid(p, fen(p.interest), "household"),
    ),
  ),
  LoanRenewedNoRepayment: sinceStart((p: LoanPayload<"LoanRenewedNoRepayment">) =>
    posting(`无还本续贷 ${p.loan}转${p.newLoan}`, renewed(p)),
  ),
  /** 1.6: Dr 9101 / Cr 9102; Dr 9104 / Cr 9204. */
  StakeEntrusted: sinceStart((p: LoanPayload<"StakeEntrusted">) =>
    posting(
      `委托入股划转 ${p.serial}`,
      pair(fen(p.amount), ["entrustedStake", dimsOf(p)], ["loanMoneyHousehold", dimsOf(p)]),
      duty(p, fen(p.amount)),
    ),
  ),
  StakeDivided: sinceStart((p: LoanPayload<"StakeDivided">) => posting(`分户划分委托股权 ${p.source}`, divided(p))),
  StakeReplaced: sinceStart((p: LoanPayload<"StakeReplaced">) =>
    posting(`替换受益户 ${p.household ?? ""}换${p.newHousehold}`, replaced(p)),
  ),
  /** 1.12: Dr 9201 / Cr 9101; Dr 9204 / Cr 9104; interest Dr 9203 / Cr 9105. */
  UnifiedRepaymentApplied: sinceStart((p: LoanPayload<"UnifiedRepaymentApplied">) =>
    posting(`${p.reverses ? "冲销统一还本" : "统一还本"} ${p.serial}`, repayment(p)),
  ),
  LoanCompensated: sinceStart((p: LoanPayload<"LoanCompensated">) => posting(`代偿本金 ${p.ref}`, principalBack(p, p.principal, p.stakes))),
  LoanRecovered: sinceStart((p: LoanPayload<"LoanRecovered">) => posting(`追回本金 ${p.ref}`, principalBack(p, p.principal, p.stakes))),
  LoanReleased: sinceStart((p: LoanPayload<"LoanReleased">) => posting(`免责 ${p.reason}`, principalBack(p, p.principal, p.stakes))),
  /** 2.3: Dr 9103 / Cr 9202. */
  EnterpriseLoanDisbursed: sinceStart((p: LoanPayload<"EnterpriseLoanDisbursed">) =>
    posting(`企业放款 ${p.serial}`, moneyOut(p, p.amount)),
  ),
  EnterpriseRepaid: sinceStart((p: LoanPayload<"EnterpriseRepaid">) => posting(`企业还本 ${p.serial}`, repayment(p))),
  EnterprisePrepaid: sinceStart((p: LoanPayload<"EnterprisePrepaid">) =>
    posting(`企业提前还本 ${p.serial}`, principalBack(p, p.principal)),
  ),
  EnterpriseRepaymentReversed: sinceStart((p: LoanPayload<"EnterpriseRepaymentReversed">) =>
    posting(`冲销企业还本 ${p.serial}`, repayment(p)),
  ),
};

/** Events of the family that move no money. */
export const loanSilent: readonly string[] = [
  "LoanApplied",
  "LoanApplicationWithdrawn",
  "CreditRated",
  "LoanApproved",
  "LoanRejected",
  "CommitmentTransferred",
  "TopUpLinked",
  "UseOfFundsChecked",
  "LoanMisuseConfirmed",
  "LoanMisuseRevoked",
  "RepaymentDuplicateSuspected",
  "RepaymentDuplicateDismissed",
  "LoanExtended",
  "LoanOpenedByRenewal",
  "EnterpriseLoanOpenedByRenewal",
  "LoanBecameOverdue",
  "OverdueCured",
  "LoanSettled",
  "DebtorDied",
  "LoanDebtorChanged",
  "LoanRateReset",
  "CircuitBreakerTripped",
  "CircuitBreakerReset",
];
