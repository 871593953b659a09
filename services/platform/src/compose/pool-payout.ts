import type { RecordedEvent } from "@huimin/decider";
import { payoutErrors, SubmitOrderedPayout } from "@huimin/dividend";
import { orderedBatch, type PayoutOrder, type PoolState, payoutFold, payoutStream, poolFold, poolStream } from "@huimin/dividend/events";
import { RefusalError } from "@huimin/http";
import { type Fen, fen } from "@huimin/money";
import type { Platform } from "../types.ts";
import { inLanes } from "./lanes.ts";
import { give, type Runner } from "./long-lists.ts";

/*
 * 整池发放: submits the batches of an order, some at a time. What is submitted is known from the batches' own streams, so a run
 * that was broken off is simply run again; two runs at once submit each batch once.
 */

/** Batches under way at once: while the log takes one, the next is decided. */
const LANES = 2;
/** Headers of batches read at once. */
const HEADERS_PER_READ = 500;

export interface SubmittedBatch {
  readonly payoutBatch: string;
  readonly count: number;
  readonly total: string;
  readonly fileHash: string;
}

export interface SetAside {
  readonly household: string;
  readonly code: string;
}

export interface PoolPayout {
  readonly submitted: number;
  readonly items: number;
  readonly total: Fen;
  /** Whose account could not be paid to, by this run. */
  readonly setAside: readonly SetAside[];
  /** Open entitlements beyond the rows of a file: the next order takes them. */
  readonly left: number;
}

export async function poolState({ store, district }: Platform, pool: string): Promise<PoolState> {
  const { events } = await store.readStream(district, poolStream(pool));
  return events.reduce((state, event) => poolFold.evolve(state, event as RecordedEvent), poolFold.initialState);
}

/** The order with this number, or the last one of the year. Refuses PAYOUT_ORDER_UNKNOWN. */
export async function payoutOrder(platform: Platform, key: { pool: string; year: number; order?: number }): Promise<PayoutOrder> {
  const { payouts } = await poolState(platform, key.pool);
  const found = payouts.findLast(({ year, order }) => year === key.year && (key.order === undefined || order === key.order));
  if (found) return found;
  const details = { pool: key.pool, year: key.year, order: key.order ?? 1, batch: 1 };
  throw new RefusalError({ code: payoutErrors.PAYOUT_ORDER_UNKNOWN, details });
}

/** Numbers of the batches of an order that are not submitted, ascending. */
export async function missingBatches({ store, district }: Pick<Platform, "store" | "district">, order: PayoutOrder): Promise<number[]> {
  const missing: number[] = [];
  for (let first = 1; first <= order.batches; first += HEADERS_PER_READ) {
    const numbers = Array.from({ length: Math.min(HEADERS_PER_READ, order.batches - first + 1) }, (_, index) => first + index);
    const wanted = numbers.map((batch) => ({ stream: payoutStream(orderedBatch(order, batch)), afterVersion: 0 }));
    for (const [index, { events }] of (await store.readStreams(district, wanted)).entries()) {
      const state = events.reduce((before, event) => payoutFold.evolve(before, event as RecordedEvent), payoutFold.initialState);
      const batch = numbers[index] as number;
      if ((state.status === "none" || state.order !== order.order) && !order.passed.includes(batch)) missing.push(batch);
    }
  }
  return missing;
}

/** Submits what is missing of an order. `onBatch` is called after each batch, in any order. */
export async function submitOrder(
  runner: Runner,
  order: PayoutOrder,
  onBatch: (batch: SubmittedBatch) => Promise<void> | void = () => undefined,
): Promise<PoolPayout> {
  const missing = await missingBatches(runner.platform, order);
  const setAside: SetAside[] = [];
  let [submitted, items, total, left, done] = [0, 0, 0n, 0, 0];
  const { pool, year, order: number } = order;
  await inLanes(LANES, missing, async (batch) => {
    if (runner.goOn && !(await runner.goOn())) {
      missing.length = 0;
      return;
    }
    const answer = await give(runner, SubmitOrderedPayout, { pool, year, order: number, batch });
    const made = answer as unknown as SubmittedBatch & { readonly setAside: readonly SetAside[]; readonly left: number };
    setAside.push(...made.setAside);
    left += made.left;
    if (made.count > 0) {
      submitted += 1;
      items += made.count;
      total += fen(made.total);
      await onBatch(made);
    }
    done += 1;
    runner.onProgress?.(done, done + missing.length);
  });
  return { submitted, items, total, setAside, left };
}
