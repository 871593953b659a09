import type { DividendPayload } from "@huimin/dividend/events";
import type { StoredEvent } from "@huimin/event-store";

/* Versions of a pool's lists that ever hung out, from its stream. The pool's own fold keeps only the last. */

export interface PublicityObjection {
  readonly objection: string;
  readonly household: string;
  readonly filedOn: string;
  readonly result: "open" | "dismissed" | "upheld";
  readonly resolvedOn?: string;
}

export interface PublicityEvidence {
  readonly kind: "start" | "end" | "other";
  readonly village?: string | undefined;
  readonly hash: string;
  readonly title: string;
  readonly takenOn: string;
  readonly position: number;
}

export interface MadeBoard {
  readonly village: string;
  readonly households: number;
  readonly amount: string;
  readonly contentHash: string;
}

/** One time that a list hung out. */
export interface PublicityVersion {
  readonly pool: string;
  readonly year: number;
  readonly draft: number;
  readonly header: DividendPayload<"AllocationDrafted">;
  readonly place: string;
  readonly from: string;
  /** The last day. */
  readonly to: string;
  /** Position of its PublicityPosted. */
  readonly posted: number;
  readonly postedAt: string;
  /** The villages' sheets and the position of their event, once they are made. */
  readonly boards: readonly MadeBoard[];
  readonly boardsPosition?: number;
  /** What they say besides the lines. */
  readonly notice?: DividendPayload<"PublicityBoardsMade">["notice"];
  readonly objections: readonly PublicityObjection[];
  readonly evidence: readonly PublicityEvidence[];
  /** What was given as evidence with the publicity itself. */
  readonly references: readonly string[];
  readonly approvedOn?: string;
  readonly allocatedOn?: string;
  /** Its allocation was taken back (C1): it counts no more, whether a new list hangs out yet or not. */
  readonly reversed?: boolean;
  /** Draft that took its place, and since which position; the same draft when it hung out anew. */
  readonly replacedBy?: { readonly draft: number; readonly position: number };
}

type Draft = { -readonly [K in keyof PublicityVersion]: PublicityVersion[K] };

/** Folds the stream of a pool, event by event. */
export class PublicityVersions {
  readonly #headers = new Map<string, DividendPayload<"AllocationDrafted">>();
  readonly #versions: Draft[] = [];

  add(event: StoredEvent): void {
    const handler = this.#handlers[event.type];
    handler?.(event.payload as never, event);
  }

  /** Of a year, or all; in the order of posting. */
  of(year?: number): readonly PublicityVersion[] {
    return this.#versions.filter((one) => year === undefined || one.year === year);
  }

  /** The one that hangs out or hung out last of this draft. */
  #last({ year, draft }: { year: number; draft: number }): Draft | undefined {
    return this.#versions.findLast((one) => one.year === year && one.draft === draft);
  }

  #replace(year: number, draft: number, position: number): void {
    for (const one of this.#versions) if (one.year === year && !one.replacedBy && !one.allocatedOn) one.replacedBy = { draft, position };
  }

  readonly #handlers: Readonly<Record<string, (payload: never, event: StoredEvent) => void>> = {
    AllocationDrafted: (p: DividendPayload<"AllocationDrafted">, { position }) => {
      this.#headers.set(`${p.year} ${p.draft}`, p);
      this.#replace(p.year, p.draft, position);
    },
    PublicityPosted: (p: DividendPayload<"PublicityPosted">, { position, recordedAt }) => {
      const header = this.#headers.get(`${p.year} ${p.draft}`);
      if (!header) return;
      this.#replace(p.year, p.draft, position);
      this.#versions.push({
        ...{ pool: p.pool, year: p.year, draft: p.draft, header, place: p.place, from: p.from, to: p.to },
        ...{ posted: position, postedAt: recordedAt, boards: [], objections: [], evidence: [], references: p.evidence },
      });
    },
    PublicityBoardsMade: (p: DividendPayload<"PublicityBoardsMade">, { position }) => {
      const version = this.#versions.find((one) => one.posted === p.posted);
      if (version) Object.assign(version, { boards: p.boards, boardsPosition: position, notice: p.notice });
    },
    PublicityEvidenceRecorded: (p: DividendPayload<"PublicityEvidenceRecorded">, { position }) => {
      const version = this.#last(p);
      const { kind, village, hash, title, takenOn } = p;
      if (version) version.evidence = [...version.evidence, { kind, village, hash, title, takenOn, position }];
    },
    ObjectionFiled: ({ year, draft, objection, household }: DividendPayload<"ObjectionFiled">, { valueDate: filedOn }) => {
      const version = this.#last({ year, draft });
      if (version) version.objections = [...version.objections, { objection, household, filedOn, result: "open" }];
    },
    ObjectionResolved: (p: DividendPayload<"ObjectionResolved">, { valueDate: resolvedOn }) => {
      for (const version of this.#versions)
        version.objections = version.objections.map((one) =>
          one.objection === p.objection && version.year === p.year ? { ...one, result: p.result, resolvedOn } : one,
        );
    },
    AllocationApproved: (p: DividendPayload<"AllocationApproved">, { valueDate }) => {
      const version = this.#last(p);
      if (version) version.approvedOn = valueDate;
    },
    DividendAllocated: (p: DividendPayload<"DividendAllocated">, { valueDate }) => {
      const version = this.#last(p);
      if (version) version.allocatedOn = valueDate;
    },
    AllocationReversed: (p: DividendPayload<"AllocationReversed">) => {
      const version = this.#last(p);
      if (version) version.reversed = true;
    },
  };
}

export type PublicityStatus = "replaced" | "not-begun" | "showing" | "ended" | "approved" | "allocated" | "reversed";

/** Where a version stands on a day. */
export function statusOn({ replacedBy, reversed, allocatedOn, approvedOn, from, to }: PublicityVersion, today: string): PublicityStatus {
  if (reversed) return "reversed";
  if (replacedBy) return "replaced";
  if (allocatedOn) return "allocated";
  if (approvedOn) return "approved";
  if (today < from) return "not-begun";
  return today <= to ? "showing" : "ended";
}
