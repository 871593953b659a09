import { hasReason } from "./codes.ts";
import { type Axes, type District, EVERYTHING, type Outcome } from "./district.ts";
import { HANDLERS, type Story } from "./facts.ts";
import { FIGURES } from "./figures.ts";
import type { Attempt, BalanceRow, Checkpoint, Entry, Fact, Scenario } from "./format.ts";
import { setUp } from "./setup.ts";

/** What a file uses and the product does not have yet, by name. */
export function notBuilt(scenario: Scenario): string[] {
  const missing = new Set<string>();
  const entries: readonly Entry[] = [
    ...scenario.facts,
    ...scenario.refused,
    ...(scenario.orders ?? []).flatMap((order) => order.recordedAs),
  ];
  for (const entry of entries) {
    if (!(entry.event in HANDLERS)) missing.add(entry.event);
    else if (entry.data.batch !== undefined) missing.add(`${entry.event} of a batch`);
    else if (entry.data.model !== undefined && entry.data.model !== 3) missing.add(`${entry.event} of model ${entry.data.model}`);
  }
  for (const checkpoint of scenario.checkpoints) {
    for (const figure of checkpoint.statement?.figures ?? []) if (!(figure.figure in FIGURES)) missing.add(`figure ${figure.figure}`);
    if (checkpoint.statement?.yearly) missing.add("yearly statements of dividends");
  }
  for (const [kind, list] of Object.entries(scenario.parties)) {
    if ((kind === "guarantor" || kind === "insurer" || kind === "donor") && list.length > 0) missing.add(`party ${kind}`);
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

/** Compares what the file says of an answer with the answer: figures to the fen, a missing key is not compared. */
function compareYields(place: string, fact: Fact, answer: Readonly<Record<string, unknown>>): void {
  for (const [name, expected] of Object.entries(fact.yields ?? {})) {
    const found = answer[name];
    if (typeof expected === "object") continue;
    const same =
      typeof expected === "string" && typeof found === "string" && name.endsWith("Rate")
        ? Number(expected) === Number(found)
        : expected === found;
    if (!same) differ(`${place} yields ${name}`, expected, found);
  }
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
    const story: Story = {
      district: this.#district,
      people,
      facts: this.#facts,
      serial: () => `RUNNER-${++this.#serials}`,
      attempt: false,
    };
    this.#positions.set(0, await this.#district.catchUp());
    if (whole) await this.#after(0, story);
    for (const fact of this.#facts) {
      await this.#record(fact, story);
      this.#positions.set(fact.n, await this.#district.catchUp());
      if (whole) await this.#after(fact.n, story);
    }
    const last = this.#scenario.checkpoints.at(-1);
    if (!whole && last) await this.#compare({ ...last, afterFact: this.#facts.at(-1)?.n ?? 0 });
  }

  async #record(fact: Fact, story: Story): Promise<void> {
    const place = `fact ${fact.n} ${fact.event}`;
    const outcome = await this.#send(fact, story);
    if (!outcome.ok) return void differ(place, "recorded", `${outcome.code} ${JSON.stringify(outcome.details ?? {})}`);
    compareYields(place, fact, outcome.answer);
  }

  #send(entry: Entry, story: Story): Promise<Outcome> {
    this.#district.at(entry.recordedAt);
    const handler = HANDLERS[entry.event];
    if (!handler) throw new Difference(`${entry.event} is not built`);
    return handler(entry, story);
  }

  async #after(n: number, story: Story): Promise<void> {
    for (const checkpoint of this.#scenario.checkpoints) if (checkpoint.afterFact === n) await this.#compare(checkpoint);
    for (const attempt of this.#scenario.refused) if (attempt.afterFact === n) await this.#attempt(attempt, { ...story, attempt: true });
  }

  async #attempt(attempt: Attempt, story: Story): Promise<void> {
    const place = `after fact ${attempt.afterFact}, refused ${attempt.event}`;
    const outcome = await this.#send(attempt, story);
    if (outcome.ok) return void differ(place, attempt.why, "recorded");
    if (!hasReason(outcome.code, attempt.why)) differ(place, attempt.why, `${outcome.code} ${JSON.stringify(outcome.details ?? {})}`);
  }

  #axes(checkpoint: Checkpoint): Axes {
    const known = this.#positions.get(checkpoint.knownAt ?? checkpoint.afterFact) ?? EVERYTHING;
    return { asOf: checkpoint.asOf, position: known };
  }

  async #compare(checkpoint: Checkpoint): Promise<void> {
    const place = `after fact ${checkpoint.afterFact}${checkpoint.asOf ? ` as of ${checkpoint.asOf}` : ""}${checkpoint.knownAt === undefined ? "" : ` known at ${checkpoint.knownAt}`}`;
    const axes = this.#axes(checkpoint);
    for (const row of checkpoint.balances) await this.#compareBalance(place, row, axes);
    for (const [household, figures] of Object.entries(checkpoint.sheet ?? {})) await this.#compareSheet(place, household, figures, axes);
    for (const figure of checkpoint.statement?.figures ?? []) {
      const found = await FIGURES[figure.figure]?.(figure, this.#district, axes);
      if (found !== figure.value) differ(`${place} figure ${JSON.stringify({ ...figure, value: undefined })}`, figure.value, found);
    }
  }

  async #compareBalance(place: string, row: BalanceRow, axes: Axes): Promise<void> {
    const found = await this.#district.balance(row, axes);
    const zero = row.side === "zero" || Number(row.amount) === 0;
    if (zero ? Number(found.amount) !== 0 : found.side !== row.side || found.amount !== row.amount) {
      differ(
        `${place} balance ${row.book} ${row.account} ${JSON.stringify(row.aux ?? {})} ${row.year ?? ""}`,
        `${row.side} ${row.amount}`,
        `${found.side} ${found.amount}`,
      );
    }
  }

  async #compareSheet(place: string, household: string, figures: Readonly<Record<string, string | number>>, axes: Axes): Promise<void> {
    const found = await this.#district.sheet(household, { position: axes.position });
    for (const [name, expected] of Object.entries(figures)) {
      if (found[name] !== expected) differ(`${place} sheet of ${household} ${name}`, expected, found[name]);
    }
  }
}
