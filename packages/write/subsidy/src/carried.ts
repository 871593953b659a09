/*
 * The subsidy of an enterprise loan (企贷增收, domain 2.2): on each day min(open principal, linked households × quota) at the
 * subsidy rate of the day. It follows links, breaches, quota and rate by value date, whatever the order of recording.
 */
import { daysBetween, type IsoDate } from "@huimin/calendar";
import { cutPieces, type LoanTimeline } from "@huimin/interest/timeline";
import { carriedAmounts, covers, type LinkageState, QUOTA_KEYS } from "@huimin/linkage/events";
import { Exact, type Fen, minFen, percent, roundHalfUp } from "@huimin/money";
import type { Policy, PolicyKey } from "@huimin/policy/events";

/** Parameters of an enterprise loan's subsidy. */
export const CARRIED_KEYS = ["model2.subsidyRate", ...QUOTA_KEYS] as const satisfies readonly PolicyKey[];

interface CarriedLoan {
  readonly loan: string;
  readonly timeline: LoanTimeline;
  readonly linkage: LinkageState;
}

interface CarriedDays {
  readonly from: IsoDate;
  readonly toExcl: IsoDate;
  /** min(open principal, linked × quota) */
  readonly base: Fen;
  /** Overdue or misused: not subsidised. */
  readonly excluded: boolean;
}

/** [from, toExcl) in stretches of days with one base, cut at `more` as well. */
function carriedDays(loan: CarriedLoan, policy: Policy, from: IsoDate, toExcl: IsoDate, more: readonly IsoDate[] = []): CarriedDays[] {
  const carried = carriedAmounts(loan.linkage, loan.loan, policy, from, toExcl);
  return cutPieces(loan.timeline, from, toExcl, [...carried.map((one) => one.from), ...more]).map((piece) => ({
    from: piece.from,
    toExcl: piece.toExcl,
    base: minFen(piece.open, carried.find((one) => covers(one, piece.from))?.amount ?? 0n),
    excluded: piece.overdue > 0n || piece.misused,
  }));
}

/** 贴息积数: Σ over the days of min(open principal, linked households × quota), yuan-days in fen. */
export const carriedYuanDays = (loan: CarriedLoan, policy: Policy, from: IsoDate, toExcl: IsoDate): Fen =>
  carriedDays(loan, policy, from, toExcl).reduce((sum, days) => sum + days.base * BigInt(daysBetween(days.from, days.toExcl)), 0n);

export interface CarriedOptions {
  /** Only days before this one are entitled. */
  readonly entitledBefore?: IsoDate;
  /** Another subsidy rate: a flat one, or where the policy says `was`. */
  readonly rate?: { readonly is: string; readonly was?: string };
}

function rateOf(rate: string, options: CarriedOptions["rate"]): string {
  if (options === undefined) return rate;
  return options.was === undefined || percent(options.was).eq(percent(rate)) ? options.is : rate;
}

/** The subsidy of [from, toExcl) with one rounding: base × model2.subsidyRate / year base of the contract, entitled days only. */
export function carriedSubsidy(loan: CarriedLoan, policy: Policy, from: IsoDate, toExcl: IsoDate, options: CarriedOptions = {}): Fen {
  const { entitledBefore } = options;
  const rates = policy.segments("model2.subsidyRate", from, toExcl);
  const cuts = [...rates.map((rate) => rate.from), ...(entitledBefore === undefined ? [] : [entitledBefore])];
  let sum = new Exact(0);
  for (const days of carriedDays(loan, policy, from, toExcl, cuts)) {
    if (days.excluded || (entitledBefore !== undefined && days.from >= entitledBefore)) continue;
    const rate = rates.find((one) => covers(one, days.from))?.value;
    if (rate === undefined) continue;
    const yuanDays = new Exact((days.base * BigInt(daysBetween(days.from, days.toExcl))).toString());
    sum = sum.add(yuanDays.mul(percent(rateOf(rate, options.rate))));
  }
  // fen → yuan and percent → fraction: two times 100
  return roundHalfUp(sum.div(loan.timeline.yearBase * 10_000));
}
