import type { IsoDate } from "@huimin/calendar";
import { type Fen, maxFen, minFen } from "@huimin/money";
import { yearFraction } from "../day-count.ts";
import { SCHEDULE_ERRORS } from "../errors.ts";
import { equal, type Fraction, multiply, ZERO } from "../fraction.ts";
import type { RateStep, RateTimeline } from "../rates.ts";
import { RefusalSignal } from "../refusal.ts";
import { roundUnit } from "../rounding.ts";
import { type InstalmentTerms, type LoanSettings, ROWS_MAX, type Tranche } from "../terms.ts";
import { annuity } from "./annuity.ts";
import { type AccrualRule, BalanceTimeline, interestOn, type Movement } from "./balance.ts";
import { flatInterest } from "./flat.ts";
import type { Skeleton } from "./skeleton.ts";

/** Principal that was paid on a row so far, with the days on which it was paid. */
export interface PrincipalPaid {
  total: Fen;
  readonly parts: Movement[];
}

/** A pay-off ends the schedule with this row; `interest` is set where it differs from the row's own. */
export interface Closing {
  readonly index: number;
  readonly interest?: Fen;
}

export interface PlanInput {
  readonly terms: InstalmentTerms;
  readonly settings: LoanSettings;
  readonly skeleton: Skeleton;
  readonly rates: RateTimeline;
  /** By date. */
  readonly tranches: readonly Tranche[];
  readonly principalPaid: ReadonlyMap<number, PrincipalPaid>;
  /** The day on which the loan is seen. */
  readonly asOf: IsoDate;
  readonly closing?: Closing | undefined;
}

export interface PlanRow {
  readonly index: number;
  readonly from: IsoDate;
  readonly dueOn: IsoDate;
  readonly principal: Fen;
  readonly interest: Fen;
  readonly balanceAfter: Fen;
}

/** The instalment (or principal part) in force from a row on; `given` when the contract states it. */
export interface InstalmentPoint {
  readonly amount: Fen;
  readonly given: boolean;
}

export interface Plan {
  readonly rows: readonly PlanRow[];
  readonly instalments: ReadonlyMap<number, InstalmentPoint>;
  /** What bears interest: with `actual-balance` what is owed, else the schedule's own balance row by row. */
  readonly accrued: (index: number, to: IsoDate) => Fen;
}

/** Rows of an instalment loan as they stand on a day. Source: loan-cases/1, sections 3 and 6. */
export const planOf = (input: PlanInput): Plan => new Planner(input).run();

/** Computes one plan, row by row; its fields are what one row hands to the next. */
class Planner {
  readonly #in: PlanInput;
  readonly #rule: AccrualRule;
  readonly #rows: PlanRow[] = [];
  readonly #points = new Map<number, InstalmentPoint>();
  readonly #flat: readonly Fen[] | undefined;
  readonly #owed: BalanceTimeline | undefined;
  readonly #cut: IsoDate;
  /** Schedule balance before each row, the tranches of its first day included. */
  readonly #before: Fen[] = [];
  #balance: Fen = 0n;
  #instalment: InstalmentPoint | undefined;
  #instalmentFrom: IsoDate;
  #pending: "first" | "full" | undefined = "first";
  #givenReplaced = false;
  #spread = false;
  #skip: Fen = 0n;
  #termReduced = false;
  #deferred: Fen = 0n;

  constructor(input: PlanInput) {
    this.#in = input;
    const { terms, settings, skeleton, tranches } = input;
    this.#rule = { ...terms, rates: input.rates, subPeriodRounding: settings.subPeriodRounding };
    this.#instalmentFrom = skeleton.start;
    this.#cut = settings.unpaidAssumedPaidOn === "next-due-date" ? this.#dueOnOrAfter(input.asOf) : input.asOf;
    if (terms.interestOn === "original-principal") this.#flat = flatInterest(input);
    if (settings.interestBasis === "actual-balance") this.#owed = new BalanceTimeline([...tranches, ...this.#payments()]);
    for (const tranche of tranches) if (tranche.date <= skeleton.start) this.#balance += tranche.amount;
  }

