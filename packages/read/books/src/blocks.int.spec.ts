import { createProjector, projectionMigrations, rebuild } from "@huimin/projector";
import { testDatabase } from "@huimin/test-support";
import { Pool } from "pg";
import { expect, it } from "vitest";
import { createBooks } from "./books.ts";
import { checkInvariants } from "./invariants/check.ts";
import type { InvariantResult } from "./invariants/types.ts";
import { memoryBooks } from "./memory.ts";
import { booksProjection } from "./projection.ts";
import { FactLog, prepaidInMidQuarter, readOnlyStore, wrongRateAfterClose } from "./testing.ts";

const district = "410803";
/** 30 events over six blocks of 32,768 positions. */
const SPREAD = 6_000;

/** What is found, but for the gaps between positions, which this log has on purpose. */
const broken = (results: readonly InvariantResult[]) =>
  results.filter(({ id, failed }) => failed > 0 && id !== "log-order").map(({ id, examples }) => [id, examples]);

it("the books answer the same where a log is long: whole blocks of positions, and the lines of the one that is cut", async () => {
  const log = wrongRateAfterClose(prepaidInMidQuarter(new FactLog(district)));
  const far = log.events.map((event) => ({ ...event, position: event.position * SPREAD }));
  const last = far.at(-1)?.position ?? 0;
  const store = {
    ...readOnlyStore([log]),
    readPage: async (_district: string, after: number, { events }: { readonly events: number }) => ({
      events: far.filter((event) => event.position > after).slice(0, events),
      more: far.some((event) => event.position > after),
    }),
    head: async () => last,
  };
  const database = await testDatabase(projectionMigrations([booksProjection]));
  const pool = new Pool({ connectionString: database.url });
  await createProjector({ pool, store, projections: [booksProjection], district, batchSize: 4 }).drain();
  const books = createBooks(pool);
  const plain = memoryBooks(far);
  const known = [
    ...Array.from({ length: 16 }, (_, n) => ({ position: n * 12_345 })),
    { position: 32_767 },
    { position: 32_768 },
    ...far.filter((_, n) => n % 5 === 0).map(({ recordedAt }) => ({ instant: recordedAt })),
  ];
  const compare = async (): Promise<void> => {
    expect((await pool.query("SELECT count(*)::int AS n FROM books.block")).rows).toEqual([{ n: 6 }]);
    for (const knownAt of known) {
      for (const span of [{}, { through: "2017-12" }, { since: "2017-06-01", asOf: "2018-06-30" }]) {
        const question = { district, knownAt, ...span };
        expect(await books.trialBalance(question), JSON.stringify(question)).toEqual(await plain.trialBalance(question));
      }
      for (const year of [undefined, 2017]) {
        const question = { district, account: "5001.01", knownAt, asOf: "2018-05-31", year };
        expect(await books.balance(question)).toEqual(plain.balanceNow(question));
      }
    }
    const checked = await checkInvariants({ pool, store, district });
    expect(broken(checked)).toEqual([]);
  };
  await compare();
  await rebuild({ pool, store, projections: [booksProjection], batchSize: 4 });
  await compare();
  await pool.query("UPDATE books.block SET recorded_max = recorded_max + interval '1 day' WHERE block = 2");
  expect(broken(await checkInvariants({ pool, store, district }))).toEqual([["blocks-are-spans", ["block 2"]]]);
  await pool.end();
  await database.drop();
});
