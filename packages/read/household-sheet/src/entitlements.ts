import type { Axes, JournalLine } from "@huimin/books";
import {
  type EntitlementLine,
  entitlementFold,
  entitlementStream,
  type ItemStatus,
  inTransit,
  itemStatus,
  type PayoutItem,
  type Place,
  paidOut,
  partsOfHousehold,
  poolFold,
  poolStream,
} from "@huimin/dividend/events";
import type { EventStore, StoredEvent } from "@huimin/event-store";
import type { Fen } from "@huimin/money";
import { fold, readStreams } from "./reading.ts";

/** One entitlement of a household, in one list of a pool and year. */
export interface HouseholdEntitlement {
  readonly pool: string;
  readonly year: number;
  readonly line: EntitlementLine;
}

/** What the sheet shows of a payout item. */
export interface SheetPayout {
  readonly payoutBatch: string;
  readonly bank: string;
  readonly amount: Fen;
  readonly from: Place;
  readonly status: ItemStatus;
  readonly submittedOn: string;
  readonly reissueOf?: string;
  readonly results: readonly { readonly status: ItemStatus; readonly valueDate: string; readonly reason?: string }[];
}

/** 应付分红: what a pool owes the household for a year, and where it lies. */
export interface SheetEntitlement {
  readonly pool: string;
  readonly year: number;
  readonly entitled: Fen;
  /** 2901.02 */
  readonly payable: Fen;
  /** 2901.03 */
  readonly inTransit: Fen;
  readonly paid: Fen;
  /** 2901.04 */
  readonly awaitingReissue: Fen;
  /** 2901.07 */
  readonly unclaimed: Fen;
  readonly payouts: readonly SheetPayout[];
}

/** Pools and years of which the household ever had something, by its journal lines. */
function poolsOf(lines: Iterable<JournalLine>, household: string): { readonly pool: string; readonly year: number }[] {
  const found = new Map<string, { pool: string; year: number }>();
  for (const { dims } of lines) {
    if (dims.household !== household || dims.pool === undefined || dims.year === undefined) continue;
    found.set(`${dims.year} ${dims.pool}`, { pool: dims.pool, year: Number(dims.year) });
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
}

/** What the part streams of a household's entitlements say. */
export interface ReadEntitlements {
  readonly entitlements: readonly HouseholdEntitlement[];
  /** Events of the parts that name the household, each with its own amount of them. */
  readonly events: readonly StoredEvent[];
}

/** Entitlements of a household by year and pool, as of (value date, knowledge). `lines`: its journal lines on the same axes. */
export async function readEntitlements(
  store: EventStore,
  question: Axes & { readonly district: string; readonly household: string },
  lines: Iterable<JournalLine>,
): Promise<ReadEntitlements> {
  const { household } = question;
  const wanted = poolsOf(lines, household);
  // Which lists there are does not depend on the value date that is asked for.
  const pools = await readStreams(
    store,
    { ...question, asOf: undefined },
    wanted.map(({ pool }) => poolStream(pool)),
  );
  const parts = wanted.flatMap(({ pool, year }) =>
    partsOfHousehold(fold(poolFold, pools.get(poolStream(pool)) ?? []), year, household).map((part) => ({ pool, year, part })),
  );
  const streams = await readStreams(
    store,
    question,
    parts.map(({ pool, year, part }) => entitlementStream(pool, year, part)),
  );
  const entitlements: HouseholdEntitlement[] = [];
  for (const { pool, year, part } of parts) {
    const line = fold(entitlementFold, streams.get(entitlementStream(pool, year, part)) ?? []).lines.get(household);
    if (line) entitlements.push({ pool, year, line });
  }
  return { entitlements, events: [...streams.values()].flat().flatMap((event) => ownEvent(event, household)) };
}

interface Listed {
  readonly lines?: readonly { readonly household: string; readonly amount: string }[];
  readonly items?: readonly { readonly household: string; readonly amount: string }[];
  readonly moves?: readonly { readonly household: string; readonly amount: string }[];
  readonly source?: string;
  readonly side?: string;
}

/** An event of a part as it concerns one household; none when it does not. */
function ownEvent(event: StoredEvent, household: string): StoredEvent[] {
  const { lines, items, moves, source, side } = event.payload as Listed;
  const own = (lines ?? items ?? moves ?? []).filter((one) => one.household === household);
  const leaves = source === household && side === "source";
  // A move stands on two streams; the household that it comes to sees it on its own.
  if (!leaves && (own.length === 0 || side === "source")) return [];
  return [{ ...event, payload: own.length === 1 ? { amount: own[0]?.amount } : {} }];
}

const payoutView = (item: PayoutItem): SheetPayout => ({
  payoutBatch: item.payoutBatch,
  bank: item.bank,
  amount: item.amount,
  from: item.from,
  status: itemStatus(item),
  submittedOn: item.submittedOn,
  ...(item.reissueOf === undefined ? {} : { reissueOf: item.reissueOf }),
  results: item.results.map(({ status, valueDate, reason }) => ({ status, valueDate, ...(reason === undefined ? {} : { reason }) })),
});

export const entitlementView = ({ pool, year, line }: HouseholdEntitlement): SheetEntitlement => ({
  pool,
  year,
  entitled: line.entitled,
  payable: line.payable,
  inTransit: inTransit(line),
  paid: paidOut(line),
  awaitingReissue: line.returned,
  unclaimed: line.unclaimed,
  payouts: line.items.map(payoutView),
});
