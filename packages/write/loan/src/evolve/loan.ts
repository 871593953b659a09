/* The fold of one loan: the handlers of every loan event, and the timeline that follows from the state. */
import type { Fold, RecordedEvent } from "@huimin/decider";
import type { LoanTimeline, PrincipalMovement, RateSegment } from "@huimin/interest/timeline";
import { fen } from "@huimin/money";
import type { LoanEventType, LoanPayload } from "../schema.ts";
import { enterpriseHandlers } from "./enterprise.ts";
import { pooledHandlers, withOpenedStakes, withRenewedStakes } from "./pooled.ts";
import { dueRowsOf, extendedRows, isInstalmentMethod } from "./schedule.ts";
import { settlingHandlers } from "./settling.ts";
import { withStakeFact } from "./stakes.ts";
import {
  type BankMessage,
  emptyLoan,
  type LoanHandlers,
  type LoanState,
  type LoanTerms,
  NO_MONEY,
  reopened,
  reversal,
  type SettledInterest,
  subjectOf,
  withMessage,
  withStatus,
} from "./state.ts";

const MOVEMENT_KINDS = new Set<BankMessage["kind"]>(["drawing", "repayment", "prepayment", "compensation"]);

function movementOf(message: BankMessage): PrincipalMovement | undefined {
  if (message.status !== "booked" || !MOVEMENT_KINDS.has(message.kind) || message.principal === 0n) return undefined;
  return {
    id: message.serial,
    kind: message.kind as PrincipalMovement["kind"],
    valueDate: message.valueDate,
    amount: message.principal,
    ...(message.interestFrom ? { interestFrom: message.interestFrom } : {}),
    ...(message.tranche ? { tranche: message.tranche } : {}),
  };
}

/** By value date, so that two orders of recording give equal timelines. */
const inOrder = (a: PrincipalMovement, b: PrincipalMovement): number =>
  a.valueDate === b.valueDate ? (a.id < b.id ? -1 : 1) : a.valueDate < b.valueDate ? -1 : 1;

function movementsOf(state: LoanState): PrincipalMovement[] {
  const movements: PrincipalMovement[] = [];
  for (const message of state.messages.values()) {
    const movement = movementOf(message);
    if (movement) movements.push(movement);
  }
  const renewed = state.renewedInto;
  if (renewed)
    movements.push({ id: `renewal of ${renewed.newLoan}`, kind: "renewed-away", valueDate: renewed.valueDate, amount: renewed.amount });
  return movements.sort(inOrder);
}

/** The contract rate, the rate of an extension from the old due date (a floating contract goes on as before), resets from their days. */
function ratesOf(first: RateSegment, { terms, extension, rateResets }: LoanState): RateSegment[] {
  const extended = extension && !terms?.floating ? [{ from: extension.oldDue, annualRate: extension.newRate }] : [];
  if (rateResets.length === 0) return [first, ...extended];
  return [first, ...[...extended, ...rateResets].sort((a, b) => (a.from < b.from ? -1 : a.from > b.from ? 1 : 0))];
}

/**
 * The timeline with one repayment more, which is what most events are: its movement goes to its place among the others,
 * and nothing else of the timeline follows from it. Undefined when it has to be made anew.
 */
function withOneMore(before: LoanState, after: LoanState, serial: string): LoanState | undefined {
  const message = after.messages.get(serial);
  if (before.timeline.movements.length === 0 || before.messages.has(serial) || !message || message.status !== "booked") return undefined;
  const { movements } = before.timeline;
  const movement = movementOf(message);
  if (!movement) return { ...after, timeline: before.timeline };
  let place = movements.length;
  while (place > 0 && inOrder(movement, movements[place - 1] as PrincipalMovement) < 0) place -= 1;
  if (movements[place - 1]?.id === movement.id) return undefined;
  return { ...after, timeline: { ...before.timeline, movements: movements.toSpliced(place, 0, movement) } };
}

