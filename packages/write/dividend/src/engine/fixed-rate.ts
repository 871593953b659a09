import { addDays, daysBetween, earlierDate, type IsoDate, laterDate, yearOf } from "@huimin/calendar";
import { compareNumbers } from "@huimin/identity";
import { Exact, type Fen, roundHalfUp, toExact } from "@huimin/money";

/** A stake over days, [from, toExcl). */
export interface DatedStake {
  readonly household: string;
  readonly stake: Fen;
  readonly from: IsoDate;
  readonly toExcl: IsoDate;
}

const yearDays = (year: number): readonly [from: IsoDate, toExcl: IsoDate] => [`${year}-01-01`, `${year + 1}-01-01`];

/** The part of a stake that lies in a calendar year, or undefined. */
export function inYear<T extends DatedStake>(stake: T, year: number): T | undefined {
  const [first, next] = yearDays(year);
  const [from, toExcl] = [laterDate(stake.from, first), earlierDate(stake.toExcl, next)];
  return from < toExcl ? { ...stake, from, toExcl } : undefined;
}

/** Joins stakes of one household and the same amount that follow each other without a gap: a year in two pieces is a year. */
export function joined<T extends DatedStake>(stakes: readonly T[]): T[] {
  const result: T[] = [];
  const sorted = [...stakes].sort((a, b) => (a.from < b.from ? -1 : a.from > b.from ? 1 : 0));
  for (const stake of sorted) {
    const index = result.findIndex((one) => one.household === stake.household && one.stake === stake.stake && one.toExcl === stake.from);
    if (index < 0) result.push(stake);
    else result[index] = { ...(result[index] as T), toExcl: stake.toExcl };
  }
  return result;
}

/**
 * The exact dividend, in yuan, of a constant amount over days at a rate in percent a year (R19): a whole calendar year is
 * the full rate, other days count `days / yearBase`, also in a leap year.
 */
export function fixedRateShare(amount: Fen, rate: Exact, days: { from: IsoDate; toExcl: IsoDate }, yearBase: number): Exact {
  const yearly = toExact(amount).mul(rate).div(100);
  let total = new Exact(0);
  for (let year = yearOf(days.from); year <= yearOf(addDays(days.toExcl, -1)); year++) {
    const [first, next] = yearDays(year);
    const [from, toExcl] = [laterDate(days.from, first), earlierDate(days.toExcl, next)];
    const whole = from === first && toExcl === next;
    total = total.add(whole ? yearly : yearly.mul(daysBetween(from, toExcl)).div(yearBase));
  }
  return total;
}

/** Each household's dividend of a year at a fixed rate, rounded half-up once (R19), households by number. */
export function fixedRateDividends(
  stakes: readonly DatedStake[],
  rate: Exact,
  year: number,
  yearBase: number,
): { readonly household: string; readonly amount: Fen }[] {
  const exact = new Map<string, Exact>();
  for (const stake of joined(stakes.flatMap((one) => inYear(one, year) ?? []))) {
    const before = exact.get(stake.household) ?? new Exact(0);
    exact.set(stake.household, before.add(fixedRateShare(stake.stake, rate, stake, yearBase)));
  }
  return [...exact]
    .map(([household, amount]) => ({ household, amount: roundHalfUp(amount) }))
    .sort((a, b) => compareNumbers(a.household, b.household));
}

/** Σ stake × days of a calendar year of each household, in fen × days, households in order of appearance. */
export function stakeDays(stakes: readonly DatedStake[], year: number): Map<string, bigint> {
  const sums = new Map<string, bigint>();
  for (const stake of stakes) {
    const part = inYear(stake, year);
    const days = part ? BigInt(daysBetween(part.from, part.toExcl)) : 0n;
    sums.set(stake.household, (sums.get(stake.household) ?? 0n) + stake.stake * days);
  }
  return sums;
}
