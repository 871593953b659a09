import { addDays } from "@huimin/calendar";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Item, Matching } from "./items.ts";
import { matchItems } from "./match.ts";

const DAY = "2018-12-28";
let number = 0;
const item = (side: string, amount: bigint, more: Partial<Item> = {}): Item => {
  number += 1;
  return { id: `${side}${String(number).padStart(6, "0")}`, date: DAY, amount, ...more };
};
const bank = (amount: bigint, more: Partial<Item> = {}): Item => item("b", amount, more);
const book = (amount: bigint, more: Partial<Item> = {}): Item => item("p", amount, more);
const rules = ({ matches }: Matching): string[] => matches.map(({ rule, bank: b, book: k }) => `${rule} ${b.length}:${k.length}`);

describe("matching statement lines with movements", () => {
  it.each([
    ["one serial, one amount", [bank(500n, { serial: "S" })], [book(500n, { serial: "S" })], ["serial 1:1"]],
    ["one serial, another day", [bank(500n, { serial: "S" })], [book(500n, { serial: "S", date: "2018-12-30" })], ["serial 1:1"]],
    [
      "one line of several movements of its serial",
      [bank(-500n, { serial: "S" })],
      [book(-200n, { serial: "S" }), book(-300n, { serial: "S" })],
      ["serial 1:2"],
    ],
    [
      "a payment order in one line",
      [bank(-900n, { order: "B1" })],
      [book(-400n, { order: "B1" }), book(-500n, { order: "B1" })],
      ["order 1:2"],
    ],
    [
      "a payment order line by line",
      [bank(-400n, { order: "B1" }), bank(-500n, { order: "B1" })],
      [book(-900n, { order: "B1" })],
      ["order 2:1"],
    ],
    [
      "a payment order over two days",
      [bank(-400n, { order: "B1" }), bank(-500n, { order: "B1", date: "2018-12-29" })],
      [book(-400n, { order: "B1" }), book(-500n, { order: "B1", date: "2018-12-29" })],
      ["order 1:1", "order 1:1"],
    ],
    ["amount and day, a serial on one side", [bank(700n, { serial: "S" })], [book(700n)], ["date 1:1"]],
    ["the next working day", [bank(700n, { date: "2018-12-31" })], [book(700n)], ["nearby 1:1"]],
    [
      "the subsidies of a day in one line",
      [bank(-600n, { serial: "T" })],
      [book(-100n, { kind: "SubsidyPaid" }), book(-200n, { kind: "SubsidyPaid" }), book(-300n, { kind: "SubsidyPaid" })],
      ["sum 1:3"],
    ],
    [
      "a payment and its reversal, of which the books know neither",
      [bank(100n, { serial: "S" }), bank(-100n, { serial: "S", reversal: true })],
      [],
      ["reversal 2:0"],
    ],
    [
      "a payment and its reversal, of which the books know both",
      [bank(100n, { serial: "S" }), bank(-100n, { serial: "S", reversal: true })],
      [book(100n, { serial: "S" }), book(-100n, { serial: "R", reverses: "S" })],
      ["serial 1:1", "serial 1:1"],
    ],
    ["an entry taken back in red", [], [book(100n, { serial: "S" }), book(-100n, { serial: "R", reverses: "S" })], ["reversal 0:2"]],
  ])("%s", (_, lines, movements, expected) => {
    const found = matchItems(lines, movements);
    expect(rules(found).sort()).toEqual(expected);
    expect([...found.bankOnly, ...found.bookOnly, ...found.amounts]).toEqual([]);
  });

  it("two different serials are two different payments, however equal the amounts are", () => {
    const found = matchItems([bank(500n, { serial: "S1" })], [book(500n, { serial: "S2" })]);
    expect([found.matches.length, found.bankOnly.length, found.bookOnly.length]).toEqual([0, 1, 1]);
  });

  it("one serial with two amounts is one difference of the amount, and nothing else takes its sides", () => {
    const [line, other] = [bank(500n, { serial: "S" }), bank(450n)];
    const found = matchItems([line, other], [book(450n, { serial: "S" })]);
    expect(found.amounts).toMatchObject([{ rule: "serial", key: "S", difference: 50n, bank: [line.id] }]);
    expect(found.bankOnly).toEqual([other.id]);
  });

  it("the only subset that fits is one match; what it does not need stays", () => {
    const more = book(-777n);
    const found = matchItems([bank(-550n, { serial: "T" })], [book(-150n), book(-400n), more]);
    expect([rules(found), found.bookOnly]).toEqual([["sum 1:2"], [more.id]]);
  });

  it("a sum that fits in two ways is no match", () => {
    expect(rules(matchItems([bank(300n, { serial: "S" })], [book(100n), book(200n), book(101n), book(199n)]))).toEqual([]);
  });

  it("the same amount twice at the bank and once in the books leaves one over", () => {
    const found = matchItems([bank(100n), bank(100n)], [book(100n)]);
    expect([rules(found), found.bankOnly.length]).toEqual([["date 1:1"], 1]);
  });

  it("the nearest day goes first", () => {
    const near = book(100n, { date: "2018-12-27" });
    const found = matchItems([bank(100n)], [book(100n, { date: "2018-12-25" }), near]);
    expect(found.matches[0]?.book).toEqual([near.id]);
  });

  it("what people put together goes before serials; what they took apart stays apart", () => {
    const [line, right, wrong] = [bank(100n), book(100n), book(100n)];
    const confirmed = new Map([["M1", [line.id, wrong.id]]]);
    const found = matchItems([line], [right, wrong], { confirmed });
    expect(found.matches).toMatchObject([{ rule: "confirmed", match: "M1", bank: [line.id], book: [wrong.id] }]);
    const apart = matchItems([line], [right, wrong], { apart: [[line.id, right.id]] });
    expect(apart.matches).toMatchObject([{ rule: "date", book: [wrong.id] }]);
    expect(matchItems([line], [right], { apart: [[line.id, right.id]] }).matches).toEqual([]);
  });

  it("a confirmed match of which a part is gone, or whose sums differ, says nothing", () => {
    const line = bank(100n, { serial: "S" });
    expect(matchItems([line], [], { confirmed: new Map([["M1", [line.id, "p9"]]]) }).matches).toEqual([]);
    const less = book(90n);
    expect(matchItems([line], [less], { confirmed: new Map([["M1", [line.id, less.id]]]) }).matches).toEqual([]);
  });
});

