import type { CommandDefinition } from "@huimin/decider";
import { MarkDividendDefaulted, MarkDividendOverdue } from "@huimin/dividend";
import type { Platform } from "../types.ts";
import { postAllocation, reverseAllocation } from "./long-lists.ts";
import { type PoolPayout, payoutOrder, submitOrder } from "./pool-payout.ts";

/** How long a run waits for the read models to reach the head of the log. */
const WAIT_MS = 60_000;
const SYSTEM = { actor: "system", role: "SYS", channel: "system" } as const;

/**
 * 1.11 分红逾期 and 4.8 固定分红违约: marks every dividend that was due and unpaid at the end of `day`. What may be open comes from
 * the books, whether it is late is decided on the pool itself; a second run of a day changes nothing. Answers how many
 * pools were marked.
 */
export async function runDividendsOverdue(platform: Platform, day: string): Promise<number> {
  const { store, district, projector, books, table } = platform;
  const reached = await projector.waitFor(await store.head(district), WAIT_MS);
  if (!reached.reached) throw new Error("the read models did not reach the head of the log in time");
  let marked = 0;
  const mark = async (definition: CommandDefinition, account: string): Promise<void> => {
    const rows = await books.details({ district, account, by: ["pool", "enterprise"], asOf: day });
    for (const { dims, balance } of rows) {
      if (balance.amount === 0n || balance.side !== "debit") continue;
      const body = { pool: dims.pool ?? "", enterprise: dims.enterprise ?? "", valueDate: day };
      const outcome = await table.handlerOf(definition.name).execute(definition, body, SYSTEM);
      if (outcome.kind === "recorded" && outcome.lastPosition >= outcome.firstPosition) marked += 1;
    }
  };
  await mark(MarkDividendOverdue, "1218.06");
  await mark(MarkDividendOverdue, "1215.01");
  await mark(MarkDividendDefaulted, "1215.01");
  projector.wake();
  return marked;
}

/** D3 of a long list: posts what is missing of an allocation. Broken off, it is tried again by the queue. */
export const runAllocationPosting = (platform: Platform, pool: string, year: number): Promise<number> =>
  postAllocation({ platform, meta: SYSTEM }, pool, year);

/** C1 of a long list: takes back what is missing of a reversal. Broken off, it is tried again by the queue. */
export const runAllocationReversal = (platform: Platform, pool: string, year: number): Promise<number> =>
  reverseAllocation({ platform, meta: SYSTEM }, pool, year);

/** D4 of a whole pool: submits what is missing of an order. Broken off, it is tried again by the queue. */
export const runPoolPayout = async (platform: Platform, pool: string, year: number, order: number): Promise<PoolPayout> =>
  submitOrder({ platform, meta: SYSTEM }, await payoutOrder(platform, { pool, year, order }));
