import { isDeepStrictEqual } from "node:util";
import { hasReason } from "./codes.ts";
import { type Axes, type District, EVERYTHING, refusalOf } from "./district.ts";
import { EVENTS, send } from "./facts/index.ts";
import { FIGURES } from "./figures.ts";
import type { Attempt, BalanceRow, Checkpoint, Entry, Fact, Scenario } from "./format.ts";
import { setUp } from "./setup.ts";
import type { Story } from "./story.ts";
import { yearlyStatement } from "./yearly.ts";

/** What a file uses and the product does not have yet, by name. */
export function notBuilt(scenario: Scenario): string[] {
  const missing = new Set<string>();
  const entries: readonly Entry[] = [
    ...scenario.facts,
    ...scenario.refused,
    ...(scenario.orders ?? []).flatMap((order) => order.recordedAs),
  ];
  for (const { event } of entries) if (!(event in EVENTS)) missing.add(event);
  for (const { statement } of scenario.checkpoints) {
    for (const figure of statement?.figures ?? []) {
      if (!(figure.figure in FIGURES)) missing.add(`figure ${figure.figure}`);
    }
  }
  return [...missing];
}

/** A difference between the file and the product, at a place of the file. */
export class Difference extends Error {
  override readonly name = "Difference";
}

const differ = (place: string, expected: unknown, found: unknown): never => {
  throw new Difference(`${place}: expected ${JSON.stringify(expected)}, found ${JSON.stringify(found)}`);
};

/** Amounts and counts to the letter; rates by their value: 4.2 is 4.20. */
function sameValue(name: string, expected: unknown, found: unknown): boolean {
  if (name.endsWith("Rate") && typeof expected === "string" && typeof found === "string") return Number(expected) === Number(found);
  return isDeepStrictEqual(expected, found);
}

/** Compares what the file says of an answer with the answer; a missing key is not compared. */
function compareYields(place: string, fact: Fact, answer: Readonly<Record<string, unknown>>): void {
  for (const [name, expected] of Object.entries(fact.yields ?? {})) {
    if (!sameValue(name, expected, answer[name])) differ(`${place} yields ${name}`, expected, answer[name]);
  }
}

function compareBalance(place: string, row: BalanceRow, found: { side: string; amount: string } | undefined): void {
  const zero = row.side === "zero" || Number(row.amount) === 0;
  const same = zero ? Number(found?.amount) === 0 : found?.side === row.side && found.amount === row.amount;
  if (same) return;
  const of = `${row.book} ${row.account} ${JSON.stringify(row.aux ?? {})}${row.year === undefined ? "" : ` ${row.year}`}`;
  differ(`${place} balance ${of}`, `${row.side} ${row.amount}`, `${found?.side} ${found?.amount}`);
}

/** One recording of a story on a clean district. */
export class Recording {
  readonly #district: District;
  readonly #scenario: Scenario;
  readonly #facts: readonly Fact[];
  #serials = 0;
  /** Position of the log after each fact. */
  readonly #positions = new Map<number, number>();

  constructor(district: District, scenario: Scenario, facts: readonly Fact[]) {
    this.#district = district;
    this.#scenario = scenario;
    this.#facts = facts;
  }

  /** Plays the facts; `whole` compares every checkpoint and tries the refusals, else only the last checkpoint counts. */
  async play(whole: boolean): Promise<void> {
    const people = await setUp(this.#district, this.#scenario, this.#facts);
    const serial = () => `RUNNER-${++this.#serials}`;
    const story: Story = { district: this.#district, people, parties: this.#scenario.parties, facts: this.#facts, serial, attempt: false };
    this.#positions.set(0, await this.#district.head());
    if (whole) await this.#after(0, story);
    for (const fact of this.#facts) {
      await this.#record(fact, story);
      this.#positions.set(fact.n, await this.#district.head());
      if (whole) await this.#after(fact.n, story);
    }
    const last = this.#scenario.checkpoints.at(-1);
    // `knownAt` counts the facts of the first recording: another order is compared when its list is done.
    if (!whole && last) await this.#compare({ ...last, afterFact: this.#facts.at(-1)?.n ?? 0, knownAt: undefined });
  }

  async #record(fact: Fact, story: Story): Promise<void> {
    const place = `fact ${fact.n} ${fact.event}`;
    const outcome = await send(fact, story);
    if (!outcome.ok) return void differ(place, "recorded", refusalOf(outcome));
    compareYields(place, fact, outcome.answer);
  }

  async #after(n: number, story: Story): Promise<void> {
    for (const checkpoint of this.#scenario.checkpoints) if (checkpoint.afterFact === n) await this.#compare(checkpoint);
    for (const attempt of this.#scenario.refused) if (attempt.afterFact === n) await this.#attempt(attempt, { ...story, attempt: true });
  }

  async #attempt(attempt: Attempt, story: Story): Promise<void> {
    const place = `after fact ${attempt.afterFact}, refused ${attempt.event}`;
    const outcome = await send(attempt, story);
    if (outcome.ok) return void differ(place, attempt.why, "recorded");
    if (!hasReason(outcome.codes, attempt.why)) differ(place, attempt.why, refusalOf(outcome));
  }

  /** Position of the log after a fact. */
  positionAfter(n: number): number {
    return this.#positions.get(n) ?? EVERYTHING;
  }

  async #compare(checkpoint: Checkpoint): Promise<void> {
    const { afterFact, asOf, knownAt } = checkpoint;
    const place = `after fact ${afterFact}${asOf ? ` as of ${asOf}` : ""}${knownAt === undefined ? "" : ` known at ${knownAt}`}`;
    const axes: Axes = { asOf, position: this.positionAfter(knownAt ?? afterFact) };
    await this.#district.catchUp();
    // Asked for together, compared in the file's order.
    const balances = await Promise.all(checkpoint.balances.map((row) => this.#district.balance(row, axes)));
    for (const [index, row] of checkpoint.balances.entries()) compareBalance(place, row, balances[index]);
    for (const [household, figures] of Object.entries(checkpoint.sheet ?? {})) {
      // Everything known at `afterFact`, whatever the checkpoint's axes.
      const found = await this.#district.sheet(household, this.positionAfter(afterFact));
      for (const [name, expected] of Object.entries(figures)) {
        if (String(found[name]) !== String(expected)) differ(`${place} sheet of ${household} ${name}`, expected, found[name]);
      }
    }
    const figures = checkpoint.statement?.figures ?? [];
    const values = await Promise.all(figures.map((figure) => FIGURES[figure.figure]?.(figure, this.#district, axes)));
    for (const [index, figure] of figures.entries()) {
      if (values[index] !== figure.value)
        differ(`${place} figure ${JSON.stringify({ ...figure, value: undefined })}`, figure.value, values[index]);
    }
    for (const row of checkpoint.statement?.yearly ?? []) {
      const found = await yearlyStatement(row, this.#district, axes);
      for (const [name, expected] of Object.entries(row)) {
        if (!isDeepStrictEqual(expected, found[name]))
          differ(`${place} statement ${row.year} of ${row.household} ${name}`, expected, found[name]);
      }
    }
  }
}
