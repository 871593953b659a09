/** Whole fen and exact fractions: the reference rounds only where the domain says so. */

/** Fen of a yuan amount such as `-1234.50`. */
export function fenOf(amount: string): bigint {
  const [, sign = "", yuan = "0", fraction = ""] = /^(-?)(\d+)(?:\.(\d{1,2}))?$/.exec(amount) ?? [];
  const value = BigInt(yuan) * 100n + BigInt(fraction.padEnd(2, "0"));
  return sign === "-" ? -value : value;
}

/** Yuan of fen, two decimals. */
export function yuanOf(fen: bigint): string {
  const digits = (fen < 0n ? -fen : fen).toString().padStart(3, "0");
  return `${fen < 0n ? "-" : ""}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

/** An exact fraction, denominator above zero. */
export interface Ratio {
  readonly n: bigint;
  readonly d: bigint;
}

export const ratio = (n: bigint, d = 1n): Ratio => ({ n, d });

/** A decimal string such as `4.785`. */
export function decimal(text: string): Ratio {
  const [whole = "0", fraction = ""] = text.split(".");
  return ratio(BigInt(whole + fraction), 10n ** BigInt(fraction.length));
}

export const times = (a: Ratio, b: Ratio): Ratio => ratio(a.n * b.n, a.d * b.d);

const divisor = (a: bigint, b: bigint): bigint => (b === 0n ? a : divisor(b, a % b));

export function plus(a: Ratio, b: Ratio): Ratio {
  if (a.d === b.d) return ratio(a.n + b.n, a.d);
  const common = divisor(a.d, b.d);
  return ratio(a.n * (b.d / common) + b.n * (a.d / common), (a.d / common) * b.d);
}

/** To a whole number, half away from zero. */
export function halfUp({ n, d }: Ratio): bigint {
  const size = ((n < 0n ? -n : n) * 2n + d) / (2n * d);
  return n < 0n ? -size : size;
}

export const least = (a: bigint, b: bigint): bigint => (a < b ? a : b);

export const sum = (amounts: Iterable<bigint>): bigint => [...amounts].reduce((total, amount) => total + amount, 0n);

export interface Weighted {
  readonly key: string;
  readonly weight: bigint;
}

/** Weights as whole numbers of the same scale. */
export function wholeWeights(list: readonly { readonly key: string; readonly weight: string }[]): Weighted[] {
  const scale = 10n ** BigInt(Math.max(0, ...list.map(({ weight }) => weight.split(".")[1]?.length ?? 0)));
  return list.map(({ key, weight }) => {
    const { n, d } = decimal(weight);
    return { key, weight: (n * scale) / d };
  });
}

/** Floors of the exact shares; what is left over is not given to anyone. */
export function floors(total: bigint, list: readonly Weighted[]): Map<string, bigint> {
  const all = sum(list.map(({ weight }) => weight));
  return new Map(list.map(({ key, weight }) => [key, all === 0n ? 0n : (total * weight) / all]));
}

/** Largest remainder: ties go to the larger weight, then to the earlier of the list. */
export function largestRemainder(total: bigint, list: readonly Weighted[]): Map<string, bigint> {
  const all = sum(list.map(({ weight }) => weight));
  const shares = floors(total, list);
  const byRemainder = list
    .map(({ key, weight }, index) => ({ key, weight, index, left: all === 0n ? 0n : (total * weight) % all }))
    .sort((a, b) =>
      a.left !== b.left ? (a.left < b.left ? 1 : -1) : a.weight !== b.weight ? (a.weight < b.weight ? 1 : -1) : a.index - b.index,
    );
  let rest = total - sum(shares.values());
  for (const { key } of byRemainder) {
    if (rest <= 0n) break;
    shares.set(key, (shares.get(key) ?? 0n) + 1n);
    rest -= 1n;
  }
  return shares;
}

/** Households by number (R7): the digits of an identifier as numbers, the rest as text. */
export const byNumber = (a: string, b: string): number => a.localeCompare(b, "en", { numeric: true });
