/*
 * Which days of a loan may be subsidised for a claim quarter, and with what amount (S3, S4).
 */
import { addMonths, type IsoDate, type Quarter, termMonths } from "@huimin/calendar";
import { rateOn } from "@huimin/interest/timeline";
import { type Fen, formatAmount, maxFen, percent, sumFen } from "@huimin/money";
import { ok, type Refusal, type Result, refuse } from "@huimin/outcome";
import { type Policy, type PolicyKey, RATE_KEYS } from "@huimin/policy/events";
import { coveredParts } from "./coverage.ts";
import {
  type Days,
  interestOfDays,
  quarterOfSettlement,
  rightSubsidy,
  type Settlement,
  SUBSIDY_KEYS,
  type SubsidisedLoan,
} from "./entitlement.ts";
import { errors, MISUSED_LOAN } from "./errors.ts";
import { overlaps, type SubsidyState } from "./evolve.ts";
import type { ClaimLine } from "./evolve-claim.ts";

/** Parameters that a claim is checked against. */
export const CLAIM_KEYS = [...SUBSIDY_KEYS, "microcredit.termMonths", ...RATE_KEYS] as const satisfies readonly PolicyKey[];

/** Days of one settlement with their interest and the right subsidy. */
export interface Claimable {
  readonly days: Days;
  readonly interest: Fen;
  readonly subsidy: Fen;
}

export interface ClaimableQuestion {
  readonly loan: SubsidisedLoan;
  readonly policy: Policy;
  readonly quarter: Quarter;
  /** Days that were claimed or subsidised before. */
  readonly taken: readonly Days[];
  /**
   * `claim`: a bank's line, refused as soon as a misused day is in it (S3: loan not misused). `accrual`: what was claimed
   * before the misuse was found is accrued for the days that remain entitled.
   */
  readonly purpose: "claim" | "accrual";
  /** Only the settlement of exactly these days, or these days of the settlement of a longer period. */
  readonly range?: { readonly from: IsoDate; readonly toExcl: IsoDate };
}

/** The settlement period 结息期 of a quarter: the 21st of its last settlement month's predecessor to the 21st. */
export function quarterPeriod(quarter: Quarter): { readonly from: IsoDate; readonly toExcl: IsoDate } {
  const toExcl = `${quarter.slice(0, 4)}-${String(Number(quarter.slice(5)) * 3).padStart(2, "0")}-21`;
  return { from: addMonths(toExcl, -3), toExcl };
}

/** Days that a settlement still has after those taken: the pieces between them, in order. */
function freeDays(settlement: Settlement, taken: readonly Days[]): Days[] {
  const named = settlement.prepayment === undefined ? {} : { prepayment: settlement.prepayment };
  const inside = taken.filter((days) => overlaps(days, settlement)).sort((a, b) => (a.from < b.from ? -1 : 1));
  const free: Days[] = [];
  let from = settlement.from;
  for (const days of inside) {
    if (from < days.from) free.push({ ...named, from, toExcl: days.from });
    if (days.toExcl > from) from = days.toExcl;
  }
  if (from < settlement.toExcl) free.push({ ...named, from, toExcl: settlement.toExcl });
  return free;
}

const contains = (
  outer: Days | { readonly from: IsoDate; readonly toExcl: IsoDate },
  inner: { readonly from: IsoDate; readonly toExcl: IsoDate },
): boolean => outer.from <= inner.from && inner.toExcl <= outer.toExcl;

/** The candidates of a question: whole settlements of the quarter, or the days that were asked for. */
function candidates({ loan, quarter, range }: ClaimableQuestion): Settlement[] {
  const ofQuarter = loan.settlements.filter((one) => quarterOfSettlement(one) === quarter);
  if (!range) return ofQuarter;
  const exact = ofQuarter.filter((one) => one.from === range.from && one.toExcl === range.toExcl);
  if (exact.length > 0) return exact;
  return loan.settlements.filter((one) => one.prepayment === undefined && contains(one, range)).map((one) => ({ ...one, ...range }));
}

/** Why nothing of the quarter is settled, as precisely as is known. */
function whyNothing({ loan, quarter, range }: ClaimableQuestion): Refusal {
  const { from, toExcl } = range ?? quarterPeriod(quarter);
  const { misuseFrom, due } = loan.timeline;
  if (misuseFrom !== undefined && misuseFrom < toExcl) return refusal(MISUSED_LOAN, { loan: loan.loan, from: misuseFrom });
  if (due <= from) return refusal(errors.AFTER_DUE_DATE, { loan: loan.loan, due });
  return refusal(errors.SUBSIDY_INTEREST_NOT_SETTLED, { loan: loan.loan, quarter });
}

const refusal = (code: string, details: Readonly<Record<string, string | number>>): Refusal => ({ code, details });

