import { type IsoDate, yearOf } from "@huimin/calendar";
import type { Fold, RecordedEvent } from "@huimin/decider";
import type { EventStore, StoredEvent } from "@huimin/event-store";
import type { LoanPayload } from "@huimin/loan/events";
import {
  type BankState,
  bankFold,
  existsOn,
  type HouseholdState,
  householdFold,
  type RegistryPayload,
  standingsOn,
  type VillageState,
  villageFold,
} from "@huimin/registry/events";
import { entriesOf, type StatementEntry } from "./figures/entries.ts";
import type { LoanFacts, StatementInput } from "./figures/figures.ts";

/*
 * What the statements of a district are made from, as it was known at one position of the log. One pass over the log
 * answers for all households: it needs no read model, and what was recorded later can't get in. Works in pages, so memory
 * holds the state of the district and never its history.
 */

/** A household as known at the cut-off, with what its statement is computed from. */
export interface StatementHousehold {
  readonly household: string;
  readonly state: HouseholdState;
  readonly street: string;
  readonly village: string;
  /** 属性 at the end of the year, in words. */
  readonly status: string;
  readonly input: StatementInput;
}

export interface StatementSource {
  /** Households of the register in the order of their numbers; `bankNames` by id. */
  readonly households: readonly StatementHousehold[];
  readonly bankNames: ReadonlyMap<string, string>;
}

export interface SourceQuestion {
  readonly store: EventStore;
  readonly district: string;
  readonly year: number;
  /** Everything up to this position, and nothing after it. */
  readonly position: number;
  /** Only these households; all when absent. */
  readonly households?: ReadonlySet<string>;
  readonly onProgress?: (position: number) => void;
}

/** Events read in one round trip. */
const PAGE_EVENTS = 5_000;
const CATEGORIES = ["bank", "household", "loan", "subsidy", "village"];

/** Reads the log up to the cut-off and folds it. */
export async function readStatementSource(question: SourceQuestion): Promise<StatementSource> {
  const { store, district, position: cutoff } = question;
  const gathered = new Gathered();
  for (let after = 0; after < cutoff; ) {
    const events = await store.readAll(district, after, PAGE_EVENTS, CATEGORIES);
    for (const event of events) if (event.position <= cutoff) gathered.add(event);
    after = events.at(-1)?.position ?? cutoff;
    question.onProgress?.(Math.min(after, cutoff));
  }
  return gathered.source(question);
}

interface Loan {
  household: string;
  bank: string;
  readonly due: { from: IsoDate; due: IsoDate }[];
  readonly entries: StatementEntry[];
}

interface Subject {
  readonly loan: string;
  readonly household: string;
  readonly bank: string;
}

class Gathered {
  readonly #villages = new Map<string, VillageState>();
  readonly #banks = new Map<string, BankState>();
  readonly #households = new Map<string, HouseholdState>();
  readonly #loans = new Map<string, Loan>();

  add(event: StoredEvent): void {
    const slash = event.stream.indexOf("/");
    const name = event.stream.slice(slash + 1);
    const category = event.stream.slice(0, slash);
    if (category === "village") fold(this.#villages, name, villageFold, event);
    else if (category === "bank") fold(this.#banks, name, bankFold, event);
    else if (category === "household") {
      this.#moveLoans(event);
      fold(this.#households, name, householdFold, event);
    } else this.#addLoan(event);
  }

  /** A loan goes with the debtor when the household is divided (R2), and with its household when that is merged. */
  #moveLoans(event: StoredEvent): void {
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

  #loan(subject: Subject): Loan {
    let loan = this.#loans.get(subject.loan);
    if (!loan) {
      loan = { household: subject.household, bank: subject.bank, due: [], entries: [] };
      this.#loans.set(subject.loan, loan);
    }
    return loan;
  }

  #addLoan(event: StoredEvent): void {
    const subject = event.payload as Subject;
    if (event.type === "LoanDisbursed" || event.type === "LoanToppedUp" || event.type === "LoanOpenedByRenewal") {
      const { contractDate, due } = event.payload as LoanPayload<"LoanDisbursed">;
      const loan = this.#loan(subject);
      if (loan.due.length === 0) loan.due.push({ from: contractDate, due });
    } else if (event.type === "LoanExtended") {
      const { newDue } = event.payload as LoanPayload<"LoanExtended">;
      this.#loan(subject).due.push({ from: event.valueDate, due: newDue });
    }
    for (const entry of entriesOf(event)) this.#loan({ ...subject, loan: entry.loan }).entries.push(entry);
  }

  source({ year, households: wanted }: SourceQuestion): StatementSource {
    const bankNames = new Map([...this.#banks].map(([id, bank]) => [id, bank.name || id]));
    const loansOf = Map.groupBy([...this.#loans], ([, loan]) => loan.household);
    const households: StatementHousehold[] = [];
    for (const household of [...this.#households.keys()].sort()) {
      if (wanted && !wanted.has(household)) continue;
      const state = this.#households.get(household) as HouseholdState;
      const loans = (loansOf.get(household) ?? []).sort(([a], [b]) => (a < b ? -1 : 1));
      if (loans.length === 0 && !inRegister(state, year)) continue;
      const village = this.#villages.get(state.village);
      households.push({
        household,
        state,
        street: village?.street ?? "",
        village: village?.name ?? state.village,
        status: statusInWords(state, `${year}-12-31`),
        input: {
          year,
          loans: loans.map(([loan, { bank, due }]) => factsOf(loan, bank, bankNames.get(bank) ?? bank, due)),
          entries: loans.flatMap(([, { entries }]) => entries),
        },
      });
    }
    return { households, bankNames };
  }
}

function fold<S>(states: Map<string, S>, name: string, by: Fold<S>, event: StoredEvent): void {
  states.set(name, by.evolve(states.get(name) ?? by.initialState, event as RecordedEvent));
}

const factsOf = (loan: string, bank: string, bankName: string, due: readonly { from: IsoDate; due: IsoDate }[]): LoanFacts => ({
  loan,
  bank,
  bankName,
  due: [...due].sort((a, b) => (a.from < b.from ? -1 : a.from > b.from ? 1 : 0)),
});

/** On the register on some day of the year. */
const inRegister = (state: HouseholdState, year: number): boolean =>
  state.household !== undefined && yearOf(state.registeredOn) <= year && (state.ended === undefined || state.ended.from > `${year}-01-01`);

const ENDED_WORDS = { extinct: "整户消亡", merged: "已并户", split: "已分户", deregistered: "已注销登记" } as const;

/** 属性 on a day: standing by value date. */
export function statusInWords(state: HouseholdState, onDate: IsoDate): string {
  const standings = standingsOn(state, onDate);
  const watched = standings.has("monitored") ? "，防返贫监测" : "";
  if (standings.has("exited")) return `建档立卡（已脱贫${watched}）`;
  if (standings.has("registered")) return `建档立卡（未脱贫${watched}）`;
  if (watched !== "" || (state.kind === "marginal" && existsOn(state, onDate))) return "边缘易致贫户";
  if (state.ended) return ENDED_WORDS[state.ended.how];
  return "未在册";
}
