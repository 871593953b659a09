import { createProjector, projectionMigrations } from "@huimin/projector";
import { type TestDatabase, testDatabase } from "@huimin/test-support";
import { Pool } from "pg";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { booksProjection } from "../projection.ts";
import { FactLog, type Parties, prepaidInMidQuarter, readOnlyStore, terms, wrongRateAfterClose } from "../testing.ts";
import { checkInvariants } from "./check.ts";

const district = "410803";
const parties: Parties = { loan: "L7", household: "H7", bank: "K1", village: "V1" };

describe("the invariants", () => {
  let database: TestDatabase;
  let pool: Pool;

  beforeEach(async () => {
    database = await testDatabase(projectionMigrations([booksProjection]));
    pool = new Pool({ connectionString: database.url });
  });

  afterEach(async () => {
    await pool.end();
    await database.drop();
  });

  const sound = (): FactLog => wrongRateAfterClose(prepaidInMidQuarter(new FactLog(district)));
  const project = (log: FactLog) =>
    createProjector({ pool, store: readOnlyStore([log]), projections: [booksProjection], district }).drain();
  const check = (log: FactLog) => checkInvariants({ pool, store: readOnlyStore([log]), district });
  const failed = async (log: FactLog) =>
    Object.fromEntries((await check(log)).filter((result) => result.failed > 0).map((result) => [result.id, result.examples]));

  it("hold for sound facts, and say how much they looked at", async () => {
    const log = sound();
    await project(log);
    const results = await check(log);
    expect(results.filter((result) => result.failed > 0)).toEqual([]);
    const checked = Object.fromEntries(results.map((result) => [result.id, result.checked]));
    expect(checked).toMatchObject({
      "2.7-1-event-balances": 29,
      "2.7-2-household-cap": 2,
      "2.7-8-interest-overlap": 2,
      "2.7-8-subsidised-once": 9,
      "2.7-9-closed-period": log.events.length,
      "journal-is-the-log": log.events.length,
    });
    expect(new Set(results.map((result) => result.id)).size).toBe(results.length);
    for (const result of results) expect([result.title.zh.length > 4, result.title.en.length > 4]).toEqual([true, true]);
  });

  it("find a line that was altered, deleted or invented in the database", async () => {
    const log = sound();
    await project(log);
    await pool.query("UPDATE books.journal_line SET debit = debit + 1 WHERE position = 2 AND line_no = 1");
    await pool.query("DELETE FROM books.journal_line WHERE position = 6");
    await pool.query(
      "INSERT INTO books.journal_line SELECT district, 999, line_no, account, period, value_date, recorded_at, debit, credit, dims, event_type, summary FROM books.journal_line WHERE position = 3",
    );
    const found = await failed(log);
    expect(found["2.7-1-event-balances"]).toEqual(["position 2: book M is open by 0.01"]);
    expect(found["journal-is-the-log"]).toEqual([
      "position 2: the lines of LoanDisbursed are not those of its rule",
      "position 6: the lines of SubsidyPaid are not those of its rule",
      "2 lines after position 30, the end of the log",
    ]);
    expect(found["balances-are-sums"]?.length).toBeGreaterThan(0);
    expect(found["totals-are-sums"]?.length).toBeGreaterThan(0);
  });

  it("find a balance, a total and a dimension that were altered", async () => {
    const log = sound();
    await project(log);
    await pool.query("UPDATE books.balance SET credit = credit + 5 WHERE account = 31");
    await pool.query("DELETE FROM books.movement WHERE account = 27");
    await pool.query("UPDATE books.dimension_set SET payee = 'H999' WHERE payee = 'H101'");
    const found = await failed(log);
    expect(found["balances-are-sums"]?.[0]).toMatch(/account 31 year 2017 dims -?\d+: lines -5000.00, balance -5000.05/);
    expect(found["totals-are-sums"]).toEqual(["account 27 period 201802 on 2018-02-28 block 0"]);
    expect(found["dimension-ids"]).toHaveLength(1);
  });

  it("find an event in a closed period, a cap that is exceeded, a term that is too long", async () => {
    const log = sound();
    log.loan("LoanDisbursed", terms(parties, "50000.01", "4.75", "2018-03-01", "2021-03-02"), { on: "2018-03-01", period: "2017-12" });
    await project(log);
    expect(await failed(log)).toEqual({
      "2.7-9-closed-period": ["position 31: LoanDisbursed in 2017-12, closed through 2017-12"],
      "2.7-2-household-cap": ["position 31: credit group H7 has 50000.01 open, cap 50000.00 on 2018-03-01"],
      "2.7-2-term": ["position 31: loan L7 runs from 2018-03-01 to 2021-03-02"],
    });
  });

  it("judge the cap by the policy of the day and by what was open then", async () => {
    const log = new FactLog(district);
    const raised = { key: "microcredit.cap.withTopUp", value: "100000.00", from: "2021-03-04", document: "示例〔2021〕2号" };
    log.record("PolicyParameterSet", "policy/microcredit.cap.withTopUp", raised, { on: "2021-03-04" });
    log.loan("LoanDisbursed", terms(parties, "50000.00", "4.35", "2019-03-01", "2020-03-01"), { on: "2019-03-01" });
    log.loan(
      "RepaymentReceived",
      { ...parties, principal: "50000.00", interest: "0.00", penalty: "0.00", serial: "S" },
      { on: "2020-03-01" },
    );
    log.loan("LoanDisbursed", terms({ ...parties, loan: "L8" }, "50000.00", "4.35", "2020-03-02", "2021-03-02"), { on: "2020-03-02" });
    log.loan("LoanRenewedNoRepayment", { ...parties, loan: "L8", newLoan: "L9", amount: "50000.00" }, { on: "2021-03-02" });
    log.loan(
      "LoanOpenedByRenewal",
      { ...terms({ ...parties, loan: "L9" }, "50000.00", "4.35", "2021-03-02", "2022-03-02"), oldLoan: "L8" },
      { on: "2021-03-02" },
    );
    const topUp = (loan: string, amount: string) =>
      log.loan(
        "LoanToppedUp",
        { ...terms({ ...parties, loan }, amount, "4.35", "2021-03-04", "2022-03-04"), topUpOf: "L9", unsubsidised: true },
        { on: "2021-03-04" },
      );
    topUp("T1", "50000.00");
    await project(log);
    expect(await failed(log)).toEqual({});
    topUp("T2", "0.01");
    await project(log);
    expect(Object.keys(await failed(log))).toEqual(["2.7-2-household-cap"]);
  });

  it("find interest settled twice, days left out, and a day subsidised twice", async () => {
    const log = new FactLog(district);
    const settle = (from: string, toExcl: string) =>
      log.loan(
        "InterestSettled",
        { ...parties, from, toExcl, days: 1, kind: "normal", amount: "1.00", bearer: "household" },
        { on: "2018-12-21" },
      );
    log.loan("LoanDisbursed", terms(parties, "9000.00", "4.35", "2018-03-01", "2019-03-01"), { on: "2018-03-01" });
    settle("2018-09-21", "2018-12-21"); // out of order: no fault
    settle("2018-03-01", "2018-03-21");
    settle("2018-03-21", "2018-06-21");
    await project(log);
    expect(await failed(log)).toEqual({ "2.7-8-interest-gap": ["loan L7: no interest settled from 2018-06-21"] });
    settle("2018-06-20", "2018-09-21");
    const accrue = (from: string, toExcl: string, prepayment?: string) =>
      log.subsidy(
        "SubsidyAccrued",
        {
          ...parties,
          model: 3,
          payee: "H7",
          claim: "2018Q2",
          amount: "1.00",
          settlements: [{ from, toExcl, interest: "1.00", subsidy: "1.00", ...(prepayment ? { prepayment } : {}) }],
        },
        { on: "2018-12-21" },
      );
    accrue("2018-03-21", "2018-06-21");
    accrue("2018-03-21", "2018-05-08", "P1");
    log.subsidy(
      "SubsidyAccrualReversed",
      {
        ...parties,
        model: 3,
        payee: "H7",
        claim: "2018Q2",
        amount: "-1.00",
        settlements: [{ from: "2018-03-21", toExcl: "2018-06-21", interest: "1.00", subsidy: "1.00" }],
      },
      { on: "2018-12-22" },
    );
    accrue("2018-03-21", "2018-06-21");
    await project(log);
    expect(await failed(log)).toEqual({ "2.7-8-interest-overlap": ["position 5: loan L7 settles [2018-06-20, 2018-09-21) again"] });
    accrue("2018-06-20", "2018-07-01");
    accrue("2018-05-07", "2018-05-09", "P1");
    await project(log);
    expect((await failed(log))["2.7-8-subsidised-once"]).toEqual([
      "position 10: loan L7, a day of [2018-06-20, 2018-07-01) again",
      "position 11: loan L7, a day of [2018-05-07, 2018-05-09) again",
    ]);
  });

  it("take the surcharge on days whose normal interest is settled for another interest", async () => {
    const log = new FactLog(district);
    const parties: Parties = { loan: "L8", household: "H8", bank: "K1", village: "V1" };
    log.loan("LoanDisbursed", terms(parties, "9000.00", "4.35", "2018-03-01", "2018-06-01"), { on: "2018-03-01" });
    const settled = { ...parties, from: "2018-03-01", toExcl: "2018-06-21", days: 112, amount: "1.00", bearer: "household" } as const;
    log.loan("InterestSettled", { ...settled, kind: "normal" }, { on: "2018-06-21" });
    log.loan("InterestSettled", { ...settled, from: "2018-06-01", kind: "penalty" }, { on: "2018-06-21" });
    await project(log);
    expect(await failed(log)).toEqual({});
    log.loan("InterestSettled", { ...settled, from: "2018-06-20", kind: "penalty" }, { on: "2018-06-22" });
    await project(log);
    expect(await failed(log)).toEqual({ "2.7-8-interest-overlap": ["position 4: loan L8 settles [2018-06-20, 2018-06-21) again"] });
  });

  it("warn of cash that is negative on a day, though it is not today, and of a subsidy that is overpaid", async () => {
    const log = new FactLog(district);
    log.subsidy("SubsidyPaid", { ...parties, model: 3, payee: "H7", amount: "3.00" }, { on: "2018-01-05" });
    log.subsidy("SubsidyFundsAppropriated", { amount: "10.00", source: "区" }, { on: "2018-02-01" });
    await project(log);
    const results = (await check(log)).filter((result) => result.failed > 0);
    expect(results.map((result) => [result.id, result.severity, result.examples])).toEqual([
      ["payable-not-overpaid", "warning", ["payee H7, loan L7: -3.00"]],
      ["cash-not-negative", "warning", ["1002.01: -3.00, first on 2018-01-05"]],
    ]);
  });

  it("look at the log only as far as the books have read it", async () => {
    const log = sound();
    await project(log);
    log.record("LoanForgotten", "loan/L1", {}, { on: "2018-05-01" });
    expect(await failed(log)).toEqual({});
  });
});
