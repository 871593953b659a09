/*
 * Whose entrusted stake 委托股权 (9101) the money of a loan of a batch is (分贷统还, model 1), by value date.
 *
 * Two views are kept. `moves` is what the events have booked. `rightStakes` is what the facts give when they are told by
 * value date: drawn, entrusted, divided, replaced, lowered pro rata (R2). They differ only when a fact was recorded
 * after a later one; `withRealignment` (stakes-realign.ts) then books the difference, so every order ends alike.
 */

import type { IsoDate } from "@huimin/calendar";
import { compareNumbers } from "@huimin/identity";
import { openPrincipal } from "@huimin/interest/timeline";
import { Exact, type Fen, minFen, splitLargestRemainder, sumFen } from "@huimin/money";
import type { Holder, StakeFact, StakeMove, StakeShare } from "./stake-facts.ts";
import type { LoanState } from "./state.ts";

export const withStakeFact = (state: LoanState, fact: StakeFact): LoanState => {
  const { household, village } = state.subject ?? {};
  const first = state.stakes.debtors.length === 0 && household && village ? [{ household, village, from: "0000-00-00" }] : [];
  const debtors = [...state.stakes.debtors, ...first];
  return { ...state, stakes: { ...state.stakes, debtors, facts: [...state.stakes.facts, fact] } };
};

export const withStakeMoves = (state: LoanState, moves: readonly StakeMove[]): LoanState => ({
  ...state,
  stakes: { ...state.stakes, moves: [...state.stakes.moves, ...moves.filter((move) => move.amount !== 0n)] },
});

/** The debtor in name of a loan of a batch at the end of a day. */
export function debtorOn(state: LoanState, date: IsoDate): Holder | undefined {
  const { debtors } = state.stakes;
  let found = debtors[0];
  for (const debtor of debtors) if (debtor.from <= date) found = debtor;
  return found && { household: found.household, village: found.village };
}

const byHousehold = (a: Holder, b: Holder): number => compareNumbers(a.household, b.household);

function summed(moves: readonly StakeMove[]): StakeShare[] {
  const held = new Map<string, StakeShare>();
  for (const { household, village, amount } of moves) {
    held.set(household, { household, village, amount: (held.get(household)?.amount ?? 0n) + amount });
  }
  return [...held.values()].filter((share) => share.amount !== 0n).sort(byHousehold);
}

/** Stakes in the loan at the end of a day as they are booked, by household number; none before the entrustment. */
export const stakesOn = (state: LoanState, date: IsoDate): StakeShare[] =>
  summed(state.stakes.moves.filter((move) => move.valueDate <= date));

/** Every booked stake, whatever its value date. */
export const stakesNow = (state: LoanState): StakeShare[] => summed(state.stakes.moves);

const weightOf = (amount: Fen): Exact => new Exact(amount.toString());

/** R2: a lowering of `principal` among the holders of a group pro rata, largest remainder, households by number. */
export function loweredPro(held: readonly StakeShare[], principal: Fen): StakeShare[] {
  const holders = held.filter((share) => share.amount > 0n).sort(byHousehold);
  const total = minFen(principal, sumFen(holders.map((share) => share.amount)));
  if (total <= 0n) return [];
  const parts = splitLargestRemainder(
    total,
    holders.map((share) => weightOf(share.amount)),
  );
  return holders.map((share, index) => ({ ...share, amount: parts[index] as Fen })).filter((share) => share.amount > 0n);
}

/**
 * Whose stake falls by how much when `principal` of the loan is settled on `date`: the `stakes` of UnifiedRepaymentApplied,
 * LoanCompensated, LoanRecovered and LoanReleased. What is not entrusted yet lowers the loan money (9102) and is left out.
 */
export const stakesLoweredBy = (state: LoanState, date: IsoDate, principal: Fen): StakeShare[] =>
  loweredPro(stakesOn(state, date), principal);

/** A stake split among households by weight (heads), largest remainder in the order of the list (R7). */
export function dividedStake(amount: Fen, parts: readonly (Holder & { readonly weight: string })[]): StakeShare[] {
  if (amount <= 0n) return [];
  const shares = splitLargestRemainder(
    amount,
    parts.map((part) => new Exact(part.weight)),
  );
  return parts.map(({ household, village }, index) => ({ household, village, amount: shares[index] as Fen }));
}

