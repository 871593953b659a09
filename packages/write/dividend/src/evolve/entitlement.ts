/*
 * The life of the entitlements of one part of a list (stream `entitlement/{pool}-{year}-{part}`): drafted, allocated,
 * in a payout, paid, returned, unclaimed. Every event states its amounts, so that the order of recording decides nothing.
 */
import type { IsoDate } from "@huimin/calendar";
import { laterDate } from "@huimin/calendar";
import type { Fold, RecordedEvent } from "@huimin/decider";
import { type Fen, fen, sumFen } from "@huimin/money";
import type { DividendEventType, DividendPayload } from "../schema.ts";

/** Where money of an entitlement lies when nobody is paying it: 应付户分红 or 退回待重付. */
export type Place = "2901.02" | "2901.04";

/** What has become of a payout item. `open`: it is with the bank (2901.03). */
export type ItemStatus = "open" | "cancelled" | "succeeded" | "failed" | "returned" | "wrongly-paid";

/** What the bank or the district said of an item, in the order of recording. */
export interface ItemResult {
  readonly status: Exclude<ItemStatus, "open">;
  readonly valueDate: IsoDate;
  readonly recordedAt: string;
  readonly serial?: string;
  /** The bank's code: AC01, AC04, AC06, BE01, MD07, AM05, MS03. */
  readonly reason?: string;
  /** Who got the money instead (D9). */
  readonly obligor?: string;
  /** Of a finding of D9: what its reversal corrects. */
  readonly eventId?: string;
}

/** One item of a payout batch: this entitlement, or what was open of it. */
export interface PayoutItem {
  readonly payoutBatch: string;
  readonly bank: string;
  readonly amount: Fen;
  readonly from: Place;
  /** Fingerprint of the account, never its number; `heir` for a payee with an own account. */
  readonly account: string;
  readonly payee?: string;
  /** The batch in which it failed or was returned before (D8). */
  readonly reissueOf?: string;
  readonly submittedOn: IsoDate;
  readonly results: readonly ItemResult[];
}

export const itemStatus = (item: PayoutItem): ItemStatus => item.results.at(-1)?.status ?? "open";

/** One household's entitlement of a pool and year. */
export interface EntitlementLine {
  readonly household: string;
  readonly village: string;
  /** Allocated, with what a division of the household brought or took away. */
  readonly entitled: Fen;
  /** First day on which something was allocated to it. */
  readonly allocatedOn: IsoDate;
  /** 2901.02 */
  readonly payable: Fen;
  /** 2901.04 */
  readonly returned: Fen;
  /** 2901.07 */
  readonly unclaimed: Fen;
  /** Last day on which an heir proved a claim to what was in 2901.07. */
  readonly claimedOn?: IsoDate;
  /** How many lists had been posted when a division of the household last moved something of it: those can't be taken back. */
  readonly dividedAfter?: number;
  readonly items: readonly PayoutItem[];
}

export interface DraftedLine {
  readonly household: string;
  readonly village: string;
  /** Decimal text; compared only with the other weights of the list. */
  readonly weight: string;
  readonly amount: Fen;
}

export interface EntitlementState {
  /** Drafted lines by draft and household. */
  readonly drafts: ReadonlyMap<number, ReadonlyMap<string, DraftedLine>>;
  /** Drafts that were allocated (D3), in order. */
  readonly allocated: readonly number[];
  /** Their postings. */
  readonly postings: ReadonlyMap<number, { readonly eventId: string; readonly valueDate: IsoDate }>;
  readonly lines: ReadonlyMap<string, EntitlementLine>;
}

export const noEntitlements: EntitlementState = { drafts: new Map(), allocated: [], postings: new Map(), lines: new Map() };

/** With the bank now, 2901.03. */
export const inTransit = (line: EntitlementLine): Fen =>
  sumFen(line.items.filter((item) => itemStatus(item) === "open").map((item) => item.amount));

