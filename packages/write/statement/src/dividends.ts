import { type IsoDate, laterDate, yearOf } from "@huimin/calendar";
import { type EntitlementLine, type ItemResult, inTransit, itemStatus, type PayoutItem } from "@huimin/dividend/events";
import { type Fen, formatAmount, sumFen } from "@huimin/money";
import type { DividendLine, EarlierLine, PayoutState } from "./figures.ts";

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
  /** Of it paid after the year. */
  readonly paidAfterYearEnd: Fen;
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
 * The figures of a year. entitled = paidInYear + paidAfterYearEnd + returnedAfterYearEnd + awaitingReissue + what is
 * payable, with the bank or unclaimed.
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
    paidAfterYearEnd: resultsOf(items, "paid", isAfter(year)),
    returnedAfterYearEnd: -resultsOf(items, "back", isAfter(year)),
    awaitingReissue: sumFen(own.map(({ line }) => line.returned)),
    paidForEarlierYears: resultsOf(earlier, "paid", isIn(year)),
    bySource,
    ...(reached === undefined ? {} : { paidToRightAccountOn: reached }),
  };
}

/** What is known of a pool besides its amounts: what its line says. */
export type PoolDescription = Pick<
  DividendLine,
  | "model"
  | "partner"
  | "income"
  | "basis"
  | "shares"
  | "areaMu"
  | "days"
  | "standard"
  | "method"
  | "residueRule"
  | "publishedFrom"
  | "publishedTo"
  | "document"
  | "listTotal"
  | "listHouseholds"
>;

const byPool = (entitlements: readonly StatementEntitlement[]): [string, StatementEntitlement[]][] =>
  [...Map.groupBy(entitlements, ({ pool }) => pool)].sort(([a], [b]) => (a < b ? -1 : 1));

const unlessZero = <K extends string>(name: K, amount: Fen): { readonly [N in K]?: string } =>
  (amount === 0n ? {} : { [name]: formatAmount(amount) }) as { readonly [N in K]?: string };

/** 二、分红(收益): one line per pool of the year, pools in order. */
export function dividendLines(
  entitlements: readonly StatementEntitlement[],
  year: number,
  describe: (pool: string) => PoolDescription,
): DividendLine[] {
  return byPool(entitlements.filter((one) => one.year === year)).map(([pool, own]): DividendLine => {
    const figures = yearlyDividends(own, year);
    const sum = (of: (line: EntitlementLine) => Fen): Fen => sumFen(own.map(({ line }) => of(line)));
    const { model, partner, ...described } = describe(pool);
    return {
      ...{ pool, model, partner },
      ...described,
      entitled: formatAmount(figures.entitled),
      paidInYear: formatAmount(figures.paidInYear),
      ...unlessZero("paidAfterYearEnd", figures.paidAfterYearEnd),
      returnedAfterYearEnd: formatAmount(figures.returnedAfterYearEnd),
      awaitingReissue: formatAmount(figures.awaitingReissue),
      ...unlessZero(
        "payable",
        sum((line) => line.payable),
      ),
      ...unlessZero("inTransit", sum(inTransit)),
      ...unlessZero(
        "unclaimed",
        sum((line) => line.unclaimed),
      ),
      ...(figures.paidToRightAccountOn === undefined ? {} : { paidOn: figures.paidToRightAccountOn }),
    };
  });
}

/** Where what is left of an entitlement lies; of several places the one that asks most of the household. */
function stateOf(lines: readonly EntitlementLine[]): PayoutState | undefined {
  if (lines.some((line) => line.returned !== 0n)) return "awaiting-reissue";
  if (lines.some((line) => inTransit(line) !== 0n)) return "in-transit";
  if (lines.some((line) => line.unclaimed !== 0n)) return "unclaimed";
  return lines.some((line) => line.payable !== 0n) ? "payable" : undefined;
}

/** 三、补发以前年度分红: what was paid in the year, by year of entitlement and pool. Adds up to `paidForEarlierYears`. */
export function earlierLines(
  entitlements: readonly StatementEntitlement[],
  year: number,
  partnerOf: (pool: string) => string,
): EarlierLine[] {
  const earlier = Map.groupBy(
    entitlements.filter((one) => one.year < year),
    (one) => one.year,
  );
  return [...earlier]
    .sort(([a], [b]) => a - b)
    .flatMap(([of, inYear]) =>
      byPool(inYear).flatMap(([pool, own]): EarlierLine[] => {
        const items = own.flatMap(({ line }) => line.items);
        const amount = resultsOf(items, "paid", isIn(year));
        if (amount === 0n) return [];
        const days = items.flatMap(({ results }) =>
          results.filter(({ status }) => status === "succeeded").map(({ valueDate }) => valueDate),
        );
        const paidOn = days.filter(isIn(year)).reduce(laterDate);
        const state = stateOf(own.map(({ line }) => line));
        return [
          {
            ...{ pool, year: of, partner: partnerOf(pool), amount: formatAmount(amount), paidOn },
            ...(state === undefined ? {} : { state }),
          },
        ];
      }),
    );
}
