import type { IsoDate } from "@huimin/calendar";
import type { Fold, RecordedEvent } from "@huimin/decider";
import { type Fen, fen, minFen } from "@huimin/money";
import type { DividendPayload } from "../schema.ts";

/** A list of holders in force from a day on. */
export interface HolderList {
  readonly from: IsoDate;
  readonly year: number;
  readonly holders: ReadonlyMap<string, { readonly village: string; readonly shares: bigint }>;
}

/** Who holds the beneficial shares (收益权份额) of a pool, list by list. From `beneficiary/{pool}`. */
export interface BeneficiaryState {
  readonly lists: readonly HolderList[];
}

type Holders = HolderList["holders"];

const asHolders = (rows: readonly { household: string; village: string; shares: string }[]): Holders =>
  new Map(rows.map(({ household, village, shares }) => [household, { village, shares: BigInt(shares) }]));

export const beneficiaryFold: Fold<BeneficiaryState> = {
  initialState: { lists: [] },
  evolve(state, event: RecordedEvent) {
    if (event.type === "BeneficiariesAssigned" || event.type === "BeneficiariesReassigned") {
      const { year, holders } = event.payload as DividendPayload<"BeneficiariesAssigned">;
      return { lists: [...state.lists, { from: event.valueDate, year, holders: asHolders(holders) }] };
    }
    if (event.type === "BeneficialSharesDivided") {
      const { source, shares } = event.payload as DividendPayload<"BeneficialSharesDivided">;
      const last = state.lists.at(-1);
      if (!last) return state;
      const holders = new Map(last.holders);
      for (const { household, village, shares: moved } of shares) {
        const [from, to] = [holders.get(source), holders.get(household)];
        if (from) holders.set(source, { ...from, shares: from.shares - BigInt(moved) });
        holders.set(household, { village, shares: (to?.shares ?? 0n) + BigInt(moved) });
      }
      for (const [household, { shares: left }] of holders) if (left === 0n) holders.delete(household);
      return { lists: [...state.lists, { from: event.valueDate, year: last.year, holders }] };
    }
    return state;
  },
};

/** The list now: the last that was recorded. */
export const holdersNow = (state: BeneficiaryState): Holders => state.lists.at(-1)?.holders ?? new Map();

/** The list in force on a day, by value date; undefined before the first. */
export const holdersOn = (state: BeneficiaryState, on: IsoDate): Holders | undefined =>
  state.lists.filter(({ from }) => from <= on).reduce<HolderList | undefined>((a, b) => (a && a.from > b.from ? a : b), undefined)?.holders;

/** The last list of a year of entitlement, or of the years before it. */
export const holdersOfYear = (state: BeneficiaryState, year: number): Holders | undefined =>
  state.lists.filter((list) => list.year <= year).reduce<HolderList | undefined>((a, b) => (a && a.year > b.year ? a : b), undefined)
    ?.holders;

/** What an enterprise paid above its open claims and got neither back nor set off, receipt by receipt. */
export interface OverpaymentState {
  readonly held: readonly { readonly pool: string; readonly on: IsoDate; readonly amount: Fen; readonly serial: string | undefined }[];
}

type Held = OverpaymentState["held"];

/** Lowers what is held by `amount`, where `which` says so, in the order of receipt. */
function lower(held: Held, amount: Fen, which: (one: Held[number]) => boolean): Held {
  let rest = amount;
  return held
    .map((one) => {
      if (rest === 0n || !which(one)) return one;
      const part = minFen(rest, one.amount);
      rest -= part;
      return { ...one, amount: one.amount - part };
    })
    .filter((one) => one.amount > 0n);
}

export const overpaymentFold: Fold<OverpaymentState> = {
  initialState: { held: [] },
  evolve(state, event: RecordedEvent) {
    if (event.type === "OverpaymentHeld") {
      const { pool, amount, serial } = event.payload as DividendPayload<"OverpaymentHeld">;
      return { held: [...state.held, { pool, on: event.valueDate, amount: fen(amount), serial }] };
    }
    if (event.type === "OverpaymentReleased") {
      const { pool, amount, serial } = event.payload as DividendPayload<"OverpaymentReleased">;
      const which = (one: Held[number]) => one.pool === pool && (serial === undefined || one.serial === serial);
      return { held: lower(state.held, fen(amount), which) };
    }
    if (event.type === "OverpaymentRefunded") return { held: lower(state.held, fen(event.payload.amount), () => true) };
    return state;
  },
};

export const overpaymentHeld = (state: OverpaymentState): Fen => state.held.reduce((sum, one) => sum + one.amount, 0n);

/** Land rights of a household (土地经营权入股), by parcel. From `land-right/{household}`. */
export type LandRightState = ReadonlyMap<string, DividendPayload<"LandRightContributed"> & { readonly on: IsoDate }>;

export const landRightFold: Fold<LandRightState> = {
  initialState: new Map(),
  evolve(state, event: RecordedEvent) {
    if (event.type === "LandRightContributed") return new Map(state).set(event.payload.parcel, { ...event.payload, on: event.valueDate });
    if (event.type === "LandRightWithdrawn") return new Map([...state].filter(([parcel]) => parcel !== event.payload.parcel));
    return state;
  },
};

/** An asset of a village (扶贫资产), from `asset/{asset}`. */
export type AssetState = { readonly asset: DividendPayload<"AssetRegistered"> | undefined };

export const assetFold: Fold<AssetState> = {
  initialState: { asset: undefined },
  evolve: (state, event: RecordedEvent) => (event.type === "AssetRegistered" ? { asset: event.payload } : state),
};
