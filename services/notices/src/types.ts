import type { EventStore } from "@huimin/event-store";
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

/** A question with its cut-off settled. */
export interface Asked extends NoticeQuestion {
  readonly cutoff: Cutoff;
  readonly on: string;
}

/** What a kind says; the frame (number, issuer, cut-off, salt) is put round it. */
export interface Said extends Pick<NoticeContent, "title" | "to" | "sections" | "signatures"> {
  /** What its number ends with. */
  readonly subject: string;
}
export type Say = (asked: Asked, options: NoticesOptions) => Promise<Result<Said, Refusal>>;
