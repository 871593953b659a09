import { addDays } from "@huimin/calendar";
import type { Item } from "./items.ts";
import { grouped, type Pairing, Waiting, waiting } from "./pairing.ts";

/* Matching by amount and day: for items of which at most one side has a serial. */

/** Two different serials are two different payments. */
const mayBeOne = (line: Item, movement: Item): boolean => line.serial === undefined || movement.serial === undefined;

/** Pairs of one amount and day. Those with a serial first: they can only go with one that has none. */
export function matchSameDay(desk: Pairing): void {
  const keyOf = ({ date, amount }: Item): string => `${date} ${amount}`;
  const books = grouped(desk.book.values(), keyOf);
  for (const [key, lines] of grouped(desk.bank.values(), keyOf)) {
    const movements = books.get(key);
    if (movements) pairCompatible(desk, lines, movements);
  }
}

/** Serial at the bank with none in the books, then the other way round, then none on either side. */
function pairCompatible(desk: Pairing, lines: readonly Item[], movements: readonly Item[]): void {
  const has = ({ serial }: Item): boolean => serial !== undefined;
  const without = (item: Item): boolean => !has(item);
  const classes = [
    [lines.filter(has), movements.filter(without)],
    [lines.filter(without), movements.filter(has)],
    [lines.filter(without), movements.filter(without)],
  ] as const;
  for (const [some, others] of classes) {
    const free = new Waiting(others.filter(({ id }) => desk.book.has(id)));
    for (const line of some) {
      if (!desk.bank.has(line.id)) continue;
      const movement = free.take((one) => !desk.keptApart([line, one]));
      if (movement) desk.put("date", [line], [movement]);
    }
  }
}

/** The same amount some days apart: the nearest first, the earlier of two equally near. */
export function matchNearby(desk: Pairing, daysMax: number): void {
  const keyOf = (date: string, amount: bigint): string => `${date} ${amount}`;
  for (let apart = 1; apart <= daysMax; apart += 1) {
    if (desk.bank.size === 0 || desk.book.size === 0) return;
    const books = waiting(desk.book.values(), ({ date, amount }) => keyOf(date, amount));
    // A hundred thousand lines have a few days between them: each is counted from once.
    const around = new Map<string, readonly string[]>();
    for (const line of [...desk.bank.values()]) {
      const days = around.get(line.date) ?? [addDays(line.date, -apart), addDays(line.date, apart)];
      around.set(line.date, days);
      for (const date of days) {
        const movement = books.get(keyOf(date, line.amount))?.take((one) => mayBeOne(line, one) && !desk.keptApart([line, one]));
        if (!movement) continue;
        desk.put("nearby", [line], [movement]);
        break;
      }
    }
  }
}
