import { Decimal } from "decimal.js";

/** 分: an amount of money in fen. Amounts are bigint inside and decimal strings outside, never `number`. */
export type Fen = bigint;

/** A rate, ratio or an exact amount before rounding. Precision 60 digits: nothing in the product needs more. */
export const Exact = Decimal.clone({ precision: 60, rounding: Decimal.ROUND_HALF_UP, toExpNeg: -40, toExpPos: 60 });
export type Exact = InstanceType<typeof Exact>;

/** 999,999,999,999.99 yuan: no fund of a district or a country of districts reaches it. */
export const AMOUNT_FEN_MAX: Fen = 99_999_999_999_999n;

const AMOUNT_PATTERN = /^(-?)(0|[1-9]\d{0,11})\.(\d{2})$/;

/**
 * Reads an amount in yuan with exactly two decimals, e.g. `"1234.50"`, to fen.
 * Returns undefined for anything else: `1e3`, three decimals, separators, signs other than a leading minus, numbers.
 */
export function parseAmount(text: unknown): Fen | undefined {
  if (typeof text !== "string") return undefined;
  const match = AMOUNT_PATTERN.exec(text);
  if (!match) return undefined;
  const fen = BigInt(match[2] as string) * 100n + BigInt(match[3] as string);
  return match[1] === "-" ? -fen : fen;
}

/** Like {@link parseAmount} for text that the product itself wrote; throws when it is not an amount. */
export function fen(text: string): Fen {
  const value = parseAmount(text);
  if (value === undefined) throw new Error(`not an amount in yuan with two decimals: ${JSON.stringify(text)}`);
  return value;
}

/** Fen to a decimal string in yuan, `123456n` → `"1234.56"`. */
export function formatAmount(value: Fen): string {
  const negative = value < 0n;
  const digits = (negative ? -value : value).toString().padStart(3, "0");
  return `${negative ? "-" : ""}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

/** Fen to a decimal string with thousands separators, for people: `"1,234.56"`. */
export function formatAmountGrouped(value: Fen): string {
  const [yuan, cents] = formatAmount(value).split(".") as [string, string];
  return `${yuan.replace(/\B(?=(\d{3})+(?!\d))/g, ",")}.${cents}`;
}

/** Fen to an exact amount in yuan. */
export const toExact = (value: Fen): Exact => new Exact(value.toString()).div(100);

/** The one rounding of a settlement: an exact amount in yuan, half up (away from zero at a tie), to fen. */
export const roundHalfUp = (yuan: Exact): Fen => BigInt(yuan.mul(100).toDecimalPlaces(0, Decimal.ROUND_HALF_UP).toFixed(0));

/** An exact amount in yuan rounded down (towards minus infinity) to fen. */
export const roundDown = (yuan: Exact): Fen => BigInt(yuan.mul(100).toDecimalPlaces(0, Decimal.ROUND_FLOOR).toFixed(0));

const PERCENT_PATTERN = /^(0|[1-9]\d{0,3})(\.\d{1,10})?$/;

/** Reads a percentage such as `"4.75"`; undefined for anything that is not a plain non-negative decimal string. */
export const parsePercent = (text: unknown): Exact | undefined =>
  typeof text === "string" && PERCENT_PATTERN.test(text) ? new Exact(text) : undefined;

/** Like {@link parsePercent}, throwing. */
export function percent(text: string): Exact {
  const value = parsePercent(text);
  if (value === undefined) throw new Error(`not a percentage: ${JSON.stringify(text)}`);
  return value;
}

export const maxFen = (a: Fen, b: Fen): Fen => (a > b ? a : b);
export const minFen = (a: Fen, b: Fen): Fen => (a < b ? a : b);
export const sumFen = (values: Iterable<Fen>): Fen => {
  let total = 0n;
  for (const value of values) total += value;
  return total;
};
