/* Extension 展期 (E1) and renewal without repayment 无还本续贷 (E2). */
import { addDays, addMonths, type IsoDate, termMonths } from "@huimin/calendar";
import type { DomainEvent } from "@huimin/decider";
import { openPrincipal, overdueSince } from "@huimin/interest/timeline";
import { fen, formatAmount, minFen, percent } from "@huimin/money";
import { ok, type Result, refuse } from "@huimin/outcome";
import { benchmarkKey, lprKey, type Policy } from "@huimin/policy/events";
import { errors } from "../errors.ts";
import { beforeDisbursementRefusal, closedRefusal, loanEvent, type OpenedLoan, type Refused } from "../shared.ts";

/** 贷款通则 §12: to one year at most the original term again, to five years at most half of it, longer at most three years. */
export function latestExtension(start: IsoDate, due: IsoDate): IsoDate {
  const months = termMonths(start, due);
  if (months <= 12) return addMonths(due, months);
  if (months > 60) return addMonths(due, 36);
  const half = addMonths(due, Math.floor(months / 2));
  return months % 2 === 0 ? half : addDays(half, 15);
}

/** MISUSED_LOAN when the misuse was confirmed by `on`; a contract change of an earlier day may still be recorded late. */
export const misusedRefusal = (loan: OpenedLoan, on: IsoDate): Refused | undefined =>
  loan.misuseFrom && loan.misuseConfirmedOn !== undefined && loan.misuseConfirmedOn <= on
    ? refuse(errors.MISUSED_LOAN, { loan: loan.subject.loan, from: loan.misuseFrom })
    : undefined;

/** The published tier of a term on a day, as one word: two terms of one tier have the same. */
const tierOf = (policy: Policy, on: IsoDate, months: number): string =>
  policy.value("microcredit.rateCeiling", on) === "lpr" ? lprKey(months) : benchmarkKey(on, months);

export interface ExtensionMessage {
  readonly loan: string;
  readonly valueDate: IsoDate;
  readonly newDue: IsoDate;
  readonly newRate?: string;
}

/**
 * E1: before the due date, once, within 贷款通则 §12. When original term + extension reach another tier, the rate of
 * that tier applies from the old due date (§14, scenario T17); else the contract rate stays. Terms count from the contract
 * date, not from the first drawing: one that is recorded late must not change the tier.
 */
export function extend(loan: OpenedLoan, message: ExtensionMessage, policy: Policy): Result<DomainEvent> {
  const { valueDate, newDue } = message;
  const { due: oldDue } = loan.timeline;
  const refusal = closedRefusal(loan) ?? beforeDisbursementRefusal(loan, valueDate) ?? extensionRefusal(loan, message);
  if (refusal) return refusal;
  const originalMonths = termMonths(loan.terms.contractDate, loan.terms.due);
  const totalMonths = termMonths(loan.terms.contractDate, newDue);
  const ceiling = policy.rateCeiling(oldDue, totalMonths);
  if (ceiling === undefined) return refuse(errors.RATE_TABLE_MISSING, { on: oldDue });
  const sameTier = tierOf(policy, oldDue, originalMonths) === tierOf(policy, oldDue, totalMonths);
  const newRate = message.newRate ?? (sameTier ? loan.terms.annualRate : ceiling.toFixed());
  if (sameTier && !percent(newRate).eq(loan.terms.annualRate))
    return refuse(errors.RATE_FIXED, { loan: loan.subject.loan }, { path: "/newRate" });
  if (!sameTier && percent(newRate).gt(ceiling)) {
    return refuse(
      errors.RATE_ABOVE_CEILING,
      { rate: newRate, ceiling: ceiling.toFixed(), months: totalMonths, on: oldDue },
      { path: "/newRate" },
    );
  }
  return ok(loanEvent("LoanExtended", valueDate, { ...loan.subject, oldDue, newDue, totalMonths, rateFrom: oldDue, newRate }));
}

function extensionRefusal(loan: OpenedLoan, { valueDate, newDue }: ExtensionMessage): Refused | undefined {
  const { due } = loan.timeline;
  if (loan.extension) return refuse(errors.EXTENDED_BEFORE, { loan: loan.subject.loan });
  if (valueDate >= due) return refuse(errors.EXTENDED_AFTER_DUE, { valueDate, due }, { path: "/valueDate" });
  if (newDue <= due) return refuse(errors.LOAN_DATES_REVERSED, { from: due, to: newDue }, { path: "/newDue" });
  const latest = latestExtension(loan.terms.contractDate, due);
  if (newDue > latest) return refuse(errors.EXTENSION_TOO_LONG, { newDue, latest }, { path: "/newDue" });
  return misusedRefusal(loan, valueDate);
}

export interface RenewalMessage {
  readonly loan: string;
  readonly newLoan: string;
  readonly valueDate: IsoDate;
  readonly amount: string;
  readonly due: IsoDate;
  readonly annualRate: string;
  readonly serial: string;
  readonly yearBase?: 360 | 365;
}

/** Term and rate of a new contract against the limits of its date. TERM_TOO_LONG, RATE_ABOVE_CEILING, RATE_TABLE_MISSING. */
export function contractRefusal(
  contract: { readonly contractDate: IsoDate; readonly due: IsoDate; readonly annualRate: string },
  policy: Policy,
): Refused | undefined {
  const { contractDate, due, annualRate } = contract;
  if (due <= contractDate) return refuse(errors.LOAN_DATES_REVERSED, { from: contractDate, to: due }, { path: "/due" });
  const months = termMonths(contractDate, due);
  const max = policy.integer("microcredit.termMonths", contractDate);
  if (months > max) return refuse(errors.TERM_TOO_LONG, { months, max }, { path: "/due" });
  const ceiling = policy.rateCeiling(contractDate, months);
  if (ceiling === undefined) return refuse(errors.RATE_TABLE_MISSING, { on: contractDate });
  if (percent(annualRate).gt(ceiling)) {
    return refuse(
      errors.RATE_ABOVE_CEILING,
      { rate: annualRate, ceiling: ceiling.toFixed(), months, on: contractDate },
      { path: "/annualRate" },
    );
  }
  return undefined;
}

/** E2: the whole open principal moves to a new loan number, not later than the due date, never of a misused or overdue loan. */
export function renewalRefusal(loan: OpenedLoan, message: RenewalMessage, policy: Policy): Refused | undefined {
  const { valueDate, amount, due, annualRate } = message;
  const early = closedRefusal(loan) ?? beforeDisbursementRefusal(loan, valueDate) ?? misusedRefusal(loan, valueDate);
  if (early) return early;
  const since = overdueSince(loan.timeline, valueDate);
  if (since !== undefined && since < valueDate) return refuse(errors.LOAN_OVERDUE, { loan: loan.subject.loan, since });
  const open = openPrincipal(loan.timeline, valueDate);
  const later = openPrincipal(loan.timeline, "9999-12-31");
  if (open === 0n || fen(amount) !== open || later !== open) {
    return refuse(errors.RENEWAL_AMOUNT_DIFFERS, { amount, open: formatAmount(minFen(open, later)) }, { path: "/amount" });
  }
  return contractRefusal({ contractDate: valueDate, due, annualRate }, policy);
}
