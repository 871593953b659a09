import type { Fen } from "@huimin/money";
import { invariant } from "@huimin/outcome";
import { Weights } from "./weights.ts";

export type ResidueRule = "LARGEST_REMAINDER" | "FLOOR_CARRY";

/** Two remainders nearer than this are compared exactly; a quotient of two doubles is right to about 3e-16. */
const NEAR = 1e-12;

/**
 * Splits an amount over a list of weights of any length (domain 8 T1): every share is floored; with LARGEST_REMAINDER one
 * fen each goes to the largest remainders, ties to the larger weight, then to the earlier line; with FLOOR_CARRY what is
 * left stays in the pool. Exact: shares are quotients of big integers, no share is ever a floating number.
 *
 * The list is given line by line in its order (households by number, R7), in chunks of any size: the result does not
 * depend on them. Memory is some 30 bytes a line.
 */
export class AllocationList {
  readonly #weights = new Weights();

  add(weight: string): this {
    this.#weights.add(weight);
    return this;
  }

  get length(): number {
    return this.#weights.length;
  }

  /** Refuses (throws) a negative total and weights that sum to zero: check {@link canSplit} first. */
  split(total: Fen, rule: ResidueRule): Allocation {
    invariant(total >= 0n && this.#weights.sum > 0n, "a split takes a total that is not negative and weights above zero");
    const { length } = this.#weights;
    const amounts = new BigInt64Array(length);
    let allocated = 0n;
    for (let index = 0; index < length; index++) {
      const floor = (total * this.#weights.at(index)) / this.#weights.sum;
      amounts[index] = floor;
      allocated += floor;
    }
    const residue = total - allocated;
    if (rule === "FLOOR_CARRY" || residue === 0n) return new Allocation(amounts, allocated, residue);
    for (const index of this.#largestRemainders(total, Number(residue))) amounts[index] = (amounts[index] as bigint) + 1n;
    return new Allocation(amounts, total, 0n);
  }

  get canSplit(): boolean {
    return this.#weights.sum > 0n;
  }

  /** Lines with the largest remainders. The residue is smaller than the number of lines with a remainder. */
  #largestRemainders(total: Fen, count: number): Uint32Array {
    const weights = this.#weights;
    const remainder = (index: number): bigint => (total * weights.at(index)) % weights.sum;
    const nearly = new Float64Array(weights.length);
    const whole = Number(weights.sum);
    for (let index = 0; index < weights.length; index++) nearly[index] = Number(remainder(index)) / whole;
    const order = new Uint32Array(weights.length);
    for (let index = 0; index < order.length; index++) order[index] = index;
    order.sort((a, b) => {
      const difference = (nearly[b] as number) - (nearly[a] as number);
      if (difference > NEAR || difference < -NEAR) return difference;
      const [first, second] = [weights.at(a), weights.at(b)];
      if (first === second) return a - b;
      const [left, right] = [remainder(a), remainder(b)];
      if (left !== right) return left > right ? -1 : 1;
      return first > second ? -1 : 1;
    });
    return order.subarray(0, count);
  }
}

/** What each line of a list gets. */
export class Allocation {
  readonly #amounts: BigInt64Array;
  /** Σ of the lines; `allocated` + `carried` is the total that was split. */
  readonly allocated: Fen;
  readonly carried: Fen;

  constructor(amounts: BigInt64Array, allocated: Fen, carried: Fen) {
    this.#amounts = amounts;
    this.allocated = allocated;
    this.carried = carried;
  }

  get length(): number {
    return this.#amounts.length;
  }

  /** Amount of the line with this index, in fen. */
  amount(index: number): Fen {
    return this.#amounts[index] as Fen;
  }
}
