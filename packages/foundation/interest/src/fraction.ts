import { Exact } from "@huimin/money";

/**
 * An exact rational number n/d with d > 0.
 *
 * Why not decimals: a day is 1/360 or 1/366 of a year and an annuity divides by a sum of products, so no number of decimal
 * digits is exact, and a tie at half a fen (CN-ONE-DAY: 5.945) must be seen as a tie. Sums and products of fractions are
 * exact by construction; the only roundings are those that a rule names. Fractions are kept unreduced where they live for
 * one row only: numerators of a 360-row annuity stay under a few thousand bits, which costs microseconds.
 */
export interface Fraction {
  readonly n: bigint;
  readonly d: bigint;
}

export const ZERO: Fraction = { n: 0n, d: 1n };
export const ONE: Fraction = { n: 1n, d: 1n };

/** n/d, with the sign moved to the numerator. Throws when d is zero. */
export function fraction(n: bigint, d = 1n): Fraction {
  if (d === 0n) throw new RangeError("a fraction has no zero denominator");
  return d < 0n ? { n: -n, d: -d } : { n, d };
}

export const add = (a: Fraction, b: Fraction): Fraction =>
  a.d === b.d ? { n: a.n + b.n, d: a.d } : { n: a.n * b.d + b.n * a.d, d: a.d * b.d };
export const subtract = (a: Fraction, b: Fraction): Fraction => add(a, { n: -b.n, d: b.d });
export const multiply = (a: Fraction, b: Fraction): Fraction => ({ n: a.n * b.n, d: a.d * b.d });
export const divide = (a: Fraction, b: Fraction): Fraction => fraction(a.n * b.d, a.d * b.n);
export const scale = (a: Fraction, by: bigint): Fraction => ({ n: a.n * by, d: a.d });
export const compare = (a: Fraction, b: Fraction): number => {
  const left = a.n * b.d;
  const right = b.n * a.d;
  return left < right ? -1 : left > right ? 1 : 0;
};
export const equal = (a: Fraction, b: Fraction): boolean => a.n * b.d === b.n * a.d;

/** Lowest terms; for fractions that live long or are compared as text. */
export function reduce(value: Fraction): Fraction {
  let [a, b] = [value.n < 0n ? -value.n : value.n, value.d];
  while (b !== 0n) [a, b] = [b, a % b];
  return a === 0n || a === 1n ? (value.n === 0n ? ZERO : value) : { n: value.n / a, d: value.d / a };
}

const DECIMAL = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,3}))?$/;

/** A decimal string (`"4.75"`, `"1e-20"`) or an `Exact` as a fraction; throws for anything else. */
export function fractionOf(value: string | Exact): Fraction {
  const text = typeof value === "string" ? value : value.toFixed();
  const match = DECIMAL.exec(text);
  if (!match) throw new RangeError(`not a decimal: ${JSON.stringify(text)}`);
  const decimals = match[3] ?? "";
  const exponent = Number(match[4] ?? 0) - decimals.length;
  const digits = BigInt(`${match[2]}${decimals}`) * (match[1] === "-" ? -1n : 1n);
  return exponent >= 0 ? { n: digits * 10n ** BigInt(exponent), d: 1n } : { n: digits, d: 10n ** BigInt(-exponent) };
}

/** To 60 significant digits, for people and for functions that are not rational (logarithms, roots). */
export const toDecimal = (value: Fraction): Exact => new Exact(value.n.toString()).div(value.d.toString());
