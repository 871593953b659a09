/*
 * 1.12: where the money of unified repayments 企业统一还本 goes. Open interest and penalty of the batch first, then principal
 * pro rata by what is open, largest remainder (ties: larger balance, then the order of the contract), or the loans that the
 * bank orders first; what is left is not booked (R22).
 *
 * The allocation is a function of the facts by value date; within a day, a settlement that was recorded after a repayment
 * is not paid by it. A fact that is recorded late can change where earlier
 * messages went; those are booked again (replan.ts), so every order of recording ends alike.
 */
import type { IsoDate } from "@huimin/calendar";
import { type LoanTimeline, minimumOpenFrom, openPrincipal, type PrincipalMovement } from "@huimin/interest/timeline";
import type { LoanState } from "@huimin/loan/events";
import { Exact, type Fen, maxFen, minFen, splitLargestRemainder, sumFen } from "@huimin/money";

/** What a repayment pays of one loan. */
export interface Split {
  readonly principal: Fen;
  readonly interest: Fen;
  readonly penalty: Fen;
}

/** A unified repayment to be allocated. */
export interface Repayment {
  readonly serial: string;
  readonly valueDate: IsoDate;
  readonly amount: Fen;
  readonly allocation: "pro-rata" | "as-ordered";
  readonly order?: readonly string[] | undefined;
}

export interface Allocated {
  readonly repayment: Repayment;
  /** By loan; loans that get nothing are left out. */
  readonly parts: ReadonlyMap<string, Split>;
  readonly excess: Fen;
}

/** What is open of something on a day; `free` of it can still be paid, facts of later days considered. */
interface Open {
  readonly open: Fen;
  readonly free: Fen;
}

interface DatedAmount {
  readonly valueDate: IsoDate;
  readonly amount: Fen;
  /** Repayments of the same day that came before it. */
  readonly after?: readonly string[];
}

/** Sum up to the end of a day, as a repayment of that day finds it. */
const upTo = (amounts: readonly DatedAmount[], date: IsoDate, repayment?: string): Fen =>
  sumFen(
    amounts.map((one) =>
      one.valueDate < date || (one.valueDate === date && !(repayment !== undefined && one.after?.includes(repayment))) ? one.amount : 0n,
    ),
  );

/** One loan while the repayments are told by value date; unified parts that are booked already are left out. */
class Account {
  readonly loan: string;
  #timeline: LoanTimeline;
  readonly #normal: DatedAmount[];
  readonly #penalty: DatedAmount[];
  readonly #paid: DatedAmount[];
  #paidNormal = 0n;
  #paidPenalty = 0n;

  constructor(loan: string, state: LoanState) {
    this.loan = loan;
    const messages = [...state.messages.values()].filter((message) => message.status === "booked");
    const unified = new Set(messages.filter((message) => message.unified !== undefined).map((message) => message.serial));
    this.#timeline = { ...state.timeline, movements: state.timeline.movements.filter((movement) => !unified.has(movement.id)) };
    this.#normal = state.settlements.filter((one) => one.kind === "normal");
    this.#penalty = [...state.settlements.filter((one) => one.kind === "penalty"), ...(state.compounds ?? [])];
    const dated = messages
      .filter((message) => message.kind === "interest-payment")
      .map(({ valueDate, interest }) => ({ valueDate, amount: interest }));
    this.#paid = [...dated, ...(state.unnumberedPayments ?? []).map(({ on, amount }) => ({ valueDate: on, amount }))];
  }

