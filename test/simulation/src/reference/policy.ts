import type { PolicyEntry } from "./format.ts";

/** Benchmark lending rates and LPR of chapter 3.4, from their first day, for terms up to one year and above. */
const BENCHMARKS: readonly (readonly [from: string, upTo1y: string, above: string])[] = [
  ["2012-07-06", "6.00", "6.15"],
  ["2014-11-22", "5.60", "6.00"],
  ["2015-03-01", "5.35", "5.75"],
  ["2015-05-11", "5.10", "5.50"],
  ["2015-06-28", "4.85", "5.25"],
  ["2015-08-26", "4.60", "5.00"],
  ["2015-10-24", "4.35", "4.75"],
];

const LPR: readonly (readonly [from: string, oneYear: string, fiveYears: string])[] = [
  ["2019-08-20", "4.25", "4.85"],
  ["2019-09-20", "4.20", "4.85"],
  ["2019-11-20", "4.15", "4.80"],
  ["2020-02-20", "4.05", "4.75"],
  ["2020-04-20", "3.85", "4.65"],
  ["2021-12-20", "3.80", "4.65"],
  ["2022-01-20", "3.70", "4.60"],
  ["2022-05-20", "3.70", "4.45"],
  ["2022-08-22", "3.65", "4.30"],
  ["2023-06-20", "3.55", "4.20"],
  ["2023-08-21", "3.45", "4.20"],
  ["2024-02-20", "3.45", "3.95"],
  ["2024-07-22", "3.35", "3.85"],
  ["2024-10-21", "3.10", "3.60"],
  ["2025-05-20", "3.00", "3.50"],
];

const rowOn = <T extends readonly [string, ...string[]]>(table: readonly T[], date: string): T | undefined =>
  table.findLast(([from]) => from <= date);

/** The last LPR published by a day: quote date, one year, five years. */
export const lprOn = (date: string) => rowOn(LPR, date);

/** The ceiling of a household loan (3.3): benchmark of its term, from 2019-08-20 the LPR. */
export function ceilingOn(date: string, months: number): string {
  const [, short, long] = lprOn(date) ?? rowOn(BENCHMARKS, date) ?? (BENCHMARKS[0] as readonly [string, string, string]);
  return months <= 12 ? short : long;
}

const DEFAULTS: Readonly<Record<string, (date: string) => unknown>> = {
  "interest.yearBase": () => 360,
  "interest.benchmark.upTo1y": (date) => rowOn(BENCHMARKS, date)?.[1],
  "interest.benchmark.1to5y": (date) => rowOn(BENCHMARKS, date)?.[2],
  "penalty.surcharge": () => "50",
  "subsidy.cap": () => "50000.00",
  "subsidy.ratio": () => "100",
  "model2.subsidyRate": () => "2.00",
  "model2.quotaPerHousehold": () => "50000.00",
  "dividend.yearBase": () => 365,
  "pv.targetPerHousehold": () => "1000.00",
};

/** Policy of a district by date: what the file sets, else the default. */
export class Policy {
  readonly #entries: readonly PolicyEntry[];

  constructor(entries: readonly PolicyEntry[]) {
    this.#entries = entries;
  }

  /** A later entry replaces an earlier one from its first day on; after its last day the default holds again. */
  on(key: string, date: string): unknown {
    const entry = this.#entries.filter((one) => one.key === key && one.from <= date).at(-1);
    if (entry && (entry.to === undefined || date <= entry.to)) return entry.value;
    return DEFAULTS[key]?.(date);
  }

  text(key: string, date: string): string {
    return String(this.on(key, date));
  }
}