function withTimeline(state: LoanState): LoanState {
  const { terms, extension, misuseFrom } = state;
  if (!terms) return state;
  const movements = movementsOf(state);
  const drawings = movements.filter((movement) => movement.kind === "drawing");
  const contracted = dueRowsOf(terms.method, terms.annualRate, drawings, terms.due);
  const dueRows = extension ? extendedRows(contracted, extension.oldDue, extension.newDue) : contracted;
  const first = { from: terms.contractDate, annualRate: terms.annualRate };
  const timeline: LoanTimeline = {
    movements,
    rates: ratesOf(first, state),
    due: extension?.newDue ?? terms.due,
    ...(dueRows ? { dueRows } : {}),
    ...(misuseFrom ? { misuseFrom } : {}),
    penaltySurcharge: terms.penaltySurcharge,
    yearBase: terms.yearBase,
    dayCount: isInstalmentMethod(terms.method) ? "months" : "actual",
    ...(isInstalmentMethod(terms.method) && drawings[0] ? { monthsFrom: drawings[0].valueDate } : {}),
    subsidised: state.subject?.unsubsidised !== true,
  };
  return { ...state, timeline };
}

function drawn(
  state: LoanState,
  event: RecordedEvent,
  payload: LoanPayload<"LoanDisbursed">,
  more: Pick<LoanTerms, "topUpOf" | "renewalOf">,
): LoanState {
  const { amount, serial, annualRate, yearBase, contractDate, due, method, creditGroup, borrower, penaltySurcharge } = payload;
  const opened: LoanState = state.terms
    ? state
    : {
        ...state,
        subject: subjectOf(payload),
        terms: { annualRate, yearBase, contractDate, due, method, creditGroup, borrower, penaltySurcharge, ...more },
      };
  const { valueDate, eventId } = event;
  return withMessage(reopened(opened.subject?.batch ? withStakeFact(opened, { kind: "message", serial }) : opened), {
    serial,
    kind: "drawing",
    status: "booked",
    valueDate,
    eventId,
    ...NO_MONEY,
    principal: fen(amount),
  });
}

function repaid(
  state: LoanState,
  event: RecordedEvent,
  payload: LoanPayload<"RepaymentReceived"> | LoanPayload<"RepaymentDuplicateSuspected">,
  status: BankMessage["status"],
): LoanState {
  const { serial, principal, interest, penalty, tranche } = payload;
  return withMessage(state, {
    serial,
    kind: "repayment",
    status,
    valueDate: event.valueDate,
    eventId: event.eventId,
    principal: fen(principal),
    interest: fen(interest),
    penalty: fen(penalty),
    ...(tranche ? { tranche } : {}),
    ...("toTopUps" in payload && payload.toTopUps
      ? { toTopUps: payload.toTopUps.map((part) => ({ loan: part.loan, principal: fen(part.principal) })) }
      : {}),
    ...("namedLoan" in payload && payload.namedLoan ? { namedLoan: payload.namedLoan } : {}),
  });
}

function settled(state: LoanState, event: RecordedEvent, payload: LoanPayload<"InterestSettled">): LoanState {
  const { from, toExcl, kind, amount, bearer, serial, recomputed, after } = payload;
  const { valueDate, eventId } = event;
  const period = { from, toExcl, amount: fen(amount), bearer, valueDate, flagged: recomputed !== undefined, ...(after ? { after } : {}) };
  const byDay = <P extends { readonly from: string }>(periods: readonly P[]): P[] =>
    [...periods].sort((a, b) => (a.from < b.from ? -1 : 1));
  const next: LoanState =
    kind === "compound"
      ? { ...state, compounds: byDay([...(state.compounds ?? []), period]) }
      : { ...state, settlements: byDay<SettledInterest>([...state.settlements, { ...period, kind }]) };
  return serial
    ? withMessage(next, { serial, kind: "settlement", status: "booked", valueDate, eventId, ...NO_MONEY, interest: fen(amount) })
    : next;
}

function corrected(state: LoanState, payload: LoanPayload<"InterestCorrected">): LoanState {
  const { from, toExcl, kind, amount } = payload;
  const right = { amount: fen(amount), flagged: false };
  if (kind === "compound") {
    const compounds = (state.compounds ?? []).map((one) => (one.from === from && one.toExcl === toExcl ? { ...one, ...right } : one));
    return { ...state, compounds };
  }
  return {
    ...state,
    settlements: state.settlements.map((one) =>
      one.from === from && one.toExcl === toExcl && one.kind === kind ? { ...one, ...right } : one,
    ),
  };
}

function interestPaid(state: LoanState, event: RecordedEvent, payload: LoanPayload<"InterestPaid">): LoanState {
  const { amount, serial, payer } = payload;
  const { valueDate, eventId } = event;
  const next = { ...state, interestPaid: state.interestPaid + fen(amount) };
  return serial
    ? withMessage(next, {
        serial,
        kind: "interest-payment",
        status: "booked",
        valueDate,
        eventId,
        ...NO_MONEY,
        interest: fen(amount),
        payer,
      })
    : { ...next, unnumberedPayments: [...(state.unnumberedPayments ?? []), { on: valueDate, amount: fen(amount) }] };
}

