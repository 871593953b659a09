import type { Fen } from "@huimin/money";
import type { Fraction } from "../fraction.ts";

/**
 * The equal instalment (等额本息) that brings a balance to zero over rows with their own period rates r_k:
 * E = B · Π(1+r_k) / Σ_j Π_{k>j}(1+r_k), exact. With one monthly rate it is the ordinary annuity, with rate 0 it is B/n.
 *
 * Computed from the last row backwards over one common denominator: with r_k = a_k/b_k the growth of rows k..n is P/Q and
 * the sum is S/Q, so E = B · P / S and no quotient is ever formed.
 */
export function annuity(balance: Fen, periodRates: readonly Fraction[]): Fraction {
  let growth = 1n;
  let sum = 0n;
  for (let row = periodRates.length - 1; row >= 0; row--) {
    const { n, d } = periodRates[row] as Fraction;
    sum = (sum + growth) * d;
    growth *= d + n;
  }
  return { n: balance * growth, d: sum };
}
