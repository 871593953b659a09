const WEIGHT_PATTERN = /^(\d{1,40})(?:\.(\d{1,20}))?$/;
const U64_MAX = 2n ** 64n - 1n;
const GROW_FROM = 1_024;

/** Whether a text is a weight: a decimal number that is not negative, at most 40 digits before and 20 behind the point. */
export const isWeight = (text: string): boolean => WEIGHT_PATTERN.test(text);

/**
 * Weights of a list as whole numbers of one common scale, exactly. Eight bytes each in a typed array as long as they fit,
 * which every money and share does; a list that has larger ones is kept as big integers.
 */
export class Weights {
  #values: BigUint64Array | bigint[] = new BigUint64Array(GROW_FROM);
  #length = 0;
  #decimals = 0;
  #sum = 0n;
  #max = 0n;

  get length(): number {
    return this.#length;
  }

  /** Sum in the common scale. */
  get sum(): bigint {
    return this.#sum;
  }

  /** Weight in the common scale. */
  at(index: number): bigint {
    return this.#values[index] as bigint;
  }

  /** Adds a decimal text; throws when it is none (see {@link isWeight}). */
  add(text: string): void {
    const match = WEIGHT_PATTERN.exec(text);
    if (!match) throw new Error(`not a weight: ${JSON.stringify(text)}`);
    const decimals = (match[2] ?? "").replace(/0+$/, "");
    if (decimals.length > this.#decimals) this.#rescale(decimals.length);
    this.#push(BigInt((match[1] as string) + decimals.padEnd(this.#decimals, "0")));
  }

  #push(value: bigint): void {
    this.#sum += value;
    if (value > this.#max) this.#max = value;
    if (this.#values instanceof BigUint64Array) {
      if (value > U64_MAX) this.#values = [...this.#values.subarray(0, this.#length)];
      else if (this.#length === this.#values.length) this.#grow(this.#values);
    }
    this.#values[this.#length++] = value;
  }

  #grow(values: BigUint64Array): void {
    const larger = new BigUint64Array(values.length * 2);
    larger.set(values);
    this.#values = larger;
  }

  /** A weight with more decimals came: everything before it gets the finer scale. */
  #rescale(decimals: number): void {
    const factor = 10n ** BigInt(decimals - this.#decimals);
    this.#decimals = decimals;
    if (this.#values instanceof BigUint64Array && this.#max * factor > U64_MAX) this.#values = [...this.#values.subarray(0, this.#length)];
    for (let index = 0; index < this.#length; index++) this.#values[index] = (this.#values[index] as bigint) * factor;
    this.#sum *= factor;
    this.#max *= factor;
  }
}
