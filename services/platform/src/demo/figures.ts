/* Dates and amounts as the demo's stories write them. */

/** Years that the demo tells. */
export const DEMO_YEARS = [2017, 2018, 2019, 2020] as const;
/** The demo's last day of facts; what banks report of it may come some weeks later. */
export const LAST_DAY = "2020-12-31";

export const CNY = { currency: "CNY" } as const;

export const addDays = (date: string, days: number): string => Temporal.PlainDate.from(date).add({ days }).toString();
export const addMonths = (date: string, months: number): string => Temporal.PlainDate.from(date).add({ months }).toString();
export const monthEnd = (month: string): string => addDays(addMonths(`${month}-01`, 1), -1);

/** Fen as yuan with two decimals. */
export const yuan = (fen: bigint): string => `${fen / 100n}.${String(fen % 100n).padStart(2, "0")}`;
/** Whole yuan as text with two decimals. */
export const wholeYuan = (amount: number): string => `${amount}.00`;
/** Yuan with two decimals as fen. */
export const cents = (amount: string): bigint => BigInt(amount.replace(".", ""));

const QUARTER_ENDS = ["03-21", "06-21", "09-21", "12-21"] as const;

/** First days after the quarterly settlement days, between two days (both excluded) and within the demo. */
export const quarterEnds = (after: string, before: string): string[] =>
  DEMO_YEARS.flatMap((year) => QUARTER_ENDS.map((day) => `${year}-${day}`)).filter((day) => day > after && day < before && day <= LAST_DAY);

export const inParts = <T>(list: readonly T[], sizes: readonly number[]): T[][] => {
  let from = 0;
  return sizes.map((size) => {
    from += size;
    return list.slice(from - size, from);
  });
};
