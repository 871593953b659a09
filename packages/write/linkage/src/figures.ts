/*
 * How much of an enterprise's loans is subsidised on a day: linked households × quota (domain 2.2, 2.7). All by value date
 * from everything that is known, so that late links, unlinks and breaches end in the same figures.
 */
import type { IsoDate } from "@huimin/calendar";
import { type Fen, fen } from "@huimin/money";
import type { Policy, PolicyKey } from "@huimin/policy/events";
import type { Agreement, AgreementTerms, LinkageState } from "./evolve.ts";
import { covers, type Span, spansOf } from "./marks.ts";

/** Parameters that {@link carriedAmounts} asks for. */
export const QUOTA_KEYS = ["model2.quotaPerHousehold"] as const satisfies readonly PolicyKey[];

/** Recognised on the day: its recognition holds and was not revoked since. */
export function recognisedOn(state: LinkageState, on: IsoDate): boolean {
  return state.recognitions.some((one) => covers(one, on) && !state.revocations.some((day) => one.from <= day && day <= on));
}

/** Households linked on the day, breaches left out. */
export const linkedOn = (state: LinkageState, on: IsoDate): string[] =>
  [...state.links].filter(([, marks]) => spansOf(marks).some((span) => covers(span, on))).map(([household]) => household);

/** Agreement with a bank that is in force on a day; of several the first signed. */
export const agreementOn = (state: LinkageState, bank: string, on: IsoDate): Agreement | undefined =>
  [...state.agreements.values()].find((one) => one.bank === bank && covers(one, on));

/** Terms of an agreement on a day; before the first, the first. */
export const termsOn = ({ terms }: Agreement, on: IsoDate): AgreementTerms | undefined =>
  terms.findLast(({ from }) => from <= on) ?? terms[0];

const datesOf = (spans: readonly Span[]): IsoDate[] =>
  spans.flatMap(({ from, toExcl }) => (toExcl === undefined ? [from] : [from, toExcl]));

/** Days of [from, toExcl) cut at the dates inside. */
function cut(from: IsoDate, toExcl: IsoDate, dates: readonly IsoDate[]): { readonly from: IsoDate; readonly toExcl: IsoDate }[] {
  const starts = [...new Set([from, ...dates.filter((date) => from < date && date < toExcl)])].sort();
  return from < toExcl ? starts.map((start, index) => ({ from: start, toExcl: starts[index + 1] ?? toExcl })) : [];
}

export interface CarriedCount {
  readonly from: IsoDate;
  readonly toExcl: IsoDate;
  /** Linked less what an inspection found missing; 0 on days without recognition. */
  readonly households: number;
}

/** How many households the enterprise carries (带动户数), for each stretch of days of [from, toExcl). */
export function carriedCounts(state: LinkageState, from: IsoDate, toExcl: IsoDate): CarriedCount[] {
  const spans = [...state.links.values()].flatMap(spansOf);
  const breaches = state.breaches.filter((breach) => !breach.revoked);
  const dates = [...datesOf([...spans, ...breaches, ...state.recognitions]), ...state.revocations];
  return cut(from, toExcl, dates).map((days) => {
    const linked = spans.filter((span) => covers(span, days.from)).length;
    const missing = breaches.reduce((sum, breach) => sum + (covers(breach, days.from) ? breach.shortfall : 0), 0);
    return { ...days, households: recognisedOn(state, days.from) ? Math.max(0, linked - missing) : 0 };
  });
}

export interface CarriedAmount extends CarriedCount {
  /** Principal that these households stand for: count × quota. */
  readonly amount: Fen;
}

/**
 * 带动户数 × 每户额度 for each stretch of days of [from, toExcl). The quota is that of the loan's agreement on the day, else
 * the policy's (model2.quotaPerHousehold).
 */
export function carriedAmounts(state: LinkageState, loan: string, policy: Policy, from: IsoDate, toExcl: IsoDate): CarriedAmount[] {
  const agreement = state.agreements.get(state.loans.get(loan) ?? "");
  const agreed = agreement?.terms.map((terms) => terms.from) ?? [];
  const quotas = policy.segments("model2.quotaPerHousehold", from, toExcl);
  const dates = [...agreed, ...quotas.map((quota) => quota.from)];
  return carriedCounts(state, from, toExcl).flatMap((counted) =>
    cut(counted.from, counted.toExcl, dates).map((days) => {
      const own = agreement && termsOn(agreement, days.from)?.quotaPerHousehold;
      const general = quotas.find((quota) => covers(quota, days.from))?.value;
      const quota = own ?? (general === undefined ? 0n : fen(general));
      return { ...days, households: counted.households, amount: quota * BigInt(counted.households) };
    }),
  );
}
