import { addDays, daysBetween, earlierDate, type IsoDate, laterDate } from "@huimin/calendar";
import type { LoanPayload } from "@huimin/loan/events";
import { type Fen, fen, formatAmount, sumFen } from "@huimin/money";
import type { StakeLine } from "@huimin/statement/events";
import type { StatementEvent } from "./entries.ts";

/*
 * What an event says of a household's entrusted stake 委托股权 (分贷统还): the movements of 9101, by value date. A stake is no
 * debt of the household, so none of this is in its own loans.
 */

export interface StakeEntry {
  readonly household: string;
  readonly batch: string;
  /** Who uses the money. */
  readonly enterprise: string;
  readonly valueDate: IsoDate;
  /** What it does to the stake: positive when it rises. A reversal has the sign of what it takes back, turned. */
  readonly amount: Fen;
  /** Where the statement says it: a reversed repayment lowers the reductions, it is no addition. */
  readonly column: "added" | "reduced";
}

type Subject = LoanPayload<"StakeEntrusted">;
type Shares = LoanPayload<"StakeDivided">["before"];
/** What the event does for each household, and in which column; by its sign when no column is named. */
type Change = { readonly household: string; readonly amount: Fen; readonly column?: StakeEntry["column"] };
type Rule = (payload: never) => readonly Change[];

const rule =
  <P>(of: (payload: P) => readonly Change[]): Rule =>
  (payload) =>
    of(payload);

const lowered = (shares: Shares | undefined): Change[] =>
  (shares ?? []).map(({ household, amount }) => ({ household, amount: -fen(amount), column: "reduced" }));

/** Whole shares before and after: only what a household gains or loses is a movement. */
function divided(p: LoanPayload<"StakeDivided">): Change[] {
  const net = new Map<string, Fen>();
  for (const { household, amount } of p.before) net.set(household, (net.get(household) ?? 0n) - fen(amount));
  for (const { household, amount } of p.after) net.set(household, (net.get(household) ?? 0n) + fen(amount));
  return [...net].map(([household, amount]) => ({ household, amount }));
}

const rules: Readonly<Record<string, Rule>> = {
  StakeEntrusted: rule<Subject>((p) => [{ household: p.household ?? "", amount: fen(p.amount), column: "added" }]),
  StakeDivided: rule<LoanPayload<"StakeDivided">>(divided),
  StakeReplaced: rule<LoanPayload<"StakeReplaced">>((p) => [
    { household: p.household ?? "", amount: -fen(p.amount) },
    { household: p.newHousehold, amount: fen(p.amount) },
  ]),
  UnifiedRepaymentApplied: rule<LoanPayload<"UnifiedRepaymentApplied">>((p) => lowered(p.stakes)),
  LoanCompensated: rule<LoanPayload<"LoanCompensated">>((p) => lowered(p.stakes)),
  LoanRecovered: rule<LoanPayload<"LoanRecovered">>((p) => lowered(p.stakes)),
  LoanReleased: rule<LoanPayload<"LoanReleased">>((p) => lowered(p.stakes)),
};

/** Types of the events that move a stake. */
export const stakeTypes: readonly string[] = Object.keys(rules);

/** Movements of stakes; none for an event of another kind. */
export function stakeEntriesOf(event: StatementEvent): StakeEntry[] {
  const found = rules[event.type];
  if (!found) return [];
  const { batch = "", enterprise = "" } = event.payload as { batch?: string; enterprise?: string };
  return found(event.payload as never)
    .filter(({ amount }) => amount !== 0n)
    .map(({ household, amount, column }) => ({
      ...{ household, batch, enterprise, valueDate: event.valueDate, amount },
      column: column ?? (amount > 0n ? "added" : "reduced"),
    }));
}

/** 四、委托股权变动 of a year; undefined where the household had no stake on any day of it. start + added − reduced = end. */
export function stakeLine(entries: readonly StakeEntry[], year: number): StakeLine | undefined {
  const [first, next] = [`${year}-01-01`, `${year + 1}-01-01`];
  const sum = (counts: (entry: StakeEntry) => boolean): Fen => sumFen(entries.filter(counts).map(({ amount }) => amount));
  const start = sum(({ valueDate }) => valueDate < first);
  const inYear = (column: StakeEntry["column"]) => (entry: StakeEntry) =>
    entry.column === column && entry.valueDate >= first && entry.valueDate < next;
  const [added, reduced] = [sum(inYear("added")), -sum(inYear("reduced"))];
  if (start === 0n && added === 0n && reduced === 0n) return undefined;
  return {
    start: formatAmount(start),
    added: formatAmount(added),
    reduced: formatAmount(reduced),
    end: formatAmount(start + added - reduced),
  };
}

/** 委托金额 and 天数 of a dividend. */
export interface StakeHeld {
  /** On the day of the list; where it has ended by then, what it was at last. */
  readonly amount: Fen;
  /** Days of the year on which it was not zero. */
  readonly days: number;
}

/** What was held in a year, by the movements of one household in one batch or enterprise. `on`: the day of the list. */
export function stakeHeld(entries: readonly Pick<StakeEntry, "valueDate" | "amount">[], year: number, on: IsoDate): StakeHeld | undefined {
  const [first, next] = [`${year}-01-01`, `${year + 1}-01-01`];
  const dates = [...new Set(entries.map(({ valueDate }) => valueDate))].sort();
  let stake = 0n;
  let held: Fen | undefined;
  let days = 0;
  for (const [index, date] of dates.entries()) {
    for (const { valueDate, amount } of entries) if (valueDate === date) stake += amount;
    const [from, toExcl] = [laterDate(date, first), earlierDate(dates[index + 1] ?? next, next)];
    if (stake === 0n || from >= toExcl) continue;
    days += daysBetween(from, toExcl);
    if (held === undefined || from <= on) held = stake;
  }
  return held === undefined ? undefined : { amount: held, days };
}

/** The same from stretches of days [from, toExcl) that a declaration states. */
export const heldOfSegments = (
  segments: readonly { readonly stake: string; readonly from: IsoDate; readonly toExcl: IsoDate }[],
  year: number,
): StakeHeld | undefined =>
  stakeHeld(
    segments.flatMap(({ stake, from, toExcl }) => [
      { valueDate: from, amount: fen(stake) },
      { valueDate: toExcl, amount: -fen(stake) },
    ]),
    year,
    addDays(`${year + 1}-01-01`, -1),
  );
