import type { Books, InvariantResult } from "@huimin/books";
import type { EventStore } from "@huimin/event-store";
import type { Pool } from "pg";

/** What the checks read. The read models must have folded the log up to its head. */
export interface CheckSources {
  readonly district: string;
  readonly store: EventStore;
  readonly books: Books;
  /** Reads the tables of the read models. */
  readonly pool: Pool;
}

/** Examples kept of one invariant: the first tell enough. */
const EXAMPLES_MAX = 10;

/** Collects what one invariant finds. */
export class Finding {
  readonly #id: string;
  readonly #title: InvariantResult["title"];
  readonly #examples: string[] = [];
  #checked = 0;
  #failed = 0;

  constructor(id: string, zh: string, en: string) {
    this.#id = id;
    this.#title = { zh, en };
  }

  /** Counts one thing; `fault` names what is wrong with it: a position, a loan, never a person. */
  look(fault?: string | undefined): void {
    this.#checked += 1;
    if (fault === undefined) return;
    this.#failed += 1;
    if (this.#examples.length < EXAMPLES_MAX) this.#examples.push(fault);
  }

  result(): InvariantResult {
    return { id: this.#id, title: this.#title, severity: "error", checked: this.#checked, failed: this.#failed, examples: this.#examples };
  }
}
