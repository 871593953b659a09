/** Civil dates (`YYYY-MM-DD`) as day numbers, counted without any library: the reference shares nothing with the product. */

const DAY_MS = 86_400_000;

/** Days since 1970-01-01. */
export const dayOf = (date: string): number =>
  Date.UTC(Number(date.slice(0, 4)), Number(date.slice(5, 7)) - 1, Number(date.slice(8, 10))) / DAY_MS;

export const dateOf = (day: number): string => new Date(day * DAY_MS).toISOString().slice(0, 10);

export const yearOf = (date: string): number => Number(date.slice(0, 4));

export const daysBetween = (from: string, toExcl: string): number => dayOf(toExcl) - dayOf(from);

export const plusDays = (date: string, days: number): string => dateOf(dayOf(date) + days);

/** The same day so many months later; the last day of the month where it lacks that day. */
export function plusMonths(date: string, months: number): string {
  const [year = 0, month = 0, day = 0] = date.split("-").map(Number);
  const first = new Date(Date.UTC(year, month - 1 + months, 1));
  const length = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0)).getUTCDate();
  return dateOf(first.getTime() / DAY_MS + Math.min(day, length) - 1);
}

/** Months of a term; a broken month counts as one. */
export function monthsOf(from: string, to: string): number {
  let months = 0;
  while (plusMonths(from, months) < to) months += 1;
  return months;
}

/** `YYYYQn` of a day. */
export const quarterOf = (date: string): string => `${date.slice(0, 4)}Q${Math.ceil(Number(date.slice(5, 7)) / 3)}`;

const isLeap = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;

export const daysInYear = (year: number): number => (isLeap(year) ? 366 : 365);

/** Every day of [from, toExcl). */
export function* eachDay(from: string, toExcl: string): Generator<string> {
  for (let day = dayOf(from); day < dayOf(toExcl); day += 1) yield dateOf(day);
}

export const earliest = (...dates: readonly [string, ...string[]]): string => dates.toSorted()[0] ?? dates[0];

export const latest = (...dates: readonly [string, ...string[]]): string => dates.toSorted().at(-1) ?? dates[0];
