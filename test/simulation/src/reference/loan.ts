import { eachDay } from "./dates.ts";
import { decimal, halfUp, least, plus, type Ratio, ratio, sum, times } from "./numbers.ts";
import type { Policy } from "./policy.ts";

/** Principal in the bank's books changed on a value date: a drawing is positive. */
export interface Move {
  readonly on: string;
  readonly amount: bigint;
  readonly serial?: string;
  /** a repayment that the bank allocates to the subsidised tranche (overrides R13) */
  readonly ofSubsidised?: boolean;
}

/** A prepaid part whose interest was settled with it (利随本清). */
export interface Prepaid {
  readonly on: string;
  readonly principal: bigint;
  readonly from: string;
  readonly toExcl: string;
  /** number of the fact that recorded it */
  readonly n: number;
}

export interface Settlement {
  readonly from: string;
  readonly toExcl: string;
  readonly kind: "normal" | "penalty";
  booked: bigint;
}

/** What was booked as subsidy for one settlement, and for which claim. */
export interface Accrual {
  readonly claim: string;
  readonly from: string;
  readonly toExcl: string;
  readonly prepaid?: Prepaid;
  /** first day of the settlement that this is a part of */
  readonly start?: string;
  /** number of the fact that booked it */
  readonly n: number;
  /** year of the accrual by its value date (R10) */
  readonly year: number;
  readonly payee: string;
  booked: bigint;
  clawed: bigint;
  /** of what is booked: paid out, and neither returned nor claimed back */
  paid: bigint;
}

/** A payment of the whole open payable of a payee. */
export interface SubsidyPayment {
  readonly payee: string;
  readonly amount: bigint;
  /** accruals that it paid, with what had been paid of each before */
  readonly before: ReadonlyMap<Accrual, bigint>;
}

export interface StakeMove {
  readonly on: string;
  readonly household: string;
  readonly amount: bigint;
}

interface Terms {
  readonly id: string;
  readonly model: number;
  readonly contract: string;
  readonly rate: string;
  readonly due: string;
  readonly yearBase: number;
  household?: string;
  readonly enterprise?: string;
  readonly batch?: string;
  readonly topUpOf?: string;
}

/** A loan of any model as a list of facts by value date; interest is counted day by day at every question. */
export class Loan {
  readonly terms: Terms;
  due: string;
  misuseFrom: string | undefined;
  extended = false;
  readonly moves: Move[] = [];
  readonly rates: { readonly from: string; readonly rate: string }[];
  readonly prepaid: Prepaid[] = [];
  readonly settlements: Settlement[] = [];
  readonly accruals: Accrual[] = [];
  readonly payments: SubsidyPayment[] = [];
  readonly stakes: StakeMove[] = [];

  constructor(terms: Terms) {
    this.terms = terms;
    this.due = terms.due;
    this.rates = [{ from: "0000-01-01", rate: terms.rate }];
  }

  /** Principal at the end of a day. */
  open(on = "9999-12-31"): bigint {
    return sum(this.moves.filter((move) => move.on <= on).map((move) => move.amount));
  }

  /** The contract's rate of a day: the latest step that has begun; of two on one day the later one. */
  rateOn(day: string): string {
    return this.rates.filter(({ from }) => from <= day).reduce((latest, step) => (step.from >= latest.from ? step : latest)).rate;
  }

