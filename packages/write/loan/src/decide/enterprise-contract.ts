/* Changes of an enterprise's running contract: repricing (2.10), extension and renewal (2.11, E1, E2). */
import { type IsoDate, termMonths } from "@huimin/calendar";
import type { DomainEvent } from "@huimin/decider";
import { openPrincipal, overdueSince, rateOn } from "@huimin/interest/timeline";
import { Exact, fen, formatAmount, minFen, parsePercent, percent } from "@huimin/money";
import { ok, type Result, refuse } from "@huimin/outcome";
import { benchmarkKey, type Policy } from "@huimin/policy/events";
import { errors } from "../errors.ts";
import { modelOf } from "../evolve.ts";
import { loanEvent, type OpenedLoan, type Refused } from "../shared.ts";
import { enterpriseContractRefusal, enterpriseRateCeiling, runningRefusal } from "./enterprise.ts";
import { type ExtensionMessage, latestExtension, misusedRefusal, type RenewalMessage } from "./extension.ts";

export interface RateReset {
  readonly loan: string;
  readonly valueDate: IsoDate;
  readonly quoteDate?: IsoDate;
  readonly quotedRate?: string;
  readonly spreadBp?: number;
}

/**
 * 2.10 利率重定价: quoted rate + spread from the value date on; interest and subsidy follow by value date, however late it is
 * recorded. A loan of a household is fixed for its contract (银保监发〔2021〕6号, T14), as is an enterprise's that is not
 * floating: RATE_FIXED. RATE_RESET_INVALID when the quote is missing, of a later day, or the rate not above zero.
 */
export function resetRate(loan: OpenedLoan, message: RateReset): Result<DomainEvent> {
  const { valueDate, quoteDate, quotedRate, spreadBp } = message;
  if (modelOf(loan.subject) !== 2 || !loan.terms.floating) return refuse(errors.RATE_FIXED, { loan: loan.subject.loan });
  const quoted = parsePercent(quotedRate);
  const newRate = quoted?.add(new Exact(spreadBp ?? 0).div(100));
  const stated = quoteDate !== undefined && quotedRate !== undefined && spreadBp !== undefined && quoteDate <= valueDate;
  if (!stated || newRate === undefined || newRate.lte(0))
    return refuse(errors.RATE_RESET_INVALID, { quoteDate: quoteDate ?? "–", valueDate }, { path: "/quoteDate" });
  const refusal = runningRefusal(loan, valueDate);
  if (refusal) return refusal;
  return ok(loanEvent("LoanRateReset", valueDate, { ...loan.subject, quoteDate, quotedRate, spreadBp, newRate: newRate.toFixed() }));
}

/**
 * The rate from the old due date on (贷款通则 §14): the tier's when original term + extension reach another tier and the
 * bank states none, else as before; a floating contract goes on with its resets. A stated rate may go up to `ceiling`.
 */
function extendedRate(
  loan: OpenedLoan,
  policy: Policy,
  oldDue: IsoDate,
  totalMonths: number,
): { readonly rate: Exact; readonly ceiling: Exact } {
  const before = percent(rateOn(loan.timeline, oldDue));
  const oldTier = benchmarkKey(oldDue, termMonths(loan.terms.contractDate, oldDue));
  const newTier = benchmarkKey(oldDue, totalMonths);
  const tierRate = policy.value(newTier, oldDue);
  if (loan.terms.floating || oldTier === newTier || tierRate === undefined) return { rate: before, ceiling: before };
  const rate = percent(tierRate);
  return { rate, ceiling: enterpriseRateCeiling(policy, oldDue, totalMonths, false) ?? rate };
}

/**
 * E1 展期 of an enterprise loan: before the due date, all extensions together within 贷款通则 §12 (to one year at most the original
 * term again, to five years half of it, longer three years). Refuses EXTENDED_AFTER_DUE, EXTENSION_TOO_LONG, MISUSED_LOAN,
 * and a stated rate above the one of the tier (ENTERPRISE_RATE_ABOVE_CEILING).
 */
export function extendEnterprise(loan: OpenedLoan, message: ExtensionMessage, policy: Policy): Result<DomainEvent> {
  const { valueDate, newDue } = message;
  const { due: oldDue } = loan.timeline;
  const { contractDate } = loan.terms;
  const refusal = runningRefusal(loan, valueDate) ?? extensionRefusal(loan, message);
  if (refusal) return refusal;
  const totalMonths = termMonths(contractDate, newDue);
  const { rate, ceiling } = extendedRate(loan, policy, oldDue, totalMonths);
  const newRate = message.newRate ?? rate.toFixed();
  if (loan.terms.floating ? !percent(newRate).eq(rate) : percent(newRate).gt(ceiling)) {
    const details = { rate: newRate, ceiling: ceiling.toFixed(), months: totalMonths, on: oldDue };
    return refuse(errors.ENTERPRISE_RATE_ABOVE_CEILING, details, { path: "/newRate" });
  }
  return ok(loanEvent("LoanExtended", valueDate, { ...loan.subject, oldDue, newDue, totalMonths, rateFrom: oldDue, newRate }));
}

function extensionRefusal(loan: OpenedLoan, { valueDate, newDue }: ExtensionMessage): Refused | undefined {
  const { due } = loan.timeline;
  if (valueDate >= due) return refuse(errors.EXTENDED_AFTER_DUE, { valueDate, due }, { path: "/valueDate" });
  if (newDue <= due) return refuse(errors.LOAN_DATES_REVERSED, { from: due, to: newDue }, { path: "/newDue" });
  const latest = latestExtension(loan.terms.contractDate, loan.terms.due);
  if (newDue > latest) return refuse(errors.EXTENSION_TOO_LONG, { newDue, latest }, { path: "/newDue" });
  return misusedRefusal(loan, valueDate);
}

/** E2 of an enterprise loan: the whole open principal, not overdue, on terms that a new loan might have. */
export function enterpriseRenewalRefusal(loan: OpenedLoan, message: RenewalMessage, policy: Policy): Refused | undefined {
  const { valueDate, amount, due, annualRate } = message;
  const early = runningRefusal(loan, valueDate) ?? misusedRefusal(loan, valueDate);
  if (early) return early;
  const since = overdueSince(loan.timeline, valueDate);
  if (since !== undefined && since < valueDate) return refuse(errors.LOAN_OVERDUE, { loan: loan.subject.loan, since });
  const open = openPrincipal(loan.timeline, valueDate);
  const later = openPrincipal(loan.timeline, "9999-12-31");
  if (open === 0n || fen(amount) !== open || later !== open)
    return refuse(errors.RENEWAL_AMOUNT_DIFFERS, { amount, open: formatAmount(minFen(open, later)) }, { path: "/amount" });
  return enterpriseContractRefusal({ contractDate: valueDate, due, annualRate, floating: loan.terms.floating ?? false }, policy);
}
