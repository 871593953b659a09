import { type Static, Type } from "typebox";

/** 结账: this month and every earlier one is closed for ever. Stream `period/ledger`. */
export const PeriodClosed = Type.Object({ period: Type.String({ pattern: "^\\d{4}-\\d{2}$" }) });
/** 结转以前年度盈余调整: the whole balance of 3501 goes to 3001. Credit balance positive. Stream `period/ledger`. */
export const PriorYearAdjustmentTransferred = Type.Object({ amount: Type.String(), fiscalYear: Type.Integer() });

export type PeriodClosed = Static<typeof PeriodClosed>;
export type PriorYearAdjustmentTransferred = Static<typeof PriorYearAdjustmentTransferred>;

export const PERIOD_STREAM = "period/ledger";

/** Event types of this package with their payload schemas; the documents under docs/events are made from it. */
export const periodEvents = { PeriodClosed, PriorYearAdjustmentTransferred } as const;
