import type { IsoDate } from "@huimin/calendar";
import type { Fen } from "@huimin/money";
import { type DayCount, type WholePeriod, yearFraction } from "../day-count.ts";
import { add, equal, type Fraction, multiply, scale, ZERO } from "../fraction.ts";
import type { RateTimeline } from "../rates.ts";
import { type RoundingMode, roundTo } from "../rounding.ts";

/** The interest-bearing balance moves by `amount` on the day `date`. */
export interface Movement {
  readonly date: IsoDate;
  readonly amount: Fen;
}

/**
 * Movements of a balance by day. It grows while a schedule is computed: the principal of each row is taken as paid on some
 * later day.
 */
export class BalanceTimeline {
  readonly #dates: IsoDate[] = [];
  /** Balance after the movement of the same index. */
  readonly #balances: Fen[] = [];

  constructor(movements: readonly Movement[]) {
    for (const movement of movements) this.add(movement);
  }

  add({ date, amount }: Movement): void {
    if (amount === 0n) return;
    const at = this.#after(date);
    this.#dates.splice(at, 0, date);
    this.#balances.splice(at, 0, at > 0 ? (this.#balances[at - 1] as Fen) : 0n);
    for (let index = at; index < this.#balances.length; index++) this.#balances[index] = (this.#balances[index] as Fen) + amount;
  }

  /** Balance of a day, its own movements included; a balance that was over-paid bears no interest, so never below zero. */
  on(date: IsoDate): Fen {
    const at = this.#after(date);
    const balance = at > 0 ? (this.#balances[at - 1] as Fen) : 0n;
    return balance > 0n ? balance : 0n;
  }

  /** Days after `from` and before `to` on which the balance may change. */
  changes(from: IsoDate, to: IsoDate): IsoDate[] {
    const days: IsoDate[] = [];
    for (let index = this.#after(from); index < this.#dates.length; index++) {
      const date = this.#dates[index] as IsoDate;
      if (date >= to) break;
      if (days.at(-1) !== date) days.push(date);
    }
    return days;
  }

  /** Index of the first movement after a date. */
  #after(date: IsoDate): number {
    let low = 0;
    let high = this.#dates.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#dates[middle] as IsoDate) <= date) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

export interface AccrualRule {
  readonly dayCount: DayCount;
  readonly rates: RateTimeline;
  readonly roundingMode: RoundingMode;
  readonly amountUnit: Fen;
  readonly subPeriodRounding: "once" | "each-part";
}

/** One part of a row with one balance and one rate. */
interface Part {
  readonly from: IsoDate;
  readonly to: IsoDate;
  readonly balance: Fen;
  readonly rate: Fraction;
}

/** [from, to) cut where the balance or the rate changes; neighbours that agree in both stay one part. */
function partsOf(balance: BalanceTimeline, rates: RateTimeline, from: IsoDate, to: IsoDate): Part[] {
  const parts: Part[] = [];
  for (const span of rates.spans(from, to)) {
    for (const start of [span.from, ...balance.changes(span.from, span.to)]) {
      const owed = balance.on(start);
      const last = parts.at(-1);
      if (last && last.balance === owed && equal(last.rate, span.rate)) continue;
      if (last) parts[parts.length - 1] = { ...last, to: start };
      parts.push({ from: start, to, balance: owed, rate: span.rate });
    }
  }
  return parts;
}

/**
 * Interest of [from, to) on a balance: Σ balance × rate × year fraction over its parts, rounded once, or part by part
 * where the product says so. Source: loan-cases/1, section 3 and `subPeriodRounding`.
 */
export function interestOn(balance: BalanceTimeline, rule: AccrualRule, from: IsoDate, to: IsoDate, whole?: WholePeriod): Fen {
  if (from >= to) return 0n;
  let sum = ZERO;
  let rounded = 0n;
  for (const part of partsOf(balance, rule.rates, from, to)) {
    if (part.balance === 0n || part.rate.n === 0n) continue;
    const exact = scale(multiply(part.rate, yearFraction(rule.dayCount, part.from, part.to, whole)), part.balance);
    if (rule.subPeriodRounding === "each-part") rounded += roundTo(exact, rule.amountUnit, rule.roundingMode);
    else sum = add(sum, exact);
  }
  return rule.subPeriodRounding === "each-part" ? rounded : roundTo(sum, rule.amountUnit, rule.roundingMode);
}
