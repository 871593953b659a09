import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { bankPortfolioProjection } from "@huimin/bank-portfolio";
import { booksProjection } from "@huimin/books";
import { rebuild } from "@huimin/projector";
import { type Bench, rateAgainst, timeAgainst } from "./bench.ts";
import { eventsOf, type HistorySize, peakMemory, withReadServer } from "./projector-history.ts";

/*
 * All read models made anew from the log: folding, derived tables, indexes and the switch, end to end. Memory is the
 * highest resident size of the process that rebuilds; another one fills the log. HUIMIN_BENCH_EVENTS sets another size:
 * 10 million takes about ten minutes on a small machine.
 */

const TARGET_EVENTS_PER_S = 30_000;
const TARGET_MEMORY_MB = 512;
const QUARTERS = 12;

function sizeFor(quick: boolean): HistorySize {
  const asked = Number(process.env.HUIMIN_BENCH_EVENTS ?? (quick ? 120_000 : 1_000_000));
  return { loans: Math.ceil(asked / (1 + QUARTERS * 5)), quarters: QUARTERS };
}

async function fillElsewhere(url: string, { loans, quarters }: HistorySize): Promise<void> {
  const script = fileURLToPath(new URL("./rebuild-fill.child.ts", import.meta.url));
  const filler = spawn(process.execPath, [script, url, String(loans), String(quarters)], { stdio: "inherit" });
  const [code] = await once(filler, "exit");
  if (code !== 0) throw new Error(`the log was not filled: exit ${code}`);
}

export const rebuildBench: Bench = {
  name: "rebuild",
  run: ({ quick, log }) =>
    withReadServer([booksProjection, bankPortfolioProjection], async ({ pool, store }) => {
      const size = sizeFor(quick);
      log(`a log of ${eventsOf(size)} events`);
      await fillElsewhere(pool.options.connectionString as string, size);
      const events = eventsOf(size);
      await pool.query("INSERT INTO projector.checkpoint (district, projection) SELECT '410803', name FROM projector.projection");
      await pool.query("CHECKPOINT");
      globalThis.gc?.();
      const baseMb = Math.round(process.memoryUsage.rss() / 2 ** 20);
      let phase = "";
      const { result, peakMb } = await peakMemory(() =>
        rebuild({
          pool,
          store,
          projections: [booksProjection, bankPortfolioProjection],
          onProgress: (progress) => {
            if (progress.phase !== phase) log(`${progress.phase} at ${(progress.elapsedMs / 1000).toFixed(1)} s`);
            phase = progress.phase;
          },
        }),
      );
      const perSecond = events / (result.elapsedMs / 1000);
      log(
        `${events} events in ${(result.elapsedMs / 1000).toFixed(1)} s, ${Math.round(perSecond)}/s, ${baseMb} MB before, ${peakMb} MB at most`,
      );
      return [
        rateAgainst(`rebuild of all read models, ${events} events`, "events/s", perSecond, "target", TARGET_EVENTS_PER_S, 1),
        timeAgainst("rebuild, memory of the process", "MB", peakMb, "target", TARGET_MEMORY_MB, 1),
      ];
    }),
};
