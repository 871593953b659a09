import type { IsoDate } from "@huimin/calendar";
import type { Fold, RecordedEvent } from "@huimin/decider";
import { type Fen, fen, maxFen, minFen, sumFen } from "@huimin/money";
import type { DividendEventType, DividendPayload } from "../schema.ts";

/** An open or paid claim on an enterprise (D1, 4.6), in the order of recording. */
export interface PoolClaim {
  readonly year: number;
  readonly enterprise: string;
  readonly receivable: "1218.06" | "1215.01";
  readonly valueDate: IsoDate;
  readonly dueOn: IsoDate | undefined;
  readonly total: Fen;
  readonly paid: Fen;
  readonly perHousehold: readonly { readonly household: string; readonly amount: string }[] | undefined;
  readonly fixedRate: string | undefined;
  /** Open amount that DividendOverdue or DividendDefaulted last named. */
  readonly overdue?: Fen | undefined;
  readonly defaulted?: Fen | undefined;
}

export type DraftStatus = "drafting" | "drafted" | "published" | "approved" | "allocated" | "reversed";
export type DraftHeader = DividendPayload<"AllocationDrafted">;

export interface Objection {
  readonly objection: string;
  readonly household: string;
  readonly result: "open" | "dismissed" | "upheld";
}

export interface DraftState {
  readonly header: DraftHeader;
  readonly draftedOn: IsoDate;
  readonly status: DraftStatus;
  /** Parts whose lines are recorded, with what they hold. */
  readonly parts: ReadonlyMap<number, { readonly households: number; readonly amount: Fen; readonly hash: string }>;
  readonly publicity?: {
    readonly from: IsoDate;
    readonly to: IsoDate;
    readonly place: string;
    /** The villages' sheets are made: what hangs out is known. */
    readonly boards: boolean;
    /** Hashes of photographs. */
    readonly evidence: readonly string[];
  };
  readonly objections: readonly Objection[];
  readonly approvedOn?: IsoDate;
  /** Parts that are posted to the households. */
  readonly posted: ReadonlySet<number>;
}

/** A list that was allocated (D3). */
export interface AllocatedList extends DraftHeader {
  readonly on: IsoDate;
  /** 2901.01 of the pool before it, known then. */
  readonly distributable: Fen;
  /** It was taken back (C1): it counts no more. */
  readonly reversed?: true;
}

/** A list that is being taken back, part by part. */
export interface ListReversal {
  readonly draft: number;
  readonly parts: number;
  readonly done: ReadonlySet<number>;
}

export interface YearState {
  /** The last draft, in whatever state. */
  readonly current: DraftState;
  /** Lists that were allocated, oldest first; the current one is the last of them when it is allocated. */
  readonly allocated: readonly AllocatedList[];
  /** The last reversal of a list of the year. */
  readonly reversal?: ListReversal;
}

/** Lists of a year that stand, oldest first. */
export const standingLists = (state: PoolState, year: number): readonly AllocatedList[] =>
  (state.years.get(year)?.allocated ?? []).filter(({ reversed }) => !reversed);

/** The reversal of a year that is not through all its parts. */
export const openReversal = (state: PoolState, year: number): ListReversal | undefined => {
  const reversal = state.years.get(year)?.reversal;
  return reversal && reversal.done.size < reversal.parts ? reversal : undefined;
};

/** A receipt by its serial, as long as it was not reversed. */
export type Receipt =
  | {
      readonly kind: "funds";
      readonly eventId: string;
      readonly valueDate: IsoDate;
      readonly payload: DividendPayload<"DividendFundsReceived">;
    }
  | {
      readonly kind: "income";
      readonly eventId: string;
      readonly valueDate: IsoDate;
      readonly payload: DividendPayload<"AssetIncomeReceived">;
    };