/** A day of both sides with faults that are known: what was planted is what must be found. */
const days = fc.array(
  fc.record({
    amount: fc.integer({ min: 1, max: 3_000 }),
    in: fc.boolean(),
    how: fc.constantFrom("serial", "plain", "late", "split", "lines", "bank-only", "book-only", "amount") as fc.Arbitrary<string>,
  }),
  { maxLength: 40 },
);

interface Planted {
  readonly bank: Item[];
  readonly book: Item[];
  readonly bankOnly: string[];
  readonly bookOnly: string[];
  readonly differences: bigint[];
}

function planted(rows: readonly { amount: number; in: boolean; how: string }[]): Planted {
  const all: Planted = { bank: [], book: [], bankOnly: [], bookOnly: [], differences: [] };
  for (const [index, { amount, in: into, how }] of rows.entries()) {
    const signed = BigInt(into ? amount : -amount) * 100n + (into ? 1n : -1n) * BigInt(index % 97);
    const serial = `S${index}`;
    const [line, movement] = [`b${String(index).padStart(4, "0")}`, `p${String(index).padStart(4, "0")}`];
    const of = (id: string, more: Partial<Item> = {}): Item => ({ id, date: DAY, amount: signed, serial, ...more });
    if (how === "bank-only") {
      all.bank.push(of(line));
      all.bankOnly.push(line);
    } else if (how === "book-only") {
      all.book.push(of(movement));
      all.bookOnly.push(movement);
    } else if (how === "amount") {
      all.bank.push(of(line));
      all.book.push(of(movement, { amount: signed * 2n }));
      all.differences.push(-signed);
    } else if (how === "split") {
      all.bank.push(of(line));
      all.book.push(of(`${movement}x`, { amount: signed - 1n }), of(`${movement}y`, { amount: 1n }));
    } else if (how === "lines") {
      all.bank.push(
        of(`${line}x`, { serial: undefined, order: serial, amount: signed - 1n }),
        of(`${line}y`, { serial: undefined, order: serial, amount: 1n }),
      );
      all.book.push(of(movement, { serial: undefined, order: serial }));
    } else {
      all.bank.push(of(line));
      all.book.push(of(movement, how === "late" ? { date: addDays(DAY, -3) } : {}));
    }
  }
  return all;
}

