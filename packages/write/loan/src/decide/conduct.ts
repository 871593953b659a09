/* What happens to a loan beside its money: checks of use, misuse, overdue, settlement, the debtor's death. */
import type { IsoDate } from "@huimin/calendar";
import type { DomainEvent } from "@huimin/decider";
import { overduePrincipal, overdueSince } from "@huimin/interest/timeline";
import { formatAmount } from "@huimin/money";
import { ok, type Result, refuse } from "@huimin/outcome";
import { errors } from "../errors.ts";
import { modelOf, openInterest, openPrincipalNow, staleInterest, unsettledDays } from "../evolve.ts";
import { beforeDisbursementRefusal, closedRefusal, loanEvent, type OpenedLoan } from "../shared.ts";

type Finding = "normal" | "idle" | "misused" | "lent-on";

/** 3.5 贷后检查: a finding, no consequence by itself. */
export function checkUse(
  loan: OpenedLoan,
  { valueDate, finding, misuseFrom }: { readonly valueDate: IsoDate; readonly finding: Finding; readonly misuseFrom?: IsoDate },
): Result<DomainEvent> {
  const refusal = beforeDisbursementRefusal(loan, valueDate) ?? (misuseFrom ? misuseDateRefusal(loan, misuseFrom, valueDate) : undefined);
  return refusal ?? ok(loanEvent("UseOfFundsChecked", valueDate, { ...loan.subject, finding, ...(misuseFrom ? { misuseFrom } : {}) }));
}

function misuseDateRefusal(loan: OpenedLoan, from: IsoDate, valueDate: IsoDate) {
  if (from >= loan.disbursedOn && from <= valueDate) return undefined;
  return refuse(errors.MISUSE_DATE_INVALID, { from, disbursedOn: loan.disbursedOn, valueDate }, { path: "/misuseFrom" });
}

/** 3.6 挪用认定: from that day no subsidy, and the penalty rate. */
export function confirmMisuse(
  loan: OpenedLoan,
  { valueDate, misuseFrom }: { readonly valueDate: IsoDate; readonly misuseFrom: IsoDate },
): Result<DomainEvent> {
  const refusal =
    (loan.misuseFrom ? refuse(errors.MISUSED_LOAN, { loan: loan.subject.loan, from: loan.misuseFrom }) : undefined) ??
    misuseDateRefusal(loan, misuseFrom, valueDate);
  return refusal ?? ok(loanEvent("LoanMisuseConfirmed", valueDate, { ...loan.subject, misuseFrom }));
}

/** The finding was wrong: the loan counts as never misused. */
export function revokeMisuse(
  loan: OpenedLoan,
  { valueDate, reason }: { readonly valueDate: IsoDate; readonly reason: string },
): Result<DomainEvent> {
  if (!loan.misuseFrom) return refuse(errors.NOT_MISUSED, { loan: loan.subject.loan });
  return ok(loanEvent("LoanMisuseRevoked", valueDate, { ...loan.subject, reason }));
}

/**
 * E3 逾期, by date: principal that was due is open at the end of `on`. The event is value-dated the day on which the
 * principal became overdue; the obligor is the household, of an enterprise loan the enterprise. A household of model 1 owes
 * nothing: there the batch is overdue (HOUSEHOLD_NOT_OBLIGOR). Refuses NOT_OVERDUE, ALREADY_OVERDUE.
 */
export function markOverdue(loan: OpenedLoan, on: IsoDate): Result<DomainEvent> {
  if (modelOf(loan.subject) === 1) return refuse(errors.HOUSEHOLD_NOT_OBLIGOR, { loan: loan.subject.loan });
  const since = overdueSince(loan.timeline, on);
  if (since === undefined) return refuse(errors.NOT_OVERDUE, { loan: loan.subject.loan, on });
  if (loan.overdueSince) return refuse(errors.ALREADY_OVERDUE, { loan: loan.subject.loan, since: loan.overdueSince });
  const open = formatAmount(overduePrincipal(loan.timeline, since));
  const obligor = loan.subject.household ?? loan.subject.enterprise ?? "";
  return ok(loanEvent("LoanBecameOverdue", since, { ...loan.subject, due: since, openPrincipal: open, obligor }));
}

/** E3 归还逾期: the mark is taken off when no principal is overdue at the end of `on`. */
export function markCured(loan: OpenedLoan, on: IsoDate): Result<DomainEvent> {
  if (!loan.overdueSince) return refuse(errors.NOT_OVERDUE, { loan: loan.subject.loan, on });
  const open = overduePrincipal(loan.timeline, on);
  if (open > 0n) return refuse(errors.STILL_OVERDUE, { loan: loan.subject.loan, on, open: formatAmount(open) });
  return ok(loanEvent("OverdueCured", on, loan.subject));
}

/**
 * 3.16 结清: principal and interest are zero, every day that bore interest is settled, and every settled amount is right by
 * what is known now (a figure that was flagged stands).
 */
export function settleLoan(
  loan: OpenedLoan,
  { valueDate, certificate }: { readonly valueDate: IsoDate; readonly certificate?: string },
): Result<DomainEvent> {
  const early = closedRefusal(loan) ?? beforeDisbursementRefusal(loan, valueDate);
  if (early) return early;
  const principal = openPrincipalNow(loan);
  const interest = openInterest(loan).total;
  if (principal !== 0n)
    return refuse(errors.LOAN_NOT_PAID_OFF, {
      loan: loan.subject.loan,
      principal: formatAmount(principal),
      interest: formatAmount(interest),
    });
  const gap = unsettledDays(loan, "9999-12-31")[0];
  if (gap) return refuse(errors.INTEREST_GAP, { from: gap.from, toExcl: gap.toExcl });
  const stale = staleInterest(loan)[0];
  if (stale) {
    const { from, toExcl, amount } = stale.settlement;
    return refuse(errors.INTEREST_OUT_OF_DATE, { from, toExcl, booked: formatAmount(amount), right: formatAmount(stale.right) });
  }
  if (interest !== 0n)
    return refuse(errors.LOAN_NOT_PAID_OFF, { loan: loan.subject.loan, principal: "0.00", interest: formatAmount(interest) });
  return ok(loanEvent("LoanSettled", valueDate, { ...loan.subject, ...(certificate ? { certificate } : {}) }));
}
