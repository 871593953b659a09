import type { IsoDate } from "@huimin/calendar";
import { yearOf } from "@huimin/calendar";
import type { Fold, RecordedEvent } from "@huimin/decider";
import { type Fen, fen } from "@huimin/money";
import type { DonationEventType, DonationPayload } from "./schema.ts";

export const workshopStream = (workshop: string): string => `workshop/${workshop}`;
export const enterpriseFundStream = (enterprise: string): string => `enterprise-fund/${enterprise}`;
export const honourStream = (year: number): string => `honour/${year}`;

const payloadOf = <T extends DonationEventType>(event: RecordedEvent, type: T): DonationPayload<T> | undefined =>
  event.type === type ? (event.payload as DonationPayload<T>) : undefined;

/** 扶贫车间 */
export interface WorkshopState {
  readonly workshop: string | undefined;
  readonly enterprise: string;
  readonly village: string;
  readonly from: IsoDate;
  readonly closedOn?: IsoDate;
}

export const workshopFold: Fold<WorkshopState> = {
  initialState: { workshop: undefined, enterprise: "", village: "", from: "" },
  evolve(state, event): WorkshopState {
    const opened = payloadOf(event, "WorkshopOpened");
    if (opened) return { workshop: opened.workshop, enterprise: opened.enterprise, village: opened.village, from: event.valueDate };
    return event.type === "WorkshopClosed" ? { ...state, closedOn: event.valueDate } : state;
  },
};

/** Open on some day of [from, toExcl). */
export const workshopOpenIn = (state: WorkshopState, from: IsoDate, toExcl: IsoDate): boolean =>
  state.workshop !== undefined && state.from < toExcl && (state.closedOn === undefined || from < state.closedOn);

/** 扶贫基金 of an enterprise; absent amounts are zero. */
export interface EnterpriseFundState {
  readonly established: Fen;
  readonly drawn: Fen;
}

export const enterpriseFundFold: Fold<EnterpriseFundState> = {
  initialState: { established: 0n, drawn: 0n },
  evolve(state, event): EnterpriseFundState {
    const established = payloadOf(event, "EnterpriseFundEstablished");
    if (established) return { ...state, established: state.established + fen(established.amount) };
    const drawn = payloadOf(event, "EnterpriseFundDrawn");
    return drawn ? { ...state, drawn: state.drawn + fen(drawn.amount) } : state;
  },
};

export interface Honour {
  readonly honour: string;
  readonly party: string;
  readonly partyKind: DonationPayload<"HonourAwarded">["partyKind"];
  readonly grade?: string;
  readonly document?: string;
  readonly on: IsoDate;
  readonly fiscalYear: number;
  /** Cash, with the free donation that paid it. */
  readonly cash?: { readonly amount: Fen; readonly donation: string };
  readonly revokedOn?: IsoDate;
}

/** 光荣榜 of a year. */
export interface HonourState {
  readonly honours: readonly Honour[];
}

const awarded = (payload: DonationPayload<"HonourAwarded">, event: RecordedEvent): Honour => {
  const { honour, party, partyKind, grade, document, amount, donation } = payload;
  return {
    honour,
    party,
    partyKind,
    ...(grade === undefined ? {} : { grade }),
    ...(document === undefined ? {} : { document }),
    on: event.valueDate,
    fiscalYear: yearOf(event.period),
    ...(amount === undefined || donation === undefined ? {} : { cash: { amount: fen(amount), donation } }),
  };
};

export const honourFold: Fold<HonourState> = {
  initialState: { honours: [] },
  evolve(state, event): HonourState {
    const award = payloadOf(event, "HonourAwarded");
    if (award) return { honours: [...state.honours, awarded(award, event)] };
    const revoked = payloadOf(event, "HonourRevoked");
    if (!revoked) return state;
    return {
      honours: state.honours.map((one) =>
        one.honour === revoked.honour && one.revokedOn === undefined ? { ...one, revokedOn: event.valueDate } : one,
      ),
    };
  },
};
