/** A civil date in Asia/Shanghai, ISO `YYYY-MM-DD`. Strings of this form sort as dates do, which the product uses. */
export type IsoDate = string;
/** An accounting month 会计期间, `YYYY-MM`. */
export type Period = string;
/** A claim quarter `YYYYQn`: the quarter in which the last day of a settlement lies. */
export type Quarter = string;

const DATE_PATTERN = /^\d{4}-\d{2}-\d{2}$/;

/** A date that exists, or undefined: `2017-02-29`, `20170301` and instants are refused. */
export function parseDate(text: unknown): IsoDate | undefined {
  if (typeof text !== "string" || !DATE_PATTERN.test(text)) return undefined;
  const month = Number(text.slice(5, 7));
  const day = Number(text.slice(8, 10));
  if (month < 1 || month > 12 || day < 1) return undefined;
  return day <= 28 || day <= daysOfMonth(Number(text.slice(0, 4)), month) ? text : undefined;
}

const daysOfMonth = (year: number, month: number): number =>
  month === 2 ? (isLeapYear(year) ? 29 : 28) : month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;

const plain = (date: IsoDate): Temporal.PlainDate => Temporal.PlainDate.from(date);

const DAY_MS = 86_400_000;
const dayNumbers = new Map<IsoDate, number>();

/** Days since 1970-01-01; cached, because interest asks for the same few thousand dates again and again. */
export function dayNumber(date: IsoDate): number {
  let number = dayNumbers.get(date);
  if (number === undefined) {
    number = Date.UTC(Number(date.slice(0, 4)), Number(date.slice(5, 7)) - 1, Number(date.slice(8, 10))) / DAY_MS;
    if (dayNumbers.size > 50_000) dayNumbers.clear();
    dayNumbers.set(date, number);
  }
  return number;
}

/** 算头不算尾: the first day counts, the last does not. */
export const daysBetween = (from: IsoDate, toExclusive: IsoDate): number => dayNumber(toExclusive) - dayNumber(from);

export const addDays = (date: IsoDate, days: number): IsoDate => plain(date).add({ days }).toString();

/** 对月: the same day of a later month; where the month lacks it, its last day. Count from the seed date, never from a result. */
export const addMonths = (date: IsoDate, months: number): IsoDate => plain(date).add({ months }).toString();

export const lastDayOfMonth = (date: IsoDate): IsoDate => {
  const day = plain(date);
  return day.with({ day: day.daysInMonth }).toString();
};

export const yearOf = (date: IsoDate): number => Number(date.slice(0, 4));
export const periodOf = (date: IsoDate): Period => date.slice(0, 7);
export const nextPeriod = (period: Period): Period => periodOf(addMonths(`${period}-01`, 1));
export const quarterOf = (date: IsoDate): Quarter => `${date.slice(0, 4)}Q${Math.ceil(Number(date.slice(5, 7)) / 3)}`;
export const isLeapYear = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;

/** Since 1992-01-01 Shanghai's offset is +08:00 at every instant (summer time ended in 1991): no time zone table is needed. */
const FIXED_OFFSET_SINCE_MS = Date.UTC(1992, 0, 1);
const SHANGHAI_OFFSET_MS = 8 * 3_600_000;
const hasFixedOffset = (epochMilliseconds: number): boolean =>
  Number.isInteger(epochMilliseconds) && epochMilliseconds >= FIXED_OFFSET_SINCE_MS && epochMilliseconds < FIXED_OFFSET_UNTIL_MS;
/** ISO years have four digits before it. */
const FIXED_OFFSET_UNTIL_MS = Date.UTC(9999, 11, 31);
const shifted = (epochMilliseconds: number): string => new Date(epochMilliseconds + SHANGHAI_OFFSET_MS).toISOString();

/** An instant as {@link shanghaiInstant} writes it: its date is the civil date in Shanghai. */
const WITH_OFFSET = /^(\d{4}-\d{2}-\d{2})T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?\+08:00$/;

/** The civil date in Asia/Shanghai of an instant, ISO with any offset or an epoch in milliseconds. */
export const shanghaiDate = (instant: string | number): IsoDate => {
  if (typeof instant === "string") {
    const date = instant >= "1992" ? WITH_OFFSET.exec(instant)?.[1] : undefined;
    if (date !== undefined && parseDate(date) !== undefined) return date;
  }
  if (typeof instant === "number" && hasFixedOffset(instant)) return shifted(instant).slice(0, 10);
  return (typeof instant === "number" ? Temporal.Instant.fromEpochMilliseconds(instant) : Temporal.Instant.from(instant))
    .toZonedDateTimeISO("Asia/Shanghai")
    .toPlainDate()
    .toString();
};

/** An instant as the product writes it: ISO with milliseconds and the offset +08:00. */
export const shanghaiInstant = (epochMilliseconds: number): string =>
  hasFixedOffset(epochMilliseconds)
    ? `${shifted(epochMilliseconds).slice(0, 23)}+08:00`
    : `${Temporal.Instant.fromEpochMilliseconds(epochMilliseconds).toZonedDateTimeISO("Asia/Shanghai").toPlainDateTime().toString({ smallestUnit: "millisecond" })}+08:00`;

export const laterDate = (a: IsoDate, b: IsoDate): IsoDate => (a > b ? a : b);
export const earlierDate = (a: IsoDate, b: IsoDate): IsoDate => (a < b ? a : b);

/**
 * 对年对月对日: whole months from `from` to `to` (a missing day is the month's last), and the odd days left.
 * 2017-03-10 → 2018-05-25 is 14 months and 15 days.
 */
export function monthsAndDays(from: IsoDate, to: IsoDate): { readonly months: number; readonly days: number } {
  let months = (yearOf(to) - yearOf(from)) * 12 + Number(to.slice(5, 7)) - Number(from.slice(5, 7));
  if (addMonths(from, months) > to) months -= 1;
  return { months, days: daysBetween(addMonths(from, months), to) };
}

/** Months of a term for tier and limit rules: a started month counts as a whole one (18 months and 1 day → 19). */
export const termMonths = (from: IsoDate, to: IsoDate): number => {
  const { months, days } = monthsAndDays(from, to);
  return days > 0 ? months + 1 : months;
};
