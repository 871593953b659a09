import { memoryBooks } from "@huimin/books";
import { FactLog, type Parties, readOnlyStore, terms } from "@huimin/books/testing";
import { createProjector, projectionMigrations, rebuild } from "@huimin/projector";
import { type TestDatabase, testDatabase } from "@huimin/test-support";
import { Pool } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loanFromEvents } from "./loan-at.ts";
import { type BankPortfolio, createBankPortfolio } from "./portfolio.ts";
import { bankPortfolioProjection } from "./projection.ts";

const district = "410803";
const on = (date: string) => ({ on: date });

function facts(): FactLog {
  const log = new FactLog(district);
  const loan = (name: string, bank = "K1"): Parties => ({ loan: name, household: `H-${name}`, bank, village: "V1" });
  const repay = (parties: Parties, principal: string, interest: string, date: string) =>
    log.loan("RepaymentReceived", { ...parties, principal, interest, penalty: "0.00", serial: `S-${principal}` }, on(date));
  const settle = (parties: Parties, from: string, toExcl: string, amount: string) =>
    log.loan("InterestSettled", { ...parties, from, toExcl, days: 1, kind: "normal", amount, bearer: "household" }, on(toExcl));
  for (const name of ["L1", "L2", "L3", "L4", "L5"])
    log.loan("LoanDisbursed", terms(loan(name), "10000.00", "4.35", "2018-05-10", "2019-05-10"), on("2018-05-10"));
  log.loan("LoanDisbursed", terms(loan("B1", "K2"), "7000.00", "4.75", "2018-05-10", "2020-05-10"), on("2018-05-10"));
  settle(loan("L1"), "2018-05-10", "2018-06-21", "50.75");
  repay(loan("L1"), "2500.00", "50.75", "2018-07-01");
  log.loan(
    "RepaymentReversed",
    { ...loan("L1"), principal: "-2500.00", interest: "-50.75", penalty: "0.00", serial: "S-2500.00", reversalSerial: "R" },
    on("2018-07-01"),
  );
  log.loan(
    "InterestCorrected",
    { ...loan("L1"), from: "2018-05-10", toExcl: "2018-06-21", kind: "normal", amount: "50.00", difference: "-0.75", bearer: "household" },
    on("2018-07-02"),
  );
  repay(loan("L2"), "10000.00", "0.00", "2018-08-01");
  const extension = { oldDue: "2019-05-10", newDue: "2019-11-10", totalMonths: 18, rateFrom: "2019-05-10", newRate: "4.75" };
  log.loan("LoanExtended", { ...loan("L3"), ...extension }, on("2019-05-06"));
  log.loan("LoanRenewedNoRepayment", { ...loan("L4"), newLoan: "L9", amount: "10000.00" }, on("2019-05-10"));
  log.loan(
    "LoanOpenedByRenewal",
    { ...terms(loan("L9"), "10000.00", "4.35", "2019-05-10", "2020-05-10"), household: "H-L4", oldLoan: "L4" },
    on("2019-05-10"),
  );
  log.loan("LoanBecameOverdue", { ...loan("L1"), due: "2019-05-10", openPrincipal: "10000.00", obligor: "H-L1" }, on("2019-05-10"));
  log.loan("LoanMisuseConfirmed", { ...loan("L5"), misuseFrom: "2018-09-01" }, on("2018-11-01"));
  log.loan(
    "DisbursementReversed",
    { ...loan("B1", "K2"), serial: "D-B1", reversalSerial: "R2", amount: "-7000.00", topUp: false },
    on("2018-05-10"),
  );
  log.loan("LoanDisbursed", terms(loan("B2", "K2"), "3000.00", "4.75", "2018-06-10", "2020-06-10"), on("2018-06-10"));
  log.loan(
    "LoanPrepaid",
    {
      ...loan("B2", "K2"),
      principal: "1000.00",
      interestFrom: "2018-06-10",
      interestToExcl: "2018-07-10",
      days: 30,
      interest: "3.96",
      serial: "P",
    },
    on("2018-07-10"),
  );
  return log;
}

