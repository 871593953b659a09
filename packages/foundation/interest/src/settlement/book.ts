import { addMonths, daysBetween, type IsoDate, laterDate } from "@huimin/calendar";
import type { Fen } from "@huimin/money";
import { SCHEDULE_ERRORS } from "../errors.ts";
import type { Charge, Extension, LoanHappening, PayOff, Prepayment, Repayment, WriteOff } from "../events.ts";
import { scale, ZERO } from "../fraction.ts";
import { Account, type BookedCharge, type BookedRow, openOf, openPart, rowOfItsOwn } from "../instalment/book.ts";
import { byDueDate, Till } from "../instalment/till.ts";
import { RateTimeline, rateOf } from "../rates.ts";
import { RefusalSignal } from "../refusal.ts";
import { roundTo } from "../rounding.ts";
import type { LoanPayment, LoanRow, LoanState } from "../state.ts";
import type { LoanSettings, SettlementTerms } from "../terms.ts";
import { type PrincipalRepaid, type SettlementRow, settlementRows } from "./plan.ts";

interface Booked extends BookedRow {
  readonly settlement: SettlementRow | undefined;
}

/** What happened on a settlement loan so far. */
export class SettlementBook {
  readonly terms: SettlementTerms;
  readonly settings: LoanSettings;
  readonly payments: LoanPayment[] = [];
  #rates: RateTimeline;
  #maturesOn: IsoDate;
  #writtenOff = false;
  #ended = false;
  readonly #prepayments: PrincipalRepaid[] = [];
  readonly #charges: (BookedCharge & { readonly key?: string })[] = [];
  readonly #principal = new Map<string, Account>();
  readonly #interest = new Map<string, Account>();
  readonly #penalised = new Set<string>();

  constructor(terms: SettlementTerms, settings: LoanSettings) {
    this.terms = terms;
    this.settings = settings;
    this.#maturesOn = terms.maturesOn;
    this.#rates = new RateTimeline(rateOf(terms.annualRatePercent));
  }

  get firstDisbursement(): IsoDate {
    return this.terms.disbursedOn;
  }

  apply(event: LoanHappening): void {
    switch (event.type) {
      case "prepayment":
        this.#prepay(event);
        break;
      case "repayment":
        this.#repay(event);
        break;
      case "pay-off":
        this.#payOff(event);
        break;
      case "write-off":
        this.#writeOff(event);
        break;
      case "charge":
        this.#charge(event);
        break;
      case "extension":
        this.#extend(event);
        break;
      case "rate-change":
        this.#rates = this.#rates.with({ from: event.effectiveFrom, decidedOn: event.date, rate: rateOf(event.annualRatePercent) });
        break;
      default:
        throw new RefusalSignal(SCHEDULE_ERRORS.SCHEDULE_EVENT_UNSUITABLE, { type: event.type });
    }
  }

  state(asOf: IsoDate): LoanState {
    if (!this.#writtenOff) this.#penalise(asOf);
    const rows = this.#rows().map((row, nr) => this.#view(row, nr + 1));
    const open = rows.reduce((sum, row) => sum + row.outstanding, 0n);
    // Without recorded repayments, settled interest is taken as collected on its day: only principal keeps the loan open.
    const tracked = this.payments.some((payment) => payment.type === "repayment") || this.#charges.length > 0;
    const closed = this.#owed() === 0n && (!tracked || open === 0n);
    return {
      asOf,
      rows,
      payments: this.payments,
      status: this.#writtenOff ? "written-off" : closed ? "closed" : "active",
      maturesOn: this.#maturesOn,
      instalment: undefined,
    };
  }

  #prepay(event: Prepayment): void {
    this.#beforeEnd(event);
    const key = `prepayment/${this.#prepayments.length}`;
    this.#takePrincipal(event, { key, date: event.date, amount: event.amount }, new Till(event.date, 1n << 200n));
  }

