import type { EventStore } from "@huimin/event-store";
import type { NoticeIssued, NoticeOf } from "@huimin/notice/events";
import type { NoticeContent, NoticeKind } from "@huimin/notices";
import type { Refusal, Result } from "@huimin/outcome";
import type { Cutoff, Notice } from "@huimin/statement/events";
import type { FontSet } from "@huimin/statements";
import type { Vault } from "@huimin/vault";

/** What the service needs of the process that runs it. */
export interface NoticesOptions {
  readonly district: string;
  readonly store: EventStore;
  readonly vault: Pick<Vault, "unsealMany" | "fingerprint">;
  readonly notice: Notice;
  readonly fonts: () => FontSet;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

export interface NoticeQuestion {
  readonly kind: NoticeKind;
  readonly year?: number | undefined;
  readonly household?: string | undefined;
  readonly loan?: string | undefined;
  readonly donor?: string | undefined;
  /** Cut-off: position of the log. Default: its last one, now. */
  readonly position?: number | undefined;
  /** Default: today. */
  readonly issuedOn?: string | undefined;
}

/** A question with its subject, year and cut-off settled. */
export interface Asked {
  /** Number of the household, loan or donor; the kind itself where it is of none. */
  readonly subject: string;
  /** The year asked for, or that of the day of issue. */
  readonly year: number;
  readonly cutoff: Cutoff;
  readonly on: string;
}

/** What a kind says; the frame (number, issuer, cut-off, salt) is put round it. */
export interface Said extends Pick<NoticeContent, "title" | "to" | "sections" | "signatures"> {
  /** Sums for the verification page: no name, no account. */
  readonly shown: NoticeIssued["shown"];
}
export type Say = (asked: Asked, options: NoticesOptions) => Promise<Result<Said, Refusal>>;

/** A notice that could be issued. */
export interface MadeNotice {
  readonly of: NoticeOf;
  readonly content: NoticeContent;
  readonly shown: NoticeIssued["shown"];
}
