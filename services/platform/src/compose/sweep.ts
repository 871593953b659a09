import { addDays, shanghaiDate } from "@huimin/calendar";
import type { Platform } from "../types.ts";
import { missingBatches, poolState } from "./pool-payout.ts";

/** Orders older than this are not taken up by themselves: who still wants them paid orders again. */
const FOLLOWED_DAYS_MAX = 31;

/** Enqueues what was begun and is not finished: allocations not posted (or taken back) to the last part, orders not submitted. Answers how many. */
export async function sweepFollowUps(platform: Platform): Promise<number> {
  const { books, district, clock, followUps } = platform;
  const since = addDays(shanghaiDate(clock()), -FOLLOWED_DAYS_MAX);
  let found = 0;
  for (const { dims } of await books.details({ district, account: "2901.01", by: ["pool"], zeros: true })) {
    if (dims.pool === undefined) continue;
    const { pool } = dims;
    const { years, payouts } = await poolState(platform, pool);
    for (const [year, { current, reversal }] of years) {
      if (reversal && reversal.done.size < reversal.parts) {
        found += 1;
        await followUps.add({ kind: "allocation-reversal", data: { pool, year: String(year), draft: String(reversal.draft) } });
      }
      if (current.status !== "allocated" || current.posted.size >= current.header.parts) continue;
      found += 1;
      await followUps.add({ kind: "allocation-posting", data: { pool, year: String(year), draft: String(current.header.draft) } });
    }
    for (const order of payouts) {
      if (order.run !== undefined || order.on < since || (await missingBatches(platform, order)).length === 0) continue;
      found += 1;
      await followUps.add({ kind: "pool-payout", data: { pool, year: String(order.year), order: String(order.order) } });
    }
  }
  return found;
}
