import { type Fen, fen } from "@huimin/money";
import { BrokenInvariant } from "@huimin/outcome";
import type {
  CurrentSurplusTransferred,
  IncomeAndExpenseTransferred,
  PriorYearAdjustmentTransferred,
  SurplusDistributionTransferred,
} from "@huimin/period/events";
import { type AccountId, CHART } from "../chart.ts";
import type { Dims } from "../dimensions.ts";
import { type DatedRules, type Entry, pair, sinceStart } from "../posting.ts";

type Place = readonly [AccountId, Dims];

/** A credit balance goes Dr from / Cr to, a debit balance (a deficit, an expense) the other way. */
const moved = (amount: Fen, from: Place, to: Place): Entry[] => (amount >= 0n ? pair(amount, from, to) : pair(-amount, to, from));

/** The risk fund's part stays apart from the rest on its way to 3001: the fund's identity counts it (R24). */
const fundDims = ({ fund }: { readonly fund?: string | undefined }): Dims => (fund === undefined ? {} : { fund });

const yearly = (id: string): AccountId => {
  if (!Object.hasOwn(CHART, id) || !CHART[id as AccountId].yearly) throw new BrokenInvariant(`${id} is no account of income or expense`);
  return id as AccountId;
};

const passedOn = (p: CurrentSurplusTransferred, from: AccountId, to: AccountId): Entry[] =>
  p.parts.flatMap((part) => moved(fen(part.amount), [from, fundDims(part)], [to, fundDims(part)]));

/** 结转以前年度盈余调整 (C4): a credit balance of 3501 goes Dr 3501 / Cr 3001, a debit balance the other way. */
export const periodRules: Readonly<Record<string, DatedRules>> = {
  PriorYearAdjustmentTransferred: sinceStart((p: PriorYearAdjustmentTransferred) => {
    const parts = p.parts ?? [{ amount: p.amount }];
    return {
      text: `结转以前年度盈余调整 ${p.fiscalYear}`,
      entries: parts.flatMap((part) =>
        moved(fen(part.amount), ["priorYearAdjustment", fundDims(part)], ["accumulatedSurplus", fundDims(part)]),
      ),
    };
  }),
  /** 年末结转: income Dr / Cr 3301, expense Dr 3301 / Cr, by account. */
  IncomeAndExpenseTransferred: sinceStart((p: IncomeAndExpenseTransferred) => ({
    text: `年末结转 ${p.fiscalYear} 年度收支`,
    entries: p.lines.flatMap((line) => moved(fen(line.amount), [yearly(line.account), fundDims(line)], ["currentSurplus", fundDims(line)])),
  })),
  CurrentSurplusTransferred: sinceStart((p: CurrentSurplusTransferred) => ({
    text: `结转 ${p.fiscalYear} 年度本期盈余`,
    entries: passedOn(p, "currentSurplus", "surplusDistribution"),
  })),
  SurplusDistributionTransferred: sinceStart((p: SurplusDistributionTransferred) => ({
    text: `结转 ${p.fiscalYear} 年度盈余分配`,
    entries: passedOn(p, "surplusDistribution", "accumulatedSurplus"),
  })),
};

export const periodSilent: readonly string[] = ["PeriodClosed"];