  /** Principal of a day whose interest a settlement still has to bear: without the parts settled with a prepayment. */
  #borne(day: string): bigint {
    return this.open(day) - sum(this.prepaid.filter(({ from, toExcl }) => from <= day && day < toExcl).map((part) => part.principal));
  }

  #daily(principal: bigint, rate: Ratio): Ratio {
    return times(ratio(principal, 100n * BigInt(this.terms.yearBase)), rate);
  }

  /** Interest of [from, toExcl) before rounding; at another rate when one is given. */
  exactInterest(from: string, toExcl: string, rate?: string): Ratio {
    let total = ratio(0n);
    for (const day of eachDay(from, toExcl)) total = plus(total, this.#daily(this.#borne(day), decimal(rate ?? this.rateOn(day))));
    return total;
  }

  /** Normal interest in fen, one rounding. */
  interest(from: string, toExcl: string): bigint {
    return halfUp(this.exactInterest(from, toExcl));
  }

  /** Interest at the penalty rate: contract rate and surcharge of each day that is overdue or misused. */
  penalty(from: string, toExcl: string, policy: Policy): bigint {
    let total = ratio(0n);
    for (const day of eachDay(from, toExcl)) {
      if (this.#entitled(day)) continue;
      const factor = plus(ratio(1n), times(decimal(policy.text("penalty.surcharge", day)), ratio(1n, 100n)));
      total = plus(total, this.#daily(this.#borne(day), times(decimal(this.rateOn(day)), factor)));
    }
    return halfUp(total);
  }

  /** Interest of a prepaid part, settled with it. */
  prepaidInterest({ principal, from, toExcl }: Prepaid): bigint {
    let total = ratio(0n);
    for (const day of eachDay(from, toExcl)) total = plus(total, this.#daily(principal, decimal(this.rateOn(day))));
    return halfUp(total);
  }

  right({ from, toExcl, kind }: Settlement, policy: Policy): bigint {
    return kind === "normal" ? this.interest(from, toExcl) : this.penalty(from, toExcl, policy);
  }

  /** The subsidised tranche of a day: the cap, less what the bank allocated to this tranche. */
  #cap(day: string, policy: Policy): bigint {
    if (this.terms.topUpOf !== undefined) return 0n;
    const cap = BigInt(policy.text("subsidy.cap", day).replace(".", ""));
    const allocated = sum(this.moves.filter((move) => move.ofSubsidised && move.on <= day).map((move) => -move.amount));
    return cap > allocated ? cap - allocated : 0n;
  }

  /** Principal of a day that a subsidy is due for, of a settlement or of a prepaid part (R13: unsubsidised first). */
  #subsidised(day: string, policy: Policy, part?: Prepaid): bigint {
    const cap = this.#cap(day, policy);
    const covering = this.prepaid
      .filter(({ from, toExcl }) => from <= day && day < toExcl)
      .sort((a, b) => (a.on < b.on ? -1 : a.on > b.on ? 1 : 0));
    let open = this.open(day);
    for (const prepaid of covering) {
      const after = open - prepaid.principal;
      if (prepaid === part) return least(open, cap) - least(after, cap);
      open = after;
    }
    return part ? 0n : least(open, cap);
  }

  /** Days from the due date and from a misuse on are never subsidised. */
  #entitled(day: string): boolean {
    return day < this.due && (this.misuseFrom === undefined || day < this.misuseFrom);
  }

  /** Subsidy of a household loan (models 1 and 3) for a settlement or a prepaid part, one rounding. */
  subsidy(from: string, toExcl: string, policy: Policy, part?: Prepaid, rate?: string): bigint {
    let total = ratio(0n);
    for (const day of eachDay(from, toExcl)) {
      if (!this.#entitled(day)) continue;
      const interest = this.#daily(this.#subsidised(day, policy, part), decimal(rate ?? this.rateOn(day)));
      total = plus(total, times(interest, times(decimal(policy.text("subsidy.ratio", day)), ratio(1n, 100n))));
    }
    return halfUp(total);
  }

  /** Base of model 2 on a day: open principal, at most the quota of the linked households. */
  quotaBase(day: string, policy: Policy, linked: (day: string) => number): bigint {
    const quota = BigInt(policy.text("model2.quotaPerHousehold", day).replace(".", ""));
    return least(this.#borne(day), BigInt(linked(day)) * quota);
  }

  /** Subsidy of an enterprise loan (T13). */
  enterpriseSubsidy(from: string, toExcl: string, policy: Policy, linked: (day: string) => number, rate?: string): bigint {
    let total = ratio(0n);
    for (const day of eachDay(from, toExcl)) {
      if (!this.#entitled(day)) continue;
      total = plus(total, this.#daily(this.quotaBase(day, policy, linked), decimal(rate ?? policy.text("model2.subsidyRate", day))));
    }
    return halfUp(total);
  }

  /** Stake of a household (model 1) at the end of a day. */
  stake(household: string, on = "9999-12-31"): bigint {
    return sum(this.stakes.filter((move) => move.household === household && move.on <= on).map((move) => move.amount));
  }

  /** Households with a stake at the end of a day, in the order in which they came. */
  holders(on = "9999-12-31"): string[] {
    return [...new Set(this.stakes.map(({ household }) => household))].filter((household) => this.stake(household, on) > 0n);
  }
}