const handlers: LoanHandlers = {
  ...pooledHandlers,
  ...enterpriseHandlers,
  ...settlingHandlers,
  LoanDisbursed: (state, event, payload) => drawn(state, event, payload, {}),
  LoanToppedUp: (state, event, payload) => drawn(state, event, payload, { topUpOf: payload.topUpOf }),
  LoanOpenedByRenewal: (state, event, payload) =>
    withOpenedStakes(drawn(state, event, payload, { renewalOf: payload.oldLoan }), event.valueDate, payload.stakes),
  DisbursementReversed: (state, event, payload) => reversal(state, event, payload.serial, payload.reversalSerial),
  TopUpLinked: (state, _, { topUp }) => (state.topUps.includes(topUp) ? state : { ...state, topUps: [...state.topUps, topUp].sort() }),
  RepaymentReceived: (state, event, payload) => repaid(state, event, payload, "booked"),
  RepaymentDuplicateReleased: (state, event, payload) => repaid(state, event, payload, "booked"),
  RepaymentDuplicateSuspected: (state, event, payload) => repaid(state, event, payload, "held"),
  RepaymentDuplicateDismissed: (state, _, { serial }) => withStatus(state, serial, "dismissed"),
  RepaymentReversed: (state, event, payload) => reversal(state, event, payload.serial, payload.reversalSerial),
  LoanPrepaid: (state, event, { serial, principal, interest, interestFrom }) =>
    withMessage(state, {
      serial,
      kind: "prepayment",
      status: "booked",
      valueDate: event.valueDate,
      eventId: event.eventId,
      principal: fen(principal),
      interest: fen(interest),
      penalty: 0n,
      interestFrom,
    }),
  InterestSettled: settled,
  InterestCorrected: (state, _, payload) => corrected(state, payload),
  InterestPaid: interestPaid,
  InterestPaymentReversed: (state, _, { serial, amount }) => ({
    ...withStatus(reopened(state), serial, "reversed"),
    interestPaid: state.interestPaid + fen(amount),
  }),
  // An enterprise loan may be extended again: the rate of its former extension stays a step of the timeline.
  LoanExtended: ({ extension: former, ...state }, _, { oldDue, newDue, newRate }) => ({
    ...state,
    rateResets:
      former && !state.terms?.floating ? [...state.rateResets, { from: former.oldDue, annualRate: former.newRate }] : state.rateResets,
    extension: { oldDue, newDue, newRate },
  }),
  LoanRenewedNoRepayment: (state, event, { newLoan, amount, stakes }) =>
    withRenewedStakes({ ...state, renewedInto: { newLoan, amount: fen(amount), valueDate: event.valueDate } }, event.valueDate, stakes),
  LoanMisuseConfirmed: (state, event, { misuseFrom }) => ({ ...state, misuseFrom, misuseConfirmedOn: event.valueDate }),
  LoanMisuseRevoked: ({ misuseFrom: _, misuseConfirmedOn: __, ...state }) => state,
  LoanBecameOverdue: (state, _, { due }) => ({ ...state, overdueSince: due }),
  OverdueCured: ({ overdueSince: _, ...state }) => state,
  LoanSettled: (state, event) => ({ ...state, settledOn: event.valueDate }),
  DebtorDied: (state, event) => ({ ...state, debtorDiedOn: event.valueDate }),
  LoanDebtorChanged: ({ debtorDiedOn: _, ...state }, _event, { borrower }) =>
    state.terms ? { ...state, terms: { ...state.terms, borrower } } : state,
};

/** The fold of `loan/{loan}`: the loan's state with its interest timeline. */
export const loanTimelineFold: Fold<LoanState> = {
  initialState: emptyLoan,
  evolve(state, event) {
    const handler = handlers[event.type as LoanEventType] as
      | ((state: LoanState, event: RecordedEvent, payload: unknown) => LoanState)
      | undefined;
    if (!handler) return state;
    const after = handler(state, event, event.payload);
    const { serial } = event.payload as { readonly serial?: string };
    return (event.type === "RepaymentReceived" && serial ? withOneMore(state, after, serial) : undefined) ?? withTimeline(after);
  },
};

export const loanStream = (loan: string): string => `loan/${loan}`;
