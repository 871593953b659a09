import type { Pool } from "pg";
import { SQL } from "./checkpoint.sql.ts";
import type { Stopped } from "./types.ts";

/** How far the projections of a district are: the least of their positions, and why they stand still, if they do. */
export interface Progress {
  readonly position: number;
  readonly stopped?: Stopped;
}

interface ProgressRow {
  position: string;
  stopped_at: string | null;
  stopped_by: string | null;
  stopped_type: string | null;
  stopped_reason: string | null;
}

export async function readProgress(pool: Pool, district: string, names: readonly string[]): Promise<Progress> {
  const { rows } = await pool.query<ProgressRow>(SQL.progress, [district, names]);
  const position = rows.length < names.length ? 0 : Math.min(...rows.map((row) => Number(row.position)));
  const stopped = rows.find((row) => row.stopped_at !== null);
  if (!stopped) return { position };
  return {
    position,
    stopped: {
      projection: stopped.stopped_by ?? "",
      position: Number(stopped.stopped_at),
      eventType: stopped.stopped_type ?? "",
      reason: stopped.stopped_reason ?? "",
    },
  };
}

export type Reached =
  | { readonly reached: true; readonly position: number }
  | { readonly reached: false; readonly position: number; readonly stopped?: Stopped };

export interface WaitOptions {
  readonly district: string;
  readonly projections: readonly string[];
  /** Position that a command answered with. */
  readonly position: number;
  /** Bound of the wait. */
  readonly timeoutMs: number;
}

const POLL_MS = 10;

/**
 * Read-your-writes: waits until the projections have folded `position`, at most `timeoutMs`; works in any process.
 * Gives up at once when they stand still before it.
 */
export async function waitForPosition(pool: Pool, options: WaitOptions): Promise<Reached> {
  const deadline = performance.now() + options.timeoutMs;
  for (;;) {
    const progress = await readProgress(pool, options.district, options.projections);
    if (progress.position >= options.position) return { reached: true, position: progress.position };
    const left = deadline - performance.now();
    if (left <= 0 || progress.stopped) return { reached: false, ...progress };
    await new Promise((done) => setTimeout(done, Math.min(POLL_MS, left)));
  }
}
