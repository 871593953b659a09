/*
 * Repayments of a topped-up loan (R13). Where the bank states no allocation, a repayment of the first loan lowers its
 * open top-ups first, and the rest the loan that the bank named. The allocation is a function of the facts by value
 * date: a fact that is recorded later (a back-dated repayment, a late drawing of the top-up, a reversal) can change
 * where earlier messages went. Those are then taken back and booked again (红字冲销, 蓝字订正) in the same append, so
 * every order of recording ends alike.
 */
import type { DomainEvent, StreamWrite } from "@huimin/decider";
import { type LoanTimeline, minimumOpenFrom, type PrincipalMovement } from "@huimin/interest/timeline";
import { type Fen, formatAmount, maxFen, minFen, sumFen } from "@huimin/money";
import { ok, type Result } from "@huimin/outcome";
import { type BankMessage, loanStream } from "../evolve.ts";
import { loanEvent, type OpenedLoan } from "../shared.ts";
import { type PaymentSplit, principalRefusal, reversedEvent, splitAmounts } from "./repayment.ts";

/** A first loan with its top-ups, in the order of their numbers. */
export interface LoanFamily {
  readonly base: OpenedLoan;
  readonly topUps: readonly OpenedLoan[];
}

/** A repayment that names the first loan without stating an allocation. */
export interface OpenRepayment extends PaymentSplit {
  readonly serial: string;
  readonly valueDate: string;
}

interface Allocation {
  /** part of the loan that the bank named */
  readonly own: Fen;
  readonly toTopUps: readonly { readonly loan: string; readonly principal: Fen }[];
}

const isUnstated = (message: BankMessage): boolean =>
  message.kind === "repayment" && message.status === "booked" && message.tranche === undefined && message.namedLoan === undefined;

const wholePrincipal = (message: BankMessage): Fen => message.principal + sumFen((message.toTopUps ?? []).map((part) => part.principal));

const without = (timeline: LoanTimeline, serials: ReadonlySet<string>): LoanTimeline => ({
  ...timeline,
  movements: timeline.movements.filter((movement) => !serials.has(movement.id)),
});

const plus = (timeline: LoanTimeline, movement: PrincipalMovement): LoanTimeline => ({
  ...timeline,
  movements: [...timeline.movements, movement],
});

/** Allocates every unstated repayment by value date, then serial. Refuses ABOVE_OPEN_PRINCIPAL when one does not fit. */
function allocate({ base, topUps }: LoanFamily, repayments: readonly OpenRepayment[]): Result<ReadonlyMap<string, Allocation>> {
  const serials = new Set(repayments.map((repayment) => repayment.serial));
  const left = topUps.map(({ subject, timeline }) => ({ loan: subject.loan, timeline: without(timeline, serials) }));
  let own = without(base.timeline, serials);
  const allocations = new Map<string, Allocation>();
  const ordered = [...repayments].sort((a, b) =>
    a.valueDate === b.valueDate ? (a.serial < b.serial ? -1 : 1) : a.valueDate < b.valueDate ? -1 : 1,
  );
  for (const { serial, valueDate, principal } of ordered) {
    let rest = principal;
    const toTopUps: { loan: string; principal: Fen }[] = [];
    for (const topUp of left) {
      const part = minFen(rest, maxFen(0n, minimumOpenFrom(topUp.timeline, valueDate)));
      if (part === 0n) continue;
      rest -= part;
      toTopUps.push({ loan: topUp.loan, principal: part });
      topUp.timeline = plus(topUp.timeline, { id: serial, kind: "repayment", valueDate, amount: part });
    }
    const refusal = principalRefusal(rest, minimumOpenFrom(own, valueDate), valueDate);
    if (refusal) return refusal;
    own = plus(own, { id: serial, kind: "repayment", valueDate, amount: rest });
    allocations.set(serial, { own: rest, toTopUps });
  }
  return ok(allocations);
}

const sameParts = (a: Allocation["toTopUps"], b: Allocation["toTopUps"]): boolean =>
  a.length === b.length && a.every((part, index) => part.loan === b[index]?.loan && part.principal === b[index]?.principal);

/** Events by stream, in the order in which they were added. */
class Writes {
  readonly streams = new Map<string, DomainEvent[]>();

  add(loan: string, event: DomainEvent): void {
    const stream = loanStream(loan);
    this.streams.set(stream, [...(this.streams.get(stream) ?? []), event]);
  }

  list(): StreamWrite[] {
    return [...this.streams].map(([stream, events]) => ({ stream, events }));
  }
}

/** A repayment that is being booked now, with the event type that books it. */
export interface NewRepayment extends OpenRepayment {
  readonly type: "RepaymentReceived" | "RepaymentDuplicateReleased";
  /** Stated by the bank: it lowers the named loan alone. */
  readonly tranche?: "subsidised-tranche";
  readonly corrects?: string;
}

