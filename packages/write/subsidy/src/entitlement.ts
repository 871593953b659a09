/*
 * What a loan is entitled to: the right subsidy of each settlement, by what is known now.
 *
 * A settlement of interest 结息 (of a period, or of the part that a prepayment settles 利随本清) is subsidised as a whole
 * with one rounding, never above its interest. Where only a part of its days is asked for, that part gets the
 * difference of two rounded amounts counted from the settlement's first day, so that the parts of a settlement always
 * add up to the whole, to the fen.
 */
import { addDays, type IsoDate, type Quarter, quarterOf } from "@huimin/calendar";
import { interestOf, type LoanTimeline, type SubsidyOptions, subsidyOf as subsidyOfDays } from "@huimin/interest/timeline";
import { type LinkageState, noLinkage } from "@huimin/linkage/events";
import { type LoanState, modelOf, openInterest, prepaymentsOf, rightInterest } from "@huimin/loan/events";
import { type Fen, minFen, sumFen } from "@huimin/money";
import type { Policy, PolicyKey } from "@huimin/policy/events";
import { CARRIED_KEYS, carriedSubsidy } from "./carried.ts";
import { type SubsidySubject, subjectFields } from "./schema.ts";

/** Parameters that the subsidy of a day depends on. */
export const SUBSIDY_KEYS = ["subsidy.cap", "subsidy.ratio", ...CARRIED_KEYS] as const satisfies readonly PolicyKey[];

/** Interest that was settled: for a period, or for a part of the principal with its prepayment. */
export interface Settlement {
  readonly from: IsoDate;
  readonly toExcl: IsoDate;
  readonly prepayment?: string;
  /**
   * Normal interest by everything that is known now, whether the bank has corrected what it booked or not; a flagged figure
   * of the bank stands. Penalty interest is never subsidised.
   */
  readonly interest: Fen;
  /** 先收后贴: paid by who bears it. A prepayment is paid at once. */
  readonly paid: boolean;
}

/** What the subsidy of a loan depends on. */
export interface SubsidisedLoan extends SubsidySubject {
  readonly timeline: LoanTimeline;
  readonly settlements: readonly Settlement[];
  /** Settled and not paid, penalty included. */
  readonly openInterest: Fen;
  readonly contractDate: IsoDate;
  /** Due date of the contract, before an extension. */
  readonly contractDue: IsoDate;
  /** Whom the enterprise carries, by day: the base of an enterprise loan (model 2). */
  readonly linkage: LinkageState;
}

/**
 * A loan as the subsidy sees it; undefined before its first drawing. `linkage`: what its enterprise's stream says, needed
 * for an enterprise loan (model 2) alone.
 */
export function subsidisedLoan(state: LoanState, linkage: LinkageState = noLinkage): SubsidisedLoan | undefined {
  const { subject, terms, timeline } = state;
  if (!subject || !terms) return undefined;
  const { contractDate, due: contractDue } = terms;
  const settlements = [...periodsOf(state), ...prepaidOf(state)].sort(byDays);
  return {
    ...subjectFields({ ...subject, model: modelOf(subject) }),
    linkage,
    timeline,
    settlements,
    openInterest: openInterest(state).total,
    contractDate,
    contractDue,
  };
}

const byDays = (a: Settlement, b: Settlement): number =>
  a.toExcl === b.toExcl ? (a.from < b.from ? -1 : 1) : a.toExcl < b.toExcl ? -1 : 1;

/** Payments go to the oldest settlements first, of whatever kind: what is open lies in the newest ones. */
function periodsOf(state: LoanState): Settlement[] {
  const open = openInterest(state).total;
  const settled = [...state.settlements, ...(state.compounds ?? [])];
  const settledAfter = (day: IsoDate) => sumFen(settled.filter((one) => one.toExcl > day).map((one) => one.amount));
  return state.settlements
    .filter((one) => one.kind === "normal")
    .map(({ from, toExcl, amount, flagged }) => {
      const interest = flagged ? amount : rightInterest(state, from, toExcl, "normal").amount;
      return { from, toExcl, interest, paid: open <= settledAfter(toExcl) };
    });
}

const prepaidOf = (state: LoanState): Settlement[] =>
  prepaymentsOf(state).flatMap(({ serial, valueDate, interest, interestFrom }) =>
    interestFrom !== undefined && interestFrom < valueDate
      ? [{ from: interestFrom, toExcl: valueDate, prepayment: serial, interest, paid: true }]
      : [],
  );

/** The quarter in which the last day of a settlement lies. */
export const quarterOfSettlement = (settlement: { readonly toExcl: IsoDate }): Quarter => quarterOf(addDays(settlement.toExcl, -1));