/** A pool from its stream `dividend/{pool}`. Amounts in fen. */
export interface PoolState {
  readonly pool: string | undefined;
  /** 1 entrusted stakes, 4 government equity, 6 asset income: what the first money of the pool was. */
  readonly model: number | undefined;
  readonly batch: string | undefined;
  readonly claims: readonly PoolClaim[];
  readonly receipts: ReadonlyMap<string, Receipt>;
  /** Claimed or come in, less costs and reversals: what 2901.01 was ever credited with. */
  readonly credited: Fen;
  /** Money on 1002.03 that came in for the pool, less costs and reversals. */
  readonly received: Fen;
  /** Given to households by allocations. */
  readonly allocated: Fen;
  readonly plan: DividendPayload<"VillagePlanApproved"> | undefined;
  readonly years: ReadonlyMap<number, YearState>;
  /** Costs that were deducted and not taken back. */
  readonly costs: readonly DeductedCost[];
  /** Orders to pay out everything that is open of a year, by the numbers 1, 2, 3 …. */
  readonly payouts: readonly PayoutOrder[];
}

export interface DeductedCost {
  /** Number in the stream. */
  readonly entry: number;
  readonly eventId: string;
  readonly valueDate: IsoDate;
  readonly payload: DividendPayload<"OperatingCostDeducted">;
}

export type PayoutOrder = DividendPayload<"PoolPayoutOrdered"> & {
  readonly on: IsoDate;
  /** Batches of which nothing could be paid. */
  readonly passed: readonly number[];
};

const none: PoolState = {
  pool: undefined,
  model: undefined,
  batch: undefined,
  claims: [],
  receipts: new Map(),
  credited: 0n,
  received: 0n,
  allocated: 0n,
  plan: undefined,
  years: new Map(),
  costs: [],
  payouts: [],
};

/** 2901.01 of the pool: claimed, not allocated. */
export const poolBalance = (state: PoolState): Fen => state.credited - state.allocated;
/** Money received that is still in the pool (D3: no more may be allocated, unless it is advanced). */
export const fundsInPool = (state: PoolState): Fen => state.received - state.allocated;
export const openOf = (claim: PoolClaim): Fen => claim.total - claim.paid;

/** Open claims of the pool on an enterprise, the oldest first: by year, then by value date. */
export const openClaims = (state: PoolState, enterprise: string): readonly PoolClaim[] =>
  state.claims
    .filter((claim) => claim.enterprise === enterprise && openOf(claim) > 0n)
    .sort((a, b) => a.year - b.year || (a.valueDate < b.valueDate ? -1 : a.valueDate > b.valueDate ? 1 : 0));

/** What the pool's payout may be claimed on by whom: a stake lasts while the household exists, a right is registered. */
export const rightOf = (state: PoolState): "stake" | "beneficial" => (state.model === 4 || state.model === 6 ? "beneficial" : "stake");

type Handler<T extends DividendEventType> = (state: PoolState, payload: DividendPayload<T>, event: RecordedEvent) => PoolState;

function claimed(state: PoolState, model: number, claim: PoolClaim, pool: string, batch?: string): PoolState {
  return {
    ...state,
    pool,
    // A stake's dividend makes the pool one of stakes, whatever else came in before.
    model: state.model === undefined || model === 1 ? model : state.model,
    batch: state.batch ?? batch,
    claims: [...state.claims, claim],
    credited: state.credited + claim.total,
    received: state.received + claim.paid,
  };
}

/** Pays the open claims of one year and account, in the order of recording; a negative amount takes it back. */
function payClaims(
  claims: readonly PoolClaim[],
  enterprise: string,
  row: { readonly year: number; readonly receivable: string },
  amount: Fen,
): PoolClaim[] {
  let rest = amount;
  return claims.map((claim) => {
    if (rest === 0n || claim.enterprise !== enterprise || claim.year !== row.year || claim.receivable !== row.receivable) return claim;
    const change = rest > 0n ? minFen(rest, openOf(claim)) : maxFen(rest, -claim.paid);
    rest -= change;
    return { ...claim, paid: claim.paid + change };
  });
}

function funds(state: PoolState, payload: DividendPayload<"DividendFundsReceived">, sign: 1n | -1n): PoolState {
  let claims = state.claims;
  for (const row of payload.applied) claims = payClaims(claims, payload.enterprise, row, sign * fen(row.amount));
  const applied = sumFen(payload.applied.map((row) => fen(row.amount)));
  return { ...state, claims, received: state.received + sign * applied };
}

const without = <K, V>(map: ReadonlyMap<K, V>, key: K): Map<K, V> => new Map([...map].filter(([found]) => found !== key));
const withReceipt = (state: PoolState, serial: string | undefined, receipt: Receipt): ReadonlyMap<string, Receipt> =>
  serial === undefined ? state.receipts : new Map(state.receipts).set(serial, receipt);

