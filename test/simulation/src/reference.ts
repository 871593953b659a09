/*
 * A slow reference of a loan's interest: one day after the other, whole numbers only, written without the product's
 * engine. Interest of a day is principal × rate; a period is the sum over its days, divided and rounded once.
 */
import { CONTRACT, dayNumber, effective, type Fact } from "./facts.ts";

/** An exact amount in fen as a fraction. */
export interface Fraction {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

interface Day {
  readonly open: bigint;
  /** Parts of prepayments whose own interest covers this day, by id. */
  readonly prepaid: ReadonlyMap<string, bigint>;
  readonly rate: bigint;
  readonly overdue: boolean;
  readonly misused: boolean;
}

/** Every day from the first of the contract up to `toExcl`. */
export class SlowLoan {
  readonly facts: readonly Fact[];

  constructor(facts: readonly Fact[]) {
    this.facts = effective(facts);
  }

  private only<K extends Fact["kind"]>(kind: K): Extract<Fact, { kind: K }>[] {
    return this.facts.filter((fact): fact is Extract<Fact, { kind: K }> => fact.kind === kind);
  }

  get due(): string {
    return this.only("extend")[0]?.newDue ?? CONTRACT.due;
  }

  openOn(day: number): bigint {
    let open = 0n;
    for (const fact of this.only("draw")) if (dayNumber(fact.on) <= day) open += fact.amount;
    for (const fact of [...this.only("repay"), ...this.only("prepay")]) if (dayNumber(fact.on) <= day) open -= fact.principal;
    return open;
  }

  /** Subsidised part of the balance at the end of each day: drawings first, stated repayments, then all others. */
  private subsidisedByDay(cap: bigint, last: number): bigint[] {
    const first = dayNumber(CONTRACT.start);
    const back = [...this.only("repay"), ...this.only("prepay")];
    const isStated = (fact: (typeof back)[number]) => fact.kind === "repay" && fact.stated;
    const byDay: bigint[] = [];
    let subsidised = 0n;
    let unsubsidised = 0n;
    let room = cap;
    for (let at = first; at <= last; at++) {
      for (const { amount } of this.only("draw").filter((fact) => dayNumber(fact.on) === at)) {
        const inside = smaller(room, amount);
        room -= inside;
        subsidised += inside;
        unsubsidised += amount - inside;
      }
      const today = back.filter((fact) => dayNumber(fact.on) === at);
      for (const { principal } of today.filter(isStated)) {
        const part = smaller(subsidised, principal);
        subsidised -= part;
        unsubsidised -= principal - part;
      }
      for (const { principal } of today.filter((fact) => !isStated(fact))) {
        const part = smaller(unsubsidised, principal);
        unsubsidised -= part;
        subsidised -= principal - part;
      }
      byDay.push(subsidised);
    }
    return byDay;
  }

  private day(at: number): Day {
    const prepaid = new Map(
      this.only("prepay")
        .filter((fact) => dayNumber(fact.from) <= at && at < dayNumber(fact.on))
        .map((fact) => [fact.id, fact.principal]),
    );
    const extended = this.only("extend").length > 0 && at >= dayNumber(CONTRACT.due);
    const misuse = this.only("misuse")[0];
    return {
      open: this.openOn(at),
      prepaid,
      rate: extended ? CONTRACT.extendedRate : CONTRACT.rate,
      overdue: at >= dayNumber(this.due),
      misused: misuse !== undefined && at >= dayNumber(misuse.from),
    };
  }

  private sum(from: string, toExcl: string, ofDay: (day: Day, at: number) => bigint, parts = 1n): Fraction {
    let numerator = 0n;
    for (let at = dayNumber(from); at < dayNumber(toExcl); at++) {
      const day = this.day(at);
      numerator += ofDay(day, at) * day.rate;
    }
    return { numerator, denominator: 10_000n * CONTRACT.yearBase * parts };
  }

  private static quarterPart(day: Day): bigint {
    return [...day.prepaid.values()].reduce((left, part) => left - part, day.open);
  }

  normal(from: string, toExcl: string): bigint {
    return rounded(this.sum(from, toExcl, SlowLoan.quarterPart));
  }

  /** Whole penalty rate, or the surcharge alone on days whose normal interest is settled. */
  penalty(from: string, toExcl: string): bigint {
    const normal = this.only("settle").filter((fact) => !fact.penalty);
    const charged = (day: Day, at: number): bigint => {
      const settled = normal.some((fact) => dayNumber(fact.from) <= at && at < dayNumber(fact.toExcl));
      const principal = day.misused ? SlowLoan.quarterPart(day) : day.overdue ? day.open : 0n;
      return principal * (settled ? CONTRACT.surchargePercent : 100n + CONTRACT.surchargePercent);
    };
    return rounded(this.sum(from, toExcl, charged, 100n));
  }

  prepaid(id: string): bigint {
    const fact = this.only("prepay").find((one) => one.id === id);
    return fact ? rounded(this.sum(fact.from, fact.on, (day) => day.prepaid.get(id) ?? 0n)) : 0n;
  }

  /** Subsidy of every day of a period at 100 %, exact: what all settlements together are entitled to. */
  subsidy(from: string, toExcl: string, cap: bigint): Fraction {
    const byDay = this.subsidisedByDay(cap, dayNumber(toExcl));
    const first = dayNumber(CONTRACT.start);
    return this.sum(from, toExcl, (day, at) => (day.overdue || day.misused ? 0n : (byDay[at - first] ?? 0n)));
  }
}

const smaller = (a: bigint, b: bigint): bigint => (a < b ? a : b);

/** Half up, away from zero, to the fen. */
export function rounded({ numerator, denominator }: Fraction): bigint {
  const negative = numerator < 0n;
  const twice = 2n * (negative ? -numerator : numerator) + denominator;
  const whole = twice / (2n * denominator);
  return negative ? -whole : whole;
}
