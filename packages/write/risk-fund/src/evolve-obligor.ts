/*
 * What one obligor owes the fund, by case (1218.01). Sums of what the events state, so late facts end in the same claim.
 */
import type { Fold } from "@huimin/decider";
import { type Fen, fen, sumFen } from "@huimin/money";
import { narrowed } from "./narrow.ts";
import type { RiskFundPayload } from "./schema.ts";

export interface ObligorCase {
  readonly ref: string;
  readonly bank: string;
  readonly model?: number | undefined;
  readonly loans: readonly string[];
  /** Withdrawn or rejected: its loans may be applied for again. */
  readonly ended: boolean;
  /** Open claim of the fund, 1218.01. */
  readonly claim: Fen;
  /** 账销案存: written off and not recovered since; owed all the same. */
  readonly writtenOff: Fen;
}

/** By the number of the case, in the order in which the cases were opened. */
export type ObligorState = ReadonlyMap<string, ObligorCase>;

export const obligorStream = (obligor: string): string => `risk-obligor/${obligor}`;

const changed = (state: ObligorState, ref: string, change: (before: ObligorCase) => ObligorCase): ObligorState => {
  const before = state.get(ref);
  return before ? new Map(state).set(ref, change(before)) : state;
};

const lowered = (state: ObligorState, parts: ClaimParts, by: (amount: Fen) => { claim: Fen; writtenOff: Fen }): ObligorState =>
  parts.reduce(
    (open, { ref, amount }) =>
      changed(open, ref, (one) => {
        const { claim, writtenOff } = by(fen(amount));
        return { ...one, claim: one.claim + claim, writtenOff: one.writtenOff + writtenOff };
      }),
    state,
  );

export const obligorFold: Fold<ObligorState> = {
  initialState: new Map(),
  evolve(state, event) {
    const opened = narrowed(event, "ObligorCaseOpened");
    if (opened) {
      const { ref, bank, model, loans } = opened;
      return new Map(state).set(ref, { ref, bank, model, loans, ended: false, claim: 0n, writtenOff: 0n });
    }
    const ended = narrowed(event, "ObligorCaseEnded");
    if (ended) return changed(state, ended.ref, (one) => ({ ...one, ended: true }));
    const claim = narrowed(event, "ObligorClaimChanged");
    if (claim) {
      return changed(state, claim.ref, (one) => ({
        ...one,
        claim: one.claim + fen(claim.amount),
        writtenOff: one.writtenOff + fen(claim.writtenOff),
      }));
    }
    const writtenOff = narrowed(event, "ClaimWrittenOff");
    return writtenOff ? lowered(state, writtenOff.parts, (amount) => ({ claim: -amount, writtenOff: amount })) : state;
  },
};

/** Open claim of the fund on an obligor over all its cases. */
export const openClaimOf = (state: ObligorState): Fen => sumFen([...state.values()].map((one) => one.claim));

export type ClaimParts = RiskFundPayload<"ClaimWrittenOff">["parts"];
