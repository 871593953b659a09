import { type LoanState, openPrincipalNow, rightInterest } from "@huimin/loan/events";
import { formatAmount, sumFen } from "@huimin/money";
import { batchFold, batchStream } from "@huimin/pooled/events";
import type { Axes, District } from "./district.ts";
import type { Figure } from "./format.ts";

/* Figures of a batch (model 1). */

const batchOf = (figure: Figure, district: District, axes: Axes) => district.state(batchStream(String(figure.batch)), batchFold, axes);

/** The loans of the batch, and those that they were renewed into. */
async function loansOf(figure: Figure, district: District, axes: Axes): Promise<LoanState[]> {
  const loans: LoanState[] = [];
  const numbers = [...(await batchOf(figure, district, axes)).loans];
  for (const number of numbers) {
    const state = await district.loan(number, axes);
    loans.push(state);
    if (state.renewedInto) numbers.push(state.renewedInto.newLoan);
  }
  return loans;
}

export async function openPrincipalOfBatch(figure: Figure, district: District, axes: Axes): Promise<string> {
  return formatAmount(sumFen((await loansOf(figure, district, axes)).map(openPrincipalNow)));
}

export const POOLED_FIGURES = {
  /** The ledger of record is the loan: each is rounded by itself. */
  penalty: async (figure: Figure, district: District, axes: Axes): Promise<string> => {
    const loans = await loansOf(figure, district, axes);
    return formatAmount(sumFen(loans.map((loan) => rightInterest(loan, String(figure.from), String(figure.toExcl), "penalty").amount)));
  },
  refundable: async (figure: Figure, district: District, axes: Axes): Promise<string> => {
    const { repayments } = await batchOf(figure, district, axes);
    const last = [...repayments.values()].filter((repayment) => !repayment.reversed).at(-1);
    return formatAmount(last?.excess ?? 0n);
  },
};
