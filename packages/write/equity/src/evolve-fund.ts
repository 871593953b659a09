import type { Fold } from "@huimin/decider";
import { type Fen, fen } from "@huimin/money";
import { type Entries, withEntry, withoutEntry } from "./entries.ts";
import type { EquityPayload, FundSource } from "./schema.ts";

export const equityFundStream = (source: FundSource): string => `equity-fund/${source}`;

/** The money of one source (资金来源) on 1002.05. */
export interface EquityFundState {
  readonly entries: Entries;
  /** Appropriated, less what was paid out, plus what came back of it. */
  readonly cash: Fen;
}

export const equityFundFold: Fold<EquityFundState> = {
  initialState: { entries: [], cash: 0n },
  evolve(state, event): EquityFundState {
    switch (event.type) {
      case "EquityFundsAppropriated":
        return { entries: withEntry(state.entries, event, event.type), cash: state.cash + fen(event.payload.amount) };
      case "PrincipalReturnedToTreasury":
        return { entries: withEntry(state.entries, event, event.type), cash: state.cash - fen(event.payload.amount) };
      case "EquityFundsMoved":
        return { ...state, cash: state.cash + fen((event.payload as EquityPayload<"EquityFundsMoved">).amount) };
      case "EquityEntryReversed": {
        const { entry, reversed } = event.payload as EquityPayload<"EquityEntryReversed">;
        const amount = fen((reversed.payload as { amount: string }).amount);
        const back = reversed.type === "EquityFundsAppropriated" ? -amount : amount;
        return { entries: withoutEntry(state.entries, entry), cash: state.cash + back };
      }
      default:
        return state;
    }
  },
};
