import { type IsoDate, yearOf } from "@huimin/calendar";
import type { Fold, RecordedEvent } from "@huimin/decider";
import { type Fen, fen, minFen, sumFen } from "@huimin/money";
import type { DonationEventType, DonationPayload } from "./schema.ts";

export const donationStream = (donation: string): string => `donation/${donation}`;

/** 非限定: a purpose of its own, in which money is income of the district. */
export const FREE = "free";

/** What one event did to a donation. */
export interface DonationEntry {
  readonly entry: number;
  readonly eventId: string;
  readonly type: DonationEventType;
  readonly valueDate: IsoDate;
  /** Fiscal year in which it is booked: that of its accounting period. */
  readonly fiscalYear: number;
  /** Recorded from a bank's message. */
  readonly byBank: boolean;
  /** `bank:K1` of a message. */
  readonly sender?: string;
  readonly serial?: string;
  /** Change of the money of each purpose. */
  readonly money: readonly { readonly purpose: string; readonly change: Fen }[];
  /** Change of the goods in stock, at their value. */
  readonly goods: Fen;
  /** Change of this fiscal year's income from the donation (4603). */
  readonly income: Fen;
  readonly payload: unknown;
  readonly reversed: boolean;
}

/** Everything received and given away under one donation. */
export interface DonationState {
  readonly donation: string | undefined;
  readonly donor: string | undefined;
  readonly pledge?: { readonly status: "open" | "received" | "withdrawn"; readonly kind: "money" | "goods"; readonly purpose: string };
  /** In the order of recording; every figure goes by value date. */
  readonly entries: readonly DonationEntry[];
}

type Moved = Partial<Pick<DonationEntry, "money" | "goods" | "income">>;
type Mover<T extends DonationEventType> = (payload: DonationPayload<T>) => Moved;

const freed = (purpose: string, amount: Fen): Fen => (purpose === FREE ? amount : 0n);

/** What each kind of entry moves. */
const movers: { readonly [T in DonationEventType]?: Mover<T> } = {
  DonationReceived: ({ purpose, amount }) => ({ money: [{ purpose, change: fen(amount) }], income: freed(purpose, fen(amount)) }),
  InKindDonationReceived: ({ value }) => ({ goods: fen(value) }),
  DonationSpent: ({ purpose, amount }) => ({ money: [{ purpose, change: -fen(amount) }] }),
  CooperativeStakeDonated: ({ purpose, amount }) => ({ money: [{ purpose, change: -fen(amount) }] }),
  InKindDistributed: ({ value }) => ({ goods: -fen(value) }),
  DonorWaivedForwarding: ({ value }) => ({ goods: -fen(value) }),
  DonationPurposeChanged: ({ oldPurpose, newPurpose, amount }) => ({
    money: [
      { purpose: oldPurpose, change: -fen(amount) },
      { purpose: newPurpose, change: fen(amount) },
    ],
    income: freed(newPurpose, fen(amount)),
  }),
  DonationRefunded: ({ parts, sameYear }) => ({
    money: parts.map(({ purpose, amount }) => ({ purpose, change: -fen(amount) })),
    income: sameYear === undefined ? 0n : -fen(sameYear),
  }),
  DonationAwardPaid: ({ amount }) => ({ money: [{ purpose: FREE, change: -fen(amount) }] }),
  DonationAwardReturned: ({ amount }) => ({ money: [{ purpose: FREE, change: fen(amount) }] }),
};

function entryOf(event: RecordedEvent): DonationEntry | undefined {
  const mover = (movers as Readonly<Record<string, Mover<never> | undefined>>)[event.type];
  if (!mover) return undefined;
  const { entry, serial } = event.payload as { entry: number; serial?: string };
  const { money = [], goods = 0n, income = 0n } = mover(event.payload as never);
  return {
    entry,
    eventId: event.eventId,
    type: event.type as DonationEventType,
    valueDate: event.valueDate,
    fiscalYear: yearOf(event.period),
    byBank: event.role === "BANK",
    ...(event.role === "BANK" ? { sender: event.actor } : {}),
    ...(serial === undefined ? {} : { serial }),
    money,
    goods,
    income,
    payload: event.payload,
    reversed: false,
  };
}

