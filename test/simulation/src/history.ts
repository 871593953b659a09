/* Generates loan histories: chronological, valid, with settlements each quarter, and now and then a fact recorded late. */
import fc from "fast-check";
import { CONTRACT, dayNumber, type Fact, plusDays } from "./facts.ts";
import { Recorder } from "./recorder.ts";

/** One drawn decision of the generator. */
interface Step {
  readonly what: "draw" | "repay" | "prepay" | "reverse" | "extend" | "misuse" | "rerate" | "pay" | "twin";
  readonly days: number;
  readonly back: number;
  readonly yuan: number;
  readonly pick: number;
  readonly stated: boolean;
}

export const steps = fc.array(
  fc.record<Step>({
    what: fc.constantFrom("draw", "repay", "repay", "repay", "prepay", "prepay", "reverse", "extend", "misuse", "rerate", "pay", "twin"),
    days: fc.integer({ min: 1, max: 60 }),
    back: fc.integer({ min: 0, max: 45 }),
    yuan: fc.integer({ min: 100, max: 1_500_000 }),
    pick: fc.nat(20),
    stated: fc.boolean(),
  }),
  { minLength: 5, maxLength: 22 },
);

const END = "2019-06-01";
const QUARTER_ENDS = [
  "2017-03-21",
  "2017-06-21",
  "2017-09-21",
  "2017-12-21",
  "2018-03-21",
  "2018-06-21",
  "2018-09-21",
  "2018-12-21",
  "2019-03-21",
];

/** First day of the settlement period in which a day lies. */
const quarterStart = (on: string): string => [CONTRACT.start, ...QUARTER_ENDS].filter((date) => date <= on).at(-1) as string;

/** Settlements up to `today` that are not there yet: normal interest up to the due date, penalty interest after it. */
function settlementsDue(facts: readonly Fact[], today: string): Fact[] {
  const due = facts.find((fact) => fact.kind === "extend")?.newDue ?? CONTRACT.due;
  const ends = [...QUARTER_ENDS, due].filter((date) => date <= today).sort();
  const starts = [CONTRACT.start, ...ends];
  return ends.flatMap((toExcl, index): Fact[] => {
    const from = starts[index] as string;
    const known = facts.some((fact) => fact.kind === "settle" && fact.id.startsWith("S-") && fact.toExcl > from);
    if (known || from === toExcl) return [];
    return [{ kind: "settle", id: `S-${from}`, on: toExcl, from, toExcl, penalty: from >= due }];
  });
}

function factOf(step: Step, id: string, today: string, facts: readonly Fact[]): Fact | undefined {
  const on = plusDays(today, -step.back);
  const fen = BigInt(step.yuan);
  switch (step.what) {
    case "draw":
      return { kind: "draw", id, on, amount: fen * 2n };
    case "repay":
      return { kind: "repay", id, on, principal: fen, stated: step.stated };
    case "twin": {
      const repaid = facts.filter((fact) => fact.kind === "repay");
      const original = repaid[step.pick % Math.max(1, repaid.length)];
      return original ? { ...original, id } : undefined;
    }
    case "prepay":
      return { kind: "prepay", id, on, from: quarterStart(on), principal: fen };
    case "reverse": {
      const booked = facts.filter((fact) => fact.kind === "repay" || fact.kind === "prepay");
      const original = booked[step.pick % Math.max(1, booked.length)];
      return original ? { kind: "reverse", id, on: original.on, of: original.id } : undefined;
    }
    case "extend":
      return { kind: "extend", id, on: today, newDue: "2018-07-16" };
    case "misuse":
      return { kind: "misuse", id, on: today, from: on };
    case "rerate": {
      // The surcharge of misused days whose normal interest is settled (T12).
      const misuse = facts.find((fact) => fact.kind === "misuse");
      const settled = facts
        .filter((fact) => fact.kind === "settle" && !fact.penalty)
        .map((fact) => (fact.kind === "settle" ? fact.toExcl : ""));
      const toExcl = settled.sort().at(-1);
      if (!misuse || !toExcl || toExcl <= misuse.from) return undefined;
      return { kind: "settle", id, on: today, from: misuse.from, toExcl, penalty: true };
    }
    case "pay":
      return { kind: "pay", id, on: today, amount: fen / 100n + 1n };
  }
}

/** A history that the product accepts in the order in which it happens. What it refuses did not happen. */
export function historyOf(chosen: readonly Step[]): Fact[] {
  const book = new Recorder();
  const facts: Fact[] = [];
  const happen = (fact: Fact | undefined) => {
    if (fact && book.record(fact) === undefined) facts.push(fact);
  };
  happen({ kind: "draw", id: "D0", on: CONTRACT.start, amount: 3_000_000n });
  let today = CONTRACT.start as string;
  for (const [index, step] of chosen.entries()) {
    today = plusDays(today, step.days);
    if (dayNumber(today) > dayNumber(END)) break;
    for (const settlement of settlementsDue(facts, today)) happen(settlement);
    happen(factOf(step, `F${index}`, today, facts));
  }
  return facts;
}
