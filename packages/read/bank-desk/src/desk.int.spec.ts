import { bankPortfolioProjection, createBankPortfolio } from "@huimin/bank-portfolio";
import { FactLog, readOnlyStore, terms } from "@huimin/books/testing";
import { createProjector, projectionMigrations, rebuild } from "@huimin/projector";
import { type TestDatabase, testDatabase } from "@huimin/test-support";
import { Pool } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bankDeskProjection } from "./projection.ts";
import { type BankDesk, createBankDesk } from "./queries.ts";

const district = "410803";
const projections = [bankPortfolioProjection, bankDeskProjection];
const K1 = { district, bank: "K1" };

function facts(): FactLog {
  const log = new FactLog(district);
  const on = (date: string) => ({ on: date });
  const L1 = { loan: "L1", household: "H1", bank: "K1", village: "V1" };
  const L2 = { loan: "L2", household: "H2", bank: "K2", village: "V1" };
  log.loan("LoanDisbursed", terms(L1, "10000.00", "4.35", "2018-05-10", "2019-05-10"), on("2018-05-10"));
  log.loan("LoanDisbursed", terms(L2, "7000.00", "4.35", "2018-05-10", "2019-05-10"), on("2018-05-10"));
  const parts = { interest: "0.00", penalty: "0.00" };
  log.loan("RepaymentReceived", { ...L1, principal: "1000.00", ...parts, serial: "S1" }, on("2018-06-01"));
  for (const serial of ["S2", "S3"])
    log.loan("RepaymentDuplicateSuspected", { ...L1, principal: "1000.00", ...parts, serial, sameAs: "S1" }, on("2018-06-01"));
  log.loan("RepaymentDuplicateReleased", { ...L1, principal: "1000.00", ...parts, serial: "S2" }, on("2018-06-01"));
  log.loan(
    "RepaymentReversed",
    { ...L1, principal: "-1000.00", interest: "0.00", penalty: "0.00", serial: "S2", reversalSerial: "R2" },
    on("2018-06-01"),
  );
  const settled = {
    ...L1,
    from: "2018-05-10",
    toExcl: "2018-06-21",
    days: 42,
    kind: "normal",
    amount: "49.00",
    bearer: "household",
  } as const;
  log.loan("InterestSettled", settled, on("2018-06-20"));
  return log;
}

describe("a bank's desk", () => {
  const log = facts();
  let database: TestDatabase;
  let pool: Pool;
  let desk: BankDesk;

  beforeAll(async () => {
    database = await testDatabase(projectionMigrations(projections));
    pool = new Pool({ connectionString: database.url });
    await createProjector({ pool, store: readOnlyStore([log]), projections, district, batchSize: 3 }).drain();
    desk = createBankDesk(pool);
  });
  afterAll(async () => {
    await pool?.end();
    await database?.drop();
  });

  it("sums positions up to a day, and agrees with the loans of today", async () => {
    const onDay = async (on: string) =>
      (await desk.positions({ ...K1, on })).map(({ model, principal, interest }) => [model, principal, interest]);
    expect(await onDay("2018-05-09")).toEqual([]);
    expect(await onDay("2018-05-31")).toEqual([[3, 1_000_000n, 0n]]);
    expect(await onDay("2018-06-19")).toEqual([[3, 900_000n, 0n]]);
    expect(await onDay("2018-06-20")).toEqual([[3, 900_000n, 4_900n]]);
    for (const total of await createBankPortfolio(pool).totals({ district, on: "2018-12-31" })) {
      const [own] = await desk.positions({ district, bank: total.bank, on: "2018-12-31" });
      expect(own).toMatchObject({ drawn: total.drawn, principal: total.principal, interest: total.interestOpen });
    }
  });

  it("keeps what is held, and who decided", async () => {
    const page = { district, limit: 10 };
    expect((await desk.held({ ...page, status: "held" })).map(({ serial, sameAs }) => [serial, sameAs])).toEqual([["S3", "S1"]]);
    expect(await desk.heldOne({ ...K1, loan: "L1", serial: "S2" })).toMatchObject({ status: "released", decidedPosition: 6 });
    expect(await desk.held({ ...page, bank: "K2" })).toEqual([]);
    expect(await desk.held({ ...page, heldBefore: "2000-01-01T00:00:00Z" })).toEqual([]);
    expect(await desk.held({ ...page, after: 5 })).toEqual([]);
    expect(await desk.counts(K1)).toEqual({ payout: 0, claim: 0, compensation: 0, held: 1 });
  });

  it("is the same after a rebuild, and shows a bank's role its own rows only", async () => {
    await pool.query(
      "DO $$ BEGIN CREATE ROLE huimin_bank_gateway NOLOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$",
    );
    await pool.query("GRANT huimin_bank_gateway TO CURRENT_USER");
    const before = await desk.positions({ ...K1, on: "2018-12-31" });
    await rebuild({ pool, store: readOnlyStore([log]), projections });
    expect(await desk.positions({ ...K1, on: "2018-12-31" })).toEqual(before);
    await pool.query(
      "GRANT USAGE ON SCHEMA bank_desk TO huimin_bank_gateway; GRANT SELECT ON ALL TABLES IN SCHEMA bank_desk TO huimin_bank_gateway",
    );
    const gateway = new Pool({ connectionString: database.url, options: "-c role=huimin_bank_gateway" });
    try {
      for (const table of ["position", "held", "item"])
        expect((await gateway.query(`SELECT bank FROM bank_desk.${table}`)).rows, table).toEqual([]);
      const seen = createBankDesk(gateway);
      expect(await seen.positions({ ...K1, on: "2018-12-31" })).toEqual(before);
      expect(await seen.heldOne({ district, bank: "K2", loan: "L1", serial: "S3" })).toBeUndefined();
    } finally {
      await gateway.end();
    }
  });
});