/** Telling the facts by value date; facts of one day in the order of their recording. */
class Telling {
  readonly moves: StakeMove[] = [];
  readonly #state: LoanState;
  #held: StakeShare[] = [];

  constructor(state: LoanState) {
    this.#state = state;
  }

  #move(valueDate: IsoDate, shares: readonly StakeShare[], sign: 1n | -1n): void {
    this.moves.push(...shares.map((share) => ({ ...share, amount: sign * share.amount, valueDate })).filter((move) => move.amount !== 0n));
    this.#held = summed(this.moves);
  }

  tell(fact: StakeFact, valueDate: IsoDate): void {
    if (fact.kind === "message") this.#message(fact.serial, valueDate);
    else if (fact.kind === "divided") {
      const source = this.#held.filter((share) => share.household === fact.source);
      const amount = sumFen(source.map((share) => share.amount));
      if (amount <= 0n) return;
      this.#move(valueDate, source, -1n);
      this.#move(valueDate, dividedStake(amount, fact.parts), 1n);
    } else if (fact.kind === "replaced") {
      const old = this.#held.filter((share) => share.household === fact.from.household);
      this.#move(valueDate, old, -1n);
      this.#move(
        valueDate,
        old.map((share) => ({ ...fact.to, amount: share.amount })),
        1n,
      );
    } else if (fact.kind === "renewed") this.#move(valueDate, this.#held, -1n);
    else this.#move(valueDate, fact.shares, 1n);
  }

  #message(serial: string, valueDate: IsoDate): void {
    const message = this.#state.messages.get(serial);
    if (message?.status !== "booked") return;
    if (message.kind === "entrustment") {
      const debtor = debtorOn(this.#state, valueDate);
      if (debtor) this.#move(valueDate, [{ ...debtor, amount: message.principal }], 1n);
    } else if (message.kind !== "drawing") this.#move(valueDate, loweredPro(this.#held, message.principal), -1n);
  }
}

const dateOf = (state: LoanState, fact: StakeFact): IsoDate =>
  fact.kind === "message" ? (state.messages.get(fact.serial)?.valueDate ?? "9999-12-31") : fact.valueDate;

/** What the facts give by value date, whatever the order in which they were recorded. */
export function rightStakes(state: LoanState): StakeMove[] {
  const telling = new Telling(state);
  const dated = state.stakes.facts.map((fact, index) => ({ fact, index, valueDate: dateOf(state, fact) }));
  dated.sort((a, b) => (a.valueDate === b.valueDate ? a.index - b.index : a.valueDate < b.valueDate ? -1 : 1));
  for (const { fact, valueDate } of dated) telling.tell(fact, valueDate);
  return telling.moves;
}

/** Loan money of a loan of a batch that is not entrusted yet at the end of a day (9102), by what the facts give. */
export const moneyInHandOn = (state: LoanState, date: IsoDate): Fen =>
  openPrincipal(state.timeline, date) - sumFen(rightStakes(state).map((move) => (move.valueDate <= date ? move.amount : 0n)));

/** A stretch of days with one stake: what dividends by stake and days weigh. Open at the end when `toExcl` is absent. */
export interface StakeSegment {
  readonly household: string;
  readonly village: string;
  readonly loan: string;
  readonly stake: Fen;
  readonly from: IsoDate;
  readonly toExcl?: IsoDate;
}

/** The stake of every household in this loan day by day, by household and date; stretches without a stake are left out. */
export function stakeSegments(state: LoanState): StakeSegment[] {
  const loan = state.subject?.loan ?? "";
  const byHolder = Map.groupBy(state.stakes.moves, (move) => move.household);
  const segments: StakeSegment[] = [];
  for (const [household, moves] of [...byHolder].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const days = [...new Set(moves.map((move) => move.valueDate))].sort();
    let stake = 0n;
    for (const [index, from] of days.entries()) {
      for (const move of moves) if (move.valueDate === from) stake += move.amount;
      const toExcl = days[index + 1];
      const village = moves.at(-1)?.village ?? "";
      if (stake !== 0n) segments.push({ household, village, loan, stake, from, ...(toExcl ? { toExcl } : {}) });
    }
  }
  return segments;
}
