import type { IsoDate } from "@huimin/calendar";
import type { StoredEvent } from "@huimin/event-store";
import type { LoanPayload } from "@huimin/loan/events";
import type { RegistryPayload } from "@huimin/registry/events";
import { entriesOf, type StatementEntry } from "../figures/entries.ts";
import type { LoanFacts } from "../figures/figures.ts";
import { type StakeEntry, stakeEntriesOf } from "../figures/stakes.ts";

interface Loan {
  household: string;
  bank: string;
  readonly due: { from: IsoDate; due: IsoDate }[];
  readonly entries: StatementEntry[];
}

interface Subject {
  readonly loan: string;
  readonly household?: string;
  readonly bank: string;
  readonly batch?: string;
}

/** An own loan of a household (自贷创业): a loan of a batch is its loan in name alone, an enterprise's is nobody's of ours. */
const isOwn = (subject: Subject): subject is Subject & { readonly household: string } =>
  subject.batch === undefined && subject.household !== undefined;

const OPENING = new Set(["LoanDisbursed", "LoanToppedUp", "LoanOpenedByRenewal"]);

/** Loans and stakes of households, from the categories `loan` and `subsidy`. */
export class GatheredLoans {
  readonly #loans = new Map<string, Loan>();
  readonly #stakes = new Map<string, StakeEntry[]>();

  add(event: StoredEvent): void {
    for (const entry of stakeEntriesOf(event)) {
      const known = this.#stakes.get(entry.household);
      if (known) known.push(entry);
      else this.#stakes.set(entry.household, [entry]);
    }
    const subject = event.payload as Subject;
    if (!isOwn(subject)) return;
    if (OPENING.has(event.type)) {
      const { contractDate, due } = event.payload as LoanPayload<"LoanDisbursed">;
      const loan = this.#loan(subject);
      if (loan.due.length === 0) loan.due.push({ from: contractDate, due });
    } else if (event.type === "LoanExtended") {
      const { newDue } = event.payload as LoanPayload<"LoanExtended">;
      this.#loan(subject).due.push({ from: event.valueDate, due: newDue });
    }
    for (const entry of entriesOf(event)) this.#loan({ ...subject, loan: entry.loan }).entries.push(entry);
  }

  /** A loan goes with the debtor when the household is divided (R2), and with its household when that is merged. */
  move(event: StoredEvent): void {
    if (event.type === "HouseholdSplit") {
      const { household, debtorStays } = event.payload as RegistryPayload<"HouseholdSplit">;
      if (debtorStays !== undefined) this.#reassign(household, debtorStays);
    } else if (event.type === "HouseholdMerged") {
      const { household, into } = event.payload as RegistryPayload<"HouseholdMerged">;
      this.#reassign(household, into);
    }
  }

  #reassign(from: string, to: string): void {
    if (from === to) return;
    for (const loan of this.#loans.values()) if (loan.household === from) loan.household = to;
  }

  #loan(subject: Subject & { readonly household: string }): Loan {
    let loan = this.#loans.get(subject.loan);
    if (!loan) {
      loan = { household: subject.household, bank: subject.bank, due: [], entries: [] };
      this.#loans.set(subject.loan, loan);
    }
    return loan;
  }

  /** Own loans by household, in the order of their numbers. */
  byHousehold(bankNames: ReadonlyMap<string, string>): ReadonlyMap<string, { facts: LoanFacts; entries: readonly StatementEntry[] }[]> {
    const sorted = [...this.#loans].sort(([a], [b]) => (a < b ? -1 : 1));
    const grouped = Map.groupBy(sorted, ([, { household }]) => household);
    return new Map(
      [...grouped].map(([household, loans]) => [
        household,
        loans.map(([loan, { bank, due, entries }]) => ({ facts: factsOf(loan, bank, bankNames.get(bank) ?? bank, due), entries })),
      ]),
    );
  }

  stakesOf(household: string): readonly StakeEntry[] {
    return this.#stakes.get(household) ?? [];
  }
}

const factsOf = (loan: string, bank: string, bankName: string, due: readonly { from: IsoDate; due: IsoDate }[]): LoanFacts => ({
  loan,
  bank,
  bankName,
  due: [...due].sort((a, b) => (a.from < b.from ? -1 : a.from > b.from ? 1 : 0)),
});