const payloadOf = <T extends DonationEventType>(event: RecordedEvent, type: T): DonationPayload<T> | undefined =>
  event.type === type ? (event.payload as DonationPayload<T>) : undefined;

export const donationFold: Fold<DonationState> = {
  initialState: { donation: undefined, donor: undefined, entries: [] },
  evolve(state, event): DonationState {
    const pledged = payloadOf(event, "DonationPledged");
    if (pledged) {
      const { donation, donor, kind, purpose } = pledged;
      return { ...state, donation, donor, pledge: { status: "open", kind, purpose } };
    }
    if (event.type === "DonationPledgeWithdrawn") {
      return state.pledge ? { ...state, pledge: { ...state.pledge, status: "withdrawn" } } : state;
    }
    const reversed = payloadOf(event, "DonationEntryReversed");
    if (reversed) {
      return { ...state, entries: state.entries.map((one) => (one.entry === reversed.reverses ? { ...one, reversed: true } : one)) };
    }
    const entry = entryOf(event);
    if (!entry) return state;
    const { donation, donor = state.donor } = event.payload as { donation: string; donor?: string };
    const pledge = state.pledge?.status === "open" ? { pledge: { ...state.pledge, status: "received" as const } } : {};
    return { ...state, donation, donor, ...pledge, entries: [...state.entries, entry] };
  },
};

/** Entries that stand. */
export const standing = (state: DonationState): readonly DonationEntry[] => state.entries.filter((one) => !one.reversed);

export const nextEntry = (state: DonationState): number => state.entries.length + 1;

/** Purposes that ever had money, the first one first: by value date, then in the order of recording. */
export function purposesOf(state: DonationState): readonly string[] {
  const given = standing(state).filter(({ money }) => money.some(({ change }) => change > 0n));
  const inOrder = [...given].sort((a, b) => (a.valueDate === b.valueDate ? a.entry - b.entry : a.valueDate < b.valueDate ? -1 : 1));
  return [...new Set(inOrder.flatMap(({ money }) => money.filter(({ change }) => change > 0n).map(({ purpose }) => purpose)))];
}

/** The lowest sum of dated changes at the end of any day from `from` on. */
function lowestFrom(changes: readonly { readonly on: IsoDate; readonly change: Fen }[], from: IsoDate): Fen {
  const days = [...new Set([from, ...changes.map(({ on }) => on)])].filter((day) => day >= from);
  const at = (day: IsoDate): Fen => sumFen(changes.filter(({ on }) => on <= day).map(({ change }) => change));
  return days.map(at).reduce(minFen);
}

const moneyOf = (state: DonationState, purpose: string) =>
  standing(state).flatMap(({ valueDate, money }) =>
    money.filter((one) => one.purpose === purpose).map(({ change }) => ({ on: valueDate, change })),
  );

/** Money of a purpose by everything recorded. */
export const balanceOf = (state: DonationState, purpose: string): Fen => sumFen(moneyOf(state, purpose).map(({ change }) => change));

/** What may leave a purpose on a day: no day from then on, present included, is overdrawn by it. */
export const availableOn = (state: DonationState, purpose: string, on: IsoDate): Fen => lowestFrom(moneyOf(state, purpose), on);

/** Goods that may leave the stock on a day, at their value. */
export const stockOn = (state: DonationState, on: IsoDate): Fen =>
  lowestFrom(
    standing(state).map(({ valueDate, goods }) => ({ on: valueDate, change: goods })),
    on,
  );

/** Goods in stock by everything recorded. */
export const stockOf = (state: DonationState): Fen => sumFen(standing(state).map(({ goods }) => goods));

/** What is left of a fiscal year's income from the donation (4603). */
export const incomeOf = (state: DonationState, fiscalYear: number): Fen =>
  sumFen(
    standing(state)
      .filter((one) => one.fiscalYear === fiscalYear)
      .map(({ income }) => income),
  );

/** Whether money of the purpose was moved to another one (5.7). */
export const wasChangedAway = (state: DonationState, purpose: string): boolean =>
  standing(state).some((one) => one.type === "DonationPurposeChanged" && one.money.some((m) => m.purpose === purpose && m.change < 0n));
