import { isDeepStrictEqual } from "node:util";
import { BATCHES } from "./batches.ts";
import { DIVIDENDS } from "./dividends.ts";
import { DONATIONS } from "./donations.ts";
import { EQUITY } from "./equity.ts";
import { FIGURES } from "./figures.ts";
import type { Checkpoint, Fact, File, Yields } from "./format.ts";
import { type Handler, OWN } from "./own.ts";
import { PAYOUTS } from "./payouts.ts";
import { RISKS } from "./risks.ts";
import { sheetOf, yearlyOf } from "./statements.ts";
import { SUBSIDIES } from "./subsidies.ts";
import { World } from "./world.ts";

const HANDLERS: Readonly<Record<string, Handler>> = {
  ...OWN,
  ...BATCHES,
  ...SUBSIDIES,
  ...DIVIDENDS,
  ...PAYOUTS,
  ...RISKS,
  ...EQUITY,
  ...DONATIONS,
};

/** Records one fact; what the product must answer to it. */
export function record(world: World, fact: Fact): Yields | undefined {
  const handler = HANDLERS[fact.event];
  if (!handler) throw new Error(`the reference does not know ${fact.event}`);
  world.begin(fact);
  return handler(world, fact.data, fact);
}

/** A world that knows the facts up to a number, from scratch. */
export function worldOf(file: Pick<File, "parties" | "policy">, facts: readonly Fact[], upTo = Number.POSITIVE_INFINITY): World {
  const world = new World(file);
  for (const fact of facts.filter(({ n }) => n <= upTo)) record(world, fact);
  return world;
}

/** Only facts up to a value date: the answer of figures `asOf` a day. */
const asOfWorld = (file: File, facts: readonly Fact[], upTo: number, asOf?: string): World =>
  worldOf(
    file,
    facts.filter(({ valueDate }) => asOf === undefined || valueDate <= asOf),
    upTo,
  );

/** Differences between the file and the reference, each with its place. */
export function differencesOf(file: File): string[] {
  const found: string[] = [];
  const compare = (place: string, expected: unknown, actual: unknown): void => {
    if (!isDeepStrictEqual(expected, actual)) found.push(`${place}: file ${JSON.stringify(expected)}, reference ${JSON.stringify(actual)}`);
  };
  const list = (facts: readonly Fact[], place: string): void => {
    const world = new World(file);
    for (const fact of facts) {
      const yields: Yields = record(world, fact) ?? {};
      for (const [name, expected] of Object.entries(fact.yields ?? {})) {
        if (name.endsWith("Rate") && Number(expected) === Number(yields[name])) continue;
        compare(`${place}fact ${fact.n} ${fact.event} yields ${name}`, expected, yields[name]);
      }
    }
  };
  list(file.facts, "");
  for (const checkpoint of file.checkpoints) compareCheckpoint(file, file.facts, checkpoint, compare);
  for (const { order, recordedAs } of file.orders ?? []) {
    list(recordedAs, `order ${order} `);
    const last = file.checkpoints.at(-1);
    if (!last) continue;
    const before = found.length;
    const end = (facts: readonly Fact[]): void => {
      found.length = before;
      const { knownAt: _, ...whole } = { ...last, afterFact: Number.POSITIVE_INFINITY };
      compareCheckpoint(file, facts, whole, (place, ...rest) => compare(`order ${order} ${place}`, ...rest));
    };
    end(recordedAs);
    // Money that was split by what was known when it was recorded is split again by value date.
    if (found.length > before) end(recordedAs.toSorted((a, b) => (a.valueDate < b.valueDate ? -1 : a.valueDate > b.valueDate ? 1 : 0)));
  }
  return found;
}

type Compare = (place: string, expected: unknown, actual: unknown) => void;

function compareCheckpoint(file: File, facts: readonly Fact[], checkpoint: Checkpoint, compare: Compare): void {
  const { afterFact, knownAt, asOf } = checkpoint;
  const place = `after ${afterFact}${knownAt === undefined ? "" : ` known at ${knownAt}`}${asOf ? ` as of ${asOf}` : ""}`;
  const world = worldOf(file, facts, knownAt ?? afterFact);
  for (const row of checkpoint.balances) {
    const { side, amount } = world.row(row, asOf);
    const zero = Number(row.amount) === 0;
    compare(
      `${place} ${row.book} ${row.account} ${JSON.stringify(row.aux ?? {})} ${row.year ?? ""}`,
      [zero ? "zero" : row.side, Number(row.amount)],
      [side, Number(amount)],
    );
  }
  const all = worldOf(file, facts, afterFact);
  for (const [household, sheet] of Object.entries(checkpoint.sheet ?? {})) {
    const actual = sheetOf(all, household);
    for (const [name, expected] of Object.entries(sheet)) compare(`${place} sheet ${household} ${name}`, expected, actual[name]);
  }
  for (const expected of checkpoint.statement?.yearly ?? []) {
    const actual = yearlyOf(world, expected, asOf);
    for (const [name, value] of Object.entries(expected)) {
      if (name !== "household" && name !== "year")
        compare(`${place} statement ${expected.household} ${expected.year} ${name}`, value, actual[name]);
    }
  }
  const dated = asOf === undefined ? world : asOfWorld(file, facts, knownAt ?? afterFact, asOf);
  for (const { value, ...asked } of checkpoint.statement?.figures ?? []) {
    compare(`${place} figure ${JSON.stringify(asked)}`, value, FIGURES[asked.figure]?.(dated, asked));
  }
}
