/* Folds of a payout batch and of the claims on who got another's money. */
import type { Fold } from "@huimin/decider";
import { type Fen, fen, sumFen } from "@huimin/money";
import type { DividendPayload } from "../schema.ts";
import { partOf } from "../streams.ts";
import type { PoolState } from "./pool.ts";

/** A part of a list that a batch pays. */
export interface BatchPart {
  readonly pool: string;
  readonly year: number;
  readonly part: number;
  readonly count: number;
  readonly total: string;
}

/** A payout batch 代发批次. Its items stand in the entitlement streams of `parts`. */
export type PayoutBatchState =
  | { readonly status: "none" }
  | {
      readonly status: "submitted" | "accepted" | "cancelled";
      readonly payoutBatch: string;
      readonly bank: string;
      readonly total: Fen;
      readonly count: number;
      readonly fileHash: string;
      readonly parts: readonly BatchPart[];
      readonly payee?: string;
      /** Number of the pool's order that it belongs to. */
      readonly order?: number;
    };

/** The fold of `payout/{payoutBatch}`. */
export const payoutFold: Fold<PayoutBatchState> = {
  initialState: { status: "none" },
  evolve(state, event) {
    if (event.type === "PayoutBatchSubmitted") {
      const { total, payee, order, ...payload } = event.payload as DividendPayload<"PayoutBatchSubmitted">;
      const { payoutBatch, bank, count, fileHash, parts } = payload;
      const header = { payoutBatch, bank, total: fen(total), count, fileHash, parts };
      return { status: "submitted", ...header, ...(payee === undefined ? {} : { payee }), ...(order === undefined ? {} : { order }) };
    }
    if (state.status === "none") return state;
    if (event.type === "PayoutBatchAccepted") return { ...state, status: "accepted" };
    return event.type === "PayoutBatchCancelled" ? { ...state, status: "cancelled" } : state;
  },
};

/** Parts in which a household's entitlement of a year can stand, ascending; none when nothing was allocated. */
export function partsOfHousehold(pool: PoolState, year: number, household: string): number[] {
  const counts = new Set((pool.years.get(year)?.allocated ?? []).map(({ parts }) => parts));
  return [...new Set([...counts].map((parts) => partOf(household, parts)))].sort((a, b) => a - b);
}

/** One claim of D9: the item whose money somebody else got. */
export interface WrongPayoutClaim {
  readonly payoutBatch: string;
  readonly pool: string;
  readonly year: number;
  readonly part: number;
  readonly household: string;
  readonly amount: Fen;
}

/** Whether a claim is the one on an item of a batch. */
export const isClaimOf = (claim: WrongPayoutClaim, item: Omit<WrongPayoutClaim, "amount">): boolean =>
  claim.payoutBatch === item.payoutBatch &&
  claim.pool === item.pool &&
  claim.year === item.year &&
  claim.part === item.part &&
  claim.household === item.household;

/** What somebody owes for money that was another's (1218.05). */
export interface WrongPayoutState {
  readonly claims: readonly WrongPayoutClaim[];
  /** Recoveries by bank and serial ({@link recoveryKey}); one without a serial has a key of its own. */
  readonly recovered: ReadonlyMap<string, { readonly amount: Fen; readonly valueDate: string; readonly reversed: boolean }>;
  /** The district's own money on the agency account in place of what is not recovered (2307.03), less what went back. */
  readonly advanced: Fen;
}

/** Two banks may give the same serial, and a bank takes back its own messages only. */
export const recoveryKey = (bank: string, serial: string): string => `${bank} ${serial}`;

/** The fold of `wrong-payout/{obligor}`. */
export const wrongPayoutFold: Fold<WrongPayoutState> = {
  initialState: { claims: [], recovered: new Map(), advanced: 0n },
  evolve(state, event) {
    switch (event.type) {
      case "WrongPayoutClaimed": {
        const { payoutBatch, pool, year, part, household, amount } = event.payload as DividendPayload<"WrongPayoutClaimed">;
        return { ...state, claims: [...state.claims, { payoutBatch, pool, year, part, household, amount: fen(amount) }] };
      }
      case "WrongPayoutClaimReversed": {
        const p = event.payload as DividendPayload<"WrongPayoutClaimReversed">;
        const at = state.claims.findLastIndex((one) => isClaimOf(one, p));
        return at < 0 ? state : { ...state, claims: state.claims.toSpliced(at, 1) };
      }
      case "WrongPayoutRecovered": {
        const { amount, bank, serial } = event.payload as DividendPayload<"WrongPayoutRecovered">;
        const recovery = { amount: fen(amount), valueDate: event.valueDate, reversed: false };
        return {
          ...state,
          recovered: new Map(state.recovered).set(serial === undefined ? `event ${event.eventId}` : recoveryKey(bank, serial), recovery),
        };
      }
      case "WrongPayoutRecoveryReversed": {
        const { bank, serial } = event.payload as DividendPayload<"WrongPayoutRecoveryReversed">;
        const recovery = state.recovered.get(recoveryKey(bank, serial));
        if (!recovery) return state;
        return { ...state, recovered: new Map(state.recovered).set(recoveryKey(bank, serial), { ...recovery, reversed: true }) };
      }
      case "WrongPayoutAdvanced": {
        const { amount } = event.payload as DividendPayload<"WrongPayoutAdvanced">;
        return { ...state, advanced: state.advanced + fen(amount) };
      }
      case "WrongPayoutAdvanceReturned": {
        const { amount } = event.payload as DividendPayload<"WrongPayoutAdvanceReturned">;
        return { ...state, advanced: state.advanced - fen(amount) };
      }
      default:
        return state;
    }
  },
};

/** What is still to be recovered. */
export const openWrongPayout = (state: WrongPayoutState): Fen =>
  sumFen(state.claims.map((claim) => claim.amount)) -
  sumFen([...state.recovered.values()].filter((one) => !one.reversed).map((one) => one.amount));