/** The item that is with the bank, if any: there is one at a time. */
export const openItem = (line: EntitlementLine): PayoutItem | undefined => line.items.find((item) => itemStatus(item) === "open");

/** Paid out and not returned. A wrong payout did not reach the household. */
export const paidOut = (line: EntitlementLine): Fen =>
  sumFen(line.items.filter((item) => itemStatus(item) === "succeeded").map((item) => item.amount));

const CAME_BACK: ReadonlySet<ItemStatus> = new Set(["failed", "returned", "wrongly-paid"]);

/**
 * The day from which an entitlement counts as not claimed (R16): the last failure or return (or what else brought it back
 * to 2901.04); of one that was never paid out, the allocation.
 */
export function unclaimedSince(line: EntitlementLine): IsoDate {
  const days = line.items.flatMap(({ results }) => results.filter(({ status }) => CAME_BACK.has(status)).map(({ valueDate }) => valueDate));
  if (line.claimedOn !== undefined) days.push(line.claimedOn);
  return days.length === 0 ? line.allocatedOn : days.reduce(laterDate);
}

type Payload<T extends DividendEventType> = DividendPayload<T>;

/** Lines that an event changes, each by its own rule; a household without a line is left out (a fold that sees part of the log). */
function changed<I extends { readonly household: string }>(
  state: EntitlementState,
  items: readonly I[],
  change: (line: EntitlementLine, item: I) => EntitlementLine,
): EntitlementState {
  const lines = new Map(state.lines);
  for (const item of items) {
    const line = lines.get(item.household);
    if (line) lines.set(item.household, change(line, item));
  }
  return { ...state, lines };
}

interface Addition {
  readonly household: string;
  readonly village: string;
  readonly place: Place;
  readonly amount: Fen;
}

/** Adds to lines that may be new. */
function added(state: EntitlementState, valueDate: IsoDate, additions: readonly Addition[]): EntitlementState {
  const lines = new Map(state.lines);
  for (const { household, village, place, amount } of additions) {
    const line = lines.get(household) ?? newLine(household, village, valueDate);
    lines.set(household, { ...moved(line, place, amount), entitled: line.entitled + amount });
  }
  return { ...state, lines };
}

const newLine = (household: string, village: string, allocatedOn: IsoDate): EntitlementLine => ({
  household,
  village,
  entitled: 0n,
  allocatedOn,
  payable: 0n,
  returned: 0n,
  unclaimed: 0n,
  items: [],
});

const moved = (line: EntitlementLine, place: Place, amount: Fen): EntitlementLine =>
  place === "2901.02" ? { ...line, payable: line.payable + amount } : { ...line, returned: line.returned + amount };

function drafted(state: EntitlementState, { draft, lines }: Payload<"AllocationLinesDrafted">): EntitlementState {
  const known = new Map(state.drafts.get(draft));
  for (const line of lines) known.set(line.household, { ...line, amount: fen(line.amount) });
  return { ...state, drafts: new Map(state.drafts).set(draft, known) };
}

function allocated(state: EntitlementState, event: RecordedEvent, { draft, lines }: Payload<"EntitlementsAllocated">): EntitlementState {
  const additions = lines.map(({ household, village, amount }) => ({ household, village, place: "2901.02" as const, amount: fen(amount) }));
  const next = added(state, event.valueDate, additions);
  if (state.allocated.includes(draft)) return next;
  const posting = { eventId: event.eventId, valueDate: event.valueDate };
  return { ...next, allocated: [...state.allocated, draft], postings: new Map(state.postings).set(draft, posting) };
}

/**
 * Whether something became of a household's line of a posted list, the last that stands, so that it can't be taken back: it was
 * submitted, paid, divided or transferred. A payout takes all of 2901.02 at once, so what is still there was not.
 */
