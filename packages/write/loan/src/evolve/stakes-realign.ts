/*
 * Booking the difference between the stakes that are booked and those that the facts give by value date. It is nothing
 * unless a fact was recorded after a later one: a repayment dated before a division that is booked already, an
 * entrustment recorded after the repayment that follows it.
 */
import type { IsoDate } from "@huimin/calendar";
import type { DomainEvent } from "@huimin/decider";
import { type Fen, formatAmount, sumFen } from "@huimin/money";
import type { LoanPayload } from "../schema.ts";
import { loanStream, loanTimelineFold } from "./loan.ts";
import type { StakeMove, StakeShare } from "./stake-facts.ts";
import { debtorOn, rightStakes } from "./stakes.ts";
import { type LoanState, type LoanSubject, subjectOf } from "./state.ts";

/** A loan as it will be with events that are being decided. */
export function withPending(state: LoanState, loan: string, events: readonly DomainEvent[]): LoanState {
  const envelope = {
    eventId: "",
    stream: loanStream(loan),
    streamVersion: 0,
    position: 0,
    recordedAt: "",
    period: "",
    actor: "",
    role: "",
  };
  return events.reduce<LoanState>((folded, event) => loanTimelineFold.evolve(folded, { ...event, ...envelope }), state);
}

const payloadShares = (shares: readonly StakeShare[]): LoanPayload<"StakeDivided">["before"] =>
  shares.map(({ household, village, amount }) => ({ household, village, amount: formatAmount(amount) }));

/** The subject of an event of a loan of a batch: its debtor in name is the one of the value date. */
export function subjectOn(state: LoanState & { readonly subject: LoanSubject }, date: IsoDate): LoanSubject {
  return { ...state.subject, ...(state.subject.batch ? debtorOn(state, date) : undefined) };
}

class Differences {
  readonly #open = new Map<string, StakeShare>();

  constructor(right: readonly StakeMove[], booked: readonly StakeMove[]) {
    for (const move of right) this.add(move, move.amount);
    for (const move of booked) this.add(move, -move.amount);
  }

  add({ household, village }: { readonly household: string; readonly village: string }, amount: Fen): void {
    this.#open.set(household, { household, village, amount: (this.#open.get(household)?.amount ?? 0n) + amount });
  }

  of(household: string): Fen {
    return this.#open.get(household)?.amount ?? 0n;
  }

  shares(): StakeShare[] {
    return [...this.#open.values()].filter((share) => share.amount !== 0n).sort((a, b) => (a.household < b.household ? -1 : 1));
  }
}

/** The events of one day that make its booked moves right. */
function realignedDay(subject: LoanSubject, state: LoanState, date: IsoDate, right: readonly StakeMove[]): DomainEvent[] {
  const on = (moves: readonly StakeMove[]) => moves.filter((move) => move.valueDate === date);
  const differences = new Differences(on(right), on(state.stakes.moves));
  const events: DomainEvent[] = [];
  const event = (type: string, payload: object) => events.push({ type, valueDate: date, payload: { ...payload, realigned: true } });
  for (const fact of state.stakes.facts) {
    if (fact.kind !== "replaced" || fact.valueDate !== date) continue;
    const amount = differences.of(fact.to.household);
    if (amount === 0n) continue;
    const { household: newHousehold, village: newVillage } = fact.to;
    event("StakeReplaced", { ...subject, ...fact.from, newHousehold, newVillage, amount: formatAmount(amount) });
    differences.add(fact.to, -amount);
    differences.add(fact.from, amount);
  }
  const debtor = debtorOn(state, date);
  const total = sumFen(differences.shares().map((share) => share.amount));
  if (total !== 0n && debtor) {
    event("StakeEntrusted", { ...subject, ...debtor, amount: formatAmount(total), serial: `realigned ${date}` });
    differences.add(debtor, -total);
  }
  const left = differences.shares();
  if (left.length > 0) {
    const before = left.filter((share) => share.amount < 0n).map((share) => ({ ...share, amount: -share.amount }));
    const after = left.filter((share) => share.amount > 0n);
    const source = debtor?.household ?? "";
    event("StakeDivided", { ...subject, ...debtor, source, before: payloadShares(before), after: payloadShares(after) });
  }
  return events;
}

/**
 * The events of a loan, followed by those that realign the stakes where the events were recorded late. Whoever writes an
 * event with `stakes`, an entrustment, a division or a replacement passes its events through here.
 */
export function withRealignment(state: LoanState, loan: string, events: readonly DomainEvent[]): DomainEvent[] {
  const after = withPending(state, loan, events);
  const { subject } = after;
  if (subject?.batch === undefined) return [...events];
  const right = rightStakes(after);
  const days = new Set([...right, ...after.stakes.moves].map((move) => move.valueDate));
  return [...events, ...[...days].sort().flatMap((date) => realignedDay(subjectOf(subject), after, date, right))];
}
