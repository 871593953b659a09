/*
 * Booking unified repayments on the loans as `allocate` tells them. Parts that are booked otherwise, because a fact was
 * recorded late, are taken back and booked again (红字冲销, 蓝字订正) in the same append, with their own value date.
 */
import type { DomainEvent, StreamWrite } from "@huimin/decider";
import {
  type BankMessage,
  type LoanState,
  loanStream,
  stakesLoweredBy,
  subjectOn,
  withPending,
  withRealignment,
} from "@huimin/loan/events";
import { type Fen, formatAmount, sumFen } from "@huimin/money";
import { type Allocated, allocate, type Repayment, type Split } from "./allocation.ts";
import { batchStream } from "./evolve.ts";
import { batchEvent, type DrawnLoan, drawnLoans, partiesOf, type SignedBatch } from "./shared.ts";

/** What a message changes about the repayments of the batch. */
export interface RepaymentChange {
  readonly received?: Repayment;
  readonly reversed?: { readonly serial: string; readonly reversalSerial: string };
}

export interface Replan {
  readonly writes: StreamWrite[];
  /** Allocation of every repayment that stands, by serial. */
  readonly allocated: ReadonlyMap<string, Allocated>;
}

/** Long serials of banks leave room for our own suffix. */
const SERIAL_KEPT = 56;

const partOf = ({ principal, interest, penalty }: Split) => ({
  principal: formatAmount(principal),
  interest: formatAmount(interest),
  penalty: formatAmount(penalty),
});

const shares = (parts: readonly { readonly household: string; readonly village: string; readonly amount: Fen }[], sign: 1n | -1n) =>
  parts.map(({ household, village, amount }) => ({ household, village, amount: formatAmount(sign * amount) }));

function takenBack(state: DrawnLoan, message: BankMessage, serial: string): DomainEvent {
  const { principal, interest, penalty, valueDate, stakes = [] } = message;
  const negative = partOf({ principal: -principal, interest: -interest, penalty: -penalty });
  const payload = { ...subjectOn(state, valueDate), ...negative, serial, stakes: shares(stakes, -1n), reverses: message.serial };
  return { type: "UnifiedRepaymentApplied", valueDate, payload, corrects: message.eventId };
}

function applied(state: DrawnLoan, { serial, valueDate }: Repayment, split: Split): DomainEvent {
  const again = [...state.messages.values()].filter((message) => message.unified === serial).length;
  const lowered = stakesLoweredBy(state, valueDate, split.principal);
  const own = again === 0 ? { serial } : { serial: `${serial.slice(0, SERIAL_KEPT)}~${again + 1}`, of: serial };
  const payload = { ...subjectOn(state, valueDate), ...partOf(split), ...own, stakes: shares(lowered, 1n) };
  return { type: "UnifiedRepaymentApplied", valueDate, payload };
}

const sameSplit = (message: BankMessage, split: Split | undefined): boolean =>
  split !== undefined && message.principal === split.principal && message.interest === split.interest && message.penalty === split.penalty;

/** The events that bring one loan from what is booked to what is allocated. */
function loanEvents(
  loan: string,
  before: DrawnLoan,
  allocated: ReadonlyMap<string, Allocated>,
  reversed: RepaymentChange["reversed"],
): DomainEvent[] {
  const events: DomainEvent[] = [];
  let state: DrawnLoan = before;
  const add = (event: DomainEvent): void => {
    events.push(event);
    state = { ...state, ...withPending(state, loan, [event]) };
  };
  const booked = new Map<string, BankMessage>();
  for (const message of before.messages.values())
    if (message.unified !== undefined && message.status === "booked") booked.set(message.unified, message);
  for (const [unified, message] of booked) {
    if (sameSplit(message, allocated.get(unified)?.parts.get(loan))) continue;
    const ownSerial = reversed?.serial === unified ? reversed.reversalSerial : `${message.serial.slice(0, SERIAL_KEPT)}~R`;
    add(takenBack(state, message, ownSerial));
  }
  for (const { repayment, parts } of allocated.values()) {
    const split = parts.get(loan);
    const message = booked.get(repayment.serial);
    if (split && !(message && sameSplit(message, split))) add(applied(state, repayment, split));
  }
  return events;
}