export function isTouched(state: EntitlementState, draft: number, household: string, amount: Fen): boolean {
  const line = state.lines.get(household);
  if (!line || openItem(line) || line.payable < amount) return true;
  return line.dividedAfter !== undefined && line.dividedAfter > state.allocated.indexOf(draft);
}

/** C1 of D3. A line that nothing is left of, and to which nothing happened, is no line. */
function takenBack(state: EntitlementState, { draft, lines: items }: Payload<"EntitlementsReversed">): EntitlementState {
  const lines = new Map(state.lines);
  for (const { household, amount } of items) {
    const line = lines.get(household);
    if (!line) continue;
    const left = { ...moved(line, "2901.02", fen(amount)), entitled: line.entitled + fen(amount) };
    const isEmpty = left.entitled === 0n && left.items.every((item) => itemStatus(item) === "cancelled");
    if (isEmpty) lines.delete(household);
    else lines.set(household, left);
  }
  return { ...state, lines, allocated: state.allocated.filter((one) => one !== draft) };
}

function submitted(state: EntitlementState, event: RecordedEvent, payload: Payload<"PayoutItemsSubmitted">): EntitlementState {
  const { payoutBatch, bank } = payload;
  return changed(state, payload.items, (line, { amount, from, account, payee, reissueOf }) => {
    const item: PayoutItem = {
      payoutBatch,
      bank,
      amount: fen(amount),
      from,
      account,
      ...(payee === undefined ? {} : { payee }),
      ...(reissueOf === undefined ? {} : { reissueOf }),
      submittedOn: event.valueDate,
      results: [],
    };
    return { ...moved(line, from, -item.amount), items: [...line.items, item] };
  });
}

const withItem = (line: EntitlementLine, payoutBatch: string, change: (item: PayoutItem) => PayoutItem): EntitlementLine => ({
  ...line,
  items: line.items.map((item) => (item.payoutBatch === payoutBatch ? change(item) : item)),
});

const resulted = (line: EntitlementLine, payoutBatch: string, result: ItemResult): EntitlementLine =>
  withItem(line, payoutBatch, (item) => ({ ...item, results: [...item.results, result] }));

interface ResultPayload {
  readonly payoutBatch: string;
  readonly items: readonly { readonly household: string; readonly amount: string }[];
  readonly serial?: string | undefined;
  readonly reason?: string | undefined;
  readonly obligor?: string | undefined;
}

/** A result of each item; what failed, came back or went to somebody else lies in 2901.04 from then on. */
function withResult(state: EntitlementState, event: RecordedEvent, payload: ResultPayload, status: ItemResult["status"]): EntitlementState {
  const { payoutBatch, serial, reason, obligor } = payload;
  const result: ItemResult = {
    status,
    valueDate: event.valueDate,
    recordedAt: event.recordedAt,
    ...(serial === undefined ? {} : { serial }),
    ...(reason === undefined ? {} : { reason }),
    ...(obligor === undefined ? {} : { obligor, eventId: event.eventId }),
  };
  return changed(state, payload.items, (line, { amount }) => {
    const next = resulted(line, payoutBatch, result);
    return status === "succeeded" ? next : moved(next, "2901.04", fen(amount));
  });
}

function cancelled(state: EntitlementState, event: RecordedEvent, payload: Payload<"PayoutItemsCancelled">): EntitlementState {
  const { valueDate, recordedAt } = event;
  return changed(state, payload.items, (line, { amount, from }) =>
    moved(resulted(line, payload.payoutBatch, { status: "cancelled", valueDate, recordedAt }), from, fen(amount)),
  );
}

/** C6: the last result goes, and what it brought back to 2901.04 goes with it. */
function reversed(state: EntitlementState, payload: Payload<"PayoutResultReversed">): EntitlementState {
  return changed(state, payload.items, (line, { amount }) => {
    const before = withItem(line, payload.payoutBatch, (item) => ({ ...item, results: item.results.slice(0, -1) }));
    return payload.result === "succeeded" ? before : { ...before, returned: before.returned - absolute(fen(amount)) };
  });
}

