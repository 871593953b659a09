import { addDays, type IsoDate, settlementDays } from "@huimin/calendar";
import { type Fen, minFen } from "@huimin/money";
import { type AccrualRule, BalanceTimeline, interestOn } from "../instalment/balance.ts";
import type { RateTimeline } from "../rates.ts";
import type { SettlementTerms } from "../terms.ts";

/** Principal that was repaid before maturity; `all` also pays whatever interest is not settled yet (结清). */
export interface PrincipalRepaid {
  readonly key: string;
  readonly date: IsoDate;
  readonly amount: Fen;
  readonly all?: boolean;
}

export interface SettlementRow {
  readonly key: string;
  readonly type: "settlement" | "prepayment" | "maturity";
  readonly from: IsoDate;
  readonly to: IsoDate;
  readonly dueOn: IsoDate;
  readonly principal: Fen;
  readonly interest: Fen;
  readonly balanceAfter: Fen;
}

export interface SettlementInput {
  readonly terms: SettlementTerms;
  readonly rates: RateTimeline;
  readonly maturesOn: IsoDate;
  /** In the order in which they happened. */
  readonly prepayments: readonly PrincipalRepaid[];
  readonly prepaymentInterest: "on-prepaid-part" | "at-settlement";
}

/**
 * Rows of a settlement loan (按季结息, 利随本清): one per settlement day d, for [from, d + 1), one per prepayment, one at
 * maturity. Each row's interest is the sum over its rate segments, rounded once. Rows of one date: prepayment first.
 * Source: loan-cases/1, section 4; domain chapter 3.5.
 */
export function settlementRows(input: SettlementInput): SettlementRow[] {
  const { terms, maturesOn } = input;
  const rows: SettlementRow[] = [];
  const prepayments = [...input.prepayments].sort((a, b) => (a.date < b.date ? -1 : a.date > b.date ? 1 : 0));
  let period = new Period(input, terms.disbursedOn, terms.principal);
  const settled = terms.settlement
    ? settlementDays(terms.disbursedOn, maturesOn, inOrder(terms.settlement.months), terms.settlement.day)
    : [];
  const closes = settled.map((day) => ({ day, to: addDays(day, 1) })).filter(({ to }) => to < maturesOn);
  for (const { day, to } of [...closes, { day: maturesOn, to: maturesOn }]) {
    while (prepayments[0] && prepayments[0].date <= day) {
      rows.push(period.prepay(prepayments.shift() as PrincipalRepaid));
      if (period.balance === 0n) return rows;
    }
    const last = day === maturesOn && to === maturesOn;
    rows.push({
      key: last ? "maturity" : `settlement/${day}`,
      type: last ? "maturity" : "settlement",
      from: period.from,
      to,
      dueOn: day,
      principal: last ? period.balance : 0n,
      interest: period.interestTo(to),
      balanceAfter: last ? 0n : period.balance,
    });
    period = new Period(input, to, period.balance);
  }
  return rows;
}

const inOrder = (months: readonly number[]): number[] => [...months].sort((a, b) => a - b);

/** One settlement period while it runs. */
class Period {
  readonly from: IsoDate;
  balance: Fen;
  readonly #in: SettlementInput;
  readonly #rule: AccrualRule;
  /** What the period's settlement bears interest on. */
  #bearing: BalanceTimeline;

  constructor(input: SettlementInput, from: IsoDate, balance: Fen) {
    this.#in = input;
    this.#rule = { ...input.terms, rates: input.rates, subPeriodRounding: "once" };
    this.from = from;
    this.balance = balance;
    this.#bearing = new BalanceTimeline([{ date: from, amount: balance }]);
  }

  interestTo(to: IsoDate): Fen {
    return interestOn(this.#bearing, this.#rule, this.from, to);
  }

  /** A prepayment is never above the balance; the one that ends the loan also settles what has accrued and is not settled. */
  prepay(prepaid: PrincipalRepaid): SettlementRow {
    const { from } = this;
    const { date } = prepaid;
    const principal = minFen(prepaid.amount, this.balance);
    const ends = principal === this.balance;
    let interest = 0n;
    if (ends || prepaid.all) interest = this.interestTo(date);
    else if (this.#in.prepaymentInterest === "on-prepaid-part") {
      interest = interestOn(new BalanceTimeline([{ date: from, amount: principal }]), this.#rule, from, date);
    }
    this.balance -= principal;
    if (this.#in.prepaymentInterest === "on-prepaid-part") this.#bearing = new BalanceTimeline([{ date: from, amount: this.balance }]);
    else this.#bearing.add({ date, amount: -principal });
    return { key: prepaid.key, type: "prepayment", from, to: date, dueOn: date, principal, interest, balanceAfter: this.balance };
  }
}
