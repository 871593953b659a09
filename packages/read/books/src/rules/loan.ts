import type { LoanPayload } from "@huimin/loan/events";
import { fen, formatAmount } from "@huimin/money";
import type { Dims } from "../dimensions.ts";
import { type DatedRules, type Entry, type Posting, pair, sinceStart } from "../posting.ts";

/*
 * 自贷创业 in book M (domain 2.3, chains S1, S2, E1–E3): who holds the loan money (9102) against what is owed to the
 * bank (9201), and who bears the interest (9105) against what is open at the bank (9203). Model 3 alone: a loan with a
 * batch (分贷统还) comes with its own events.
 */

interface Subject {
  readonly loan: string;
  readonly household: string;
  readonly bank: string;
  readonly village: string;
  readonly unsubsidised?: boolean | undefined;
}

const dimsOf = (subject: Subject, loan = subject.loan): Dims => ({
  model: "3",
  household: subject.household,
  bank: subject.bank,
  village: subject.village,
  loan,
  ...(subject.unsubsidised ? { tranche: "unsubsidised" } : {}),
});

/** 利息 has no tranche: it is owed on the whole loan. */
const interestDims = (subject: Subject): Dims => ({
  model: "3",
  household: subject.household,
  bank: subject.bank,
  village: subject.village,
  loan: subject.loan,
});

const moneyOut = (subject: Subject, amount: string, dims = dimsOf(subject)): Entry[] =>
  pair(fen(amount), ["loanMoneyHousehold", dims], ["householdLoanPrincipal", dims]);

const principalBack = (subject: Subject, amount: string): Entry[] =>
  pair(fen(amount), ["householdLoanPrincipal", dimsOf(subject)], ["loanMoneyHousehold", dimsOf(subject)]);

const interestArises = (subject: Subject, amount: bigint, bearer: string): Entry[] =>
  pair(amount, ["interestBorne", { ...interestDims(subject), bearer }], ["interestOwed", interestDims(subject)]);

const interestPaid = (subject: Subject, amount: bigint, bearer: string): Entry[] =>
  pair(amount, ["interestOwed", interestDims(subject)], ["interestBorne", { ...interestDims(subject), bearer }]);

/** 9203 before principal (order: penalty, interest, principal); the amounts of a reversal are negative, so its lines are red. */
const repayment = (payload: Subject & { principal: string; interest: string; penalty: string }): Entry[] => [
  ...principalBack(payload, payload.principal),
  ...interestPaid(payload, fen(payload.interest) + fen(payload.penalty), "household"),
];

const posting = (text: string, ...parts: Entry[][]): Posting => ({ text, entries: parts.flat() });

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
    posting(`${p.kind === "penalty" ? "结息(罚息)" : "结息"} ${p.from}至${p.toExcl}`, interestArises(p, fen(p.amount), p.bearer)),
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
  /** E2: 9201 and 9102 move from the old loan number to the new one. */
  LoanRenewedNoRepayment: sinceStart((p: LoanPayload<"LoanRenewedNoRepayment">) =>
    posting(
      `无还本续贷 ${p.loan}转${p.newLoan}`,
      pair(fen(p.amount), ["householdLoanPrincipal", dimsOf(p)], ["householdLoanPrincipal", dimsOf(p, p.newLoan)]),
      pair(fen(p.amount), ["loanMoneyHousehold", dimsOf(p, p.newLoan)], ["loanMoneyHousehold", dimsOf(p)]),
    ),
  ),
};

/** Events of the family that move no money. */
export const loanSilent: readonly string[] = [
  "LoanApplied",
  "LoanApplicationWithdrawn",
  "CreditRated",
  "LoanApproved",
  "LoanRejected",
  "TopUpLinked",
  "UseOfFundsChecked",
  "LoanMisuseConfirmed",
  "LoanMisuseRevoked",
  "RepaymentDuplicateSuspected",
  "RepaymentDuplicateDismissed",
  "LoanExtended",
  "LoanOpenedByRenewal",
  "LoanBecameOverdue",
  "OverdueCured",
  "LoanSettled",
  "DebtorDied",
];