/** C1 of D9: it was paid to the right one after all. Its amounts are negative. */
const unfound = (state: EntitlementState, payload: Payload<"WrongPayoutReversed">): EntitlementState =>
  changed(state, payload.items, (line, { amount }) => {
    const before = withItem(line, payload.payoutBatch, (item) => ({ ...item, results: item.results.slice(0, -1) }));
    return moved(before, "2901.04", fen(amount));
  });

const absolute = (amount: Fen): Fen => (amount < 0n ? -amount : amount);

function divided(state: EntitlementState, event: RecordedEvent, payload: Payload<"EntitlementsDivided">): EntitlementState {
  const { moves, side, source } = payload;
  if (side === "target") {
    const additions = moves.map(({ household, village, account, amount }) => ({ household, village, place: account, amount: fen(amount) }));
    return markDivided(added(state, event.valueDate, additions), additions);
  }
  const next = changed(
    state,
    moves.map((move) => ({ ...move, household: source })),
    (line, { account, amount }) => ({ ...moved(line, account, -fen(amount)), entitled: line.entitled - fen(amount) }),
  );
  return markDivided(next, [{ household: source }]);
}

const markDivided = (state: EntitlementState, moves: readonly { readonly household: string }[]): EntitlementState =>
  changed(state, moves, (line) => ({ ...line, dividedAfter: state.allocated.length }));

type Handlers = {
  readonly [T in DividendEventType]?: (state: EntitlementState, event: RecordedEvent, payload: Payload<T>) => EntitlementState;
};

const handlers: Handlers = {
  AllocationLinesDrafted: (state, _, payload) => drafted(state, payload),
  EntitlementsAllocated: allocated,
  EntitlementsReversed: (state, _, payload) => takenBack(state, payload),
  PayoutItemsSubmitted: submitted,
  PayoutItemsCancelled: cancelled,
  PayoutSucceeded: (state, event, payload) => withResult(state, event, payload, "succeeded"),
  PayoutFailed: (state, event, payload) => withResult(state, event, payload, "failed"),
  PayoutReturned: (state, event, payload) => withResult(state, event, payload, "returned"),
  PayoutWronglyPaid: (state, event, payload) => withResult(state, event, payload, "wrongly-paid"),
  PayoutResultReversed: (state, _, payload) => reversed(state, payload),
  WrongPayoutReversed: (state, _, payload) => unfound(state, payload),
  UnclaimedTransferred: (state, _, { items }) =>
    changed(state, items, (line, { amount, from }) => ({ ...moved(line, from, -fen(amount)), unclaimed: line.unclaimed + fen(amount) })),
  UnclaimedTransferReversed: (state, event, { items }) =>
    changed(state, items, (line, { amount }) => ({
      ...moved(line, "2901.04", fen(amount)),
      unclaimed: line.unclaimed - fen(amount),
      claimedOn: line.claimedOn === undefined ? event.valueDate : laterDate(line.claimedOn, event.valueDate),
    })),
  EntitlementsDivided: divided,
};

/** The fold of `entitlement/{pool}-{year}-{part}`. */
export const entitlementFold: Fold<EntitlementState> = {
  initialState: noEntitlements,
  evolve(state, event) {
    const handler = handlers[event.type as DividendEventType] as
      | ((state: EntitlementState, event: RecordedEvent, payload: unknown) => EntitlementState)
      | undefined;
    return handler ? handler(state, event, event.payload) : state;
  },
};

/** The same without drafts, for what is paid: a part's drafted lines are as many as its entitlements. */
export const entitledFold: Fold<EntitlementState> = {
  initialState: noEntitlements,
  evolve: (state, event) => (event.type === "AllocationLinesDrafted" ? state : entitlementFold.evolve(state, event)),
};
