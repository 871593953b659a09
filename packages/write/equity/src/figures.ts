/*
 * Figures over the stake in an enterprise, all by value date: the order of recording never matters.
 */
import type { IsoDate } from "@huimin/calendar";
import { Exact, type Fen, fen, minFen, splitLargestRemainder, sumFen } from "@huimin/money";
import { standing } from "./entries.ts";
import type { AgreementTerms, EquityState, Impairment } from "./evolve-equity.ts";
import type { EquityPayload, FundSource } from "./schema.ts";

interface Movement {
  readonly valueDate: IsoDate;
  readonly amount: Fen;
}

/** Investments, and redemptions as negative amounts. */
const money = (state: EquityState): Movement[] => [
  ...standing(state.entries, "EquityInvested").map(({ valueDate, payload }) => ({ valueDate, amount: fen(payload.amount) })),
  ...standing(state.entries, "EquityRedeemed").map(({ valueDate, payload }) => ({ valueDate, amount: -fen(payload.amount) })),
];

const losses = (state: EquityState, step: Impairment["step"]): Movement[] =>
  state.impairments.filter((one) => one.step === step).map(({ valueDate, amount }) => ({ valueDate, amount: -fen(amount) }));

const sumOn = (movements: readonly Movement[], on: IsoDate): Fen =>
  sumFen(movements.filter((one) => one.valueDate <= on).map(({ amount }) => amount));

/** The smallest sum on any day from `on` on. */
function minimumFrom(movements: readonly Movement[], on: IsoDate): Fen {
  const days = [on, ...movements.map(({ valueDate }) => valueDate).filter((day) => day > on)];
  return days.map((day) => sumOn(movements, day)).reduce(minFen);
}

/** 1501.01 of the enterprise at the end of a day: invested, less redeemed, less losses that were shared. */
export const investmentOn = (state: EquityState, on: IsoDate): Fen => sumOn([...money(state), ...losses(state, "shared")], on);

/** What may be redeemed or lost with a value date: the least stake, recognised losses taken off, from that day on. */
export const openStakeFrom = (state: EquityState, on: IsoDate): Fen => minimumFrom([...money(state), ...losses(state, "recognised")], on);

/** The least open stake on any day; negative when a day lacks what was redeemed or lost on it. */
export const leastOpenStake = (state: EquityState): Fen => openStakeFrom(state, "0000-01-01");

/** The largest amount that is or will be in the enterprise from a day on; losses do not make room for more. */
export const mostInvestedFrom = (state: EquityState, on: IsoDate): Fen =>
  -minimumFrom(
    money(state).map(({ valueDate, amount }) => ({ valueDate, amount: -amount })),
    on,
  );

/** A stretch of days [from, toExcl) with the same open investment. */
export interface InvestedSegment {
  readonly from: IsoDate;
  readonly toExcl: IsoDate;
  /** 1501.01 of the enterprise, fen */
  readonly amount: Fen;
}

/**
 * The open investment (book value, {@link investmentOn}) over [from, toExcl), cut where it changes: an investment counts
 * from its value date, a redemption and a shared loss from theirs no longer (算头不算尾). Days without any are left out.
 * For a fixed dividend 固定分红 of model 4 (domain 4.6).
 */
export function investedOn(state: EquityState, from: IsoDate, toExcl: IsoDate): InvestedSegment[] {
  const movements = [...money(state), ...losses(state, "shared")];
  const changes = movements.map(({ valueDate }) => valueDate).filter((day) => from < day && day < toExcl);
  const days = from < toExcl ? [...new Set([from, ...changes])].sort() : [];
  const segments: InvestedSegment[] = [];
  for (const [index, day] of days.entries()) {
    const segment = { from: day, toExcl: days[index + 1] ?? toExcl, amount: sumOn(movements, day) };
    const before = segments.at(-1);
    if (before?.amount === segment.amount) segments[segments.length - 1] = { ...before, toExcl: segment.toExcl };
    else segments.push(segment);
  }
  return segments.filter(({ amount }) => amount > 0n);
}

/** The agreements with their terms in force on a day, in the order of signing. */
export function agreementsOn(state: EquityState, on: IsoDate): { readonly agreement: string; readonly terms: AgreementTerms }[] {
  const signed = signedBy(state, on);
  return signed.filter(({ terms }) => terms.from <= on && (terms.to === undefined || on <= terms.to));
}

/** The agreements that were signed by a day, in force or ended. */
function signedBy(state: EquityState, on: IsoDate): { readonly agreement: string; readonly on: IsoDate; readonly terms: AgreementTerms }[] {
  const dated = state.agreements.flatMap(({ agreement, versions }) => {
    const now = versions.findLast((version) => version.on <= on);
    return now && versions[0] ? [{ agreement, on: versions[0].on, terms: now.terms }] : [];
  });
  return dated.sort((a, b) => (a.on < b.on ? -1 : a.on > b.on ? 1 : 0));
}

/** 固定分红率 of the agreement signed last that states one and is in force on the day; percent a year. */
export const agreedFixedRate = (state: EquityState, on: IsoDate): string | undefined =>
  agreementsOn(state, on).findLast(({ terms }) => terms.fixedRate !== undefined)?.terms.fixedRate;

/** 风险分担比例 by the agreement signed last, also after its term: a loss may be found later. */
export const agreedRiskRatio = (state: EquityState, on: IsoDate): AgreementTerms["riskRatio"] | undefined =>
  signedBy(state, on).at(-1)?.terms.riskRatio;

/** 保险单: the policy in force on a day; of several the one that began last. */
export const policyOn = (state: EquityState, on: IsoDate): EquityPayload<"InsurancePolicyBound"> | undefined =>
  standing(state.entries, "InsurancePolicyBound")
    .map(({ payload }) => payload)
    .filter(({ from, to }) => from <= on && (to === undefined || on <= to))
    .sort((a, b) => (a.from < b.from ? -1 : a.from > b.from ? 1 : 0))
    .at(-1);

/** What is left of a policy's cap after the losses that it shares. */
export const capLeft = (state: EquityState, policy: EquityPayload<"InsurancePolicyBound">): Fen =>
  fen(policy.cap) - sumFen(state.impairments.filter((one) => one.policy === policy.policy).map(({ covered = "0.00" }) => fen(covered)));

/**
 * Money of the enterprise's stake by the sources that paid for it: `amount` (of either sign) pro rata to what each source
 * invested, largest remainder; all of it to the district (区) where nothing was invested.
 */
export function bySource(state: EquityState, amount: Fen): { readonly source: FundSource; readonly amount: Fen }[] {
  const invested = new Map<FundSource, Fen>();
  for (const { payload } of standing(state.entries, "EquityInvested")) {
    invested.set(payload.source, (invested.get(payload.source) ?? 0n) + fen(payload.amount));
  }
  if (invested.size === 0) invested.set("区", 1n);
  const size = amount < 0n ? -amount : amount;
  const parts = splitLargestRemainder(
    size,
    [...invested.values()].map((weight) => new Exact(weight.toString())),
  );
  return [...invested.keys()]
    .map((source, index) => ({ source, amount: amount < 0n ? -(parts[index] as Fen) : (parts[index] as Fen) }))
    .filter((part) => part.amount !== 0n);
}
