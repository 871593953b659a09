import type { IsoDate } from "@huimin/calendar";
import type { Fen } from "@huimin/money";
import type { Charge } from "../events.ts";
import { scale } from "../fraction.ts";
import { RateTimeline, rateOf } from "../rates.ts";
import { roundTo } from "../rounding.ts";
import type { LoanPayment } from "../state.ts";
import type { Component, InstalmentTerms, LoanSettings, Tranche } from "../terms.ts";
import { type Closing, type Plan, type PlanRow, planOf } from "./planner.ts";
import { Skeleton } from "./skeleton.ts";

/** Money that was paid on one thing, with the days on which it was paid. */
export class Account {
  total: Fen = 0n;
  readonly parts: { readonly date: IsoDate; readonly amount: Fen }[] = [];

  pay(date: IsoDate, amount: Fen): void {
    this.total += amount;
    this.parts.push({ date, amount });
  }
}

/** A fee or penalty on the loan; `row` binds the penalty of an overdue row to it. */
export interface BookedCharge {
  readonly kind: "fee" | "penalty";
  readonly amount: Fen;
  readonly dueOn: IsoDate;
  readonly row?: number;
  readonly paid: Account;
}

/** A row with what was paid on it. */
export interface BookedRow {
  /** The plan's row; undefined for a row that exists for a charge alone. */
  readonly plan: PlanRow | undefined;
  readonly from: IsoDate;
  readonly dueOn: IsoDate;
  readonly balanceAfter: Fen;
  readonly charges: readonly BookedCharge[];
  readonly principalPaid: Account;
  readonly interestPaid: Account;
}

/** What happened on an instalment loan so far. The handlers in this folder change it, `view.ts` shows it. */
export class InstalmentBook {
  readonly terms: InstalmentTerms;
  readonly settings: LoanSettings;
  readonly skeleton: Skeleton;
  rates: RateTimeline;
  tranches: readonly Tranche[];
  closing: Closing | undefined;
  writtenOff = false;
  /** The day on which unpaid principal left a row: from then on the rest of the row counts. */
  readonly releasedOn = new Map<number, IsoDate>();
  readonly charges: BookedCharge[] = [];
  readonly payments: LoanPayment[] = [];
  readonly #principal = new Map<number, Account>();
  readonly #interest = new Map<number, Account>();
  readonly #penalised = new Set<number>();

  constructor(terms: InstalmentTerms, settings: LoanSettings) {
    this.terms = terms;
    this.settings = settings;
    this.tranches = [...terms.disbursements].sort((a, b) => (a.date < b.date ? -1 : a.date > b.date ? 1 : 0));
    this.skeleton = new Skeleton(terms, this.firstDisbursement);
    this.rates = new RateTimeline(rateOf(terms.annualRatePercent));
  }

  get firstDisbursement(): IsoDate {
    return (this.tranches[0] as Tranche).date;
  }

  plan(asOf: IsoDate): Plan {
    const { terms, settings, skeleton, rates, tranches, closing } = this;
    return planOf({ terms, settings, skeleton, rates, tranches, principalPaid: this.#principal, asOf, closing });
  }

  /** All rows as seen on a day, each with its charges: the plan's rows, then the rows that exist for a charge alone. */
  rows(plan: Plan): BookedRow[] {
    const rows: (BookedRow & { readonly charges: BookedCharge[] })[] = plan.rows.map((row) => ({
      plan: row,
      from: row.from,
      dueOn: row.dueOn,
      balanceAfter: row.balanceAfter,
      charges: [],
      principalPaid: account(this.#principal, row.index),
      interestPaid: account(this.#interest, row.index),
    }));
    const planned = rows.length;
    for (const charge of this.charges) {
      let home = charge.row === undefined ? undefined : rows[charge.row];
      for (const row of charge.row === undefined ? rows : []) {
        if (row.plan ? row.dueOn >= charge.dueOn && (!home || row.dueOn < home.dueOn) : !home && row.dueOn === charge.dueOn) home = row;
      }
      if (!home) {
        home = { ...rowOfItsOwn(charge.dueOn), charges: [] };
        rows.push(home);
      }
      home.charges.push(charge);
    }
    const own = rows.splice(planned).sort((a, b) => (a.dueOn < b.dueOn ? -1 : a.dueOn > b.dueOn ? 1 : 0));
    for (const row of own) {
      const before = rows.at(-1) as BookedRow;
      rows.push({ ...row, from: before.dueOn, balanceAfter: before.balanceAfter });
    }
    return rows;
  }

  /** Principal owed on a day: drawn so far less paid. */
  owed(date: IsoDate): Fen {
    let owed = 0n;
    for (const tranche of this.tranches) if (tranche.date <= date) owed += tranche.amount;
    for (const paid of this.#principal.values()) owed -= paid.total;
    return owed;
  }

  /** The penalty of rows that became overdue before a day, once per row (罚息). */
  penalise(date: IsoDate): void {
    const rule = this.settings.penalty;
    if (!rule) return;
    for (const row of this.rows(this.plan(date))) {
      if (!row.plan || row.dueOn >= date || this.#penalised.has(row.plan.index) || openOf(row) === 0n) continue;
      const base = openPart(row, "principal") + (rule.on === "overdue-principal-and-interest" ? openPart(row, "interest") : 0n);
      const amount = roundTo(scale(rateOf(rule.percent), base), this.terms.amountUnit, this.terms.roundingMode);
      this.#penalised.add(row.plan.index);
      if (amount > 0n) this.charges.push({ kind: "penalty", amount, dueOn: row.dueOn, row: row.plan.index, paid: new Account() });
    }
  }

  book(charge: Charge): void {
    this.charges.push({ kind: charge.chargeKind, amount: charge.amount, dueOn: charge.dueOn, paid: new Account() });
  }
}

/** A row for charges after the last row; those of one day share it. */
export const rowOfItsOwn = (dueOn: IsoDate): Omit<BookedRow, "charges"> => ({
  plan: undefined,
  from: dueOn,
  dueOn,
  balanceAfter: 0n,
  principalPaid: new Account(),
  interestPaid: new Account(),
});

function account(accounts: Map<number, Account>, index: number): Account {
  let found = accounts.get(index);
  if (!found) {
    found = new Account();
    accounts.set(index, found);
  }
  return found;
}

/**
 * Interest that was paid in advance may turn out to be more than the row bears, because the payment itself lowered the
 * balance: what is too much counts as principal of the same row.
 */
export function paidParts(row: BookedRow): { readonly principal: Fen; readonly interest: Fen } {
  const due = row.plan?.interest ?? 0n;
  const surplus = row.interestPaid.total > due ? row.interestPaid.total - due : 0n;
  return { principal: row.principalPaid.total + surplus, interest: row.interestPaid.total - surplus };
}

/** What is still open of one component of a row. */
export function openPart(row: BookedRow, component: Component): Fen {
  if (component === "principal") return positive((row.plan?.principal ?? 0n) - paidParts(row).principal);
  if (component === "interest") return positive((row.plan?.interest ?? 0n) - row.interestPaid.total);
  let open = 0n;
  for (const charge of row.charges) if (charge.kind === component) open += charge.amount - charge.paid.total;
  return open;
}

export const openOf = (row: BookedRow): Fen =>
  openPart(row, "principal") + openPart(row, "interest") + openPart(row, "fee") + openPart(row, "penalty");

const positive = (amount: Fen): Fen => (amount > 0n ? amount : 0n);
