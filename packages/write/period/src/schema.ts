import { declareVersions } from "@huimin/decider";
import { type Static, Type } from "typebox";

const Month = Type.String({ pattern: "^\\d{4}-\\d{2}$" });
const Sha256 = Type.String({ pattern: "^[0-9a-f]{64}$" });

/** 封存: what a closed month holds, so that anyone can see later that nothing of it was changed. */
export const PeriodSeal = Type.Object({
  period: Month,
  books: Type.Array(
    Type.Object({
      book: Type.String(),
      vouchers: Type.Integer(),
      lines: Type.Integer(),
      /** Σ debit = Σ credit of the month; yuan, shares in book Q. */
      total: Type.String(),
      /** SHA-256 over the canonical vouchers in the order of their numbers (@huimin/vouchers). */
      hash: Sha256,
    }),
  ),
  /** SHA-256 over the canonical trial balance of the month. */
  trialBalance: Sha256,
});

/**
 * 结账: this month and every earlier one is closed for ever. Stream `period/ledger`. `position`: the log up to which the
 * steps were checked and the months sealed.
 */
export const PeriodClosed = Type.Object({
  period: Month,
  position: Type.Integer(),
  steps: Type.Array(Type.Object({ step: Type.String(), status: Type.String(), findings: Type.Integer() })),
  /** Every month that this closing closes and that has vouchers. */
  seals: Type.Array(PeriodSeal),
});

/** Version 1 closed without steps and without seals: nothing was checked or sealed, and nothing is made up for it. */
const PeriodClosedV1 = Type.Object({ period: Month });

declareVersions("PeriodClosed", [
  {
    schema: PeriodClosedV1,
    example: { period: "2017-12" },
    up: ({ period }: Static<typeof PeriodClosedV1>, { position }): PeriodClosed => ({
      period,
      position: position - 1,
      steps: [],
      seals: [],
    }),
  },
]);
/** Signed amounts of one side of the surplus: `fund` keeps the risk fund's part apart from the rest (R24). */
const SurplusPart = Type.Object({ fund: Type.Optional(Type.String()), amount: Type.String() });

/**
 * 结转以前年度盈余调整: the whole balance of 3501 goes to 3001. Credit balance positive. `parts` add up to `amount`; they are
 * named where some of it is the risk fund's. Stream `period/ledger`.
 */
export const PriorYearAdjustmentTransferred = Type.Object({
  amount: Type.String(),
  fiscalYear: Type.Integer(),
  parts: Type.Optional(Type.Array(SurplusPart)),
});

/** 年末结转收支: each account of income and expense goes to 3301 本期盈余. Account by its internal id; credit balance positive. */
export const IncomeAndExpenseTransferred = Type.Object({
  fiscalYear: Type.Integer(),
  lines: Type.Array(Type.Object({ account: Type.String(), fund: Type.Optional(Type.String()), amount: Type.String() })),
  /** Net of the lines; a deficit is negative. */
  surplus: Type.String(),
});
/** 3301 本期盈余 goes to 3302 本年盈余分配. Credit balance positive. */
export const CurrentSurplusTransferred = Type.Object({ fiscalYear: Type.Integer(), parts: Type.Array(SurplusPart) });
/** 3302 本年盈余分配 goes to 3001 累计盈余. Credit balance positive. */
export const SurplusDistributionTransferred = Type.Object({ fiscalYear: Type.Integer(), parts: Type.Array(SurplusPart) });

export type SurplusPart = Static<typeof SurplusPart>;
export type PeriodSeal = Static<typeof PeriodSeal>;
export type PeriodClosed = Static<typeof PeriodClosed>;
export type PriorYearAdjustmentTransferred = Static<typeof PriorYearAdjustmentTransferred>;

export type IncomeAndExpenseTransferred = Static<typeof IncomeAndExpenseTransferred>;
export type CurrentSurplusTransferred = Static<typeof CurrentSurplusTransferred>;
export type SurplusDistributionTransferred = Static<typeof SurplusDistributionTransferred>;

export const PERIOD_STREAM = "period/ledger";

/** Event types of this package with their payload schemas; the documents under docs/events are made from it. */
export const periodEvents = {
  PeriodClosed,
  PriorYearAdjustmentTransferred,
  IncomeAndExpenseTransferred,
  CurrentSurplusTransferred,
  SurplusDistributionTransferred,
} as const;

/** Year-end transfers: a figure before transfers (R8) leaves them out. */
export const YEAR_END_TRANSFERS: readonly string[] = [
  "IncomeAndExpenseTransferred",
  "CurrentSurplusTransferred",
  "SurplusDistributionTransferred",
];