/** Why these days may not be subsidised at all; undefined when at least some of them may. */
function blocked({ loan, purpose }: ClaimableQuestion, days: Days): Refusal | undefined {
  const { misuseFrom, due } = loan.timeline;
  const misused = misuseFrom !== undefined && (purpose === "claim" ? misuseFrom < days.toExcl : misuseFrom <= days.from);
  if (misused) return refusal(MISUSED_LOAN, { loan: loan.loan, from: misuseFrom });
  return due <= days.from ? refusal(errors.AFTER_DUE_DATE, { loan: loan.loan, due }) : undefined;
}

/**
 * The days of a quarter that may be subsidised now, each with its interest and right subsidy. Refuses a top-up
 * (TOP_UP_NOT_SUBSIDISED), what was claimed before (DAY_ALREADY_SUBSIDISED), misused and overdue days
 * (MISUSED_LOAN, AFTER_DUE_DATE), interest that is not settled or not paid (先收后贴,
 * SUBSIDY_INTEREST_NOT_SETTLED, SUBSIDY_INTEREST_NOT_PAID) and a quarter without any subsidy (NOTHING_ENTITLED).
 */
export function claimable(question: ClaimableQuestion): Result<readonly Claimable[], Refusal> {
  const { loan, policy, quarter, taken, range } = question;
  if (!loan.timeline.subsidised) return refuse(errors.TOP_UP_NOT_SUBSIDISED, { loan: loan.loan });
  const settled = candidates(question);
  if (settled.length === 0) return { ok: false, refusal: whyNothing(question) };
  const free = settled.flatMap((settlement) => freeDays(settlement, taken).map((days) => ({ settlement, days })));
  const shortened = range !== undefined && free.some(({ settlement, days }) => !contains(days, settlement));
  if (free.length === 0 || shortened) return refuse(errors.DAY_ALREADY_SUBSIDISED, { loan: loan.loan, quarter });
  const reasons = free.map(({ days }) => blocked(question, days));
  const open = free.filter((_, index) => reasons[index] === undefined);
  const reason = reasons.find((found) => found !== undefined);
  const misused = reasons.find((found) => found?.code === MISUSED_LOAN);
  if (question.purpose === "claim" && misused) return { ok: false, refusal: misused };
  if (open.length === 0 && reason) return { ok: false, refusal: reason };
  const unpaid = open.find(({ settlement }) => !settlement.paid);
  if (unpaid) {
    return refuse(errors.SUBSIDY_INTEREST_NOT_PAID, {
      loan: loan.loan,
      toExcl: unpaid.settlement.toExcl,
      open: formatAmount(maxFen(loan.openInterest, 0n)),
    });
  }
  const found = open.map(({ days }) => ({ days, interest: interestOfDays(loan, days), subsidy: rightSubsidy(loan, policy, days) }));
  if (sumFen(found.map((one) => one.subsidy)) === 0n) return refuse(errors.NOTHING_ENTITLED, { loan: loan.loan, quarter });
  return ok(found);
}

/**
 * Term and rate of a loan that is claimed, against the policy of its contract date (S3). An enterprise loan has no limit of
 * its term, and its first rate was judged with the drawing (model2.rateCeiling).
 */
export function withinTerms(loan: SubsidisedLoan, policy: Policy, days: readonly Days[]): Result<undefined, Refusal> {
  if (loan.model === 2) return ok(undefined);
  const months = termMonths(loan.contractDate, loan.contractDue);
  const limit = policy.integer("microcredit.termMonths", loan.contractDate);
  if (months > limit) return refuse(errors.SUBSIDY_TERM_TOO_LONG, { loan: loan.loan, months, limit });
  for (const { from } of days) {
    // From the old due date on, the tier of the extended term applies (贷款通则 §14).
    const term = from < loan.contractDue ? months : termMonths(loan.contractDate, loan.timeline.due);
    const ceiling = policy.rateCeiling(loan.contractDate, term);
    const rate = rateOn(loan.timeline, from);
    if (ceiling !== undefined && percent(rate).gt(ceiling)) {
      return refuse(errors.SUBSIDY_RATE_ABOVE_CEILING, { loan: loan.loan, rate, ceiling: ceiling.toFixed() });
    }
  }
  return ok(undefined);
}

/**
 * 应报未报: what the bank could claim of the loan for a quarter now and has never claimed, by the rules of a claim. `lines`:
 * the quarter's lines of this loan; one that was rejected was claimed too. Nothing where a claim would be refused.
 */
export function neverClaimed(
  { loan, policy, quarter }: Pick<ClaimableQuestion, "loan" | "policy" | "quarter">,
  state: SubsidyState,
  lines: readonly ClaimLine[],
): readonly Claimable[] {
  const taken = [...state.units, ...lines.flatMap((line) => line.settlements), ...coveredParts(state, loan, policy)];
  const found = claimable({ loan, policy, quarter, taken, purpose: "claim" });
  if (!found.ok) return [];
  const days = found.value.map((one) => one.days);
  return withinTerms(loan, policy, days).ok ? found.value : [];
}