  run(): Plan {
    const { skeleton, closing, tranches } = this.#in;
    const lastTranche = (tranches.at(-1) as Tranche).date;
    for (let index = 0; skeleton.count === undefined || index < skeleton.count; index++) {
      if (index >= ROWS_MAX) throw new RefusalSignal(SCHEDULE_ERRORS.SCHEDULE_TERMS_ENDLESS, { limit: ROWS_MAX });
      const row = this.#row(index);
      this.#rows.push(row);
      if (closing && index >= closing.index) break;
      const ended = row.balanceAfter === 0n && lastTranche <= row.dueOn;
      if (ended && (skeleton.count === undefined || this.#termReduced)) break;
    }
    if (!closing && (this.#rows.at(-1) as PlanRow).dueOn < lastTranche) {
      throw new RefusalSignal(SCHEDULE_ERRORS.SCHEDULE_TERMS_INVALID, { reason: "a tranche is drawn after the last due date" });
    }
    return { rows: this.#rows, instalments: this.#points, accrued: (index, to) => this.#accrued(index, to) };
  }

  #row(index: number): PlanRow {
    const { skeleton, closing, tranches } = this.#in;
    const from = skeleton.from(index);
    const dueOn = skeleton.dueOn(index);
    const last = index === closing?.index || index + 1 === skeleton.count;
    let inside = 0n;
    let onDue = 0n;
    for (const { date, amount } of tranches) {
      if (date > from && date < dueOn) inside += amount;
      else if (date > from && date === dueOn) onDue += amount;
    }
    this.#before.push(this.#balance);
    const interest = this.#interest(index, from, dueOn, last);
    this.#settleInstalment(index, from, dueOn, inside);
    const most = this.#balance + inside + (last ? onDue : 0n);
    const scheduled = this.#scheduledPrincipal(index, last, interest, most);
    const principal = this.#grown(index, scheduled, most, last);
    this.#balance += inside + onDue - principal;
    this.#takeAsPaid(index, dueOn, principal);
    return { index, from, dueOn, principal, interest, balanceAfter: this.#balance };
  }

  // --- interest -------------------------------------------------------------------------------------------------------

  #interest(index: number, from: IsoDate, dueOn: IsoDate, last: boolean): Fen {
    const { terms, skeleton, closing } = this.#in;
    const frozen = skeleton.frozenInterest.get(index);
    if (frozen !== undefined) return frozen;
    if (closing?.index === index && closing.interest !== undefined) return closing.interest;
    const own = this.#flat ? (this.#flat[index] as Fen) : this.#accruedOn(index, from, dueOn, dueOn);
    if (index < terms.graceOnInterest && !last) {
      this.#deferred += own;
      return 0n;
    }
    const shown = own + this.#deferred;
    this.#deferred = 0n;
    return shown;
  }

  /** Interest of the row's days up to `to`, with what rows in grace deferred to it. */
  #accrued(index: number, to: IsoDate): Fen {
    const { skeleton, terms } = this.#in;
    const from = skeleton.from(index);
    const dueOn = skeleton.dueOn(index);
    let deferred = 0n;
    for (let before = 0; before < Math.min(index, terms.graceOnInterest); before++) {
      if (index <= terms.graceOnInterest) deferred += this.#wholeInterest(before);
    }
    if (to <= from) return 0n;
    if (this.#flat) return deferred + this.#flatShare(index, from, to, dueOn);
    return deferred + this.#accruedOn(index, from, to, dueOn);
  }

  #wholeInterest(index: number): Fen {
    const { skeleton } = this.#in;
    return this.#flat
      ? (this.#flat[index] as Fen)
      : this.#accruedOn(index, skeleton.from(index), skeleton.dueOn(index), skeleton.dueOn(index));
  }

  #flatShare(index: number, from: IsoDate, to: IsoDate, dueOn: IsoDate): Fen {
    if (to >= dueOn) return this.#flat?.[index] as Fen;
    let lent = 0n;
    for (const { amount } of this.#in.tranches) lent += amount;
    return interestOn(new BalanceTimeline([{ date: from, amount: lent }]), this.#rule, from, to, this.#whole(index, from, dueOn));
  }

  #accruedOn(index: number, from: IsoDate, to: IsoDate, dueOn: IsoDate): Fen {
    let balance = this.#owed;
    if (!balance) {
      balance = new BalanceTimeline([{ date: from, amount: this.#before[index] as Fen }]);
      for (const tranche of this.#in.tranches) if (tranche.date > from && tranche.date < to) balance.add(tranche);
    }
    return interestOn(balance, this.#rule, from, to, this.#whole(index, from, dueOn));
  }

  #whole(index: number, from: IsoDate, dueOn: IsoDate) {
    return { from, to: dueOn, months: this.#in.skeleton.months(index) };
  }

  // --- instalment -----------------------------------------------------------------------------------------------------

  /** Decides which instalment is in force in a row: fixed by an earlier change, given by the contract, or computed. */
  #settleInstalment(index: number, from: IsoDate, dueOn: IsoDate, inside: Fen): void {
    const { terms, skeleton } = this.#in;
    if (terms.method === "interest-only-then-bullet") return;
    const fixed = skeleton.fixedInstalments.get(index);
    const given = this.#givenReplaced ? undefined : terms.instalmentAmounts?.find((entry) => entry.fromNr === index + 1);
    if (skeleton.respreadAt.has(index)) this.#pending = "full";
    const stated = fixed ?? (given && this.#pending !== "full" ? { amount: given.amount, given: true } : undefined);
    if (stated) {
      this.#putInstalment(index, from, stated);
      return;
    }
    if (this.#instalment && !this.#instalment.given && this.#changed(from, dueOn)) this.#pending ??= "full";
    if (!this.#pending || !this.#paysPrincipal(index)) return;
    if (this.#pending === "full" && isListed(terms)) this.#spread = true;
    if (isListed(terms) && !this.#spread) return;
    let spread = this.#balance + inside;
    if (this.#pending === "first" && terms.onTranche === "keep") spread -= this.#drawnLater(dueOn);
    this.#putInstalment(index, from, { amount: this.#computed(index, from, spread), given: false });
  }

  #putInstalment(index: number, from: IsoDate, point: InstalmentPoint): void {
    this.#instalment = point;
    this.#instalmentFrom = from;
    this.#pending = undefined;
    this.#points.set(index, point);
  }

  /** A tranche inside the row, or a rate on its first day that the instalment in force did not know. */
  #changed(from: IsoDate, dueOn: IsoDate): boolean {
    const { terms, tranches, rates } = this.#in;
    if (terms.onTranche === "recompute" && tranches.some(({ date }, nr) => nr > 0 && date >= from && date < dueOn)) return true;
    if (terms.method !== "equal-instalment") return false;
    return !equal(rates.at(from), rates.at(from, knownOn(this.#instalmentFrom)));
  }

  /** Tranches after row 1 that are drawn before a day: an instalment that is kept does not know them. */
  #drawnLater(before: IsoDate): Fen {
    const firstDue = this.#in.skeleton.dueOn(0);
    let drawn = 0n;
    for (const { date, amount } of this.#in.tranches) if (date >= firstDue && date < before) drawn += amount;
    return drawn;
  }

  #computed(index: number, from: IsoDate, balance: Fen): Fen {
    const { terms, skeleton, rates } = this.#in;
    const count = skeleton.count;
    if (count === undefined) {
      throw new RefusalSignal(SCHEDULE_ERRORS.SCHEDULE_TERMS_INVALID, {
        reason: "neither the number of instalments nor the instalment is given",
      });
    }
    const paying: number[] = [];
    for (let row = index; row < count; row++) if (this.#paysPrincipal(row)) paying.push(row);
    let exact: Fraction;
    if (terms.method !== "equal-instalment") exact = { n: balance, d: BigInt(paying.length) };
    else if (this.#flat) {
      const interest = paying.reduce((sum, row) => sum + (this.#flat?.[row] as Fen), 0n);
      exact = { n: balance + interest, d: BigInt(paying.length) };
    } else {
      const known = knownOn(from);
      exact = annuity(
        balance,
        paying.map((row) => this.#periodRate(row, rates.at(skeleton.from(row), known))),
      );
    }
    return roundUnit(exact, terms.instalmentUnit, terms.instalmentRounding, terms.roundingMode);
  }

  #periodRate(index: number, rate: Fraction): Fraction {
    return periodRateOf(this.#in.terms, this.#in.skeleton, index, rate);
  }

  // --- principal ------------------------------------------------------------------------------------------------------

  #paysPrincipal(index: number): boolean {
    const { terms, skeleton } = this.#in;
    return index >= terms.graceOnPrincipal && !skeleton.holidays.has(index);
  }

  #scheduledPrincipal(index: number, last: boolean, interest: Fen, most: Fen): Fen {
    if (last) return most;
    const fixed = this.#in.skeleton.fixedPrincipal.get(index);
    if (fixed !== undefined) return within(fixed, most);
    if (!this.#paysPrincipal(index)) return 0n;
    const wanted = within(this.#wantedPrincipal(index, interest), most);
    const skipped = minFen(wanted, this.#skip);
    this.#skip -= skipped;
    return wanted - skipped;
  }

  #wantedPrincipal(index: number, interest: Fen): Fen {
    const { terms } = this.#in;
    const amount = this.#instalment?.amount ?? 0n;
    switch (terms.method) {
      case "equal-instalment":
        return amount - interest;
      case "equal-principal":
        return amount;
      case "interest-only-then-bullet":
        return 0n;
      case "fixed-principal":
        return this.#instalment ? amount : (terms.principalPerInstalment ?? 0n);
      case "given-principal":
        return this.#instalment ? amount : (terms.rows?.[index]?.principal ?? 0n);
    }
  }

  /** A row on which more principal was paid than scheduled grows; what follows is decided by `afterPrepayment`. */
  #grown(index: number, scheduled: Fen, most: Fen, last: boolean): Fen {
    const { settings, principalPaid } = this.#in;
    const paid = principalPaid.get(index)?.total ?? 0n;
    if (settings.excess !== "current-row-principal" || paid <= scheduled) return scheduled;
    const principal = within(paid, most);
    if (settings.afterPrepayment === "skip-next-principal") this.#skip += principal - scheduled;
    else if (settings.afterPrepayment === "reduce-term") this.#termReduced = true;
    else if (!last) {
      this.#pending = "full";
      this.#givenReplaced = true;
    }
    return principal;
  }

  // --- what is really owed ----------------------------------------------------------------------------------------------

  #payments(): Movement[] {
    const movements: Movement[] = [];
    for (const { parts } of this.#in.principalPaid.values()) {
      for (const { date, amount } of parts) {
        const counts = this.#in.settings.paymentCountsFrom === "next-due-date" ? this.#dueOnOrAfter(date) : date;
        movements.push({ date: counts, amount: -amount });
      }
    }
    return movements;
  }

  /** Unpaid principal of a row bears interest until the cut day, or until the row's due date when that is later. */
  #takeAsPaid(index: number, dueOn: IsoDate, principal: Fen): void {
    if (!this.#owed) return;
    const unpaid = principal - (this.#in.principalPaid.get(index)?.total ?? 0n);
    if (unpaid > 0n) this.#owed.add({ date: dueOn <= this.#cut ? this.#cut : dueOn, amount: -unpaid });
  }

  /** The first due date on or after a day; the day itself when no row is due any more. */
  #dueOnOrAfter(date: IsoDate): IsoDate {
    const { skeleton } = this.#in;
    const count = skeleton.count ?? ROWS_MAX;
    for (let index = 0; index < count; index++) if (skeleton.dueOn(index) >= date) return skeleton.dueOn(index);
    return date;
  }
}

/** An instalment computed for a row that starts on a day knows the rates in force and those already decided. */
const knownOn =
  (from: IsoDate) =>
  (step: RateStep): boolean =>
    step.from <= from || step.decidedOn <= from;

const isListed = (terms: InstalmentTerms): boolean => terms.method === "given-principal" || terms.method === "fixed-principal";

const within = (amount: Fen, most: Fen): Fen => maxFen(0n, minFen(amount, most));

/** Rate × year fraction of a whole row. */
export function periodRateOf(terms: InstalmentTerms, skeleton: Skeleton, index: number, rate: Fraction): Fraction {
  if (rate.n === 0n) return ZERO;
  const whole = { from: skeleton.from(index), to: skeleton.dueOn(index), months: skeleton.months(index) };
  return multiply(rate, yearFraction(terms.dayCount, whole.from, whole.to, whole));
}
