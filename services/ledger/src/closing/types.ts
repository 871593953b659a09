import type { Books } from "@huimin/books";
import type { IsoDate, Period } from "@huimin/calendar";
import type { EventStore } from "@huimin/event-store";
import type { PolicyKey } from "@huimin/policy/events";
import type { Vouchers } from "@huimin/vouchers";
import type { Pool } from "pg";

/** How a bank account of the books stands to its statements, at the end of a month. */
export interface ReconciledAccount {
  /** Printed code and name, e.g. `1002.01 银行存款—贴息资金专户`. */
  readonly account: string;
  /** True when statements of this account reach the product, so that it can be reconciled by it. */
  readonly bound: boolean;
  readonly reconciled: boolean;
  /** What is open, one text each. */
  readonly findings: readonly string[];
}

/** 银行对账 of a month: every bank account that the books moved in it or that has a balance. */
export type BankReconciliation = (question: {
  readonly district: string;
  readonly period: Period;
}) => Promise<readonly ReconciledAccount[]>;

/** A proposal that waits for a second person. */
export interface WaitingProposal {
  readonly proposal: string;
  readonly command: string;
  readonly proposedOn: IsoDate;
}

/** What the steps of a close are checked on. The read models must have reached the head of the log. */
export interface ClosingSources {
  readonly district: string;
  /** Reads the tables of the read models. */
  readonly pool: Pool;
  readonly store: EventStore;
  readonly books: Books;
  readonly vouchers: Vouchers;
  readonly openProposals: () => Promise<readonly WaitingProposal[]>;
  readonly policy: (key: PolicyKey, on: IsoDate) => Promise<string>;
  /** Absent: no account has statements. */
  readonly reconciliation?: BankReconciliation | undefined;
}