/** Days that were settled together: a settlement, or a part of its days. */
export interface Days {
  readonly from: IsoDate;
  readonly toExcl: IsoDate;
  readonly prepayment?: string;
}

export interface RightOptions {
  /** Only days before this one are entitled. */
  readonly entitledBefore?: IsoDate;
  /**
   * Computed at another rate than the contract's: a flat one, or where the contract says `was`. Of an enterprise loan it is
   * the subsidy's own rate (model2.subsidyRate).
   */
  readonly rate?: { readonly is: string; readonly was?: string };
  /** What was claimed at the time may be above the interest (T4); nothing that is right is. */
  readonly aboveInterest?: boolean;
}

const withRate = (timeline: LoanTimeline, rate: RightOptions["rate"]): LoanTimeline =>
  rate === undefined
    ? timeline
    : {
        ...timeline,
        rates: timeline.rates.map((segment) =>
          rate.was === undefined || sameRate(segment.annualRate, rate.was) ? { ...segment, annualRate: rate.is } : segment,
        ),
      };

const sameRate = (a: string, b: string): boolean => Number(a) === Number(b);

const policyOptions = (policy: Policy, { from, toExcl, prepayment }: Days, options: RightOptions): SubsidyOptions => ({
  caps: policy
    .segments("subsidy.cap", from, toExcl)
    .flatMap((segment) => (segment.value === undefined ? [] : [{ ...segment, value: policy.amount("subsidy.cap", segment.from) }])),
  ratios: policy.segments("subsidy.ratio", from, toExcl).flatMap(({ value, ...days }) => (value === undefined ? [] : [{ ...days, value }])),
  ...(prepayment === undefined ? {} : { settledBy: { prepayment } }),
  ...(options.entitledBefore === undefined ? {} : { entitledBefore: options.entitledBefore }),
});

/** The settlement that these days belong to; undefined when it does not exist (any more). */
export const settlementOf = (loan: SubsidisedLoan, days: Days): Settlement | undefined =>
  loan.settlements.find((one) => one.prepayment === days.prepayment && one.from <= days.from && days.toExcl <= one.toExcl);

/** Interest of a settlement's days up to `toExcl`, rounded once. */
const interestUpTo = (loan: SubsidisedLoan, settlement: Settlement, toExcl: IsoDate): Fen => {
  if (toExcl <= settlement.from) return 0n;
  if (toExcl >= settlement.toExcl) return settlement.interest;
  return minFen(interestOf(loan.timeline, settlement.from, toExcl).amount, settlement.interest);
};

/** Σ over the entitled days, rounded once: linked households of an enterprise loan, else the tranche within the cap. */
function subsidyOfPeriod(loan: SubsidisedLoan, timeline: LoanTimeline, policy: Policy, days: Days, options: RightOptions): Fen {
  if (loan.model === 2) return carriedSubsidy(loan, policy, days.from, days.toExcl, options);
  return subsidyOfDays(timeline, days.from, days.toExcl, policyOptions(policy, days, options)).amount;
}

/** The subsidy of a settlement's days up to `toExcl`, rounded once; at most their interest. */
function upTo(
  loan: SubsidisedLoan,
  timeline: LoanTimeline,
  policy: Policy,
  settlement: Settlement,
  toExcl: IsoDate,
  options: RightOptions,
): Fen {
  if (toExcl <= settlement.from) return 0n;
  const days = { ...settlement, toExcl };
  const amount = subsidyOfPeriod(loan, timeline, policy, days, options);
  return options.aboveInterest ? amount : minFen(amount, interestUpTo(loan, settlement, toExcl));
}

/**
 * The right subsidy 应贴息 of some days of one settlement: Σ over entitled days of subsidised tranche × rate × ratio of
 * the day (model 2: of what the linked households stand for × the subsidy rate). Overdue, misused and top-up days have none; days whose settlement does not exist have none.
 */
export function rightSubsidy(loan: SubsidisedLoan, policy: Policy, days: Days, options: RightOptions = {}): Fen {
  const settlement = settlementOf(loan, days);
  if (!settlement) return 0n;
  const timeline = withRate(loan.timeline, options.rate);
  return upTo(loan, timeline, policy, settlement, days.toExcl, options) - upTo(loan, timeline, policy, settlement, days.from, options);
}

/** Interest of some days of a settlement; the parts of a settlement add up to it. */
export function interestOfDays(loan: SubsidisedLoan, days: Days): Fen {
  const settlement = settlementOf(loan, days);
  return settlement ? interestUpTo(loan, settlement, days.toExcl) - interestUpTo(loan, settlement, days.from) : 0n;
}
