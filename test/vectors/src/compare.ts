import { type Fraction, fraction, fractionOf, roundTo, toDecimal } from "@huimin/interest";
import type { CaseObject } from "./reader.ts";

/** What a computed value may be: a number, a text or a date, or nothing (an open row has no `paidOn`). */
export type Computed = Fraction | number | string | null | undefined;
export type Columns = Readonly<Record<string, Computed>>;

/** How close a computed number must be. Source: `compare` of the format. */
export interface Closeness {
  readonly unit?: Fraction;
  readonly tolerance?: Fraction;
  readonly relativeTolerance?: Fraction;
}

export function readCloseness(expected: CaseObject, inherited: Closeness): Closeness {
  if (!expected.has("compare")) return inherited;
  const compare = expected.object("compare");
  const read = {
    ...(compare.has("unit") ? { unit: fractionOf(compare.decimal("unit")) } : {}),
    ...(compare.has("tolerance") ? { tolerance: fractionOf(compare.decimal("tolerance")) } : {}),
    ...(compare.has("relativeTolerance") ? { relativeTolerance: fractionOf(compare.decimal("relativeTolerance")) } : {}),
  };
  compare.done();
  return read;
}

const NUMBER = /^-?\d+(\.\d+)?([eE][+-]?\d{1,3})?$/;

/** The first difference between expected columns and computed ones, or undefined. */
export function differenceIn(
  expected: Readonly<Record<string, unknown>>,
  computed: Columns,
  place: string,
  closeness: Closeness,
): string | undefined {
  for (const [column, want] of Object.entries(expected)) {
    if (!(column in computed)) return `unknown key ${place}.${column}`;
    const difference = differenceOf(want, computed[column], `${place}.${column}`, closeness);
    if (difference) return difference;
  }
  return undefined;
}

export function differenceOf(want: unknown, got: Computed, place: string, closeness: Closeness): string | undefined {
  if (want === null || want === undefined || got === null || got === undefined) {
    return (want ?? null) === (got ?? null) ? undefined : `${place} is ${show(got)}, expected ${JSON.stringify(want)}`;
  }
  if (typeof got === "number")
    return got === want || String(got) === want ? undefined : `${place} is ${got}, expected ${JSON.stringify(want)}`;
  if (typeof got === "string") return got === want ? undefined : `${place} is ${got}, expected ${JSON.stringify(want)}`;
  const text = String(want);
  if (!NUMBER.test(text)) return `${place} is ${show(got)}, expected ${JSON.stringify(want)}`;
  return closeEnough(fractionOf(text), got, closeness) ? undefined : `${place} is ${show(got)}, expected ${text}`;
}

function closeEnough(want: Fraction, got: Fraction, { unit, tolerance, relativeTolerance }: Closeness): boolean {
  const seen = unit ? roundedTo(got, unit) : got;
  const away = absolute({ n: seen.n * want.d - want.n * seen.d, d: seen.d * want.d });
  if (away.n === 0n) return true;
  if (tolerance && away.n * tolerance.d <= tolerance.n * away.d) return true;
  if (!relativeTolerance) return false;
  const most = { n: relativeTolerance.n * absolute(want).n, d: relativeTolerance.d * want.d };
  return away.n * most.d <= most.n * away.d;
}

/** A number rounded half up to a multiple of `unit`, which may be a fraction itself. */
export function roundedTo(value: Fraction, unit: Fraction): Fraction {
  const multiples = roundTo({ n: value.n * unit.d, d: value.d * unit.n }, 1n, "half-up");
  return fraction(multiples * unit.n, unit.d);
}

const absolute = (value: Fraction): Fraction => (value.n < 0n ? { n: -value.n, d: value.d } : value);

function show(value: Computed): string {
  if (typeof value === "object" && value !== null) return toDecimal(value).toSignificantDigits(30).toFixed();
  return value === null || value === undefined ? "empty" : String(value);
}
