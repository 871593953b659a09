import { orderedBatch, type PayoutOrder } from "@huimin/dividend/events";
import { missingBatches } from "../compose/pool-payout.ts";
import type { Platform } from "../types.ts";

/** Numbers of the batches of an order that were submitted. */
export async function submittedBatches(platform: Pick<Platform, "store" | "district">, order: PayoutOrder): Promise<string[]> {
  const not = new Set([...(await missingBatches(platform, order)), ...order.passed]);
  return Array.from({ length: order.batches }, (_, index) => index + 1)
    .filter((batch) => !not.has(batch))
    .map((batch) => orderedBatch(order, batch));
}
