import type { StoredEvent } from "@huimin/event-store";
import type { PoolClient } from "pg";

/**
 * A read model: tables in a schema of its own, and a way to fold events into them. It never reads a clock and has no
 * effect outside its tables, so it can be thrown away and made again from the log at any time.
 */
export interface Projection {
  /** Its schema while it serves; `<name>_next` while it is rebuilt. Lower case letters and `_`. */
  readonly name: string;
  /** Raised when its tables or its rules change: it must then be rebuilt. */
  readonly version: number;
  /** Row-level security keeps each of its tables to one bank: then the bank gateway's role may read them, else it may not. */
  readonly forBanks?: boolean;
  /** Event types it is given; `every` for one that must know all of them. */
  readonly handles: ReadonlySet<string> | "every";
  /** Definition of the tables in `schema`, which exists and is empty, with the keys that writing needs. */
  tables(schema: string): string;
  /** Definition of the indexes that only reading needs: made at once, or after the bulk of a rebuild. */
  indexes(schema: string): string;
  /** A writer for one generation of the tables. */
  open(schema: string): ProjectionWriter;
}

export interface ProjectionWriter {
  /**
   * Folds a batch in memory, without the database: done for the next batch while the database writes this one. The
   * result is given to `apply` with the same batch, or thrown away. Throws when an event cannot be applied.
   */
  fold?(batch: readonly StoredEvent[], district: string, mode: ApplyTarget["mode"]): unknown;
  /**
   * Writes a batch of events (in order, all of one district) in the open transaction of `target.client`; `folded` is
   * what `fold` made of it, if it was asked before. The returned function runs after the commit: what a writer
   * remembers as stored is remembered there, never before. Throws when an event cannot be applied.
   */
  apply(batch: readonly StoredEvent[], target: ApplyTarget, folded?: unknown): Promise<(() => void) | undefined>;
  /** After the bulk of a rebuild and before its indexes: makes the tables that `apply` left out in mode `bulk`. */
  finishBulk?(client: PoolClient): Promise<void>;
}

export interface ApplyTarget {
  readonly client: PoolClient;
  readonly district: string;
  /** bulk: a rebuild that nobody reads yet; derived tables may wait for `finishBulk`. */
  readonly mode: "live" | "bulk";
}

/** Why a district's projections stand still: this event could not be applied. Nothing after it was applied either. */
export interface Stopped {
  readonly projection: string;
  readonly position: number;
  readonly eventType: string;
  readonly reason: string;
}

/** The code knows another version of a projection than the database holds: `huimin rebuild` makes it anew. */
export class ProjectionOutdated extends Error {
  override readonly name = "ProjectionOutdated";
}
