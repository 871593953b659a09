import { type Item, type Matching, type MatchOptions, NEARBY_DAYS, SUM_STEPS_RUN_MAX } from "./items.ts";
import { matchNearby, matchSameDay } from "./match-amounts.ts";
import { matchSums } from "./match-sums.ts";
import { grouped, Pairing, sumOf, waiting } from "./pairing.ts";

/*
 * Statement lines against movements of the books. Pure, deterministic, and the same whatever the order of its input: each
 * side is sorted first, and every rule goes through it in that order. The rules, each on what those before it left:
 *
 *   confirmed  what people put together, where both sides of it are still there and sum to the same
 *   serial     the same serial at the bank and in the books: 1:1, else all of them together, 1:n and n:1
 *   order      the same payment order: its total is n payments
 *   reversal   a line and the line that takes it back, of which the books know neither
 *   date       the same amount on the same day, where at most one side has a serial
 *   nearby     the same amount within some days, the nearest first
 *   sum        one line of several movements or the other way round: all of one kind and day, or the only subset that fits
 *
 * Two different serials are two different payments: such items are never matched by amount, whatever the amounts are. What
 * shares a serial or an order and does not sum to the same is one difference of the amount, and no later rule sees it.
 */

export function matchItems(bank: readonly Item[], book: readonly Item[], options: MatchOptions = {}): Matching {
  const desk = new Pairing(bank, book, options.apart ?? []);
  matchConfirmed(desk, options.confirmed ?? new Map());
  matchByKey(desk, "serial", (item) => item.serial);
  matchReversedSerials(desk);
  matchByKey(desk, "order", (item) => item.order);
  matchReversals(desk);
  matchSameDay(desk);
  matchNearby(desk, options.nearbyDays ?? NEARBY_DAYS);
  matchSums(desk, options.nearbyDays ?? NEARBY_DAYS, { left: SUM_STEPS_RUN_MAX });
  return { matches: desk.matches, amounts: desk.amounts, bankOnly: [...desk.bank.keys()], bookOnly: [...desk.book.keys()] };
}

function matchConfirmed(desk: Pairing, confirmed: ReadonlyMap<string, readonly string[]>): void {
  for (const [match, ids] of [...confirmed].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const pick = (side: ReadonlyMap<string, Item>) => ids.flatMap((id) => side.get(id) ?? []);
    const [bank, book] = [pick(desk.bank), pick(desk.book)];
    // Part of it is settled or gone (a statement was replaced): it says nothing any more.
    if (bank.length + book.length < ids.length || sumOf(bank) !== sumOf(book)) continue;
    desk.put("confirmed", bank, book, match);
  }
}

/** Items of one serial, or of one order: equal amounts first (the same day before another), the rest as a whole. */
function matchByKey(desk: Pairing, rule: "serial" | "order", keyOf: (item: Item) => string | undefined): void {
  const books = grouped(desk.book.values(), keyOf);
  for (const [key, lines] of grouped(desk.bank.values(), keyOf)) {
    const movements = books.get(key);
    if (!movements) continue;
    if (sumOf(lines) === sumOf(movements) && (lines.length === 1 || movements.length === 1)) {
      desk.put(rule, lines, movements);
      continue;
    }
    pairEqual(desk, rule, lines, movements, (item) => `${item.date} ${item.amount}`);
    pairEqual(desk, rule, lines, movements, (item) => String(item.amount));
    const open = lines.filter(({ id }) => desk.bank.has(id));
    const left = movements.filter(({ id }) => desk.book.has(id));
    if (open.length === 0 || left.length === 0) continue;
    matchRest(desk, rule, key, open, left);
  }
}

function pairEqual(
  desk: Pairing,
  rule: "serial" | "order",
  lines: readonly Item[],
  movements: readonly Item[],
  keyOf: (item: Item) => string,
): void {
  const free = waiting(
    movements.filter(({ id }) => desk.book.has(id)),
    keyOf,
  );
  for (const line of lines) {
    if (!desk.bank.has(line.id)) continue;
    const movement = free.get(keyOf(line))?.take((one) => !desk.keptApart([line, one]));
    if (movement) desk.put(rule, [line], [movement]);
  }
}

/** What is left of a key: each day on its own where that fits, then all of it; what does not fit is one difference. */
function matchRest(desk: Pairing, rule: "serial" | "order", key: string, lines: readonly Item[], movements: readonly Item[]): void {
  const days = grouped(movements, ({ date }) => date);
  for (const [day, ofDay] of grouped(lines, ({ date }) => date)) {
    const others = days.get(day);
    if (others && sumOf(ofDay) === sumOf(others)) desk.put(rule, ofDay, others);
  }
  const open = lines.filter(({ id }) => desk.bank.has(id));
  const left = movements.filter(({ id }) => desk.book.has(id));
  if (open.length === 0 || left.length === 0) return;
  if (desk.keptApart([...open, ...left])) return;
  if (sumOf(open) === sumOf(left)) desk.put(rule, open, left);
  else desk.differ(rule, key, open, left);
}

/** The bank's reversal carries the serial of what it reverses, or one of its own; the books know both. */
function matchReversedSerials(desk: Pairing): void {
  const byOriginal = waiting(desk.book.values(), (item) => item.reverses);
  for (const line of [...desk.bank.values()]) {
    const movement =
      line.serial === undefined
        ? undefined
        : byOriginal.get(line.serial)?.take((one) => one.amount === line.amount && desk.book.has(one.id) && !desk.keptApart([line, one]));
    if (movement) desk.put("serial", [line], [movement]);
  }
}

/** 冲正 within one side: the books never knew the payment, or the bank never knew the entry that was taken back in red. */
function matchReversals(desk: Pairing): void {
  const sides = [
    [desk.bank, (a: Item, b: Item) => desk.put("reversal", [a, b], [])],
    [desk.book, (a: Item, b: Item) => desk.put("reversal", [], [a, b])],
  ] as const;
  for (const [side, put] of sides) {
    const originals = waiting(side.values(), (item) =>
      item.serial === undefined || item.reversal === true || item.reverses !== undefined ? undefined : `${item.serial} ${item.amount}`,
    );
    for (const item of [...side.values()]) {
      const serial = item.reverses ?? (item.reversal === true ? item.serial : undefined);
      if (serial === undefined) continue;
      const original = originals.get(`${serial} ${-item.amount}`)?.take((one) => side.has(one.id) && !desk.keptApart([one, item]));
      if (original) put(original, item);
    }
  }
}
