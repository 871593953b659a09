/*
 * One loan as its stream tells it. What interest depends on is kept as a timeline by value date; messages of the bank
 * are kept by serial, so that a reversal finds its original and a second sending is recognised.
 */
import type { IsoDate } from "@huimin/calendar";
import type { Fold, RecordedEvent } from "@huimin/decider";
import type { InterestKind, LoanTimeline, PrincipalMovement } from "@huimin/interest/timeline";
import { type Fen, fen } from "@huimin/money";
import type { LoanEventType, LoanPayload } from "../schema.ts";
import { dueRowsOf, extendedRows, isInstalmentMethod } from "./schedule.ts";

/** Dimensions that every event of the loan repeats. */
export interface LoanSubject {
  readonly loan: string;
  readonly household: string;
  readonly bank: string;
  readonly village: string;
  /** A top-up (3.14), or the renewal of one: not subsidised, not in the risk fund. */
  readonly unsubsidised?: boolean;
}

export interface LoanTerms {
  readonly annualRate: string;
  readonly yearBase: 360 | 365;
  readonly contractDate: IsoDate;
  /** as contracted, before an extension */
  readonly due: IsoDate;
  readonly method: string;
  readonly creditGroup: string;
  readonly borrower: string;
  readonly penaltySurcharge: string;
  readonly topUpOf?: string;
  readonly renewalOf?: string;
}

/** A message of the bank with its serial. `held`: suspected duplicate, not booked. */
export interface BankMessage {
  readonly serial: string;
  readonly kind: "drawing" | "repayment" | "prepayment" | "interest-payment" | "settlement" | "reversal";
  readonly status: "booked" | "held" | "reversed" | "dismissed";
  readonly valueDate: IsoDate;
  readonly eventId: string;
  /** principal of this loan */
  readonly principal: Fen;
  readonly interest: Fen;
  readonly penalty: Fen;
  readonly tranche?: "subsidised-tranche";
  readonly interestFrom?: IsoDate;
  readonly payer?: "household" | "enterprise";
  /** Parts that lowered top-ups of this loan (R13). */
  readonly toTopUps?: readonly { readonly loan: string; readonly principal: Fen }[];
  /** On a top-up: the loan that the bank named. */
  readonly namedLoan?: string;
}

/** A settled period with the amount that is booked for it now, corrections included. */
export interface SettledInterest {
  readonly from: IsoDate;
  readonly toExcl: IsoDate;
  readonly kind: InterestKind;
  readonly amount: Fen;
  readonly bearer: "household" | "enterprise";
  readonly valueDate: IsoDate;
  /** The bank's own figure was accepted although ours differs. */
  readonly flagged: boolean;
}

export interface LoanState {
  /** Absent until the first drawing. */
  readonly subject?: LoanSubject;
  readonly terms?: LoanTerms;
  readonly timeline: LoanTimeline;
  readonly messages: ReadonlyMap<string, BankMessage>;
  readonly settlements: readonly SettledInterest[];
  /** Σ InterestPaid less its reversals; `interest` and `penalty` of repayments are in the messages. */
  readonly interestPaid: Fen;
  /** Loans that topped this one up, in the order of their drawing. */
  readonly topUps: readonly string[];
  readonly extension?: { readonly oldDue: IsoDate; readonly newDue: IsoDate; readonly newRate: string };
  readonly misuseFrom?: IsoDate;
  /** Value date of the confirmation: the day from which it forbids an extension or a renewal. */
  readonly misuseConfirmedOn?: IsoDate;
  readonly renewedInto?: { readonly newLoan: string; readonly amount: Fen; readonly valueDate: IsoDate };
  /** Due date of the overdue mark (LoanBecameOverdue) that has not been cured. */
  readonly overdueSince?: IsoDate;
  readonly settledOn?: IsoDate;
  readonly debtorDiedOn?: IsoDate;
}

const EMPTY_TIMELINE: LoanTimeline = {
  movements: [],
  rates: [],
  due: "9999-12-31",
  penaltySurcharge: "0",
  yearBase: 360,
  dayCount: "actual",
  subsidised: false,
};

export const emptyLoan: LoanState = { timeline: EMPTY_TIMELINE, messages: new Map(), settlements: [], interestPaid: 0n, topUps: [] };

const MOVEMENT_KINDS = new Set<BankMessage["kind"]>(["drawing", "repayment", "prepayment"]);

