/* Handlers of the loans of a batch (分贷统还, model 1): entrusted, divided, replaced, repaid by the enterprise. */
import type { IsoDate } from "@huimin/calendar";
import { fen } from "@huimin/money";
import type { LoanPayload } from "../schema.ts";
import type { StakeMove } from "./stake-facts.ts";
import { withStakeFact, withStakeMoves } from "./stakes.ts";
import { type LoanHandlers, type LoanState, NO_MONEY, reopened, reversal, withMessage } from "./state.ts";

type Shares = LoanPayload<"UnifiedRepaymentApplied">["stakes"];

export const movesOf = (shares: Shares | undefined, valueDate: IsoDate, sign: 1n | -1n): StakeMove[] =>
  (shares ?? []).map(({ household, village, amount }) => ({ household, village, amount: sign * fen(amount), valueDate }));

/** E2 on the new loan number of a batch: its stakes come from the old one. */
export function withOpenedStakes(state: LoanState, valueDate: IsoDate, shares: Shares | undefined): LoanState {
  if (!shares) return state;
  const opened = withStakeFact(state, {
    kind: "added",
    valueDate,
    shares: shares.map(({ household, village, amount }) => ({ household, village, amount: fen(amount) })),
  });
  return withStakeMoves(opened, movesOf(shares, valueDate, 1n));
}

/** E2 on the old loan number of a batch. */
export const withRenewedStakes = (state: LoanState, valueDate: IsoDate, shares: Shares | undefined): LoanState =>
  shares ? withStakeMoves(withStakeFact(state, { kind: "renewed", valueDate }), movesOf(shares, valueDate, -1n)) : state;

export const pooledHandlers: LoanHandlers = {
  StakeEntrusted(state, event, { household, village, amount, serial, reverses, realigned }) {
    const { valueDate, eventId } = event;
    const move = { household: household ?? "", village: village ?? "", amount: fen(amount), valueDate };
    const moved = withStakeMoves(state, [move]);
    if (realigned) return moved;
    if (reverses) return reversal(moved, event, reverses, serial);
    const message = { serial, kind: "entrustment", status: "booked", valueDate, eventId, ...NO_MONEY, principal: fen(amount) } as const;
    return withStakeFact(withMessage(moved, message), { kind: "message", serial });
  },
  StakeDivided(state, event, { source, before, after, heads, realigned }) {
    const { valueDate } = event;
    const moved = withStakeMoves(state, [...movesOf(before, valueDate, -1n), ...movesOf(after, valueDate, 1n)]);
    if (realigned) return moved;
    const parts = heads
      ? heads.map(({ household, village, heads: count }) => ({ household, village, weight: String(count) }))
      : after.map(({ household, village, amount }) => ({ household, village, weight: amount }));
    return withStakeFact(moved, { kind: "divided", valueDate, source, parts });
  },
  StakeReplaced(state, event, payload) {
    const { household, village, newHousehold, newVillage, amount, realigned, creditGroup, borrower } = payload;
    const { valueDate } = event;
    const from = { household: household ?? "", village: village ?? "" };
    const to = { household: newHousehold, village: newVillage };
    const value = fen(amount);
    const moved = withStakeMoves(state, [
      { ...from, amount: -value, valueDate },
      { ...to, amount: value, valueDate },
    ]);
    if (realigned || !moved.subject) return moved;
    const replaced = withStakeFact(moved, { kind: "replaced", valueDate, from, to });
    const debtors = [...replaced.stakes.debtors, { ...to, from: valueDate }].sort((a, b) => (a.from < b.from ? -1 : 1));
    const last = debtors.at(-1) ?? { ...to, from: valueDate };
    const terms = moved.terms && {
      ...moved.terms,
      ...(creditGroup ? { creditGroup } : {}),
      ...(borrower ? { borrower } : {}),
    };
    return {
      ...replaced,
      ...(terms ? { terms } : {}),
      subject: { ...moved.subject, household: last.household, village: last.village },
      stakes: { ...replaced.stakes, debtors },
    };
  },
  UnifiedRepaymentApplied(state, event, { principal, interest, penalty, serial, stakes, reverses, of }) {
    const { valueDate, eventId } = event;
    const moved = withStakeMoves(state, movesOf(stakes, valueDate, -1n));
    if (reverses) return reversal(moved, event, reverses, serial);
    const message = {
      serial,
      kind: "repayment",
      status: "booked",
      valueDate,
      eventId,
      principal: fen(principal),
      interest: fen(interest),
      penalty: fen(penalty),
      unified: of ?? serial,
      stakes: stakes.map((share) => ({ ...share, amount: fen(share.amount) })),
    } as const;
    return withStakeFact(withMessage(reopened(moved), message), { kind: "message", serial });
  },
};
