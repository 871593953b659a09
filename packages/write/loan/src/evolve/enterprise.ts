/* Handlers of the loans of enterprises (企贷增收, model 2). */

import type { RecordedEvent } from "@huimin/decider";
import { fen } from "@huimin/money";
import type { LoanPayload } from "../schema.ts";
import { type LoanHandlers, type LoanState, NO_MONEY, reopened, reversal, subjectOf, withMessage } from "./state.ts";

function drawn(
  state: LoanState,
  event: RecordedEvent,
  payload: LoanPayload<"EnterpriseLoanDisbursed">,
  more: { readonly renewalOf?: string } = {},
): LoanState {
  const { amount, annualRate, floating, yearBase, contractDate, due, method, serial, penaltySurcharge } = payload;
  const { valueDate, eventId } = event;
  const opened = state.terms
    ? state
    : {
        ...state,
        subject: subjectOf(payload),
        terms: { annualRate, yearBase, contractDate, due, method, penaltySurcharge, floating, ...more },
      };
  const message = { serial, kind: "drawing", status: "booked", valueDate, eventId, ...NO_MONEY, principal: fen(amount) } as const;
  return withMessage(reopened(opened), message);
}

export const enterpriseHandlers: LoanHandlers = {
  EnterpriseLoanDisbursed: (state, event, payload) => drawn(state, event, payload),
  EnterpriseLoanOpenedByRenewal: (state, event, payload) => drawn(state, event, payload, { renewalOf: payload.oldLoan }),
  EnterpriseRepaid: (state, event, { principal, interest, penalty, serial }) =>
    withMessage(reopened(state), {
      serial,
      kind: "repayment",
      status: "booked",
      valueDate: event.valueDate,
      eventId: event.eventId,
      principal: fen(principal),
      interest: fen(interest),
      penalty: fen(penalty),
    }),
  /** The interest stays in the quarter, so it is no prepayment of the interest timeline (R12). */
  EnterprisePrepaid: (state, event, { principal, serial }) =>
    withMessage(reopened(state), {
      serial,
      kind: "repayment",
      status: "booked",
      valueDate: event.valueDate,
      eventId: event.eventId,
      ...NO_MONEY,
      principal: fen(principal),
    }),
  EnterpriseRepaymentReversed: (state, event, { serial, reversalSerial }) => reversal(state, event, serial, reversalSerial),
  LoanRateReset: (state, event, { newRate }) => ({
    ...state,
    rateResets: [...state.rateResets.filter((reset) => reset.from !== event.valueDate), { from: event.valueDate, annualRate: newRate }],
  }),
};
