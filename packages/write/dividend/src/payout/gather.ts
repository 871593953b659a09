/*
 * What the payout commands ask for before they decide.
 */
import { type IsoDate, parseDate, shanghaiDate } from "@huimin/calendar";
import { type CommandContext, type Gather, load } from "@huimin/decider";
import { ok, type Refusal, type Result, refuse } from "@huimin/outcome";
import type { Static } from "typebox";
import { reversalRefusal } from "../commands/draft.ts";
import { type EntitlementLine, type EntitlementState, entitlementFold, itemStatus, type PayoutItem } from "../evolve/entitlement.ts";
import { type PayoutBatchState, partsOfHousehold, payoutFold } from "../evolve/payout.ts";
import { type PoolState, poolFold } from "../evolve/pool.ts";
import { entitlementStream, payoutStream, poolStream } from "../streams.ts";
import { payoutErrors as errors } from "./errors.ts";
import type { Item } from "./fields.ts";

export type ItemKey = Static<typeof Item>;
export const keyOf = ({ household, year, pool }: ItemKey): string => `${household}/${year}/${pool}`;

/** A list without repeats. Refuses PAYOUT_ITEM_TWICE. */
export function distinct(items: readonly ItemKey[]): Result<readonly ItemKey[], Refusal> {
  const seen = new Set<string>();
  for (const [index, item] of items.entries()) {
    if (seen.has(keyOf(item))) return refuse(errors.PAYOUT_ITEM_TWICE, { ...item }, { path: `/items/${index}`, row: index + 1 });
    seen.add(keyOf(item));
  }
  return ok(items);
}

/** A line with the part in which it stands, and its pool. */
export interface Located {
  readonly key: ItemKey;
  /** Place in the command's list, from 0. */
  readonly index: number;
  readonly part: number;
  readonly line: EntitlementLine;
}
export type LocatedInPool = Located & { readonly pool: PoolState };

export const placeOf = ({ index }: { readonly index: number }) => ({ path: `/items/${index}`, row: index + 1 });

/** Parts of lists, each asked for once. */
class Parts {
  readonly #states = new Map<string, EntitlementState>();

  *get(pool: string, year: number, part: number): Gather<EntitlementState> {
    const stream = entitlementStream(pool, year, part);
    let state = this.#states.get(stream);
    if (!state) {
      state = (yield* load(stream, entitlementFold)).state;
      this.#states.set(stream, state);
    }
    return state;
  }
}

/**
 * The lines of a list. A year that was allocated twice may have lists of different lengths, and then a household a line
 * in each: they are separate items. Refuses ENTITLEMENT_UNKNOWN.
 */
export function* gatherLines(items: readonly ItemKey[]): Gather<Result<readonly LocatedInPool[], Refusal>> {
  const pools = new Map<string, PoolState>();
  const parts = new Parts();
  const located: LocatedInPool[] = [];
  for (const [index, key] of items.entries()) {
    const pool = pools.get(key.pool) ?? (yield* load(poolStream(key.pool), poolFold)).state;
    pools.set(key.pool, pool);
    const back = reversalRefusal(pool, key.year);
    if (back) return back;
    const before = located.length;
    for (const part of partsOfHousehold(pool, key.year, key.household)) {
      const line = (yield* parts.get(key.pool, key.year, part)).lines.get(key.household);
      if (line) located.push({ key, index, part, line, pool });
    }
    if (located.length === before) return refuse(errors.ENTITLEMENT_UNKNOWN, { ...key }, placeOf({ index }));
  }
  return ok(located);
}

export function* gatherPart(pool: string, year: number, part: number): Gather<EntitlementState> {
  return (yield* load(entitlementStream(pool, year, part), entitlementFold)).state;
}

export type KnownBatch = Exclude<PayoutBatchState, { status: "none" }>;

/** A batch as it is. Refuses PAYOUT_BATCH_UNKNOWN, and to a bank a batch of another: PAYOUT_OTHER_BANK, PAYOUT_NOT_A_BANK. */
export function* gatherBatch(payoutBatch: string, context: CommandContext): Gather<Result<KnownBatch, Refusal>> {
  const { state } = yield* load(payoutStream(payoutBatch), payoutFold);
  if (state.status === "none") return refuse(errors.PAYOUT_BATCH_UNKNOWN, { payoutBatch }, { path: "/payoutBatch" });
  if (context.role !== "BANK") return ok(state);
  const sender = sendingBank(context);
  if (!sender.ok) return sender;
  return sender.value === state.bank ? ok(state) : refuse(errors.PAYOUT_OTHER_BANK, { payoutBatch, bank: sender.value });
}

/** The bank that sends a message. Refuses PAYOUT_NOT_A_BANK. */
export const sendingBank = ({ actor }: CommandContext): Result<string, Refusal> =>
  actor.startsWith("bank:") ? ok(actor.slice("bank:".length)) : refuse(errors.PAYOUT_NOT_A_BANK, { actor });

/** An item of a batch with its line. */
export interface BatchItem extends Located {
  readonly item: PayoutItem;
}

/**
 * Items of a batch by their keys, each looked up in the parts of its pool and year: a bank sends thousands of results of one
 * batch one by one. Refuses UNKNOWN_ITEM.
 */
export function* gatherItems(batch: KnownBatch, items: readonly ItemKey[]): Gather<Result<readonly BatchItem[], Refusal>> {
  const found: BatchItem[] = [];
  for (const [index, key] of items.entries()) {
    const before = found.length;
    for (const { pool, year, part } of batch.parts) {
      if (pool !== key.pool || year !== key.year) continue;
      const line = (yield* gatherPart(pool, year, part)).lines.get(key.household);
      const item = line && itemOfBatch(line, batch);
      if (line && item && itemStatus(item) !== "cancelled") found.push({ key, index, part, line, item });
    }
    if (found.length === before) return refuse(errors.UNKNOWN_ITEM, { ...key, payoutBatch: batch.payoutBatch }, placeOf({ index }));
  }
  return ok(found);
}

const itemOfBatch = (line: EntitlementLine, { payoutBatch }: KnownBatch): PayoutItem | undefined =>
  line.items.find((one) => one.payoutBatch === payoutBatch);

/** Every item of a batch. */
export function* gatherBatchItems(batch: KnownBatch): Gather<readonly BatchItem[]> {
  const found: BatchItem[] = [];
  for (const { pool, year, part } of batch.parts) {
    for (const line of (yield* gatherPart(pool, year, part)).lines.values()) {
      const item = itemOfBatch(line, batch);
      if (item) found.push({ key: { household: line.household, year, pool }, index: found.length, part, line, item });
    }
  }
  return found;
}

/** 业务发生日: as given, or the day of recording. Refuses PAYOUT_DATE_INVALID. */
export function dayOf(date: string | undefined, context: CommandContext): Result<IsoDate, Refusal> {
  const day = date === undefined ? shanghaiDate(context.recordedAt) : parseDate(date);
  return day === undefined ? refuse(errors.PAYOUT_DATE_INVALID, { date: String(date) }, { path: "/valueDate" }) : ok(day);
}
