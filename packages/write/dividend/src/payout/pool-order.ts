/* 整池发放: which batches an order of a whole pool has. */
import { createHash } from "node:crypto";
import type { PayoutOrder, PoolState } from "../evolve/pool.ts";
import { PART_HOUSEHOLDS_MAX } from "../streams.ts";
import { PAYOUT_ROWS_MAX } from "./fields.ts";

/** Parts of a list in one batch: their households fit into the bank's file. */
export const PARTS_OF_BATCH = Math.floor(PAYOUT_ROWS_MAX / PART_HOUSEHOLDS_MAX);

const NUMBER_CHARACTERS_MAX = 64;

/** Number of batch n of an order, `PV-2018-1-0001`; of a pool with a long name its digest takes the name's place. */
export function orderedBatch({ pool, year, order }: Pick<PayoutOrder, "pool" | "year" | "order">, batch: number): string {
  const tail = `-${year}-${order}-${String(batch).padStart(4, "0")}`;
  if (pool.length + tail.length <= NUMBER_CHARACTERS_MAX) return pool + tail;
  return createHash("sha256").update(pool).digest("hex").slice(0, 32) + tail;
}

/** Parts of the lists of a year: a household stands in one of them. 0 before the first allocation. */
export const partsAllocated = (state: PoolState, year: number): number =>
  Math.max(0, ...(state.years.get(year)?.allocated ?? []).map(({ parts }) => parts));

/** The parts that batch n of an order pays. */
export const partsOfBatch = ({ parts }: Pick<PayoutOrder, "parts">, batch: number): number[] =>
  Array.from({ length: parts }, (_, index) => (batch - 1) * parts + index);
