import type { Books, InvariantResult } from "@huimin/books";
import type { EventStore } from "@huimin/event-store";
import type { Pool } from "pg";

/** What a check reads: one snapshot of the database, and the log up to the position that the read models have reached. */
export interface AuditSources {
  readonly district: string;
  /** Answers every question from the same snapshot; refuses to write. */
  readonly pool: Pool;
  readonly store: EventStore;
  readonly books: Books;
  readonly position: number;
  /** Civil date in Asia/Shanghai. */
  readonly today: string;
}

/** Something that is looked at again and again. */
export interface AuditCheck {
  readonly id: string;
  readonly run: (sources: AuditSources) => Promise<readonly InvariantResult[]>;
}

export type Severity = "error" | "warning";

/** 发现: what was found wrong, from when to when. Examples name positions, loans, accounts; never a person. */
export interface Finding {
  /** Check, and the place where it names one: `log:altered:317`. */
  readonly id: string;
  readonly severity: Severity;
  readonly zh: string;
  readonly en: string;
  readonly examples: readonly string[];
  /** How many it concerns. */
  readonly count: number;
  /** Instants with offset +08:00. */
  readonly firstSeen: string;
  readonly lastSeen: string;
  /** Since when it is not found any more. */
  readonly gone?: string;
}

/** A finding as it is reported; the register of findings adds the times. */
export type Found = Pick<Finding, "id" | "severity" | "zh" | "en" | "examples" | "count">;

/** One check as it last ran. */
export interface CheckResult {
  readonly id: string;
  readonly zh: string;
  readonly en: string;
  readonly severity: Severity;
  readonly checked: number;
  readonly failed: number;
}

/** An accounting month and what was found about it. */
export interface ScopeMonth {
  readonly period: string;
  readonly events: number;
  /** Undefined: not closed. Empty: closed, and what was sealed is what is there. */
  readonly sealDifferences?: readonly string[];
}

/** An open difference between bank and books. */
export interface OpenDifference {
  readonly account: string;
  readonly age: string;
  readonly unexplained: number;
  readonly explained: number;
  /** Yuan. */
  readonly amount: string;
}

/** What a report says of the books besides the checks; read in the same snapshot. */
export interface BooksPicture {
  readonly months: readonly ScopeMonth[];
  readonly differences: readonly OpenDifference[];
}

/** What the auditor keeps between rounds, outside the database. */
export interface AuditState {
  readonly format: 1;
  readonly district: string;
  /** Public keys of the log, as they were at the first round: another one later is a finding. */
  logKeys: readonly string[];
  readonly since: string;
  auditorKey: string;
  rounds: number;
  lastRound?: string;
  /** Position up to which every event was hashed, and the root there (base64). */
  position: number;
  root: string;
  /** 复核: second look at events that were seen before; begins again at its end. */
  sweep: { cursor: number; began: string; ended?: string; done: number };
  checkpoints: {
    good: number;
    /** Largest size that holds. */
    size: number;
    witnessed: readonly { readonly name: string; readonly size: number }[];
  };
  /** The checks of books and reconciliations. */
  books?: { at: string; position: number; milliseconds: number; results: readonly CheckResult[]; picture: BooksPicture };
  findings: readonly Finding[];
}

/** What a report is made of. */
export interface ReportContent {
  readonly state: AuditState;
  readonly madeAt: string;
  /** What was asked for: `2018`, `2018-03`, or nothing for everything. */
  readonly scope: string | undefined;
}
