import type { JobData } from "@huimin/jobs";

/** A job that follows from what is recorded: ids only, so the same cause is the same job. */
export interface FollowUp {
  readonly kind: "allocation-posting" | "allocation-reversal" | "pool-payout" | "reconciliation" | "shred" | "year-end";
  readonly data: JobData;
}