  #payOff(event: PayOff): void {
    if (this.#ended) throw new RefusalSignal(SCHEDULE_ERRORS.SCHEDULE_PAID_OFF, { type: event.type });
    this.#penalise(event.date);
    const till = new Till(event.date, 1n << 200n);
    for (const row of this.#rows()) {
      const due = row.dueOn <= event.date;
      for (const part of this.settings.allocationOrder)
        if (due || part === "fee" || part === "penalty") till.pay(row, part, openPart(row, part));
    }
    const amount = this.#owed();
    if (amount > 0n) {
      this.#takePrincipal(event, { key: "pay-off", date: event.date, amount, all: true }, till);
      return;
    }
    this.#ended = true;
    this.payments.push(till.receipt(event, till.allocated, 0n));
  }

  /** Books principal repaid before maturity: its row exists because of it and is paid with it. */
  #takePrincipal(event: Prepayment | PayOff, repaid: PrincipalRepaid, till: Till): void {
    this.#prepayments.push(repaid);
    const row = this.#rows().find((booked) => booked.settlement?.key === repaid.key) as Booked;
    till.pay(row, "principal", openPart(row, "principal"));
    till.pay(row, "interest", openPart(row, "interest"));
    this.#ended = this.#owed() === 0n;
    this.payments.push(till.receipt(event, till.allocated, this.#owed()));
  }

  #repay(event: Repayment): void {
    if (this.#ended && this.#rows().every((row) => openOf(row) === 0n)) {
      throw new RefusalSignal(SCHEDULE_ERRORS.SCHEDULE_PAID_OFF, { type: event.type });
    }
    this.#penalise(event.date);
    const due = byDueDate(this.#rows()).filter((row) => row.dueOn <= event.date);
    const open = due.reduce((sum, row) => sum + openOf(row), 0n);
    // Principal before it is due is a prepayment, which settles its interest; a repayment can't decide that.
    if (event.amount > open) throw new RefusalSignal(SCHEDULE_ERRORS.SCHEDULE_EXCESS_REFUSED, { excess: String(event.amount - open) });
    const till = new Till(event.date, event.amount);
    for (const row of due) till.payRow(row, this.settings.allocationOrder, till.rest);
    this.#ended = this.#owed() === 0n;
    this.payments.push(till.receipt(event, event.amount, this.#owed()));
  }

  #writeOff(event: WriteOff): void {
    this.#penalise(event.date);
    const till = new Till(event.date, 0n);
    for (const row of this.#rows()) {
      if (row.dueOn > event.date) continue;
      for (const part of ["penalty", "fee", "interest"] as const) till.parts[part] += openPart(row, part);
    }
    till.parts.principal = this.#owed();
    this.#writtenOff = true;
    this.payments.push(till.receipt(event, till.allocated, 0n));
  }

  #charge(event: Charge): void {
    this.#charges.push({ kind: event.chargeKind, amount: event.amount, dueOn: event.dueOn, paid: new Account() });
  }

  /** 展期: the tier that covers the whole term applies from the old maturity date on (贷款通则 §14); without tiers the rate stays. */
  #extend(event: Extension): void {
    const { rateTiers } = this.settings;
    const tier = rateTiers?.find((entry) => event.newMaturesOn <= addMonths(this.terms.disbursedOn, entry.upToMonths));
    this.#beforeEnd(event);
    if (event.newMaturesOn <= this.#maturesOn || (rateTiers && !tier)) {
      throw new RefusalSignal(SCHEDULE_ERRORS.SCHEDULE_EXTENSION_INVALID, { date: event.newMaturesOn });
    }
    if (tier) this.#rates = this.#rates.with({ from: this.#maturesOn, decidedOn: event.date, rate: rateOf(tier.annualRatePercent) });
    this.#maturesOn = event.newMaturesOn;
  }

