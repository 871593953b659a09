import { dayNumber } from "@huimin/calendar";
import { type Fen, sumFen } from "@huimin/money";
import type { AmountDifference, Item, Match, MatchRule } from "./items.ts";

/** The order in which everything is looked at, whatever order it came in. */
const order = (a: Item, b: Item): number =>
  a.date !== b.date
    ? a.date < b.date
      ? -1
      : 1
    : a.amount !== b.amount
      ? a.amount < b.amount
        ? -1
        : 1
      : a.id < b.id
        ? -1
        : a.id > b.id
          ? 1
          : 0;

export const sumOf = (items: Iterable<Item>): Fen => sumFen(Array.from(items, (item) => item.amount));

/** What is not matched yet, and what is. The rules work on this. */
export class Pairing {
  readonly bank: Map<string, Item>;
  readonly book: Map<string, Item>;
  readonly matches: Match[] = [];
  readonly amounts: AmountDifference[] = [];
  readonly #days = new Map<string, number>();
  readonly #apart: ReadonlyMap<string, ReadonlySet<string>>;

  constructor(bank: readonly Item[], book: readonly Item[], apart: readonly (readonly string[])[]) {
    this.bank = new Map([...bank].sort(order).map((item) => [item.id, item]));
    this.book = new Map([...book].sort(order).map((item) => [item.id, item]));
    const sets = new Map<string, Set<string>>();
    for (const items of apart) {
      for (const item of items) {
        const others = sets.get(item) ?? new Set<string>();
        for (const other of items) if (other !== item) others.add(other);
        sets.set(item, others);
      }
    }
    this.#apart = sets;
  }

  #dayOf(date: string): number {
    const known = this.#days.get(date) ?? dayNumber(date);
    this.#days.set(date, known);
    return known;
  }

  /** People took them apart. */
  keptApart(items: readonly Item[]): boolean {
    if (this.#apart.size === 0) return false;
    return items.some(({ id }) => {
      const others = this.#apart.get(id);
      return others !== undefined && items.some((other) => others.has(other.id));
    });
  }

  /** Puts items together, unless people took them apart. */
  put(rule: MatchRule, bank: readonly Item[], book: readonly Item[], match?: string): boolean {
    if (match === undefined && this.keptApart([...bank, ...book])) return false;
    const days = [...bank, ...book].map(({ date }) => this.#dayOf(date));
    for (const { id } of bank) this.bank.delete(id);
    for (const { id } of book) this.book.delete(id);
    this.matches.push({
      rule,
      ...(match === undefined ? {} : { match }),
      bank: bank.map(({ id }) => id),
      book: book.map(({ id }) => id),
      daysApart: Math.max(...days) - Math.min(...days),
    });
    return true;
  }

  /** One difference of both sides. */
  differ(rule: "serial" | "order", key: string, bank: readonly Item[], book: readonly Item[]): void {
    for (const { id } of bank) this.bank.delete(id);
    for (const { id } of book) this.book.delete(id);
    const ids = (items: readonly Item[]) => items.map(({ id }) => id);
    this.amounts.push({ rule, key, bank: ids(bank), book: ids(book), difference: sumOf(bank) - sumOf(book) });
  }
}

export function grouped(items: Iterable<Item>, keyOf: (item: Item) => string | undefined): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    if (key === undefined) continue;
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}

/** Items that wait for a partner, in their order: taking the first that fits costs nothing where the first one does. */
export class Waiting {
  readonly #items: (Item | undefined)[];
  #head = 0;

  constructor(items: readonly Item[]) {
    this.#items = [...items];
  }

  take(fits: (item: Item) => boolean): Item | undefined {
    for (let index = this.#head; index < this.#items.length; index += 1) {
      const item = this.#items[index];
      if (item === undefined) {
        if (index === this.#head) this.#head += 1;
        continue;
      }
      if (!fits(item)) continue;
      this.#items[index] = undefined;
      if (index === this.#head) this.#head += 1;
      return item;
    }
    return undefined;
  }
}

export function waiting(items: Iterable<Item>, keyOf: (item: Item) => string | undefined): Map<string, Waiting> {
  return new Map([...grouped(items, keyOf)].map(([key, group]) => [key, new Waiting(group)]));
}