describe("whatever the day", () => {
  it("every planted fault is found, and nothing else", () => {
    fc.assert(
      fc.property(days, (rows) => {
        const of = planted(rows);
        const found = matchItems(of.bank, of.book);
        expect([...found.bankOnly].sort()).toEqual(of.bankOnly);
        expect([...found.bookOnly].sort()).toEqual(of.bookOnly);
        expect(found.amounts.map(({ difference }) => difference).sort()).toEqual([...of.differences].sort());
      }),
    );
  });

  const loose = fc.array(
    fc.record({
      side: fc.constantFrom("b", "p"),
      amount: fc.integer({ min: -6, max: 6 }).filter((amount) => amount !== 0),
      day: fc.integer({ min: 0, max: 12 }),
      serial: fc.option(fc.constantFrom("S1", "S2", "S3"), { nil: undefined }),
      order: fc.option(fc.constantFrom("B1", "B2"), { nil: undefined }),
      reversal: fc.boolean(),
    }),
    { maxLength: 24 },
  );
  const itemsOf = (
    rows: readonly {
      side: string;
      amount: number;
      day: number;
      serial: string | undefined;
      order: string | undefined;
      reversal: boolean;
    }[],
  ): Item[] =>
    rows.map(({ side, amount, day, serial, order, reversal }, index) => ({
      id: `${side}${index}`,
      date: addDays(DAY, day),
      amount: BigInt(amount) * 100n,
      serial,
      order,
      reversal,
    }));
  const sided = (items: readonly Item[], side: string): Item[] => items.filter(({ id }) => id.startsWith(side));

  it("no item is in two places, none is lost, and every match sums to nothing", () => {
    fc.assert(
      fc.property(loose, (rows) => {
        const items = itemsOf(rows);
        const amounts = new Map(items.map(({ id, amount }) => [id, amount]));
        const found = matchItems(sided(items, "b"), sided(items, "p"));
        const places = [
          ...found.matches.flatMap((one) => [...one.bank, ...one.book]),
          ...found.amounts.flatMap((one) => [...one.bank, ...one.book]),
          ...found.bankOnly,
          ...found.bookOnly,
        ];
        expect(places.sort()).toEqual(items.map(({ id }) => id).sort());
        const sum = (ids: readonly string[]): bigint => ids.reduce((all, id) => all + (amounts.get(id) ?? 0n), 0n);
        for (const one of found.matches) expect(sum(one.bank)).toBe(sum(one.book));
        for (const one of found.amounts) expect(sum(one.bank) - sum(one.book)).toBe(one.difference);
      }),
      { numRuns: 500 },
    );
  });

  it("the order of lines and movements does not matter", () => {
    fc.assert(
      fc.property(
        loose.chain((rows) => fc.tuple(fc.constant(itemsOf(rows)), fc.shuffledSubarray(itemsOf(rows), { minLength: rows.length }))),
        ([items, shuffled]) => {
          const [first, second] = [items, shuffled].map((of) => matchItems(sided(of, "b"), sided(of, "p")));
          expect(second).toEqual(first);
        },
      ),
      { numRuns: 300 },
    );
  });
});
