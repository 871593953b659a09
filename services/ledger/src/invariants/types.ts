import type { BankPortfolio } from "@huimin/bank-portfolio";
import type { Books } from "@huimin/books";
import type { EventStore } from "@huimin/event-store";
import type { Pool } from "pg";

/** What the checks read. The read models must have folded the log up to its head. */
export interface CheckSources {
  readonly district: string;
  readonly store: EventStore;
  readonly books: Books;
  readonly portfolio: BankPortfolio;
  /** Reads the tables of the books. */
  readonly pool: Pool;
}

/** An invariant and what was found: it holds when there is no fault. */
export interface InvariantResult {
  readonly name: string;
  /** What must be true; the number of domain 2.7 where it has one. */
  readonly meaning: string;
  /** Things looked at: events, accounts, loans. */
  readonly checked: number;
  /** Each names a position, an account, a loan or a credit file; never a person. */
  readonly faults: readonly string[];
}

/** Faults kept of one invariant: the first tell enough. */
const FAULTS_MAX = 100;

/** Collects what one invariant finds. */
export class Finding {
  readonly #name: string;
  readonly #meaning: string;
  readonly #faults: string[] = [];
  #checked = 0;

  constructor(name: string, meaning: string) {
    this.#name = name;
    this.#meaning = meaning;
  }

  /** Counts one thing; `fault` is what is wrong with it. */
  look(fault?: string | undefined): void {
    this.#checked += 1;
    if (fault !== undefined && this.#faults.length < FAULTS_MAX) this.#faults.push(fault);
  }

  result(): InvariantResult {
    return { name: this.#name, meaning: this.#meaning, checked: this.#checked, faults: this.#faults };
  }
}
