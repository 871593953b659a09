import { type IsoDate, laterDate, yearOf } from "@huimin/calendar";
import { type EntitlementLine, type ItemResult, inTransit, itemStatus, type PayoutItem } from "@huimin/dividend/events";
import { type Fen, formatAmount, sumFen } from "@huimin/money";
import type { DividendLine } from "./figures.ts";

/*
 * Dividends of a household's yearly statement, from its entitlements as known at the cut-off (domain 6.1, T5). What is
 * paid for an entitlement and when never changes which year it belongs to: a payment made again in a later year is
 * 补发以前年度分红 of that year's statement, and no entitlement of it.
 */

/** One entitlement of the household: a pool's list of a year. */
export interface StatementEntitlement {
  readonly pool: string;
  readonly year: number;
  readonly line: EntitlementLine;
}

/** 应发, 实发 and what came back, of the entitlements of one year. */
export interface YearlyDividends {
  /** 应发: allocated for the year, over all pools. */
  readonly entitled: Fen;
  /** 实发: of it paid in the calendar year, less what came back in it. */
  readonly paidInYear: Fen;
  /** 期后退回: of it came back after the year; negative or zero. */
  readonly returnedAfterYearEnd: Fen;
  /** 2901.04 of it */
  readonly awaitingReissue: Fen;
  /** 补发: paid in the calendar year for entitlements of years before. */
  readonly paidForEarlierYears: Fen;
  /** Entitled by pool, pools in order. */
  readonly bySource: ReadonlyMap<string, Fen>;
  /** Value date of the last payment of it that did not come back. */
  readonly paidToRightAccountOn?: IsoDate;
}

const CAME_BACK: ReadonlySet<ItemResult["status"]> = new Set(["returned", "wrongly-paid"]);

/** Σ of the items' results of a kind on days that count. A wrong payout counts as come back: it is owed again. */
const resultsOf = (items: readonly PayoutItem[], kind: "paid" | "back", counts: (on: IsoDate) => boolean): Fen =>
  sumFen(
    items.flatMap(({ amount, results }) =>
      results
        .filter(({ status, valueDate }) => (kind === "paid" ? status === "succeeded" : CAME_BACK.has(status)) && counts(valueDate))
        .map(() => amount),
    ),
  );

const isIn = (year: number) => (on: IsoDate) => yearOf(on) === year;
const isAfter = (year: number) => (on: IsoDate) => yearOf(on) > year;

/** The last day on which something was paid that did not come back. */
function reachedOn(items: readonly PayoutItem[]): IsoDate | undefined {
  const days = items.filter((item) => itemStatus(item) === "succeeded").flatMap(({ results }) => results.at(-1)?.valueDate ?? []);
  return days.length === 0 ? undefined : days.reduce(laterDate);
}

/**
 * The figures of a year. entitled = paidInYear + returnedAfterYearEnd + awaitingReissue + what is payable, with the bank,
 * unclaimed or was paid in later years.
 */
export function yearlyDividends(entitlements: readonly StatementEntitlement[], year: number): YearlyDividends {
  const own = entitlements.filter((one) => one.year === year);
  const items = own.flatMap(({ line }) => line.items);
  const earlier = entitlements.filter((one) => one.year < year).flatMap(({ line }) => line.items);
  const bySource = new Map<string, Fen>();
  for (const { pool, line } of own) bySource.set(pool, (bySource.get(pool) ?? 0n) + line.entitled);
  const reached = reachedOn(items);
  return {
    entitled: sumFen(own.map(({ line }) => line.entitled)),
    paidInYear: resultsOf(items, "paid", isIn(year)) - resultsOf(items, "back", isIn(year)),
    returnedAfterYearEnd: -resultsOf(items, "back", isAfter(year)),
    awaitingReissue: sumFen(own.map(({ line }) => line.returned)),
    paidForEarlierYears: resultsOf(earlier, "paid", isIn(year)),
    bySource,
    ...(reached === undefined ? {} : { paidToRightAccountOn: reached }),
  };
}

/** What is known of a pool besides its amounts: what its line says. */
export type PoolDescription = Pick<DividendLine, "model" | "partner" | "basis" | "days" | "standard">;

/** 二、分红(收益): one line per pool of the year, pools in order. */
export function dividendLines(
  entitlements: readonly StatementEntitlement[],
  year: number,
  describe: (pool: string) => PoolDescription,
): DividendLine[] {
  const byPool = Map.groupBy(
    entitlements.filter((one) => one.year === year),
    ({ pool }) => pool,
  );
  return [...byPool]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([pool, own]): DividendLine => {
      const figures = yearlyDividends(own, year);
      const transit = sumFen(own.map(({ line }) => inTransit(line)));
      const unclaimed = sumFen(own.map(({ line }) => line.unclaimed));
      return {
        pool,
        ...describe(pool),
        entitled: formatAmount(figures.entitled),
        paidInYear: formatAmount(figures.paidInYear),
        returnedAfterYearEnd: formatAmount(figures.returnedAfterYearEnd),
        awaitingReissue: formatAmount(figures.awaitingReissue),
        ...(transit === 0n ? {} : { inTransit: formatAmount(transit) }),
        ...(unclaimed === 0n ? {} : { unclaimed: formatAmount(unclaimed) }),
        ...(figures.paidToRightAccountOn === undefined ? {} : { paidOn: figures.paidToRightAccountOn }),
      };
    });
}
