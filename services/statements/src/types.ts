import type { Books } from "@huimin/books";
import type { EventStore } from "@huimin/event-store";
import type { Refusal } from "@huimin/outcome";
import type { Cutoff, Notice } from "@huimin/statement/events";
import type { StatementRegister } from "@huimin/statement-register";
import type { FontSet } from "@huimin/statements";
import type { Vault } from "@huimin/vault";

/** What the service needs of the process that runs it. */
export interface StatementsOptions {
  readonly district: string;
  readonly store: EventStore;
  readonly vault: Pick<Vault, "seal" | "unsealMany" | "fingerprint">;
  /** What is printed for every household: names and telephone numbers of the district. */
  readonly notice: Notice;
  /** Read once, at the first use. */
  readonly fonts: () => FontSet;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** With them, principal at the year's end (9201) and dividends still owed (2901) are compared before anything is issued. */
  readonly books?: Pick<Books, "details">;
  /** With it, who has a statement and who has none can be asked. */
  readonly register?: StatementRegister;
  /** Called before a printed statement leaves: every look at a name in full is logged (domain 5.6). */
  readonly onDownload?: (download: {
    readonly actor: string;
    readonly roles: readonly string[];
    readonly household: string;
    readonly year: number;
    readonly correlation: string;
  }) => Promise<void>;
  /** Called for every statement whose personal data are opened: who, which, never what. */
  readonly onUnmask?: (unmasked: { readonly household: string; readonly year: number }) => void;
}

/** How far a long run is. */
export interface Progress {
  readonly phase: "read" | "issue" | "print";
  readonly done: number;
  readonly total: number;
}
export type OnProgress = (progress: Progress) => void;

/** What became of a household in a run. */
export type Coverage = "issued" | "supplement" | "unchanged" | "nil" | "refused";

export interface CoverageLine {
  readonly household: string;
  readonly village: string;
  readonly coverage: Coverage;
  readonly number?: string;
  /** Of a household that is no more, how it ended: 整户消亡 … */
  readonly ended?: string;
  readonly refusal?: Refusal;
}

/** The coverage report 覆盖情况表: every household of the register and year once. */
export interface IssueReport {
  readonly year: number;
  readonly cutoff: Cutoff;
  readonly issuedOn: string;
  readonly lines: readonly CoverageLine[];
}

export const countOf = (report: IssueReport, coverage: Coverage): number =>
  report.lines.filter((line) => line.coverage === coverage).length;
