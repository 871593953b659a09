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
/** A person waits for a trial balance; a sheet stands in lists of them. */
const TRIAL_TARGET_MS = 250;
const TRIALS = 100;
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
      const books = createBooks(pool);
      const sheets = createHouseholdSheets({ books, store });
      const question = (n: number) => ({
        district: BENCH_DISTRICT,
        household: householdOf(1 + ((n * 7919) % size.loans)),
        asOf: ["2018-06-30", "2019-03-21", "2020-12-31"][n % 3] as string,
        knownAt: { position: Math.floor(events * (0.4 + 0.6 * ((n * 0.618) % 1))) },
      });
      const measure = async (what: string, ask: (n: number) => Promise<unknown>, questions = QUESTIONS): Promise<number> => {
        for (let n = 0; n < questions / 10; n++) await ask(n + questions);
        const times: number[] = [];
        for (let n = 0; n < questions; n++) {
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
      const trial = ({ knownAt, asOf }: ReturnType<typeof question>) => books.trialBalance({ district: BENCH_DISTRICT, asOf, knownAt });
      const byPosition = await measure("trial balance, known at a position", (n) => trial(question(n)), TRIALS);
      const instant = (n: number) => ({ instant: `20${18 + (n % 3)}-0${1 + (n % 9)}-11T12:00:00+08:00` });
      const byInstant = await measure(
        "trial balance, known at an instant",
        (n) => books.trialBalance({ district: BENCH_DISTRICT, asOf: question(n).asOf, knownAt: instant(n) }),
        TRIALS,
      );
      const over = `${size.loans * LINES_PER_LOAN} lines`;
      return [
        timeAgainst(`household figures as of (V, K), p99 over ${over}`, "ms", figures, "target", TARGET_MS, 1),
        timeAgainst(`household sheet as of (V, K), p99 over ${over}`, "ms", whole, "target", TARGET_MS, 1),
        timeAgainst(`trial balance as of (V, K), p99 over ${over}`, "ms", Math.max(byPosition, byInstant), "target", TRIAL_TARGET_MS, 1),
      ];
    }),
};
