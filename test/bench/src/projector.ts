import { bankPortfolioProjection } from "@huimin/bank-portfolio";
import { booksProjection } from "@huimin/books";
import type { EventStore } from "@huimin/event-store";
import { createProjector, type Projection } from "@huimin/projector";
import { vouchersProjection } from "@huimin/vouchers";
import type { Pool } from "pg";
import { type Bench, type BenchOptions, type BenchResult, rateAgainst, timeAgainst } from "./bench.ts";
import { BENCH_DISTRICT, eventsOf, fillLog, type HistorySize, history, withReadServer } from "./projector-history.ts";

/*
 * The projector on a log in PostgreSQL: reading, folding, writing lines and balances with the checkpoint, as it runs in
 * production (live mode, all indexes in place). Then its lag while events come in at 2,000 a second.
 */

const TARGET_EVENTS_PER_S = 30_000;
const TARGET_LAG_MS = 250;
const LAG_EVENTS_PER_S = 2_000;

async function rate(
  context: { pool: Pool; store: EventStore },
  projections: readonly Projection[],
  events: number,
  log: BenchOptions["log"],
): Promise<number> {
  await context.pool.query("TRUNCATE projector.checkpoint");
  for (const { name } of projections) {
    const { rows } = await context.pool.query<{ tables: string }>(
      "SELECT string_agg(schemaname || '.' || tablename, ', ') AS tables FROM pg_tables WHERE schemaname = $1 AND tablename <> 'account'",
      [name],
    );
    await context.pool.query(`TRUNCATE ${rows[0]?.tables}`);
  }
  await context.pool.query("CHECKPOINT");
  const projector = createProjector({ ...context, projections, district: BENCH_DISTRICT });
  const begun = performance.now();
  await projector.drain();
  const perSecond = events / ((performance.now() - begun) / 1000);
  log(`${projections.map(({ name }) => name).join(" + ")}: ${events} events, ${Math.round(perSecond)}/s`);
  return perSecond;
}

/** From the answer of an append to the moment when a reader that waits for its position goes on. */
async function lag(context: { pool: Pool; store: EventStore }, seconds: number): Promise<{ p50: number; p99: number; perSecond: number }> {
  const projector = createProjector({ ...context, projections: [booksProjection], district: BENCH_DISTRICT });
  await projector.drain();
  await projector.start();
  const lags: number[] = [];
  const waits: Promise<unknown>[] = [];
  const source = history({ loans: 5_000, quarters: 12 });
  const begun = performance.now();
  const perTick = 20;
  let sent = 0;
  for (let tick = 0; performance.now() - begun < seconds * 1000; tick++) {
    const due = begun + (tick * perTick * 1000) / LAG_EVENTS_PER_S;
    const early = due - performance.now();
    if (early > 1) await new Promise((done) => setTimeout(done, early));
    for (let n = 0; n < perTick; n++) {
      const { value, done } = source.next();
      if (done) break;
      sent += 1;
      const measured = sent % 10 === 0;
      const append = context.store
        .append(BENCH_DISTRICT, {
          writes: [{ stream: value.stream, expect: { kind: "any" }, events: [value.event] }],
          asserts: [],
          keys: [],
          answer: null,
        })
        .then(async (outcome) => {
          projector.wake();
          if (!measured || outcome.kind !== "appended") return;
          const answered = performance.now();
          const reached = await projector.waitFor(outcome.lastPosition, 10_000);
          if (reached.reached) lags.push(performance.now() - answered);
        });
      waits.push(append);
    }
  }
  await Promise.all(waits);
  const perSecond = sent / ((performance.now() - begun) / 1000);
  await projector.stop();
  lags.sort((a, b) => a - b);
  const at = (part: number): number => lags[Math.floor(lags.length * part)] ?? Number.POSITIVE_INFINITY;
  return { p50: at(0.5), p99: at(0.99), perSecond };
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

export const projectorBench: Bench = {
  name: "projector",
  run: ({ quick, log }) =>
    withReadServer([booksProjection, vouchersProjection, bankPortfolioProjection], async (context): Promise<BenchResult[]> => {
      const size: HistorySize = quick ? { loans: 4_000, quarters: 5 } : { loans: 12_000, quarters: 8 };
      log(`a log of ${eventsOf(size)} events`);
      const events = await fillLog(context.store, history(size));
      await rate(context, [booksProjection], events, log); // warm: code, plans, buffers
      const books: number[] = [];
      const both: number[] = [];
      const all: number[] = [];
      for (let round = 0; round < (quick ? 2 : 3); round++) {
        books.push(await rate(context, [booksProjection], events, log));
        both.push(await rate(context, [booksProjection, bankPortfolioProjection], events, log));
        all.push(await rate(context, [booksProjection, vouchersProjection, bankPortfolioProjection], events, log));
      }
      const lags = await lag(context, quick ? 5 : 15);
      log(`lag at ${Math.round(lags.perSecond)} events/s: p50 ${lags.p50.toFixed(1)} ms, p99 ${lags.p99.toFixed(1)} ms`);
      return [
        rateAgainst("projector, lines and balances", "events/s", median(books), "target", TARGET_EVENTS_PER_S, 1),
        rateAgainst("projector, books and bank portfolio", "events/s", median(both), "target", TARGET_EVENTS_PER_S, 1),
        rateAgainst("projector, books, vouchers and bank portfolio", "events/s", median(all), "target", TARGET_EVENTS_PER_S, 1),
        timeAgainst(`projector lag p99 at ${LAG_EVENTS_PER_S} events/s`, "ms", lags.p99, "target", TARGET_LAG_MS, 1),
      ];
    }),
};
