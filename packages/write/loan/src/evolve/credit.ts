/*
 * The credit file 户信贷档案 of a household and of those split from it: every application, rating and approval. Each new
 * commitment is written here, so two banks cannot both lend up to the cap.
 */
import type { IsoDate } from "@huimin/calendar";
import type { Fold, RecordedEvent } from "@huimin/decider";
import { type Fen, fen } from "@huimin/money";
import type { LoanEventType, LoanPayload } from "../schema.ts";

export interface LoanApproval {
  readonly amount: Fen;
  readonly annualRate: string;
  readonly contractDate: IsoDate;
  readonly due: IsoDate;
  readonly method: LoanPayload<"LoanApproved">["method"];
  readonly yearBase?: 360 | 365;
}

/** One loan number of the file, from the application on. */
export interface CreditEntry {
  readonly loan: string;
  readonly household: string;
  readonly borrower: string;
  readonly bank: string;
  readonly amount: Fen;
  readonly appliedOn: IsoDate;
  readonly status: "applied" | "approved" | "rejected" | "withdrawn";
  readonly topUpOf?: string;
  readonly renewalOf?: string;
  /** Committed by a batch (model 1), which the enterprise repays. */
  readonly batch?: string;
  readonly enterprise?: string;
  readonly approval?: LoanApproval;
}

export interface CreditRating {
  readonly level: string;
  readonly limit: Fen;
  readonly validTo: IsoDate;
  readonly ratedOn: IsoDate;
}

export interface CreditState {
  readonly entries: ReadonlyMap<string, CreditEntry>;
  /** The last rating by household and bank, see {@link ratingOf}. */
  readonly ratings: ReadonlyMap<string, CreditRating>;
}

const ratingKey = (household: string, bank: string): string => JSON.stringify([household, bank]);
export const ratingOf = (state: CreditState, household: string, bank: string): CreditRating | undefined =>
  state.ratings.get(ratingKey(household, bank));

const withEntry = (state: CreditState, entry: CreditEntry): CreditState => ({
  ...state,
  entries: new Map(state.entries).set(entry.loan, entry),
});

function withStatus(state: CreditState, loan: string, status: CreditEntry["status"]): CreditState {
  const entry = state.entries.get(loan);
  return entry ? withEntry(state, { ...entry, status }) : state;
}

function applied(state: CreditState, event: RecordedEvent, payload: LoanPayload<"LoanApplied">): CreditState {
  const { loan, household, borrower, bank, amount, topUpOf } = payload;
  return withEntry(state, {
    loan,
    household,
    borrower,
    bank,
    amount: fen(amount),
    appliedOn: event.valueDate,
    status: "applied",
    ...(topUpOf ? { topUpOf } : {}),
  });
}

function approved(state: CreditState, event: RecordedEvent, payload: LoanPayload<"LoanApproved">): CreditState {
  const {
    loan,
    household,
    bank,
    amount,
    annualRate,
    contractDate,
    due,
    method,
    topUpOf,
    yearBase,
    renewalOf,
    borrower,
    batch,
    enterprise,
  } = payload;
  const entry = state.entries.get(loan) ?? {
    loan,
    household,
    bank,
    borrower: borrower ?? "",
    amount: fen(amount),
    appliedOn: event.valueDate,
  };
  return withEntry(state, {
    ...entry,
    status: "approved",
    ...(topUpOf ? { topUpOf } : {}),
    ...(renewalOf ? { renewalOf } : {}),
    ...(batch ? { batch } : {}),
    ...(enterprise ? { enterprise } : {}),
    approval: { amount: fen(amount), annualRate, contractDate, due, method, ...(yearBase ? { yearBase } : {}) },
  });
}

type Handlers = { readonly [T in LoanEventType]?: (state: CreditState, event: RecordedEvent, payload: LoanPayload<T>) => CreditState };

const handlers: Handlers = {
  LoanApplied: applied,
  LoanApplicationWithdrawn: (state, _, { loan }) => withStatus(state, loan, "withdrawn"),
  CreditRated: (state, event, { household, bank, level, limit, validTo }) => ({
    ...state,
    ratings: new Map(state.ratings).set(ratingKey(household, bank), { level, limit: fen(limit), validTo, ratedOn: event.valueDate }),
  }),
  LoanApproved: approved,
  CommitmentTransferred: (state, _, { loan }) => {
    const entries = new Map(state.entries);
    entries.delete(loan);
    return { ...state, entries };
  },
  LoanRejected: (state, _, { loan }) => withStatus(state, loan, "rejected"),
};

/** The fold of `credit/{creditGroup}`. */
export const creditFold: Fold<CreditState> = {
  initialState: { entries: new Map(), ratings: new Map() },
  evolve(state, event) {
    const handler = handlers[event.type as LoanEventType] as
      | ((state: CreditState, event: RecordedEvent, payload: unknown) => CreditState)
      | undefined;
    return handler ? handler(state, event, event.payload) : state;
  },
};

export const creditStream = (creditGroup: string): string => `credit/${creditGroup}`;
