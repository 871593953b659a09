/* What is kept of the stakes in a loan of a batch; see stakes.ts for what follows from it. */
import type { IsoDate } from "@huimin/calendar";
import type { Fen } from "@huimin/money";

export interface Holder {
  readonly household: string;
  readonly village: string;
}

/** A part of a loan's stake. */
export interface StakeShare extends Holder {
  readonly amount: Fen;
}

/** A change of one household's stake on a value date; negative when it falls. */
export interface StakeMove extends StakeShare {
  readonly valueDate: IsoDate;
}

/** What stakes follow from, in the order of recording. Drawings, entrustments and repayments are messages of the loan. */
export type StakeFact =
  | { readonly kind: "message"; readonly serial: string }
  | {
      readonly kind: "divided";
      readonly valueDate: IsoDate;
      readonly source: string;
      readonly parts: readonly (Holder & { readonly weight: string })[];
    }
  | { readonly kind: "replaced"; readonly valueDate: IsoDate; readonly from: Holder; readonly to: Holder }
  /** Stakes that come from elsewhere: another loan number (E2), or a settlement by others that was taken back. */
  | { readonly kind: "added"; readonly valueDate: IsoDate; readonly shares: readonly StakeShare[] }
  | { readonly kind: "renewed"; readonly valueDate: IsoDate };

export interface StakeState {
  readonly facts: readonly StakeFact[];
  readonly moves: readonly StakeMove[];
  /** The debtor in name since a value date, ascending; the first since ever. */
  readonly debtors: readonly (Holder & { readonly from: IsoDate })[];
}

export const NO_STAKES: StakeState = { facts: [], moves: [], debtors: [] };
