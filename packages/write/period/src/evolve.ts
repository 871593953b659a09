import { nextPeriod, type Period } from "@huimin/calendar";
import type { Fold } from "@huimin/decider";
import type { IncomeAndExpenseTransferred, PeriodClosed, PeriodSeal, PriorYearAdjustmentTransferred } from "./schema.ts";

/** What the stream `period/ledger` says: closing is a watermark, every month up to `lastClosed` is closed for ever. */
export interface PeriodState {
  /** Last closed month 会计期间; undefined while nothing is closed. */
  readonly lastClosed: Period | undefined;
  /** Transfers of 3501 to 3001, amount in yuan, credit balance positive. */
  readonly transfers: readonly { readonly fiscalYear: number; readonly amount: string }[];
  /** 年末结转 of income and expense; what was booked after the first one is transferred by a further one. */
  readonly yearEnds: readonly { readonly fiscalYear: number; readonly surplus: string }[];
  /** Seals of closed months, oldest first. */
  readonly seals: readonly PeriodSeal[];
}

export const periodFold: Fold<PeriodState> = {
  initialState: { lastClosed: undefined, transfers: [], yearEnds: [], seals: [] },
  evolve: (state, event) => {
    switch (event.type) {
      case "PeriodClosed": {
        const { period, seals = [] } = event.payload as PeriodClosed;
        return { ...state, lastClosed: period, seals: [...state.seals, ...seals] };
      }
      case "IncomeAndExpenseTransferred": {
        const { fiscalYear, surplus } = event.payload as IncomeAndExpenseTransferred;
        return { ...state, yearEnds: [...state.yearEnds, { fiscalYear, surplus }] };
      }
      case "PriorYearAdjustmentTransferred": {
        const { fiscalYear, amount } = event.payload as PriorYearAdjustmentTransferred;
        return { ...state, transfers: [...state.transfers, { fiscalYear, amount }] };
      }
      default:
        return state;
    }
  },
};

export const isOpen = (state: PeriodState, period: Period): boolean => state.lastClosed === undefined || period > state.lastClosed;

/** The month after the last closed one; undefined while nothing is closed (then every month is open). */
export const firstOpenPeriod = (state: PeriodState): Period | undefined =>
  state.lastClosed === undefined ? undefined : nextPeriod(state.lastClosed);

/** The period of what is recorded in `month`: that month, or the first open one after it. */
export const openPeriodFor = (state: PeriodState, month: Period): Period =>
  isOpen(state, month) ? month : nextPeriod(state.lastClosed as Period);

/** Year lock 年度结账: a fiscal year is closed when its December is. */
export const isYearClosed = (state: PeriodState, fiscalYear: number): boolean => !isOpen(state, `${fiscalYear}-12`);
