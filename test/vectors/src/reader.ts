import { type IsoDate, type PeriodLength, parseDate } from "@huimin/calendar";
import { Exact, type Fen } from "@huimin/money";

/** A case that can't be read: unknown key, missing key, or a value that the format does not define, with its place. */
export class CaseProblem extends Error {}

/** A JSON object of a case. Every key must be asked for; what nobody asked for is reported by name, never ignored. */
export class CaseObject {
  readonly #value: Readonly<Record<string, unknown>>;
  #asked = new Set<string>();
  readonly path: string;
  readonly #decimals: number;

  constructor(value: unknown, path: string, decimals = 2) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) throw new CaseProblem(`${path} is not an object`);
    this.#value = value as Readonly<Record<string, unknown>>;
    this.path = path;
    this.#decimals = decimals;
  }

  has(key: string): boolean {
    return this.#value[key] !== undefined;
  }

  keys(): string[] {
    return Object.keys(this.#value);
  }

  /** The raw value of a key; undefined when it is absent. */
  raw(key: string): unknown {
    this.#asked.add(key);
    return this.#value[key];
  }

  text(key: string): string {
    return this.#must(key, (value) => (typeof value === "string" ? value : undefined), "text");
  }

  choice<const T extends string>(key: string, values: readonly T[], fallback?: T): T {
    if (fallback !== undefined && !this.has(key)) {
      this.#asked.add(key);
      return fallback;
    }
    return this.#must(key, (value) => values.find((one) => one === value), values.join(" | "));
  }

  whole(key: string, fallback?: number): number {
    if (fallback !== undefined && !this.has(key)) {
      this.#asked.add(key);
      return fallback;
    }
    return this.#must(key, (value) => (Number.isInteger(value) ? (value as number) : undefined), "a whole number");
  }

  date(key: string): IsoDate {
    return this.#must(key, parseDate, "a date");
  }

  decimal(key: string): Exact {
    return this.#must(
      key,
      (value) => (typeof value === "string" && DECIMAL.test(value) ? new Exact(value) : undefined),
      "a decimal string",
    );
  }

  /** An amount in minor units of the case's scale. */
  amount(key: string, fallback?: Fen): Fen {
    if (fallback !== undefined && !this.has(key)) {
      this.#asked.add(key);
      return fallback;
    }
    return this.#must(key, (value) => (typeof value === "string" ? minorUnits(value, this.#decimals) : undefined), "an amount");
  }

  /** The same object with amounts read in another scale. */
  scaled(decimals: number): CaseObject {
    const scaled = new CaseObject(this.#value, this.path, decimals);
    scaled.#asked = this.#asked;
    return scaled;
  }

  object(key: string): CaseObject {
    return new CaseObject(this.raw(key), `${this.path}.${key}`, this.#decimals);
  }

  list<T>(key: string, read: (item: CaseObject, nr: number) => T): T[] {
    return this.#must(key, (value) => (Array.isArray(value) ? value : undefined), "a list").map((value: unknown, nr) => {
      const item = new CaseObject(value, `${this.path}.${key}[${nr}]`, this.#decimals);
      const result = read(item, nr);
      item.done();
      return result;
    });
  }

  every(key: string): PeriodLength {
    const every = this.object(key);
    const length = { count: every.whole("count"), unit: every.choice("unit", ["day", "week", "month"]) };
    every.done();
    return length;
  }

  /** Fails when the object has a key that nobody asked for. */
  done(): void {
    for (const key of Object.keys(this.#value)) if (!this.#asked.has(key)) throw new CaseProblem(`unknown key ${this.path}.${key}`);
  }

  #must<T>(key: string, read: (value: unknown) => T | undefined, what: string): T {
    this.#asked.add(key);
    const value = this.#value[key];
    if (value === undefined) throw new CaseProblem(`missing key ${this.path}.${key}`);
    const found = read(value);
    if (found === undefined) throw new CaseProblem(`${this.path}.${key} is ${JSON.stringify(value)}, not ${what}`);
    return found;
  }
}

const DECIMAL = /^-?\d+(\.\d+)?([eE][+-]?\d{1,3})?$/;
const AMOUNT = /^(-?)(\d+)(?:\.(\d+))?$/;

function minorUnits(text: string, decimals: number): Fen | undefined {
  const match = AMOUNT.exec(text);
  if (!match || (match[3]?.length ?? 0) > decimals) return undefined;
  const units = BigInt(`${match[2]}${(match[3] ?? "").padEnd(decimals, "0")}`);
  return match[1] ? -units : units;
}

const AMOUNT_KEYS =
  /^(principal|amount|amountUnit|instalmentUnit|principalPerInstalment|pool|unit|guaranteedBase|profit|base|linkedAccountOpening)$/;

/** Decimals of the finest amount in a part of a case, at least two: the scale in which its amounts are whole. */
export function decimalsIn(value: unknown, key = ""): number {
  if (typeof value === "string") return AMOUNT_KEYS.test(key) ? Math.max(2, AMOUNT.exec(value)?.[3]?.length ?? 0) : 2;
  if (typeof value !== "object" || value === null) return 2;
  return Math.max(2, ...Object.entries(value).map(([name, item]) => decimalsIn(item, Array.isArray(value) ? key : name)));
}
