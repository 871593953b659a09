/*
 * Claims against one insurer (保险理赔): filed, settled, paid.
 */
import type { IsoDate } from "@huimin/calendar";
import type { Fold } from "@huimin/decider";
import { type Fen, fen } from "@huimin/money";
import type { ClaimParts } from "./evolve-obligor.ts";
import { narrowed } from "./narrow.ts";
import type { RiskFundPayload } from "./schema.ts";

export interface InsuranceClaim {
  readonly filed: RiskFundPayload<"InsuranceClaimFiled">;
  readonly status: "filed" | "approved" | "rejected";
  readonly approvedOn?: IsoDate;
  readonly approval?: RiskFundPayload<"InsuranceClaimApproved">;
  /** What the insurer still owes, by case of compensation: 1218.02. */
  readonly open: readonly { readonly ref: string; readonly model?: number | undefined; readonly amount: Fen }[];
}

export interface InsurancePayment {
  readonly payment: RiskFundPayload<"InsurancePaid">;
  readonly valueDate: IsoDate;
  readonly eventId: string;
  readonly reversed: boolean;
}

export interface InsurerState {
  /** By number, in the order of filing. */
  readonly claims: ReadonlyMap<string, InsuranceClaim>;
  readonly payments: ReadonlyMap<string, InsurancePayment>;
}

export const insuranceStream = (insurer: string): string => `insurance-claim/${insurer}`;

const partsOf = (parts: ClaimParts): InsuranceClaim["open"] => parts.map(({ amount, ...part }) => ({ ...part, amount: fen(amount) }));

const changed = (state: InsurerState, claim: string, change: (before: InsuranceClaim) => InsuranceClaim): InsurerState => {
  const before = state.claims.get(claim);
  return before ? { ...state, claims: new Map(state.claims).set(claim, change(before)) } : state;
};

/** Lowers what is open by each part; parts of a reversal are negative. */
const paid = (state: InsurerState, parts: RiskFundPayload<"InsurancePaid">["parts"]): InsurerState =>
  parts.reduce(
    (before, { claim, ref, amount }) =>
      changed(before, claim, (one) => ({
        ...one,
        open: one.open.map((part) => (part.ref === ref ? { ...part, amount: part.amount - fen(amount) } : part)),
      })),
    state,
  );

export const insurerFold: Fold<InsurerState> = {
  initialState: { claims: new Map(), payments: new Map() },
  evolve(state, event) {
    const filed = narrowed(event, "InsuranceClaimFiled");
    if (filed) return { ...state, claims: new Map(state.claims).set(filed.claim, { filed, status: "filed", open: [] }) };
    const approval = narrowed(event, "InsuranceClaimApproved");
    if (approval) {
      return changed(state, approval.claim, (one) => ({
        ...one,
        status: "approved",
        approvedOn: event.valueDate,
        approval,
        open: partsOf(approval.parts),
      }));
    }
    const takenBack = narrowed(event, "InsuranceApprovalReversed");
    if (takenBack) return changed(state, takenBack.claim, ({ filed: what }) => ({ filed: what, status: "filed", open: [] }));
    const rejected = narrowed(event, "InsuranceClaimRejected");
    if (rejected) return changed(state, rejected.claim, (one) => ({ ...one, status: "rejected" }));
    const payment = narrowed(event, "InsurancePaid");
    if (payment) {
      const entry = { payment, valueDate: event.valueDate, eventId: event.eventId, reversed: false };
      return { ...paid(state, payment.parts), payments: new Map(state.payments).set(payment.serial, entry) };
    }
    const reversed = narrowed(event, "InsurancePaymentReversed");
    if (!reversed) return state;
    const entry = state.payments.get(reversed.serial);
    const open = paid(state, reversed.parts);
    return entry ? { ...open, payments: new Map(open.payments).set(reversed.serial, { ...entry, reversed: true }) } : open;
  },
};
