import { createProjector, type Projector, projectionMigrations, rebuild } from "@huimin/projector";
import { type TestDatabase, testDatabase } from "@huimin/test-support";
import fc from "fast-check";
import { Pool } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createBooks } from "./books.ts";
import { memoryBooks } from "./memory.ts";
import { booksProjection } from "./projection.ts";
import type { Books } from "./questions.ts";
import { FactLog, prepaidInMidQuarter, readOnlyStore, terms, wrongRateAfterClose } from "./testing.ts";

const district = "410803";

/** Two worked scenarios, and loans of several households with repayments recorded late. */
function facts(): FactLog {
  const log = new FactLog(district);
  prepaidInMidQuarter(log);
  wrongRateAfterClose(log);
  for (let n = 1; n <= 40; n++) {
    const parties = { loan: `L9${n}`, household: `H9${n % 15}`, bank: n % 3 === 0 ? "K2" : "K1", village: `V${n % 4}` };
    const month = String((n % 9) + 1).padStart(2, "0");
    log.loan("LoanDisbursed", terms(parties, `${1000 + n}.00`, "4.75", `2018-${month}-05`, "2020-01-05"), { on: `2018-${month}-05` });
    log.loan(
      "RepaymentReceived",
      { ...parties, principal: `${n}.50`, interest: "1.25", penalty: "0.00", serial: `S${n}` },
      { on: `2018-${month}-20`, at: `2018-11-${String((n % 28) + 1).padStart(2, "0")}T10:00:00.000+08:00` },
    );
  }
  return log;
}

