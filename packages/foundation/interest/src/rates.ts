import type { IsoDate } from "@huimin/calendar";
import type { Exact } from "@huimin/money";
import { equal, type Fraction, fractionOf } from "./fraction.ts";

/** An annual rate as a fraction of the principal: 4.75 % is 475/10000. */
export const rateOf = (annualRatePercent: Exact | string): Fraction => {
  const percent = fractionOf(annualRatePercent);
  return { n: percent.n, d: percent.d * 100n };
};

/** One step of a rate timeline: `rate` from the day `from` on, decided on `decidedOn`. */
export interface RateStep {
  readonly from: IsoDate;
  readonly decidedOn: IsoDate;
  readonly rate: Fraction;
}

/** A stretch of days with one rate. */
export interface RateSpan {
  readonly from: IsoDate;
  readonly to: IsoDate;
  readonly rate: Fraction;
}

/** The contract rate and its changes. Of two changes of one day the last that was added wins. */
export class RateTimeline {
  readonly #first: Fraction;
  readonly #steps: readonly RateStep[];

  constructor(first: Fraction, steps: readonly RateStep[] = []) {
    this.#first = first;
    this.#steps = steps;
  }

  /** A timeline with one more change; the order in which changes are added decides between two of one day. */
  with(step: RateStep): RateTimeline {
    const steps = [...this.#steps];
    let at = steps.length;
    while (at > 0 && (steps[at - 1] as RateStep).from > step.from) at--;
    steps.splice(at, 0, step);
    return new RateTimeline(this.#first, steps);
  }

  /** The rate of a day, as far as it was `known`: all changes, or only those that the predicate accepts. */
  at(date: IsoDate, known?: (step: RateStep) => boolean): Fraction {
    for (let index = this.#steps.length - 1; index >= 0; index--) {
      const step = this.#steps[index] as RateStep;
      if (step.from <= date && (known === undefined || known(step))) return step.rate;
    }
    return this.#first;
  }

  /** [from, to) cut where the rate really changes; at least one span, also for an empty interval. */
  spans(from: IsoDate, to: IsoDate): RateSpan[] {
    if (this.#steps.length === 0) return [{ from, to, rate: this.#first }];
    const spans: { from: IsoDate; to: IsoDate; rate: Fraction }[] = [{ from, to, rate: this.at(from) }];
    for (const step of this.#steps) {
      if (step.from <= from || step.from >= to) continue;
      const rate = this.at(step.from);
      const last = spans.at(-1) as { from: IsoDate; to: IsoDate; rate: Fraction };
      if (equal(last.rate, rate)) continue;
      last.to = step.from;
      spans.push({ from: step.from, to, rate });
    }
    return spans;
  }
}
