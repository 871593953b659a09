/*
 * A case of compensation (代偿案件) from the bank's application to the last recovery.
 */
import { type IsoDate, yearOf } from "@huimin/calendar";
import type { Fold, RecordedEvent } from "@huimin/decider";
import { narrowed } from "./narrow.ts";
import type { CaseSubject, PartyWeights, RiskFundPayload, RiskParty } from "./schema.ts";

/** `applied` waits for finance; `approved` may be paid; the others end the case before anything is paid. */
export type CaseStatus = "none" | "applied" | "approved" | "withdrawn" | "rejected";

export interface CasePayment {
  readonly payment: RiskFundPayload<"CompensationPaid">;
  readonly valueDate: IsoDate;
  readonly eventId: string;
}

export interface CaseRecovery {
  readonly recovery: RiskFundPayload<"RecoveryReceived">;
  readonly valueDate: IsoDate;
  readonly fiscalYear: number;
  readonly eventId: string;
  readonly reversed: boolean;
}

export interface CompensationState {
  readonly status: CaseStatus;
  readonly subject?: CaseSubject;
  /** Value date of the application: the day whose open principal and interest are the base. */
  readonly appliedOn?: IsoDate;
  readonly claimed: RiskFundPayload<"CompensationApplied">["loans"];
  readonly weights: PartyWeights;
  readonly approval?: RiskFundPayload<"CompensationApproved">;
  /** What stands of each payer's payment; none once it was reversed. */
  readonly payments: ReadonlyMap<RiskParty, CasePayment>;
  /** By the bank's serial. */
  readonly recoveries: ReadonlyMap<string, CaseRecovery>;
}

export const compensationStream = (ref: string): string => `compensation/${ref}`;

const initialState: CompensationState = { status: "none", claimed: [], weights: [], payments: new Map(), recoveries: new Map() };

function applied(event: RecordedEvent, payload: RiskFundPayload<"CompensationApplied">): CompensationState {
  const { ref, bank, obligor, model, loans, weights } = payload;
  const subject = { ref, bank, obligor, ...(model === undefined ? {} : { model }) };
  return { ...initialState, status: "applied", subject, appliedOn: event.valueDate, claimed: loans, weights };
}

function withoutPayment(state: CompensationState, party: RiskParty): CompensationState {
  const payments = new Map(state.payments);
  payments.delete(party);
  return { ...state, payments };
}

/** The fold of `compensation/{ref}`. A case that was withdrawn or rejected may be applied for again under its number. */
export const compensationFold: Fold<CompensationState> = {
  initialState,
  evolve(state, event) {
    const application = narrowed(event, "CompensationApplied");
    if (application) return applied(event, application);
    const approval = narrowed(event, "CompensationApproved");
    if (approval) return { ...state, status: "approved", approval };
    const payment = narrowed(event, "CompensationPaid");
    if (payment) {
      const { valueDate, eventId } = event;
      return { ...state, payments: new Map(state.payments).set(payment.party, { payment, valueDate, eventId }) };
    }
    const back = narrowed(event, "CompensationPaymentReversed");
    if (back) return withoutPayment(state, back.party);
    const recovery = narrowed(event, "RecoveryReceived") ?? narrowed(event, "BankruptcyDividendReceived");
    if (recovery) {
      const { valueDate, eventId } = event;
      const entry = { recovery, valueDate, fiscalYear: yearOf(event.period), eventId, reversed: false };
      return { ...state, recoveries: new Map(state.recoveries).set(recovery.serial, entry) };
    }
    const reversed = narrowed(event, "RecoveryReversed");
    if (reversed) {
      const entry = state.recoveries.get(reversed.serial);
      return entry ? { ...state, recoveries: new Map(state.recoveries).set(reversed.serial, { ...entry, reversed: true }) } : state;
    }
    return ended(state, event);
  },
};

function ended(state: CompensationState, event: RecordedEvent): CompensationState {
  const { approval: _, ...rest } = state;
  switch (event.type) {
    case "CompensationWithdrawn":
      return { ...rest, status: "withdrawn" };
    case "CompensationRejected":
      return { ...rest, status: "rejected" };
    case "CompensationApprovalRevoked":
      return { ...rest, status: "applied" };
    default:
      return state;
  }
}
