import type { StatementLine } from "@huimin/bank-file/events";
import type { PlacedRefusal } from "@huimin/bank-files";
import type { Refusal } from "@huimin/outcome";
import type { PortfolioLine } from "@huimin/reconciliation/events";
import type { BankMessageBody } from "./kinds.ts";

/** One row or entry of a file, as the intake sees it whatever the format. */
export interface Item {
  /** Row of a table as a spreadsheet shows it, or number of the entry in a message. */
  readonly row: number;
  /** Cells as they are, for the report. */
  readonly cells?: readonly string[];
  /** References of a message's entry, for the report. */
  readonly endToEndId?: string;
  readonly serial?: string;
  /** Yuan with two decimals. */
  readonly amount?: string;
  readonly content:
    | { readonly kind: "message"; readonly message: BankMessageBody; readonly orderKey: string }
    /** A payment of one of our batches; several become one message where the bank gives no serials. */
    | { readonly kind: "result"; readonly result: PayoutResult }
    | { readonly kind: "line"; readonly line: StatementLine }
    | { readonly kind: "loan"; readonly line: PortfolioLine }
    /** Nothing to record. */
    | { readonly kind: "noted" }
    | { readonly kind: "faulty"; readonly faults: readonly (Refusal | PlacedRefusal)[] };
}

export interface PayoutResult {
  readonly payoutBatch: string;
  readonly outcome: "paid" | "rejected" | "returned";
  readonly item: { readonly household: string; readonly year: number; readonly pool: string };
  readonly reason?: string;
  readonly valueDate: string;
  readonly serial?: string;
}

/** A statement of one account and day, around its lines. */
export interface StatementEnd {
  readonly account: string;
  readonly date: string;
  readonly from: string;
  readonly statement: string;
  readonly opening: string;
  readonly closing: string;
  readonly credits: string;
  readonly debits: string;
  readonly lines: number;
}

/** What a file is made of, in its order. */
export type FileStep =
  | {
      readonly kind: "head";
      readonly message?: string;
      readonly originalName?: string;
      readonly header?: readonly string[];
      readonly above?: readonly (readonly string[])[];
    }
  | { readonly kind: "item"; readonly item: Item }
  | { readonly kind: "statement-start"; readonly account: string; readonly date: string }
  | { readonly kind: "statement-end"; readonly end: StatementEnd }
  | { readonly kind: "portfolio-start"; readonly day: string }
  | { readonly kind: "portfolio-end"; readonly rows: number; readonly principal: string };
