import { daysBetween } from "@huimin/calendar";
import { type Item, SUM_LOOKED_AT_MAX } from "./items.ts";
import { grouped, type Pairing, sumOf } from "./pairing.ts";
import { onlySubset, type StepBudget } from "./subset.ts";

/* 1:n and n:1 where nothing but the sum says that items belong together. */

/** One item on this side against several on the other. */
interface Side {
  readonly ones: Map<string, Item>;
  readonly many: Map<string, Item>;
  readonly put: (one: Item, several: readonly Item[]) => boolean;
}

export function matchSums(desk: Pairing, daysMax: number, budget: StepBudget): void {
  const lines: Side = { ones: desk.bank, many: desk.book, put: (line, several) => desk.put("sum", [line], several) };
  const movements: Side = { ones: desk.book, many: desk.bank, put: (movement, several) => desk.put("sum", several, [movement]) };
  for (const side of [lines, movements]) matchWhole(side);
  for (const side of [lines, movements]) matchSubsets(side, daysMax, budget);
}

const same = (a: Item, b: Item): boolean => a.amount < 0n === b.amount < 0n;
const compatible = (one: Item, other: Item): boolean => same(one, other) && (one.serial === undefined || other.serial === undefined);

/** All movements of one kind and day (the subsidies paid on a day) are one line, or all lines of a day one movement. */
function matchWhole({ ones, many, put }: Side): void {
  const wholes = new Map<string, Item[][]>();
  const keys = [(item: Item) => `${item.date} ${item.amount < 0n} ${item.kind}`, (item: Item) => `${item.date} ${item.amount < 0n}`];
  for (const keyOf of keys) {
    for (const group of grouped(many.values(), keyOf).values()) {
      if (group.length < 2) continue;
      const key = `${(group[0] as Item).date} ${sumOf(group)}`;
      wholes.set(key, [...(wholes.get(key) ?? []), group]);
    }
  }
  for (const one of [...ones.values()]) {
    const groups = wholes.get(`${one.date} ${one.amount}`) ?? [];
    const group = groups.find((items) => items.every((item) => many.has(item.id) && compatible(one, item)));
    if (group) put(one, group);
  }
}

/** Items of the days around each day, for every distance asked for; too many of them are none. */
function neighbours(byDay: ReadonlyMap<string, readonly Item[]>): (date: string, apart: number) => readonly Item[] {
  const known = new Map<string, readonly Item[]>();
  return (date, apart) => {
    const key = `${date} ${apart}`;
    const before = known.get(key);
    if (before) return before;
    const groups = [...byDay].filter(([day]) => Math.abs(daysBetween(date, day)) <= apart).map(([, items]) => items);
    const found = groups.reduce((count, group) => count + group.length, 0) > SUM_LOOKED_AT_MAX ? [] : groups.flat();
    known.set(key, found);
    return found;
  };
}

/** The only subset of the day, else of the days around it. Large items first: they have fewer ways to be made up. */
function matchSubsets({ ones, many, put }: Side, daysMax: number, budget: StepBudget): void {
  const size = (item: Item): bigint => (item.amount < 0n ? -item.amount : item.amount);
  const sorted = [...ones.values()].sort((a, b) => (size(a) === size(b) ? (a.id < b.id ? -1 : 1) : size(a) > size(b) ? -1 : 1));
  const around = neighbours(grouped(many.values(), ({ date }) => date));
  for (const one of sorted) {
    if (budget.left <= 0 || many.size < 2) return;
    const near = (apart: number): Item[] =>
      around(one.date, apart).filter((item) => many.has(item.id) && compatible(one, item) && size(item) < size(one));
    const found = onlySubset(one.amount, near(0), budget) ?? onlySubset(one.amount, near(daysMax), budget);
    if (found) put(one, found);
  }
}