  /** Settled and unpaid at the end of a day (or as a repayment of that day finds it), penalty and compound interest first (3.9). */
  #openOn(date: IsoDate, repayment?: string): { penalty: Fen; normal: Fen } {
    const paid = upTo(this.#paid, date);
    const penalty = upTo(this.#penalty, date, repayment) - this.#paidPenalty;
    const toPenalty = maxFen(0n, minFen(penalty, paid));
    return { penalty: penalty - toPenalty, normal: upTo(this.#normal, date, repayment) - this.#paidNormal - (paid - toPenalty) };
  }

  /** Open interest of the day, and how much of it a repayment may pay: a later payment that is known keeps its part. */
  openInterest(date: IsoDate, repayment: string): Open & { readonly penalty: Fen } {
    const { penalty, normal } = this.#openOn(date, repayment);
    const later = this.#paid.filter((one) => one.valueDate > date).map((one) => this.#openOn(one.valueDate));
    const open = maxFen(0n, penalty + normal);
    const free = later.reduce((least, one) => minFen(least, maxFen(0n, one.penalty + one.normal)), open);
    return { open, free, penalty: maxFen(0n, penalty) };
  }

  /** Open principal of the day, and how much of it is left by what is known to have been settled later. */
  openPrincipal(date: IsoDate): Open {
    return { open: maxFen(0n, openPrincipal(this.#timeline, date)), free: maxFen(0n, minimumOpenFrom(this.#timeline, date)) };
  }

  pay(repayment: Repayment, split: Split): void {
    this.#paidNormal += split.interest;
    this.#paidPenalty += split.penalty;
    const movement: PrincipalMovement = {
      id: repayment.serial,
      kind: "repayment",
      valueDate: repayment.valueDate,
      amount: split.principal,
    };
    if (split.principal > 0n) this.#timeline = { ...this.#timeline, movements: [...this.#timeline.movements, movement] };
  }
}

/**
 * `total` shared by what is open, at most what is free of each: what one cannot take goes to the others, again by what is
 * open of them.
 */
function proRata(total: Fen, accounts: readonly Open[]): Fen[] {
  const parts = accounts.map(() => 0n);
  let rest = minFen(total, sumFen(accounts.map((account) => account.free)));
  while (rest > 0n) {
    const taking = accounts.map(({ open, free }, index) => (parts[index] === free ? 0n : open));
    const shares = splitLargestRemainder(
      rest,
      taking.map((weight) => new Exact(weight.toString())),
    );
    for (const [index, share] of shares.entries()) {
      const part = minFen(share, (accounts[index] as Open).free - (parts[index] as Fen));
      parts[index] = (parts[index] as Fen) + part;
      rest -= part;
    }
  }
  return parts;
}

/** Principal of each account: the ordered loans one after the other, the rest pro rata. */
function principalParts(accounts: readonly Account[], { order = [], allocation, valueDate }: Repayment, total: Fen): Fen[] {
  const open = accounts.map((account) => account.openPrincipal(valueDate));
  const parts = accounts.map(() => 0n);
  let rest = total;
  for (const loan of allocation === "as-ordered" ? order : []) {
    const index = accounts.findIndex((account) => account.loan === loan);
    if (index < 0) continue;
    const part = minFen(rest, (open[index] as Open).free - (parts[index] as Fen));
    parts[index] = (parts[index] as Fen) + part;
    rest -= part;
  }
  const left = open.map(({ open: amount, free }, index) => {
    const taken = parts[index] as Fen;
    return { open: amount - taken, free: free - taken };
  });
  return proRata(rest, left).map((share, index) => (parts[index] as Fen) + share);
}

function allocateOne(accounts: readonly Account[], repayment: Repayment): Allocated {
  const { amount, valueDate } = repayment;
  const open = accounts.map((account) => account.openInterest(valueDate, repayment.serial));
  const interest = proRata(amount, open);
  const left = amount - sumFen(interest);
  const principal = principalParts(accounts, repayment, left);
  const parts = new Map<string, Split>();
  for (const [index, account] of accounts.entries()) {
    const paid = interest[index] as Fen;
    const penalty = minFen(paid, open[index]?.penalty ?? 0n);
    const split = { principal: principal[index] as Fen, interest: paid - penalty, penalty };
    if (split.principal + paid === 0n) continue;
    account.pay(repayment, split);
    parts.set(account.loan, split);
  }
  return { repayment, parts, excess: left - sumFen(principal) };
}

/** Every unified repayment of a batch by value date; those of one day in the order given. By serial. */
export function allocate(
  loans: readonly { readonly loan: string; readonly state: LoanState }[],
  repayments: readonly Repayment[],
): ReadonlyMap<string, Allocated> {
  const accounts = loans.map(({ loan, state }) => new Account(loan, state));
  const ordered = repayments.map((repayment, index) => ({ repayment, index }));
  ordered.sort((a, b) =>
    a.repayment.valueDate === b.repayment.valueDate ? a.index - b.index : a.repayment.valueDate < b.repayment.valueDate ? -1 : 1,
  );
  return new Map(ordered.map(({ repayment }) => [repayment.serial, allocateOne(accounts, repayment)]));
}