function book(writes: Writes, { base, topUps }: LoanFamily, repayment: NewRepayment, { own, toTopUps }: Allocation): void {
  const { serial, valueDate, interest, penalty, tranche, type, corrects } = repayment;
  const released = type === "RepaymentDuplicateReleased" ? { released: true } : {};
  const parts = toTopUps.map(({ loan, principal }) => ({ loan, principal: formatAmount(principal) }));
  writes.add(
    base.subject.loan,
    loanEvent(
      type,
      valueDate,
      {
        ...base.subject,
        ...splitAmounts({ principal: own, interest, penalty }),
        serial,
        ...(tranche ? { tranche } : {}),
        ...released,
        ...(parts.length > 0 ? { toTopUps: parts } : {}),
      },
      corrects,
    ),
  );
  for (const { loan, principal } of toTopUps) {
    const topUp = topUps.find((one) => one.subject.loan === loan) as OpenedLoan;
    const split = splitAmounts({ principal, interest: 0n, penalty: 0n });
    writes.add(
      loan,
      loanEvent(type, valueDate, { ...topUp.subject, ...split, serial, ...released, namedLoan: base.subject.loan }, corrects),
    );
  }
}

/** Takes a booked message back from the named loan and from its top-ups. */
function takeBack(writes: Writes, { base, topUps }: LoanFamily, message: BankMessage, reversalSerial: string): void {
  writes.add(base.subject.loan, reversedEvent(base, message, reversalSerial));
  for (const { loan } of message.toTopUps ?? []) {
    const topUp = topUps.find((one) => one.subject.loan === loan) as OpenedLoan;
    const part = topUp.messages.get(message.serial);
    if (part) writes.add(loan, reversedEvent(topUp, part, reversalSerial));
  }
}

/** Serial of the red entry of a re-allocation: made from the message and how often it was re-allocated. */
function reallocationSerial(base: OpenedLoan, serial: string): string {
  for (let nr = 1; ; nr++) {
    const candidate = `realloc-${nr}:${serial}`.slice(0, 64);
    if (!base.messages.has(candidate)) return candidate;
  }
}

/** No top-up, now or when an earlier message was booked: nothing can be allocated otherwise than it was. */
function isAlone({ base, topUps }: LoanFamily): boolean {
  if (topUps.length > 0) return false;
  for (const { toTopUps } of base.messages.values()) if (toTopUps !== undefined && toTopUps.length > 0) return false;
  return true;
}

/** Whether the loan stays at zero or above on every day with `added`: then each repayment fits, in whatever order they are looked at. */
const fits = ({ timeline }: OpenedLoan, { principal, valueDate }: NewRepayment): boolean =>
  minimumOpenFrom(timeline, BEGINNING) >= 0n && principal >= 0n && minimumOpenFrom(timeline, valueDate) >= principal;

/** Before every value date. */
const BEGINNING = "0000-01-01";

/**
 * The family after `family` has changed: messages whose allocation is another now are taken back and booked again;
 * `added` is booked. `except` names a message that is being reversed in the same append.
 */
export function bookIntoFamily(family: LoanFamily, added?: NewRepayment, except?: string): Result<StreamWrite[]> {
  const { base } = family;
  if (added !== undefined && except === undefined && isAlone(family) && fits(base, added)) {
    const alone = new Writes();
    book(alone, family, added, { own: added.principal, toTopUps: [] });
    return ok(alone.list());
  }
  const booked = [...base.messages.values()].filter((message) => isUnstated(message) && message.serial !== except);
  const open: OpenRepayment[] = booked.map((message) => ({ ...message, principal: wholePrincipal(message) }));
  const isOpen = added !== undefined && added.tranche === undefined;
  const allocations = allocate(family, isOpen ? [...open, added] : open);
  if (!allocations.ok) return allocations;
  const writes = new Writes();
  const changed = booked.filter((message) => !sameParts(message.toTopUps ?? [], allocations.value.get(message.serial)?.toTopUps ?? []));
  for (const message of changed) takeBack(writes, family, message, reallocationSerial(base, message.serial));
  for (const message of changed) {
    const again = { ...message, type: "RepaymentReceived", corrects: message.eventId } as const;
    book(writes, family, again, allocations.value.get(message.serial) as Allocation);
  }
  if (added)
    book(writes, family, added, isOpen ? (allocations.value.get(added.serial) as Allocation) : { own: added.principal, toTopUps: [] });
  return ok(writes.list());
}

/** Reverses a message in the whole family, and re-allocates what it made room for. */
export function reverseInFamily(
  family: LoanFamily,
  named: OpenedLoan,
  original: BankMessage,
  reversalSerial: string,
): Result<StreamWrite[]> {
  const writes = new Writes();
  const onBase = named.subject.loan === family.base.subject.loan;
  if (onBase) takeBack(writes, family, original, reversalSerial);
  else writes.add(named.subject.loan, reversedEvent(named, original, reversalSerial));
  if (family.topUps.length === 0) return ok(writes.list());
  const after: LoanFamily = {
    base: strip(family.base, original.serial, onBase),
    topUps: family.topUps.map((topUp) => strip(topUp, original.serial, onBase || topUp.subject.loan === named.subject.loan)),
  };
  const reallocated = bookIntoFamily(after, undefined, onBase ? original.serial : undefined);
  return reallocated.ok ? ok(merged([...writes.list(), ...reallocated.value])) : reallocated;
}

const strip = (loan: OpenedLoan, serial: string, concerned: boolean): OpenedLoan =>
  concerned ? { ...loan, timeline: without(loan.timeline, new Set([serial])) } : loan;

/** One write a stream, events in order. */
export function merged(writes: readonly StreamWrite[]): StreamWrite[] {
  const byStream = new Map<string, StreamWrite>();
  for (const write of writes) {
    const known = byStream.get(write.stream);
    byStream.set(write.stream, known ? { ...known, events: [...known.events, ...write.events] } : write);
  }
  return [...byStream.values()];
}
