/* A batch 批次 as its stream tells it. */
import type { IsoDate } from "@huimin/calendar";
import type { Fold, RecordedEvent } from "@huimin/decider";
import { type Fen, fen } from "@huimin/money";
import type { PooledEventType, PooledPayload } from "./schema.ts";

export interface Enrolment {
  readonly household: string;
  readonly amount: Fen;
  readonly signer: string;
  readonly enrolledOn: IsoDate;
}

/** One contract of the batch (1.3): the loans that it covers and their terms. */
export interface BatchContract {
  readonly contractDate: IsoDate;
  readonly annualRate: string;
  readonly yearBase: 360 | 365;
  readonly method: string;
  readonly due: IsoDate;
  readonly penaltySurcharge: string;
  readonly items: readonly { readonly loan: string; readonly household: string; readonly village: string; readonly amount: Fen }[];
}

/** A unified repayment by the bank's serial (1.12). */
export interface UnifiedRepayment {
  readonly valueDate: IsoDate;
  readonly eventId: string;
  readonly amount: Fen;
  readonly excess: Fen;
  readonly allocation: "pro-rata" | "as-ordered";
  readonly order?: readonly string[];
  readonly loans: readonly string[];
  readonly reversed: boolean;
}

export interface BatchState {
  /** Absent until the proposal. */
  readonly batch?: string;
  readonly enterprise?: string;
  readonly bank?: string;
  /** What the batch may borrow; fen. */
  readonly cap: Fen;
  readonly status: "none" | "proposed" | "withdrawn" | "signed" | "closed";
  readonly enrolments: ReadonlyMap<string, Enrolment>;
  readonly contracts: readonly BatchContract[];
  /** Loan numbers of all contracts, in the order of the contracts. A renewal's new number is found on its old loan. */
  readonly loans: readonly string[];
  readonly overrides: readonly { readonly role: "FIN-R" | "FOF"; readonly document: string }[];
  readonly entrustedOn?: IsoDate;
  readonly pooled?: Fen;
  readonly repayments: ReadonlyMap<string, UnifiedRepayment>;
  /** Serials of reversals: they name no repayment. */
  readonly reversals: ReadonlySet<string>;
  /** Due date of the overdue mark that has not been cured. */
  readonly overdueSince?: IsoDate;
  readonly closedOn?: IsoDate;
}

const EMPTY: BatchState = {
  cap: 0n,
  status: "none",
  enrolments: new Map(),
  contracts: [],
  loans: [],
  overrides: [],
  repayments: new Map(),
  reversals: new Set(),
};

function signed(state: BatchState, event: RecordedEvent, payload: PooledPayload<"BatchContractSigned">): BatchState {
  const { annualRate, yearBase, method, due, penaltySurcharge } = payload;
  const items = payload.items.map(({ loan, household, village, amount }) => ({ loan, household, village, amount: fen(amount) }));
  const contract = { contractDate: event.valueDate, annualRate, yearBase, method, due, penaltySurcharge, items };
  return {
    ...state,
    status: "signed",
    contracts: [...state.contracts, contract],
    loans: [...state.loans, ...items.map((item) => item.loan)],
  };
}

function received(state: BatchState, event: RecordedEvent, payload: PooledPayload<"UnifiedRepaymentReceived">): BatchState {
  const { serial, amount, excess, allocation, order, perLoan } = payload;
  const repayment: UnifiedRepayment = {
    valueDate: event.valueDate,
    eventId: event.eventId,
    amount: fen(amount),
    excess: fen(excess),
    allocation,
    ...(order ? { order } : {}),
    loans: perLoan.map((part) => part.loan),
    reversed: false,
  };
  return { ...reopened(state), repayments: new Map(state.repayments).set(serial, repayment) };
}

function reallocated(state: BatchState, { serial, excess, perLoan }: PooledPayload<"UnifiedRepaymentReallocated">): BatchState {
  const original = state.repayments.get(serial);
  if (!original) return state;
  const loans = perLoan.map((part) => part.loan);
  return { ...state, repayments: new Map(state.repayments).set(serial, { ...original, excess: fen(excess), loans }) };
}

function takenBack(state: BatchState, { serial, reversalSerial }: PooledPayload<"UnifiedRepaymentReversed">): BatchState {
  const original = state.repayments.get(serial);
  const repayments = original ? new Map(state.repayments).set(serial, { ...original, reversed: true }) : state.repayments;
  return { ...reopened(state), repayments, reversals: new Set(state.reversals).add(reversalSerial) };
}

/** A repayment or its reversal recorded after the closing opens the batch again. */
function reopened({ closedOn: _, ...state }: BatchState): BatchState {
  return state.status === "closed" ? { ...state, status: "signed" } : state;
}

function enrolled(state: BatchState, event: RecordedEvent, payload: PooledPayload<"HouseholdEnrolled">): BatchState {
  const { household, amount, signer } = payload;
  const enrolment = { household, amount: fen(amount), signer, enrolledOn: event.valueDate };
  return { ...state, enrolments: new Map(state.enrolments).set(household, enrolment) };
}

function left(state: BatchState, household: string): BatchState {
  const enrolments = new Map(state.enrolments);
  enrolments.delete(household);
  return { ...state, enrolments };
}

type Handlers = { readonly [T in PooledEventType]?: (state: BatchState, event: RecordedEvent, payload: PooledPayload<T>) => BatchState };

const handlers: Handlers = {
  BatchProposed: (state, _, { batch, enterprise, bank, cap }) => ({ ...state, batch, enterprise, bank, cap: fen(cap), status: "proposed" }),
  BatchWithdrawn: (state) => ({ ...state, status: "withdrawn" }),
  HouseholdEnrolled: enrolled,
  EnrolmentWithdrawn: (state, _, { household }) => left(state, household),
  BlockOverrideGranted: (state, _, { role, document }) => ({ ...state, overrides: [...state.overrides, { role, document }] }),
  BatchContractSigned: signed,
  EquityEntrustmentSigned: (state, event) => ({ ...state, entrustedOn: event.valueDate }),
  StakePooled: (state, _, { total }) => ({ ...state, pooled: fen(total) }),
  UnifiedRepaymentReceived: received,
  UnifiedRepaymentReallocated: (state, _, payload) => reallocated(state, payload),
  UnifiedRepaymentReversed: (state, _, payload) => takenBack(state, payload),
  BatchOverdue: (state, _, { due }) => ({ ...state, overdueSince: due }),
  BatchOverdueCured: ({ overdueSince: _, ...state }) => state,
  BatchClosed: (state, event) => ({ ...state, status: "closed", closedOn: event.valueDate }),
};

/** The fold of `batch/{batch}`. */
export const batchFold: Fold<BatchState> = {
  initialState: EMPTY,
  evolve(state, event) {
    const handler = handlers[event.type as PooledEventType] as
      | ((state: BatchState, event: RecordedEvent, payload: unknown) => BatchState)
      | undefined;
    return handler ? handler(state, event, event.payload) : state;
  },
};

export const batchStream = (batch: string): string => `batch/${batch}`;