/** Changes the draft that the event names, when it is the current one of its year. */
function withDraft(
  state: PoolState,
  key: { readonly year: number; readonly draft: number },
  change: (draft: DraftState) => Partial<DraftState>,
): PoolState {
  const year = state.years.get(key.year);
  if (!year || year.current.header.draft !== key.draft) return state;
  const years = new Map(state.years).set(key.year, { ...year, current: { ...year.current, ...change(year.current) } });
  return { ...state, years };
}

const marked = (
  state: PoolState,
  payload: { year: number; enterprise: string },
  change: (claim: PoolClaim) => Partial<PoolClaim>,
): PoolState => ({
  ...state,
  claims: state.claims.map((claim) =>
    claim.year === payload.year && claim.enterprise === payload.enterprise ? { ...claim, ...change(claim) } : claim,
  ),
});

const handlers: { readonly [T in DividendEventType]?: Handler<T> } = {
  DividendDeclared: (state, p, { valueDate }) =>
    claimed(
      state,
      p.model,
      {
        year: p.year,
        enterprise: p.enterprise,
        receivable: p.receivable,
        valueDate,
        dueOn: p.dueOn,
        total: fen(p.total),
        paid: fen(p.fromOverpayment ?? "0.00"),
        perHousehold: p.perHousehold,
        fixedRate: p.fixedRate,
      },
      p.pool,
      p.batch,
    ),
  FixedDividendAccrued: (state, p, { valueDate }) =>
    claimed(
      state,
      4,
      {
        year: p.year,
        enterprise: p.enterprise,
        receivable: "1215.01",
        valueDate,
        dueOn: p.dueOn,
        total: fen(p.total),
        paid: fen(p.fromOverpayment ?? "0.00"),
        perHousehold: undefined,
        fixedRate: p.fixedRate,
      },
      p.pool,
    ),
  DividendDeclarationReversed: (state, p) => {
    let rest = fen(p.amount);
    const claims = state.claims.map((claim) => {
      if (claim.year !== p.year || claim.enterprise !== p.enterprise || claim.receivable !== p.receivable) return claim;
      const part = minFen(rest, openOf(claim));
      rest -= part;
      return { ...claim, total: claim.total - part };
    });
    return { ...state, claims, credited: state.credited - fen(p.amount) };
  },
  DividendFundsReceived: (state, p, { valueDate, eventId }) => ({
    ...funds(state, p, 1n),
    receipts: withReceipt(state, p.serial, { kind: "funds", eventId, valueDate, payload: p }),
  }),
  DividendFundsReversed: (state, p) => ({ ...funds(state, p, -1n), receipts: without(state.receipts, p.serial) }),
  DividendOverdue: (state, p) => marked(state, p, (claim) => ({ overdue: openOf(claim) })),
  DividendDefaulted: (state, p) => marked(state, p, (claim) => ({ defaulted: openOf(claim) })),
  AssetIncomeReceived: (state, p, { valueDate, eventId }) => ({
    ...state,
    pool: p.pool,
    model: state.model ?? 6,
    credited: state.credited + fen(p.amount),
    received: state.received + fen(p.amount),
    receipts: withReceipt(state, p.serial, { kind: "income", eventId, valueDate, payload: p }),
  }),
  AssetIncomeReversed: (state, p) => ({
    ...state,
    credited: state.credited - fen(p.amount),
    received: state.received - fen(p.amount),
    receipts: without(state.receipts, p.serial),
  }),
  OperatingCostDeducted: (state, p, { streamVersion: entry, eventId, valueDate }) => ({
    ...state,
    credited: state.credited - fen(p.amount),
    received: state.received - fen(p.amount),
    costs: [...state.costs, { entry, eventId, valueDate, payload: p }],
  }),
  /** Its amount is negative. */
  OperatingCostReversed: (state, p) => ({
    ...state,
    credited: state.credited - fen(p.amount),
    received: state.received - fen(p.amount),
    costs: state.costs.filter(({ entry }) => entry !== p.entry),
  }),
  VillagePlanApproved: (state, p) => ({ ...state, pool: p.pool, plan: p }),
  AllocationDrafted: (state, p, { valueDate }) => {
    const before = state.years.get(p.year);
    const current: DraftState = {
      header: p,
      draftedOn: valueDate,
      status: "drafting",
      parts: new Map(),
      objections: [],
      posted: new Set(),
    };
    return { ...state, pool: p.pool, years: new Map(state.years).set(p.year, { current, allocated: before?.allocated ?? [] }) };
  },
  AllocationPartsDrafted: (state, p) =>
    withDraft(state, p, (draft) => {
      const parts = new Map(draft.parts);
      for (const { part, households, amount, hash } of p.parts) parts.set(part, { households, amount: fen(amount), hash });
      return { parts, status: parts.size === draft.header.parts ? "drafted" : "drafting" };
    }),
  PublicityPosted: (state, p) =>
    withDraft(state, p, () => ({
      status: "published",
      publicity: { from: p.from, to: p.to, place: p.place, boards: false, evidence: p.evidence },
    })),
  PublicityBoardsMade: (state, p) =>
    withDraft(state, p, ({ publicity }) => (publicity ? { publicity: { ...publicity, boards: true } } : {})),
  PublicityEvidenceRecorded: (state, p) =>
    withDraft(state, p, ({ publicity }) => (publicity ? { publicity: { ...publicity, evidence: [...publicity.evidence, p.hash] } } : {})),
  ObjectionFiled: (state, p) =>
    withDraft(state, p, (draft) => ({
      objections: [...draft.objections, { objection: p.objection, household: p.household, result: "open" }],
    })),
  ObjectionResolved: (state, p) =>
    withDraft(state, p, (draft) => ({
      objections: draft.objections.map((one) => (one.objection === p.objection ? { ...one, result: p.result } : one)),
    })),
  AllocationApproved: (state, p, { valueDate }) => withDraft(state, p, () => ({ status: "approved", approvedOn: valueDate })),
  DividendAllocated: (state, p, { valueDate }) => {
    const allocated = withDraft(state, p, () => ({ status: "allocated" }));
    const year = allocated.years.get(p.year);
    if (!year) return allocated;
    const list: AllocatedList = { ...year.current.header, on: valueDate, distributable: poolBalance(state) };
    const years = new Map(allocated.years).set(p.year, { ...year, allocated: [...year.allocated, list] });
    return { ...allocated, years, allocated: state.allocated + fen(p.allocated) };
  },
  AllocationPartsPosted: (state, p) => withDraft(state, p, (draft) => ({ posted: new Set([...draft.posted, ...p.parts]) })),
  AllocationReversed: (state, p) => {
    const closed = withDraft(state, p, () => ({ status: "reversed" }));
    const year = closed.years.get(p.year);
    if (!year) return closed;
    const allocated = year.allocated.map((list) => (list.draft === p.draft ? { ...list, reversed: true as const } : list));
    const reversal: ListReversal = { draft: p.draft, parts: p.parts, done: new Set() };
    return { ...closed, years: new Map(closed.years).set(p.year, { ...year, allocated, reversal }) };
  },
  /** The money is in the pool again as its lines come back, not before. */
  AllocationPartsReversed: (state, p) => {
    const year = state.years.get(p.year);
    const allocated = state.allocated - fen(p.amount);
    if (!year?.reversal || year.reversal.draft !== p.draft) return { ...state, allocated };
    const reversal = { ...year.reversal, done: new Set([...year.reversal.done, ...p.parts]) };
    return { ...state, allocated, years: new Map(state.years).set(p.year, { ...year, reversal }) };
  },
  PoolPayoutOrdered: (state, p, { valueDate }) => ({ ...state, payouts: [...state.payouts, { ...p, on: valueDate, passed: [] }] }),
  OrderedBatchPassed: (state, p) => ({
    ...state,
    payouts: state.payouts.map((one) => (one.order === p.order ? { ...one, passed: [...one.passed, p.batch] } : one)),
  }),
};

/** A pool from its stream. */
export const poolFold: Fold<PoolState> = {
  initialState: none,
  evolve(state, event) {
    const handler = (handlers as Readonly<Record<string, Handler<never> | undefined>>)[event.type];
    return handler ? handler(state, event.payload as never, event) : state;
  },
};
