/* 复利 of a loan: what of its settled interest is unpaid when, and what that bears. */
import type { IsoDate } from "@huimin/calendar";
import {
  compoundInterest,
  type Interest,
  type InterestDue,
  type InterestPayment,
  type UnpaidStep,
  unpaidInterest,
} from "@huimin/interest/timeline";
import type { LoanState } from "./state.ts";

const paymentsOf = (state: LoanState): InterestPayment[] => {
  const numbered = [...state.messages.values()].flatMap((message): InterestPayment[] => {
    const { kind, status, valueDate: on, interest, penalty } = message;
    if (status !== "booked") return [];
    if (kind === "repayment") return [{ on, normal: interest, first: penalty, unsplit: 0n }];
    return kind === "interest-payment" ? [{ on, normal: 0n, first: 0n, unsplit: interest }] : [];
  });
  const others = (state.unnumberedPayments ?? []).map(({ on, amount }) => ({ on, normal: 0n, first: 0n, unsplit: amount }));
  return [...numbered, ...others];
};

/** Settled normal interest that is due and unpaid over time; it is due from the day after its settlement day. */
export function unpaidSteps(state: LoanState): UnpaidStep[] {
  const settled = state.settlements.map(
    ({ toExcl, kind, amount }): InterestDue => ({ from: toExcl, kind: kind === "normal" ? "normal" : "first", amount }),
  );
  const compounds = (state.compounds ?? []).map(({ toExcl, amount }): InterestDue => ({ from: toExcl, kind: "first", amount }));
  return unpaidInterest([...settled, ...compounds], paymentsOf(state));
}

/** The right compound interest of a period by everything that is known now. */
export const rightCompound = (state: LoanState, from: IsoDate, toExcl: IsoDate): Interest =>
  compoundInterest(state.timeline, from, toExcl, unpaidSteps(state));
