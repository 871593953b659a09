import { fen } from "@huimin/money";
import type { PriorYearAdjustmentTransferred } from "@huimin/period/events";
import { type DatedRules, pair, sinceStart } from "../posting.ts";

/** 结转以前年度盈余调整 (C4): a credit balance of 3501 goes Dr 3501 / Cr 3001, a debit balance the other way. */
export const periodRules: Readonly<Record<string, DatedRules>> = {
  PriorYearAdjustmentTransferred: sinceStart((p: PriorYearAdjustmentTransferred) => {
    const amount = fen(p.amount);
    const adjustment = ["priorYearAdjustment", {}] as const;
    const surplus = ["accumulatedSurplus", {}] as const;
    return {
      text: `结转以前年度盈余调整 ${p.fiscalYear}`,
      entries: amount >= 0n ? pair(amount, adjustment, surplus) : pair(-amount, surplus, adjustment),
    };
  }),
};

export const periodSilent: readonly string[] = ["PeriodClosed"];
