import type { LoanEventType, LoanPayload } from "@huimin/loan/events";
import { type Fen, fen } from "@huimin/money";

/** What an event of a loan does to its bank's position. */
export interface Move {
  readonly drawn?: Fen;
  readonly principal?: Fen;
  readonly interest?: Fen;
}

type Mover = (payload: never) => Move;

const drawn = ({ amount }: { readonly amount: string }): Move => ({ drawn: fen(amount), principal: fen(amount) });
const repaid = (payload: { readonly principal: string; readonly interest: string; readonly penalty: string }): Move => ({
  principal: -fen(payload.principal),
  interest: -fen(payload.interest) - fen(payload.penalty),
});
const principalPaid = ({ principal }: { readonly principal: string }): Move => ({ principal: -fen(principal) });

/**
 * As `@huimin/bank-portfolio` counts loan by loan; a specification compares the two.
 */
export const moves: { readonly [T in LoanEventType]?: Mover } = {
  LoanDisbursed: drawn,
  LoanToppedUp: drawn,
  EnterpriseLoanDisbursed: drawn,
  LoanOpenedByRenewal: drawn,
  EnterpriseLoanOpenedByRenewal: drawn,
  LoanRenewedNoRepayment: ({ amount }: LoanPayload<"LoanRenewedNoRepayment">) => ({ principal: -fen(amount) }),
  DisbursementReversed: ({ amount }: LoanPayload<"DisbursementReversed">) => ({ drawn: fen(amount), principal: fen(amount) }),
  RepaymentReceived: repaid,
  RepaymentDuplicateReleased: repaid,
  RepaymentReversed: repaid,
  LoanPrepaid: principalPaid,
  EnterpriseRepaid: repaid,
  EnterprisePrepaid: principalPaid,
  EnterpriseRepaymentReversed: repaid,
  UnifiedRepaymentApplied: repaid,
  LoanCompensated: principalPaid,
  LoanRecovered: principalPaid,
  LoanReleased: principalPaid,
  InterestSettled: ({ amount }: LoanPayload<"InterestSettled">) => ({ interest: fen(amount) }),
  InterestCorrected: ({ difference }: LoanPayload<"InterestCorrected">) => ({ interest: fen(difference) }),
  InterestPaid: ({ amount }: LoanPayload<"InterestPaid">) => ({ interest: -fen(amount) }),
  InterestPaymentReversed: ({ amount }: LoanPayload<"InterestPaymentReversed">) => ({ interest: -fen(amount) }),
};
