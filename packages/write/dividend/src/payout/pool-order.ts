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

/** Of what a file of `rows` is made: whole parts, or a slice of one where a file has fewer rows than a part has households. */
export function shapeOfOrder(
  allocated: number,
  households: number,
  rows?: number,
): { readonly batches: number; readonly parts: number; readonly rows?: number; readonly slices?: number } {
  const limit = rows === undefined ? {} : { rows };
  const parts = Math.min(PARTS_OF_BATCH, Math.floor((rows ?? PAYOUT_ROWS_MAX) / PART_HOUSEHOLDS_MAX));
  if (parts > 0) return { batches: Math.ceil(allocated / parts), parts, ...limit };
  const slices = Math.ceil(Math.min(PART_HOUSEHOLDS_MAX, households) / (rows as number));
  return slices === 1 ? { batches: allocated, parts: 1, ...limit } : { batches: allocated * slices, parts: 1, slices, ...limit };
}

/** Lines that the lists of a year have, at most. */
export const householdsAllocated = (state: PoolState, year: number): number =>
  (state.years.get(year)?.allocated ?? []).reduce((sum, { households }) => sum + households, 0);

/** The parts that batch n of an order pays. */
export const partsOfBatch = ({ parts, slices = 1 }: Pick<PayoutOrder, "parts" | "slices">, batch: number): number[] => {
  const first = Math.floor((batch - 1) / slices) * parts;
  return Array.from({ length: parts }, (_, index) => first + index);
};

/** Lines of a part that batch n pays: all of them, or those of its slice. The last slice has the rest of an overfull part. */
export function linesOfBatch<T extends { readonly household: string }>(
  lines: readonly T[],
  { slices = 1, rows = PAYOUT_ROWS_MAX }: Pick<PayoutOrder, "slices" | "rows">,
  batch: number,
): readonly T[] {
  if (slices === 1) return lines;
  const slice = (batch - 1) % slices;
  const inOrder = [...lines].sort((a, b) => (a.household < b.household ? -1 : 1));
  return inOrder.slice(slice * rows, slice === slices - 1 ? undefined : (slice + 1) * rows);
}
