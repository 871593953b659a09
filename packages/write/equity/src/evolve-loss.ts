import type { IsoDate } from "@huimin/calendar";
import type { Fold } from "@huimin/decider";
import { type Fen, fen, sumFen } from "@huimin/money";
import { type Entries, standing, withEntry, withoutEntry } from "./entries.ts";
import type { EquityPayload } from "./schema.ts";

export const lossStream = (ref: string): string => `loss/${ref}`;

/** One loss 投资损失 from its recognition to the last returned share. */
export interface LossState {
  readonly entries: Entries;
}

export const lossFold: Fold<LossState> = {
  initialState: { entries: [] },
  evolve(state, event): LossState {
    switch (event.type) {
      case "InvestmentLossRecognised":
      case "LossShared":
      case "LossShareReceived":
      case "LossRecoveryReceived":
      case "RecoveryShareReturned":
        return { entries: withEntry(state.entries, event, event.type) };
      case "EquityEntryReversed":
        return { entries: withoutEntry(state.entries, event.payload.entry) };
      default:
        return state;
    }
  },
};

/** The recognised loss 确认损失 that stands, with its value date. */
export function recognisedLoss(state: LossState): (EquityPayload<"InvestmentLossRecognised"> & { readonly on: IsoDate }) | undefined {
  const last = standing(state.entries, "InvestmentLossRecognised").at(-1);
  return last && { ...last.payload, on: last.valueDate };
}

/** The sharing 三方分担 that stands. */
export const sharedLoss = (state: LossState): EquityPayload<"LossShared"> | undefined =>
  standing(state.entries, "LossShared").at(-1)?.payload;

/** What a party still has to pay of its share, yuan in fen; a deductible counts as settled. */
export function openShare(state: LossState, as: "enterprise" | "insurer"): Fen {
  const shared = sharedLoss(state);
  if (!shared) return 0n;
  const received = standing(state.entries, "LossShareReceived").filter(({ payload }) => payload.as === as);
  return fen(shared.shares[as]) - sumFen(received.map(({ payload }) => fen(payload.amount) + fen(payload.deductible)));
}

/** What the insurer may still leave unpaid of its share (deductible, above the cap). */
export function openUncovered(state: LossState): Fen {
  const shared = sharedLoss(state);
  if (!shared) return 0n;
  return fen(shared.uncovered) - sumFen(standing(state.entries, "LossShareReceived").map(({ payload }) => fen(payload.deductible)));
}

/** Σ net of what was recovered 追回. */
export const recovered = (state: LossState): Fen =>
  sumFen(standing(state.entries, "LossRecoveryReceived").map(({ payload }) => fen(payload.net)));

/** 2307.02 of the case: what is to be returned to whom, parties with nothing left out. */
export function sharesToReturn(state: LossState): { readonly party: string; readonly amount: Fen }[] {
  const owed = new Map<string, Fen>();
  const add = (party: string, amount: Fen) => owed.set(party, (owed.get(party) ?? 0n) + amount);
  for (const { payload } of standing(state.entries, "LossRecoveryReceived")) {
    add(payload.enterprise, fen(payload.shares.enterprise));
    if (payload.insurer !== undefined) add(payload.insurer, fen(payload.shares.insurer));
  }
  for (const { payload } of standing(state.entries, "RecoveryShareReturned")) {
    for (const { party, amount } of payload.items) add(party, -fen(amount));
  }
  return [...owed].filter(([, amount]) => amount !== 0n).map(([party, amount]) => ({ party, amount }));
}