function movementsOf(state: LoanState): PrincipalMovement[] {
  const movements: PrincipalMovement[] = [];
  for (const message of state.messages.values()) {
    if (message.status !== "booked" || !MOVEMENT_KINDS.has(message.kind) || message.principal === 0n) continue;
    movements.push({
      id: message.serial,
      kind: message.kind as "drawing" | "repayment" | "prepayment",
      valueDate: message.valueDate,
      amount: message.principal,
      ...(message.interestFrom ? { interestFrom: message.interestFrom } : {}),
      ...(message.tranche ? { tranche: message.tranche } : {}),
    });
  }
  const renewed = state.renewedInto;
  if (renewed)
    movements.push({ id: `renewal of ${renewed.newLoan}`, kind: "renewed-away", valueDate: renewed.valueDate, amount: renewed.amount });
  // By value date, so that two orders of recording give equal timelines.
  return movements.sort((a, b) => (a.valueDate === b.valueDate ? (a.id < b.id ? -1 : 1) : a.valueDate < b.valueDate ? -1 : 1));
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
    rates: extension ? [first, { from: extension.oldDue, annualRate: extension.newRate }] : [first],
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

const withMessage = (state: LoanState, message: BankMessage): LoanState => ({
  ...state,
  messages: new Map(state.messages).set(message.serial, message),
});

function withStatus(state: LoanState, serial: string, status: BankMessage["status"]): LoanState {
  const message = state.messages.get(serial);
  return message ? withMessage(state, { ...message, status }) : state;
}

const NO_MONEY = { principal: 0n, interest: 0n, penalty: 0n };

function drawn(
  state: LoanState,
  event: RecordedEvent,
  payload: LoanPayload<"LoanDisbursed">,
  more: Pick<LoanTerms, "topUpOf" | "renewalOf">,
): LoanState {
  const {
    loan,
    household,
    bank,
    village,
    amount,
    serial,
    annualRate,
    yearBase,
    contractDate,
    due,
    method,
    creditGroup,
    borrower,
    penaltySurcharge,
  } = payload;
  const opened: LoanState = state.terms
    ? state
    : {
        ...state,
        subject: { loan, household, bank, village, ...(payload.unsubsidised ? { unsubsidised: true } : {}) },
        terms: { annualRate, yearBase, contractDate, due, method, creditGroup, borrower, penaltySurcharge, ...more },
      };
  const { valueDate, eventId } = event;
  return withMessage(reopened(opened), {
    serial,
    kind: "drawing",
    status: "booked",
    valueDate,
    eventId,
    ...NO_MONEY,
    principal: fen(amount),
  });
}

const reopened = ({ settledOn: _, ...state }: LoanState): LoanState => state;

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

function reversal(state: LoanState, event: RecordedEvent, serial: string, reversalSerial: string): LoanState {
  const reversed = withStatus(reopened(state), serial, "reversed");
  const { valueDate, eventId } = event;
  return withMessage(reversed, { serial: reversalSerial, kind: "reversal", status: "booked", valueDate, eventId, ...NO_MONEY });
}

function settled(state: LoanState, event: RecordedEvent, payload: LoanPayload<"InterestSettled">): LoanState {
  const { from, toExcl, kind, amount, bearer, serial, recomputed } = payload;
  const { valueDate, eventId } = event;
  const settlement: SettledInterest = { from, toExcl, kind, amount: fen(amount), bearer, valueDate, flagged: recomputed !== undefined };
  const next = { ...state, settlements: [...state.settlements, settlement].sort((a, b) => (a.from < b.from ? -1 : 1)) };
  return serial
    ? withMessage(next, { serial, kind: "settlement", status: "booked", valueDate, eventId, ...NO_MONEY, interest: fen(amount) })
    : next;
}

function corrected(state: LoanState, payload: LoanPayload<"InterestCorrected">): LoanState {
  const { from, toExcl, kind, amount } = payload;
  return {
    ...state,
    settlements: state.settlements.map((one) =>
      one.from === from && one.toExcl === toExcl && one.kind === kind ? { ...one, amount: fen(amount), flagged: false } : one,
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
    : next;
}

type Handlers = { readonly [T in LoanEventType]?: (state: LoanState, event: RecordedEvent, payload: LoanPayload<T>) => LoanState };

const handlers: Handlers = {
  LoanDisbursed: (state, event, payload) => drawn(state, event, payload, {}),
  LoanToppedUp: (state, event, payload) => drawn(state, event, payload, { topUpOf: payload.topUpOf }),
  LoanOpenedByRenewal: (state, event, payload) => drawn(state, event, payload, { renewalOf: payload.oldLoan }),
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
  LoanExtended: (state, _, { oldDue, newDue, newRate }) => ({ ...state, extension: { oldDue, newDue, newRate } }),
  LoanRenewedNoRepayment: (state, event, { newLoan, amount }) => ({
    ...state,
    renewedInto: { newLoan, amount: fen(amount), valueDate: event.valueDate },
  }),
  LoanMisuseConfirmed: (state, event, { misuseFrom }) => ({ ...state, misuseFrom, misuseConfirmedOn: event.valueDate }),
  LoanMisuseRevoked: ({ misuseFrom: _, misuseConfirmedOn: __, ...state }) => state,
  LoanBecameOverdue: (state, _, { due }) => ({ ...state, overdueSince: due }),
  OverdueCured: ({ overdueSince: _, ...state }) => state,
  LoanSettled: (state, event) => ({ ...state, settledOn: event.valueDate }),
  DebtorDied: (state, event) => ({ ...state, debtorDiedOn: event.valueDate }),
};

/** The fold of `loan/{loan}`: the loan's state with its interest timeline. */
export const loanTimelineFold: Fold<LoanState> = {
  initialState: emptyLoan,
  evolve(state, event) {
    const handler = handlers[event.type as LoanEventType] as
      | ((state: LoanState, event: RecordedEvent, payload: unknown) => LoanState)
      | undefined;
    return handler ? withTimeline(handler(state, event, event.payload)) : state;
  },
};

export const loanStream = (loan: string): string => `loan/${loan}`;
