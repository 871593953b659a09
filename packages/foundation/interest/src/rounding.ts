import type { Fen } from "@huimin/money";
import type { Fraction } from "./fraction.ts";

/** Rounding of money at a tie: away from zero, or to the even neighbour. */
export type RoundingMode = "half-up" | "half-even";

/** How an instalment is brought to its unit: nearest (ties by {@link RoundingMode}), up or down. */
export type UnitRounding = "nearest" | "up" | "down";

/** An exact amount in fen, rounded to a multiple of `unit` fen. */
export function roundTo(value: Fraction, unit: Fen, mode: RoundingMode): Fen {
  const divisor = value.d * unit;
  const negative = value.n < 0n;
  const magnitude = negative ? -value.n : value.n;
  let quotient = magnitude / divisor;
  const twice = (magnitude - quotient * divisor) * 2n;
  if (twice > divisor || (twice === divisor && (mode === "half-up" || quotient % 2n === 1n))) quotient += 1n;
  return (negative ? -quotient : quotient) * unit;
}

/** The largest multiple of `unit` that is not above the value. */
export function floorTo(value: Fraction, unit: Fen): Fen {
  const divisor = value.d * unit;
  const quotient = value.n / divisor;
  return (value.n < 0n && quotient * divisor !== value.n ? quotient - 1n : quotient) * unit;
}

/** The smallest multiple of `unit` that is not below the value. */
export const ceilTo = (value: Fraction, unit: Fen): Fen => -floorTo({ n: -value.n, d: value.d }, unit);

export function roundUnit(value: Fraction, unit: Fen, how: UnitRounding, mode: RoundingMode): Fen {
  if (how === "up") return ceilTo(value, unit);
  return how === "down" ? floorTo(value, unit) : roundTo(value, unit, mode);
}