export const totalsOf = ({ parts, excess }: Allocated) => {
  const splits = [...parts.values()];
  return {
    interestAndPenalty: formatAmount(sumFen(splits.map((split) => split.interest + split.penalty))),
    principal: formatAmount(sumFen(splits.map((split) => split.principal))),
    excess: formatAmount(excess),
    perLoan: [...parts].map(([loan, split]) => ({ loan, ...partOf(split) })),
  };
};

/** A header for every repayment that the change moved to other loans. */
function reallocated({ batch }: SignedBatch, allocated: ReadonlyMap<string, Allocated>, moved: ReadonlySet<string>): DomainEvent[] {
  return [...moved].flatMap((serial) => {
    const found = allocated.get(serial);
    if (!found) return [];
    const { valueDate } = found.repayment;
    return [batchEvent("UnifiedRepaymentReallocated", valueDate, { ...partiesOf(batch), serial, ...totalsOf(found) })];
  });
}

const merged = (writes: readonly StreamWrite[]): StreamWrite[] => {
  const byStream = new Map<string, StreamWrite>();
  for (const write of writes) {
    const before = byStream.get(write.stream);
    byStream.set(write.stream, before ? { ...before, events: [...before.events, ...write.events] } : write);
  }
  return [...byStream.values()].filter((write) => write.events.length > 0);
};

/** Serials of repayments, other than the changed one, whose events are among these. */
const movedSerials = (events: readonly DomainEvent[], allocated: ReadonlyMap<string, Allocated>, state: LoanState): string[] =>
  events.flatMap((event) => {
    const { serial, of, reverses } = event.payload as { serial: string; of?: string; reverses?: string };
    const unified = of ?? (reverses === undefined ? serial : state.messages.get(reverses)?.unified);
    return unified !== undefined && allocated.has(unified) ? [unified] : [];
  });

/**
 * The writes of a command on a batch, followed by what they change about its unified repayments. `writes` are the
 * command's own events on loans of the batch.
 */
export function replan(signed: SignedBatch, writes: readonly StreamWrite[], change: RepaymentChange = {}): Replan {
  const { batch } = signed;
  const { received, reversed } = change;
  const standing: Repayment[] = [...batch.repayments]
    .filter(([serial, repayment]) => !repayment.reversed && serial !== reversed?.serial)
    .map(([serial, { valueDate, amount, allocation, order }]) => ({ serial, valueDate, amount, allocation, order }));
  const own = new Map(writes.map((write) => [write.stream, write.events]));
  const loans = signed.loans.map(({ loan, state }) => ({ loan, state: withPending(state, loan, own.get(loanStream(loan)) ?? []) }));
  const allocated = allocate(loans, received ? [...standing, received] : standing);
  const moved = new Set<string>();
  const changes = drawnLoans(loans).flatMap(({ loan, state }) => {
    const events = loanEvents(loan, state, allocated, reversed);
    if (events.length === 0) return [];
    for (const serial of movedSerials(events, allocated, state)) if (serial !== received?.serial) moved.add(serial);
    return [{ stream: loanStream(loan), events: withRealignment(state, loan, events) }];
  });
  const headers = { stream: batchStream(batch.batch), events: reallocated(signed, allocated, moved) };
  return { writes: merged([...writes, ...changes, headers]), allocated };
}

/** {@link replan} for a command that is no repayment itself. */
export const replanned = (signed: SignedBatch, writes: readonly StreamWrite[]): StreamWrite[] =>
  signed.batch.repayments.size === 0 ? [...writes] : replan(signed, writes).writes;
