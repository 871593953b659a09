/* What decisions about a batch ask for: its loans, and the stakes in them by value date. */
import { type Gather, load } from "@huimin/decider";
import { type LoanState, loanStream, loanTimelineFold, type StakeSegment, stakeSegments } from "@huimin/loan/events";
import { type BatchState, batchFold, batchStream } from "./evolve.ts";

export function* gatherBatch(batch: string): Gather<BatchState> {
  return (yield* load(batchStream(batch), batchFold)).state;
}

/** A loan of a batch with its number; a loan that was renewed (E2) is followed by the loan that it became. */
export interface BatchLoan {
  readonly loan: string;
  readonly state: LoanState;
}

/** Every loan of the batch, drawn or not, in the order of its contracts, renewals behind the loan that they continue. */
export function* gatherBatchLoans(batch: BatchState): Gather<BatchLoan[]> {
  const loans: BatchLoan[] = [];
  for (const first of batch.loans) {
    let number: string | undefined = first;
    while (number !== undefined) {
      const state: LoanState = (yield* load(loanStream(number), loanTimelineFold)).state;
      loans.push({ loan: number, state });
      number = state.renewedInto?.newLoan;
    }
  }
  return loans;
}

/**
 * The stakes of a batch by value date, from the entrustment to each repayment, compensation or release: by household and
 * loan. A household with several loans has several segments for the same days; they add up.
 */
export function* gatherBatchStakes(batch: string): Gather<StakeSegment[]> {
  const loans = yield* gatherBatchLoans(yield* gatherBatch(batch));
  return loans.flatMap(({ state }) => stakeSegments(state));
}