describe("a bank's portfolio", () => {
  const log = facts();
  let database: TestDatabase;
  let pool: Pool;
  let portfolio: BankPortfolio;

  beforeAll(async () => {
    database = await testDatabase(projectionMigrations([bankPortfolioProjection]));
    pool = new Pool({ connectionString: database.url });
    await createProjector({ pool, store: readOnlyStore([log]), projections: [bankPortfolioProjection], district, batchSize: 3 }).drain();
    portfolio = createBankPortfolio(pool);
  });

  afterAll(async () => {
    await pool?.end();
    await database?.drop();
  });

  it("a loan from its own events is the loan of the table, on any day; with fewer events it is what was known then", async () => {
    const names = [...new Set(log.events.filter(({ stream }) => stream.startsWith("loan/")).map(({ stream }) => stream.slice(5)))];
    for (const loan of names) {
      const events = log.events.filter(({ stream }) => stream === `loan/${loan}`);
      for (const day of ["2018-07-15", "2019-05-05", "2019-05-20", "2020-06-10"]) {
        const { overdueSince: _, ...inTable } = (await portfolio.loan({ district, loan, on: day })) ?? {};
        const { overdueSince: __, ...fromEvents } = loanFromEvents(loan, events, day) ?? {};
        expect(fromEvents).toEqual(inTable);
      }
    }
    const l1 = log.events.filter(({ stream, valueDate }) => stream === "loan/L1" && valueDate <= "2018-06-30");
    expect(loanFromEvents("L1", l1, "2018-06-30")).toMatchObject({ principal: 1_000_000n, interestOpen: 5_075n, status: "performing" });
    expect(loanFromEvents("L1", [], "2018-06-30")).toBeUndefined();
  });

  it("shows what is open on each loan, and agrees with the books", async () => {
    const { loans } = await portfolio.ofBank({ district, bank: "K1", on: "2019-05-09" });
    expect(loans.map((loan) => [loan.loan, loan.status, loan.principal, loan.interestOpen])).toEqual([
      ["L1", "performing", 1_000_000n, 5_000n],
      ["L2", "settled", 0n, 0n],
      ["L3", "performing", 1_000_000n, 0n],
      ["L4", "renewed", 0n, 0n],
      ["L5", "performing", 1_000_000n, 0n],
      ["L9", "performing", 1_000_000n, 0n],
    ]);
    const books = memoryBooks(log.events);
    for (const loan of [...loans, ...(await portfolio.ofBank({ district, bank: "K2", on: "2019-05-09" })).loans]) {
      expect(-books.balanceNow({ account: "9201", dims: { loan: loan.loan } }).net, loan.loan).toBe(loan.principal);
      expect(-books.balanceNow({ account: "9203", dims: { loan: loan.loan } }).net, loan.loan).toBe(loan.interestOpen);
    }
  });

  it("judges rate and overdue on the day of the question", async () => {
    const loan = async (name: string, day: string) => portfolio.loan({ district, loan: name, on: day });
    expect(await loan("L3", "2019-05-09")).toMatchObject({ annualRate: "4.35", due: "2019-11-10", status: "performing" });
    expect(await loan("L3", "2019-05-10")).toMatchObject({ annualRate: "4.75" });
    // Extended on 6 May: before that day it was due as contracted, whatever is known now.
    expect([(await loan("L3", "2019-05-05"))?.due, (await loan("L3", "2019-05-06"))?.due]).toEqual(["2019-05-10", "2019-11-10"]);
    const due = async (on: string) =>
      (await portfolio.ofBank({ district, bank: "K1", on, dueTo: "2019-05-31" })).loans.map((one) => one.loan);
    expect([(await due("2019-05-05")).includes("L3"), (await due("2019-05-06")).includes("L3")]).toEqual([true, false]);
    expect(await loan("L1", "2019-05-10")).toMatchObject({ status: "overdue", overdueSince: "2019-05-10", lastSettledTo: "2018-06-21" });
    expect(await loan("L5", "2019-01-01")).toMatchObject({ misuseFrom: "2018-09-01" });
    expect(await loan("B1", "2019-01-01")).toMatchObject({ status: "cancelled", drawn: 0n });
    expect(await loan("B2", "2019-01-01")).toMatchObject({ principal: 200_000n, drawn: 300_000n });
    expect(await loan("L0", "2019-01-01")).toBeUndefined();
  });

  it("gives the overdue job the loans that are due, unpaid and not marked", async () => {
    const names = async (question: { on: string; unmarked?: boolean }) =>
      (await portfolio.dueAndUnpaid({ district, ...question })).loans.map((loan) => loan.loan);
    expect(await names({ on: "2019-05-09" })).toEqual([]);
    expect(await names({ on: "2019-05-10" })).toEqual(["L1", "L5"]);
    expect(await names({ on: "2019-05-10", unmarked: true })).toEqual(["L5"]);
    expect(await names({ on: "2019-11-10" })).toEqual(["L1", "L3", "L5"]);
  });

  it("gives the settlement job the open loans with unsettled days", async () => {
    const page = await portfolio.unsettled({ district, toExcl: "2018-06-21" });
    expect(page.loans.map((loan) => loan.loan)).toEqual(["B2", "L3", "L5"]);
    expect((await portfolio.unsettled({ district, toExcl: "2018-06-22", bank: "K1" })).loans.map((loan) => loan.loan)).toEqual([
      "L1",
      "L3",
      "L5",
    ]);
  });

  it("pages by loan number without leaving out or repeating", async () => {
    const seen: string[] = [];
    let after: string | undefined;
    do {
      const page = await portfolio.ofBank({ district, bank: "K1", on: "2019-01-01", after, limit: 2 });
      seen.push(...page.loans.map((loan) => loan.loan));
      after = page.next;
    } while (after !== undefined);
    expect(seen).toEqual(["L1", "L2", "L3", "L4", "L5", "L9"]);
    expect((await portfolio.ofBank({ district, bank: "K1", on: "2019-05-10", status: "overdue" })).loans.map((loan) => loan.loan)).toEqual([
      "L1",
      "L5",
    ]);
  });

  it("lets a bank see only its own loans, by its question and by the database", async () => {
    expect(await portfolio.loan({ district, loan: "B2", on: "2019-01-01", bank: "K1" })).toBeUndefined();
    await pool.query(
      "DO $$ BEGIN CREATE ROLE huimin_bank_gateway NOLOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$",
    );
    await pool.query("GRANT huimin_bank_gateway TO CURRENT_USER");
    await rebuild({ pool, store: readOnlyStore([log]), projections: [bankPortfolioProjection] }); // the role exists now: its policy comes with the tables
    await pool.query(
      "GRANT USAGE ON SCHEMA bank_portfolio TO huimin_bank_gateway; GRANT SELECT ON bank_portfolio.loan TO huimin_bank_gateway",
    );
    const gateway = new Pool({ connectionString: database.url, options: "-c role=huimin_bank_gateway" });
    try {
      expect((await gateway.query("SELECT loan FROM bank_portfolio.loan")).rows).toEqual([]);
      const own = await createBankPortfolio(gateway).ofBank({ district, bank: "K2", on: "2019-01-01" });
      expect(own.loans.map((loan) => loan.loan)).toEqual(["B1", "B2"]);
      expect((await gateway.query("SELECT loan FROM bank_portfolio.loan")).rows).toEqual([]);
    } finally {
      await gateway.end();
    }
  });

  it("sums up each bank", async () => {
    expect(await portfolio.totals({ district, on: "2019-05-10" })).toEqual([
      { bank: "K1", loans: 4, drawn: 6_000_000n, principal: 4_000_000n, interestOpen: 5_000n, overduePrincipal: 2_000_000n },
      { bank: "K2", loans: 1, drawn: 300_000n, principal: 200_000n, interestOpen: 0n, overduePrincipal: 0n },
    ]);
  });

  it("keeps loans of enterprises with the rates of their resets, and leaves loans of a batch out of the overdue run", async () => {
    const log = new FactLog("410898");
    const enterprise = { loan: "L7", enterprise: "E7", bank: "K1" };
    const contract = { yearBase: 360, method: "interest-only-then-bullet", penaltySurcharge: "50" } as const;
    const opened = { ...enterprise, ...contract, amount: "1000.00", annualRate: "4.35", floating: true, serial: "D7" };
    log.loan("EnterpriseLoanDisbursed", { ...opened, contractDate: "2020-06-21", due: "2022-06-21" }, on("2020-06-21"));
    const reset = { ...enterprise, quoteDate: "2020-06-22", quotedRate: "3.85", spreadBp: 20 };
    log.loan("LoanRateReset", { ...reset, newRate: "4.10" }, on("2020-10-01"));
    log.loan("LoanRateReset", { ...reset, newRate: "4.05" }, on("2020-07-01"));
    log.loan("EnterprisePrepaid", { ...enterprise, principal: "400.00", serial: "P7" }, on("2020-08-01"));
    const pooled = { loan: "L8", household: "H8", village: "V1", enterprise: "E7", batch: "B8", bank: "K1" };
    const inName = { ...pooled, ...contract, amount: "500.00", annualRate: "4.75", creditGroup: "H8", borrower: "p8", serial: "D8" };
    log.loan("LoanDisbursed", { ...inName, contractDate: "2017-06-21", due: "2020-06-21" }, on("2017-06-21"));
    const projector = createProjector({ pool, store: readOnlyStore([log]), projections: [bankPortfolioProjection], district: "410898" });
    await projector.drain();
    const rateOn = async (day: string) => (await portfolio.loan({ district: "410898", loan: "L7", on: day }))?.annualRate;
    expect([await rateOn("2020-06-30"), await rateOn("2020-07-01"), await rateOn("2020-10-02")]).toEqual(["4.35", "4.05", "4.10"]);
    const found = await portfolio.loan({ district: "410898", loan: "L7", on: "2020-09-01" });
    expect(found).toMatchObject({ enterprise: "E7", principal: 60_000n, status: "performing" });
    expect(found).not.toHaveProperty("household");
    const due = async (unmarked: boolean) =>
      (await portfolio.dueAndUnpaid({ district: "410898", on: "2022-06-21", unmarked })).loans.map((loan) => loan.loan);
    expect([await due(true), await due(false)]).toEqual([["L7"], ["L7", "L8"]]);
    const batchesOn = (day: string) => portfolio.dueBatches({ district: "410898", on: day });
    expect([await batchesOn("2020-06-20"), await batchesOn("2020-06-21")]).toEqual([[], ["B8"]]);

    const curedOn = (day: string) => portfolio.curedBatches({ district: "410898", on: day });
    const parties = { batch: "B8", enterprise: "E7", bank: "K1" };
    log.record("BatchOverdue", "batch/B8", { ...parties, obligor: "E7", due: "2020-06-21", openPrincipal: "500.00" }, on("2020-06-22"));
    await projector.drain();
    expect(await curedOn("2020-06-23")).toEqual([]);
    const { household, village } = pooled;
    const paid = { loan: "L8", household, village, ...parties, serial: "U8", principal: "500.00", interest: "0.00", penalty: "0.00" };
    log.record("UnifiedRepaymentApplied", "loan/L8", paid, on("2020-06-24"));
    await projector.drain();
    expect(await curedOn("2020-06-24")).toEqual(["B8"]);
    log.record("BatchOverdueCured", "batch/B8", parties, on("2020-06-24"));
    await projector.drain();
    expect(await curedOn("2020-06-25")).toEqual([]);
  });

  it("refuses an event of a loan that was never opened", async () => {
    const orphan = new FactLog("410899");
    orphan.loan(
      "InterestPaid",
      { loan: "X", household: "H", bank: "K1", village: "V1", amount: "1.00", payer: "household" },
      on("2018-01-01"),
    );
    const stopped = createProjector({ pool, store: readOnlyStore([orphan]), projections: [bankPortfolioProjection], district: "410899" });
    await expect(stopped.drain()).rejects.toThrow(/1 of 1 loans of a batch were never opened/);
  });
});
