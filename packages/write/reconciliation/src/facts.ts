import type { OpenItem } from "./schema.ts";

/* What commands ask the read side for (`resolve` of @huimin/decider): all of it is computed from the log at its head. */

/** A line or movement that is not settled. `open`: no match holds it; `matched`: an automatic or confirmed one does. */
export interface ItemFacts {
  readonly side: "bank" | "book" | "file";
  /** Signed, yuan; 0.00 for what is no amount. */
  readonly amount: string;
  readonly date: string;
  readonly standing: "open" | "matched";
}

/** Resolver `reconciliationItems`: those of the items asked for that exist. `heads`: position of the log. */
export interface OpenItemsFacts {
  readonly items: Readonly<Record<string, ItemFacts>>;
  readonly head: number;
}

/** Resolver `bankDay`: a day of a fund account at the head of the log. */
export interface BankDayFacts {
  readonly knownAt: number;
  readonly statement?: { readonly sha256: string; readonly from: string; readonly opening: string; readonly closing: string };
  /** The balance that the statement must begin with, and the last day that it stands for; of the binding where there is no earlier statement. */
  readonly previous: { readonly date: string; readonly closing: string };
  /** The first day before that has a statement and is not closed. */
  readonly earlierOpen?: string;
  readonly balancePerBooks: string;
  /** What bank, books and open items leave over: 0.00, or something is not understood. */
  readonly remainder: string;
  readonly matched: number;
  readonly open: readonly OpenItem[];
  readonly unexplained: { readonly count: number; readonly first: readonly string[] };
}
