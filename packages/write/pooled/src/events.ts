/* The entry for other packages: the events of batches, their fold, and the stakes by value date. No rules. */
export type { StakeSegment } from "@huimin/loan/events";
export type { BatchContract, BatchState, Enrolment, UnifiedRepayment } from "./evolve.ts";
export { batchFold, batchStream } from "./evolve.ts";
export type { BatchLoan } from "./gather.ts";
export { gatherBatch, gatherBatchLoans, gatherBatchStakes } from "./gather.ts";
export * from "./schema.ts";
