import { booksProjection, createBooks } from "@huimin/books";
import { createHouseholdSheets } from "@huimin/household-sheet";
import { rebuild } from "@huimin/projector";
import { type Bench, timeAgainst } from "./bench.ts";
import { BENCH_DISTRICT, eventsOf, fillLog, type HistorySize, history, householdOf, withReadServer } from "./projector-history.ts";

/*
 * The sheet of one household as of a value date and as known at a position, on a journal of ten million lines (quick: a
 * quarter of a million): figures alone, and the whole sheet with loans, interest, subsidies, lines and timeline.
 */

const TARGET_MS = 20;
const QUARTERS = 12;
const LINES_PER_LOAN = 2 + QUARTERS * 10;
const QUESTIONS = 1_000;

export const sheetBench: Bench = {
  name: "sheet",
  run: ({ quick, log }) =>
    withReadServer([booksProjection], async ({ pool, store }) => {
      const lines = Number(process.env.HUIMIN_BENCH_LINES ?? (quick ? 250_000 : 10_000_000));
      const size: HistorySize = { loans: Math.ceil(lines / LINES_PER_LOAN), quarters: QUARTERS };
      log(`a log of ${eventsOf(size)} events, ${size.loans * LINES_PER_LOAN} lines, ${size.loans} households`);
      const events = await fillLog(store, history(size));
      await pool.query("INSERT INTO projector.checkpoint (district, projection) VALUES ($1, 'books')", [BENCH_DISTRICT]);
      await rebuild({ pool, store, projections: [booksProjection] });
      const sheets = createHouseholdSheets({ books: createBooks(pool), store });
      const question = (n: number) => ({
        district: BENCH_DISTRICT,
        household: householdOf(1 + ((n * 7919) % size.loans)),
        asOf: ["2018-06-30", "2019-03-21", "2020-12-31"][n % 3] as string,
        knownAt: { position: Math.floor(events * (0.4 + 0.6 * ((n * 0.618) % 1))) },
      });
      const measure = async (what: string, ask: (n: number) => Promise<unknown>): Promise<number> => {
        for (let n = 0; n < 100; n++) await ask(n + QUESTIONS);
        const times: number[] = [];
        for (let n = 0; n < QUESTIONS; n++) {
          const begun = performance.now();
          await ask(n);
          times.push(performance.now() - begun);
        }
        times.sort((a, b) => a - b);
        const at = (part: number): number => times[Math.floor(times.length * part)] as number;
        log(`${what}: p50 ${at(0.5).toFixed(2)} ms, p99 ${at(0.99).toFixed(2)} ms, worst ${at(0.9999).toFixed(2)} ms`);
        return at(0.99);
      };
      const figures = await measure("figures", (n) => sheets.figures(question(n)));
      const whole = await measure("whole sheet", (n) => sheets.sheet({ ...question(n), today: "2021-01-01" }));
      const over = `${size.loans * LINES_PER_LOAN} lines`;
      return [
        timeAgainst(`household figures as of (V, K), p99 over ${over}`, "ms", figures, "target", TARGET_MS, 1),
        timeAgainst(`household sheet as of (V, K), p99 over ${over}`, "ms", whole, "target", TARGET_MS, 1),
      ];
    }),
};
