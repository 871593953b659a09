import { dateOf, dayOf } from "../dates.ts";
import { yuanOf } from "../numbers.ts";

/** A seeded source of choices (mulberry32): the same seed gives the same file on every machine. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** From 0 up to, not including, 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  /** A whole number, both ends included. */
  int(from: number, to: number): number {
    return from + Math.floor(this.next() * (to - from + 1));
  }

  chance(percent: number): boolean {
    return this.next() * 100 < percent;
  }

  pick<T>(list: readonly T[]): T {
    const one = list[this.int(0, list.length - 1)];
    if (one === undefined) throw new Error("nothing to pick from");
    return one;
  }

  shuffled<T>(list: readonly T[]): T[] {
    const keyed = list.map((one) => [this.next(), one] as const);
    return keyed.sort((a, b) => a[0] - b[0]).map(([, one]) => one);
  }

  /** A day, both ends included. */
  day(from: string, to: string): string {
    return dateOf(this.int(dayOf(from), Math.max(dayOf(from), dayOf(to))));
  }

  /** Fen between two yuan amounts: often thousands, often to the fen. */
  fen(fromYuan: number, toYuan: number): bigint {
    if (toYuan - fromYuan >= 2000 && this.chance(40))
      return BigInt(this.int(Math.ceil(fromYuan / 1000), Math.floor(toYuan / 1000))) * 100_000n;
    return BigInt(this.int(fromYuan * 100, toYuan * 100));
  }

  yuan(fromYuan: number, toYuan: number): string {
    return yuanOf(this.fen(fromYuan, toYuan));
  }

  /** A part of an amount, at least one fen, at most all of it. */
  part(amount: bigint, percentFrom = 5, percentTo = 95): bigint {
    const share = (amount * BigInt(this.int(percentFrom * 100, percentTo * 100))) / 10_000n;
    const odd = share + BigInt(this.int(0, 99));
    return odd > amount ? amount : odd < 1n ? 1n : odd;
  }
}
