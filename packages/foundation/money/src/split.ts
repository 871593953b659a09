import { Exact, type Fen } from "./fen.ts";

/**
 * Splits `total` fen by weights so that the parts sum to it exactly (最大余额法, largest remainder): floor every share,
 * then one fen each to the largest remainders; ties go to the larger weight, then to the order of the list (R7).
 * Refuses (throws) negative totals, negative weights and weights that sum to zero.
 */
export function splitLargestRemainder(total: Fen, weights: readonly Exact[]): Fen[] {
  const { floors, remainders } = floorShares(total, weights);
  let residue = total;
  for (const floor of floors) residue -= floor;
  const order = floors.map((_, index) => index);
  order.sort((a, b) => {
    const byRemainder = (remainders[b] as Exact).cmp(remainders[a] as Exact);
    if (byRemainder !== 0) return byRemainder;
    const byWeight = (weights[b] as Exact).cmp(weights[a] as Exact);
    return byWeight !== 0 ? byWeight : a - b;
  });
  const parts = [...floors];
  for (const index of order) {
    if (residue === 0n) break;
    parts[index] = (parts[index] as Fen) + 1n;
    residue -= 1n;
  }
  return parts;
}

/** Every share floored; what is left is carried to the next time (FLOOR_CARRY), so equal weights get equal money. */
export function splitFloorCarry(total: Fen, weights: readonly Exact[]): { readonly parts: Fen[]; readonly carried: Fen } {
  const { floors } = floorShares(total, weights);
  let carried = total;
  for (const floor of floors) carried -= floor;
  return { parts: floors, carried };
}

function floorShares(total: Fen, weights: readonly Exact[]): { floors: Fen[]; remainders: Exact[] } {
  if (total < 0n) throw new Error("a split takes a total that is not negative");
  const whole = weights.reduce((sum, weight) => sum.add(weight), new Exact(0));
  if (weights.some((weight) => weight.isNegative()) || !whole.isPositive() || whole.isZero()) {
    throw new Error("a split takes weights that are not negative and do not sum to zero");
  }
  const amount = new Exact(total.toString());
  const floors: Fen[] = [];
  const remainders: Exact[] = [];
  for (const weight of weights) {
    // total × weight is exact; comparing remainders of the products avoids an inexact quotient (1/3).
    const product = amount.mul(weight);
    const quotient = product.divToInt(whole);
    floors.push(BigInt(quotient.toFixed(0)));
    remainders.push(product.sub(quotient.mul(whole)));
  }
  return { floors, remainders };
}
