import { addPeriods, type IsoDate, type PeriodLength } from "@huimin/calendar";
import type { Fen } from "@huimin/money";
import { type InstalmentTerms, ROWS_MAX } from "../terms.ts";

/**
 * The rows of an instalment loan before any arithmetic: due dates, and what rescheduling decided about single rows.
 *
 * Due dates are counted from a seed and never from each other, so a month end does not drift. A move of a due date or a
 * re-age puts a new seed. Rows are numbered from 0 here and from 1 for people.
 */
export class Skeleton {
  readonly start: IsoDate;
  readonly #dueDates: IsoDate[] = [];
  readonly #monthEnd: InstalmentTerms["monthEnd"];
  #count: number | undefined;
  /** The rhythm of the rows from an index on; a re-age brings its own. */
  readonly #rhythms: { readonly from: number; readonly every: PeriodLength }[];
  #seed: { readonly date: IsoDate; readonly index: number; readonly every: PeriodLength };
  /** Rows that pay no principal by a holiday (还本宽限). */
  readonly holidays = new Set<number>();
  /** Rows from which the balance is spread anew over the paying rows. */
  readonly respreadAt = new Set<number>();
  /** Instalments that were in force when a later part of the schedule was changed: they stay. */
  readonly fixedInstalments = new Map<number, { readonly amount: Fen; readonly given: boolean }>();
  /** Principal that a re-age or re-amortisation gave to a row. */
  readonly fixedPrincipal = new Map<number, Fen>();
  /** Interest of rows that were due when principal left them. */
  readonly frozenInterest = new Map<number, Fen>();

  constructor(terms: InstalmentTerms, firstDisbursement: IsoDate) {
    this.start = terms.startOn ?? firstDisbursement;
    this.#monthEnd = terms.monthEnd;
    this.#rhythms = [{ from: 0, every: terms.every }];
    if (terms.method === "given-principal") {
      for (const row of terms.rows ?? []) this.#dueDates.push(row.dueOn);
      this.#count = this.#dueDates.length;
      this.#seed = { date: this.#dueDates.at(-1) ?? this.start, index: this.#count - 1, every: terms.every };
    } else {
      this.#count = terms.instalments;
      this.#seed = terms.firstDueOn
        ? { date: terms.firstDueOn, index: 0, every: terms.every }
        : { date: this.start, index: -1, every: terms.every };
    }
  }

  /** Number of rows; undefined while the instalment decides it. */
  get count(): number | undefined {
    return this.#count;
  }

  /** Fixes the number of rows at what the instalment or earlier prepayments made of it. */
  settleCount(count: number): void {
    this.#count = count;
  }

  dueOn(index: number): IsoDate {
    while (this.#dueDates.length <= index) this.#dueDates.push(this.#dateFromSeed(this.#dueDates.length));
    return this.#dueDates[index] as IsoDate;
  }

  from(index: number): IsoDate {
    return index === 0 ? this.start : this.dueOn(index - 1);
  }

  /** Length of a row's period in months; undefined where it is counted in days or weeks. */
  months(index: number): number | undefined {
    const { every } = this.#rhythms.findLast((rhythm) => rhythm.from <= index) as { every: PeriodLength };
    return every.unit === "month" ? every.count : undefined;
  }

  /** The row that is due on a date, or -1. */
  indexDueOn(date: IsoDate, count: number): number {
    for (let index = 0; index < count; index++) if (this.dueOn(index) === date) return index;
    return -1;
  }

  /** Row `index` becomes due on `date`, later rows one period after another from there. */
  move(index: number, date: IsoDate): void {
    this.#seed = { date, index, every: this.#seed.every };
    this.#dueDates.length = index;
  }

  /** `rows` more at the end, on the old rhythm. False when the schedule would be longer than {@link ROWS_MAX}. */
  extend(rows: number): boolean {
    this.#count = (this.#count ?? 0) + rows;
    return this.#count <= ROWS_MAX;
  }

  /** `rows` more at the end on a rhythm of their own; returns the index of the first. */
  append(rows: number, firstDueOn: IsoDate, every: PeriodLength): number {
    const first = this.#count ?? 0;
    for (let index = 0; index < first; index++) this.dueOn(index);
    this.#dueDates.length = first;
    this.#seed = { date: firstDueOn, index: first, every };
    this.#rhythms.push({ from: first, every });
    this.#count = first + rows;
    return first;
  }

  #dateFromSeed(index: number): IsoDate {
    const { date, index: seedIndex, every } = this.#seed;
    return addPeriods(date, every, index - seedIndex, this.#monthEnd);
  }
}