  #beforeEnd(event: Prepayment | Extension): void {
    if (this.#ended) throw new RefusalSignal(SCHEDULE_ERRORS.SCHEDULE_PAID_OFF, { type: event.type });
    if (event.type === "prepayment" && event.date > this.#maturesOn)
      throw new RefusalSignal(SCHEDULE_ERRORS.SCHEDULE_EVENT_UNSUITABLE, { type: event.type });
  }

  #rows(): Booked[] {
    const { terms, settings } = this;
    const plan = settlementRows({
      terms,
      rates: this.#rates,
      maturesOn: this.#maturesOn,
      prepayments: this.#prepayments,
      prepaymentInterest: settings.prepaymentInterest,
    });
    const rows: (Booked & { readonly charges: BookedCharge[] })[] = plan.map((settlement, index) => ({
      settlement,
      plan: { ...settlement, index },
      from: settlement.from,
      dueOn: settlement.dueOn,
      balanceAfter: settlement.balanceAfter,
      charges: [],
      principalPaid: accountOf(this.#principal, settlement.key),
      interestPaid: accountOf(this.#interest, settlement.key),
    }));
    const planned = rows.length;
    for (const charge of this.#charges) {
      const suits = (row: Booked): boolean =>
        charge.key !== undefined
          ? row.settlement?.key === charge.key
          : row.settlement
            ? row.dueOn >= charge.dueOn
            : row.dueOn === charge.dueOn;
      let home = rows.find(suits);
      if (!home) {
        home = { ...rowOfItsOwn(charge.dueOn), settlement: undefined, charges: [] };
        rows.push(home);
      }
      home.charges.push(charge);
    }
    const own = rows.splice(planned).sort((a, b) => (a.dueOn < b.dueOn ? -1 : a.dueOn > b.dueOn ? 1 : 0));
    for (const row of own) rows.push({ ...row, from: (rows.at(-1) as Booked).dueOn });
    return rows;
  }

  #penalise(date: IsoDate): void {
    const rule = this.settings.penalty;
    if (!rule) return;
    for (const row of this.#rows()) {
      const key = row.settlement?.key;
      if (key === undefined || row.dueOn >= date || this.#penalised.has(key) || openOf(row) === 0n) continue;
      const base = openPart(row, "principal") + (rule.on === "overdue-principal-and-interest" ? openPart(row, "interest") : 0n);
      const amount = roundTo(scale(rateOf(rule.percent), base), this.terms.amountUnit, this.terms.roundingMode);
      this.#penalised.add(key);
      if (amount > 0n) this.#charges.push({ kind: "penalty", amount, dueOn: row.dueOn, key, paid: new Account() });
    }
  }

  #owed(): Fen {
    let owed = this.terms.principal;
    for (const paid of this.#principal.values()) owed -= paid.total;
    return owed;
  }

  #view(row: Booked, nr: number): LoanRow {
    const parts = [row.principalPaid, row.interestPaid, ...row.charges.map((charge) => charge.paid)].flatMap((account) => account.parts);
    const sum = (list: readonly { readonly amount: Fen }[]): Fen => list.reduce((total, part) => total + part.amount, 0n);
    const charged = (kind: "fee" | "penalty"): Fen => sum(row.charges.filter((charge) => charge.kind === kind));
    const [principal, interest, fees, penalties] = [
      row.plan?.principal ?? 0n,
      row.plan?.interest ?? 0n,
      charged("fee"),
      charged("penalty"),
    ];
    const total = principal + interest + fees + penalties;
    const paid = sum(parts);
    const to = row.settlement?.to ?? row.dueOn;
    return {
      nr,
      type: row.settlement?.type ?? "charge",
      from: row.from,
      dueOn: row.dueOn,
      to,
      days: daysBetween(row.from, to),
      principal,
      interest,
      fees,
      penalties,
      total,
      balanceAfter: row.balanceAfter,
      paid,
      outstanding: this.#writtenOff ? 0n : total - paid,
      paidEarly: sum(parts.filter((part) => part.date < row.dueOn)),
      paidLate: sum(parts.filter((part) => part.date > row.dueOn)),
      paidOn: total > 0n && paid >= total ? parts.reduce((last, part) => laterDate(last, part.date), "") : null,
      principalPaid: row.principalPaid.total,
      interestPaid: row.interestPaid.total,
      principalOutstanding: this.#writtenOff ? 0n : openPart(row, "principal"),
      interestOutstanding: this.#writtenOff ? 0n : openPart(row, "interest"),
      periodRate: ZERO,
    };
  }
}

function accountOf(accounts: Map<string, Account>, key: string): Account {
  const found = accounts.get(key) ?? new Account();
  accounts.set(key, found);
  return found;
}