describe("the books in PostgreSQL", () => {
  const log = facts();
  const memory = memoryBooks(log.events);
  let database: TestDatabase;
  let pool: Pool;
  let projector: Projector;
  let books: Books;

  beforeAll(async () => {
    database = await testDatabase(projectionMigrations([booksProjection]));
    pool = new Pool({ connectionString: database.url });
    projector = createProjector({ pool, store: readOnlyStore([log]), projections: [booksProjection], district, batchSize: 7 });
    await projector.drain();
    books = createBooks(pool);
  });

  afterAll(async () => {
    await projector?.stop();
    await pool?.end();
    await database?.drop();
  });

  const instants = [undefined, { position: 13 }, { position: 60 }, { instant: "2018-02-01T00:00:00+08:00" }] as const;
  const dates = [undefined, "2017-05-08", "2018-06-30"] as const;

  it("answer every question as the rules over plain events do, on both axes", async () => {
    const dims = [
      undefined,
      { household: "H101" },
      { loan: "L003" },
      { bank: "K1" },
      { village: "V2", bank: "K2" },
      { obligor: "H102" },
      { batch: null },
    ];
    for (const account of ["1002.01", "1218.03", "2303.01", "3501", "5001.01", "9102", "9105", "9201", "9203", "1002"]) {
      for (const filter of dims) {
        for (const knownAt of instants) {
          for (const asOf of dates) {
            for (const year of [undefined, 2017]) {
              const question = { district, account, dims: filter, knownAt, asOf, year };
              expect(await books.balance(question), JSON.stringify(question)).toEqual(memory.balanceNow(question));
            }
          }
        }
      }
    }
  });

  it("list an account by dimensions in the same order", async () => {
    for (const knownAt of instants) {
      const question = { district, account: "9201", by: ["bank", "household"] as const, knownAt };
      expect(await books.details(question)).toEqual(await memory.details(question));
    }
    const open = await books.details({ district, account: "2303.01", by: ["payee", "loan"] });
    expect(open.map((row) => [row.dims, row.balance.side, row.balance.amount])).toEqual([
      [{ payee: "H101", loan: "L001" }, "credit", 21771n],
    ]);
  });

  it("print the same trial balance, by period and by value date, now and as known before", async () => {
    for (const knownAt of instants) {
      for (const span of [
        {},
        { through: "2017-12" },
        { from: "2018-01", through: "2018-02" },
        { asOf: "2018-01-16" },
        { since: "2018-01-01", asOf: "2018-06-30" },
      ]) {
        const question = { district, knownAt, ...span };
        expect(await books.trialBalance(question), JSON.stringify(question)).toEqual(await memory.trialBalance(question));
      }
    }
  });

  it("give the journal of a household, a loan and an event, in pages", async () => {
    const anyOf = [{ household: "H102" }, { obligor: "H102" }];
    for (const wholeVouchers of [false, true]) {
      const all = await books.journal({ district, anyOf, wholeVouchers });
      expect(all).toEqual(await memory.journal({ district, anyOf, wholeVouchers }));
      const first = await books.journal({ district, anyOf, wholeVouchers, limit: 5 });
      const rest = await books.journal({ district, anyOf, wholeVouchers, after: first.at(-1)?.position });
      if (wholeVouchers) expect([...first, ...rest]).toEqual(all);
    }
    expect(await books.voucher(district, 27)).toEqual(await memory.voucher(district, 27));
    expect(await books.journal({ district, anyOf: [] })).toEqual([]);
    expect(await books.journal({ district: "410802", anyOf })).toEqual([]);
  });

  it("are the same after a rebuild, and again with events that came after it", async () => {
    const table = async (name: string) => (await pool.query(`SELECT * FROM books.${name} ORDER BY 1, 2, 3, 4`)).rows;
    const tables = ["journal_line", "balance", "movement", "dimension_set"];
    const before = await Promise.all(tables.map(table));
    const result = await rebuild({ pool, store: readOnlyStore([log]), projections: [booksProjection], batchSize: 9 });
    expect(result.events).toBe(log.events.length);
    expect(await Promise.all(tables.map(table))).toEqual(before);
    expect((await pool.query("SELECT to_regnamespace('books_old') AS old, to_regnamespace('books_next') AS next")).rows).toEqual([
      { old: null, next: null },
    ]);

    const longer = facts();
    longer.loan(
      "InterestPaid",
      { loan: "L91", household: "H91", bank: "K1", village: "V1", amount: "2.00", payer: "household" },
      { on: "2018-12-01" },
    );
    const following = createProjector({ pool, store: readOnlyStore([longer]), projections: [booksProjection], district });
    expect(await following.drain()).toBe(longer.events.length);
    const question = { district, account: "9203", dims: { loan: "L91" } };
    expect(await books.balance(question)).toEqual(memoryBooks(longer.events).balanceNow(question));
  });

  it("finds a household's lines through the index on dimensions", async () => {
    // Enough other sets that a scan of all of them would be dear; nothing of them is posted.
    await pool.query(
      "INSERT INTO books.dimension_set (district, id, check_bits, household) SELECT $1, n, 0, 'X' || n FROM generate_series(1, 5000) n",
      [district],
    );
    await pool.query("ANALYZE books.journal_line, books.dimension_set");
    const client = await pool.connect();
    try {
      await client.query("BEGIN; SET LOCAL enable_seqscan = off");
      const plan: string[] = [];
      const spy = {
        query: async (text: string, values: unknown[]) => {
          plan.push(...(await client.query(`EXPLAIN ${text}`, values)).rows.map((row) => String(row["QUERY PLAN"])));
          return client.query(text, values);
        },
      };
      await createBooks(spy as never).journal({
        district,
        anyOf: [{ household: "H101" }, { payee: "H101" }, { obligor: "H101" }],
        knownAt: { position: 90 },
        asOf: "2018-01-01",
      });
      expect(plan.join("\n")).toMatch(/journal_line_dims/);
      expect(plan.join("\n")).toMatch(/dimension_set_household/);
    } finally {
      await client.query("ROLLBACK");
      client.release();
    }
  });
});

describe("random histories", () => {
  it("fold to the same tables whatever the sizes of the batches", async () => {
    const database = await testDatabase(projectionMigrations([booksProjection]));
    const pool = new Pool({ connectionString: database.url });
    const log = facts();
    let next = 1;
    try {
      await fc.assert(
        fc.asyncProperty(fc.integer({ min: 1, max: 50 }), async (batchSize) => {
          const name = `4108${String(next++).padStart(2, "0")}`;
          const store = readOnlyStore([
            { ...log, district: name, events: log.events.map((event) => ({ ...event, district: name })) } as FactLog,
          ]);
          await createProjector({ pool, store, projections: [booksProjection], district: name, batchSize }).drain();
          const { rows } = await pool.query(
            `SELECT (SELECT sum(debit) FROM books.balance WHERE district = $1)::text AS balances, (SELECT sum(debit) FROM books.journal_line WHERE district = $1)::text AS lines,
              (SELECT count(*) FROM books.journal_line WHERE district = $1)::int AS count, (SELECT sum(credit) FROM books.movement WHERE district = $1)::text AS credits`,
            [name],
          );
          const lines = memoryBooks(log.events).lines;
          const debit = lines.reduce((sum, line) => sum + line.debit, 0n).toString();
          expect(rows).toEqual([{ balances: debit, lines: debit, count: lines.length, credits: debit }]);
        }),
        { numRuns: 12 },
      );
    } finally {
      await pool.end();
      await database.drop();
    }
  });
});
