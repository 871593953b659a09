import type { IsoDate } from "@huimin/calendar";
import type { Fold, RecordedEvent } from "@huimin/decider";
import { type Fen, fen } from "@huimin/money";
import type { DonationEventType, DonationPayload } from "./schema.ts";

/** A household's help file 帮扶档案. */
export const pairingStream = (household: string): string => `pairing/${household}`;

export interface Pairing {
  readonly helper: string;
  readonly helperKind: DonationPayload<"PairingEstablished">["helperKind"];
  readonly unit?: string;
  readonly from: IsoDate;
  /** First day on which they are no pair. */
  readonly toExcl?: IsoDate;
}

/** One help record in its latest version. */
export interface Help {
  readonly helper: string;
  readonly on: IsoDate;
  readonly version: number;
  readonly kind: DonationPayload<"HelpGiven">["kind"];
  readonly value?: Fen;
}

/** Wages of one person in one month at one workshop, in the latest version. */
export interface WorkshopWage {
  readonly workshop: string;
  readonly person: string;
  readonly month: string;
  readonly version: number;
  readonly days: number;
  readonly amount: Fen;
}

export interface GoodsReceived {
  readonly donation: string;
  readonly entry: number;
  readonly on: IsoDate;
  readonly value: Fen;
}

export interface HouseholdHonour {
  readonly year: number;
  readonly honour: string;
  readonly on: IsoDate;
  readonly grade?: string;
}

/** What others did for a household besides loans, subsidies and dividends: statistics, nothing of it is in the books. */
export interface HelpState {
  readonly pairings: readonly Pairing[];
  readonly helps: ReadonlyMap<string, Help>;
  readonly wages: ReadonlyMap<string, WorkshopWage>;
  readonly goods: readonly GoodsReceived[];
  readonly honours: readonly HouseholdHonour[];
}

export const wageKey = (workshop: string, person: string, month: string): string => `${workshop} ${person} ${month}`;

type Handlers = { readonly [T in DonationEventType]?: (state: HelpState, payload: DonationPayload<T>, event: RecordedEvent) => HelpState };

const handlers: Handlers = {
  PairingEstablished: (state, { helper, helperKind, unit, toExcl }, { valueDate: from }) => ({
    ...state,
    pairings: [
      ...state.pairings,
      { helper, helperKind, from, ...(unit === undefined ? {} : { unit }), ...(toExcl === undefined ? {} : { toExcl }) },
    ],
  }),
  PairingEnded: (state, { helper }, { valueDate }) => ({
    ...state,
    pairings: state.pairings.map((one) => (one.helper === helper && pairedOn(one, valueDate) ? { ...one, toExcl: valueDate } : one)),
  }),
  HelpGiven: (state, { help, helper, version, kind, value }, { valueDate: on }) => ({
    ...state,
    helps: new Map(state.helps).set(help, { helper, on, version, kind, ...(value === undefined ? {} : { value: fen(value) }) }),
  }),
  WorkshopWageReported: (state, { workshop, person, month, version, days, amount }) => ({
    ...state,
    wages: new Map(state.wages).set(wageKey(workshop, person, month), { workshop, person, month, version, days, amount: fen(amount) }),
  }),
  HouseholdGoodsReceived: (state, { donation, entry, value }, { valueDate: on }) => ({
    ...state,
    goods: [...state.goods, { donation, entry, on, value: fen(value) }],
  }),
  HouseholdGoodsReversed: (state, { donation, entry }) => ({
    ...state,
    goods: state.goods.filter((one) => one.donation !== donation || one.entry !== entry),
  }),
  HouseholdHonoured: (state, { year, honour, grade }, { valueDate: on }) => ({
    ...state,
    honours: [...state.honours, { year, honour, on, ...(grade === undefined ? {} : { grade }) }],
  }),
  HouseholdHonourRevoked: (state, { year, honour }) => ({
    ...state,
    honours: state.honours.filter((one) => one.year !== year || one.honour !== honour),
  }),
};

export const helpFold: Fold<HelpState> = {
  initialState: { pairings: [], helps: new Map(), wages: new Map(), goods: [], honours: [] },
  evolve(state, event) {
    const handler = (
      handlers as Readonly<Record<string, ((state: HelpState, payload: never, event: RecordedEvent) => HelpState) | undefined>>
    )[event.type];
    return handler ? handler(state, event.payload as never, event) : state;
  },
};

/** Whether the pairing holds on the day. */
export const pairedOn = ({ from, toExcl }: Pairing, on: IsoDate): boolean => from <= on && (toExcl === undefined || on < toExcl);
