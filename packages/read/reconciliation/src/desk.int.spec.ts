import { createHash } from "node:crypto";
import { FactLog, readOnlyStore } from "@huimin/books/testing";
import { formatAmount } from "@huimin/money";
import { createProjector, projectionMigrations, withBank } from "@huimin/projector";
import { type TestDatabase, testDatabase } from "@huimin/test-support";
import fc from "fast-check";
import { Pool } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { deskDay } from "./desk.ts";
import { deskOf } from "./desk-source.ts";
import type { DeskDay } from "./judge.ts";
import { reconciliationProjection } from "./projection.ts";
import { ageing, openDays, reconciliationState, unexplained } from "./state.ts";
import { bind, income, type LineOf, statement } from "./testing.fixture.ts";

let database: TestDatabase;
let pool: Pool;
let districts = 0;

beforeAll(async () => {
  const role = "DO $$ BEGIN CREATE ROLE huimin_bank_gateway NOLOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$";
  const member = "GRANT huimin_bank_gateway TO CURRENT_USER";
  const roles = { name: "spec/roles", sql: `${role}; ${member};` };
  database = await testDatabase([roles, ...projectionMigrations([reconciliationProjection])]);
  pool = new Pool({ connectionString: database.url });
});
afterAll(async () => {
  await pool?.end();
  await database?.drop();
});

/** A district of its own, whose log is projected whenever it is asked. */
class District {
  readonly log: FactLog;

  constructor() {
    districts += 1;
    this.log = new FactLog(String(410_900 + districts));
  }

  async day(through: string, bank = "K1"): Promise<DeskDay> {
    await this.project();
    return (await deskDay(pool, deskOf(this.log.district, "1002.03", bank), through)) as DeskDay;
  }

  async project(): Promise<void> {
    const { district } = this.log;
    await createProjector({ pool, store: readOnlyStore([this.log]), projections: [reconciliationProjection], district }).drain();
  }

  /** Closes as the command would. */
  async close(day: string): Promise<void> {
    const { statement: of, perBank, perBooks, open, matches } = await this.day(day);
    const hash = createHash("sha256").update(JSON.stringify(open)).digest("hex");
    const figures = { balancePerBank: formatAmount(perBank ?? 0n), balancePerBooks: formatAmount(perBooks), matched: matches.length };
    const common = { desk: "1002.03-K1", bank: "K1", account: "1002.03", day, statement: of?.sha256, knownAt: this.log.events.length };
    this.log.record("BankDayClosed", "reconciliation/1002.03-K1", { ...common, ...figures, open, openHash: hash }, { on: day });
  }

  say(type: string, payload: object): void {
    this.log.record(type, "reconciliation/1002.03-K1", { desk: "1002.03-K1", bank: "K1", ...payload }, { on: "2018-12-31" });
  }
}

const told = ({ differences }: DeskDay): string[] =>
  differences.map(({ kind, status, amount, bucket }) => `${kind} ${status} ${formatAmount(amount)} ${bucket}`);

describe("a fund account at a bank", () => {
  it("finds every kind of difference, and balance per bank, per books and what is open add up", async () => {
    const d = new District();
    bind(d.log, "2018-12-01");
    income(d.log, "100.00", "2018-12-01", "A");
    income(d.log, "70.00", "2018-12-03", "B");
    income(d.log, "30.00", "2018-12-20", "C");
    income(d.log, "5.00", "2018-12-04");
    const lines = [
      { amount: "100.00", serial: "A" },
      { amount: "77.00", serial: "B" },
      { amount: "9.00", serial: "X" },
    ];
    statement(d.log, { day: "2018-12-03", opening: "0.00", lines });
    const day = await d.day("2018-12-20");
    expect(told(day).sort()).toEqual([
      "amount unexplained 7.00 11-30",
      "bank-only unexplained 9.00 11-30",
      "book-only unexplained -30.00 0-3",
      "book-only unexplained -5.00 11-30",
    ]);
    expect([day.perBank, day.perBooks, day.remainder]).toEqual([18_600n, 20_500n, 0n]);
    expect(day.matches).toMatchObject([{ rule: "serial", daysApart: 2 }]);
    const [state] = await reconciliationState(pool, { district: d.log.district, month: "2018-12" });
    expect(state).toEqual({
      account: "1002.03-K1",
      lastClosedDay: undefined,
      unexplained: 4,
      unclosedDays: 4,
      statementBalance: 18_600n,
      bookBalance: 20_500n,
    });
    expect(await unexplained(pool, d.log.district, "2018-12")).toBe(4);
    expect(await openDays(pool, d.log.district, "1002.03-K1", "2018-12-03")).toEqual(["2018-12-01", "2018-12-03"]);
    expect((await ageing(pool, d.log.district, "2018-12-20")).map(({ bucket, unexplained: count }) => [bucket, count])).toEqual([
      ["0-3", 1],
      ["11-30", 3],
    ]);
  });

  it("explains what the next day brings, and an explanation holds until its day", async () => {
    const d = new District();
    bind(d.log, "2018-12-01");
    income(d.log, "100.00", "2018-12-03");
    income(d.log, "8.00", "2018-12-03", "Q");
    statement(d.log, { day: "2018-12-03", opening: "0.00", lines: [] });
    statement(d.log, { day: "2018-12-04", opening: "0.00", lines: [{ amount: "100.00", serial: "A" }] });
    expect(told(await d.day("2018-12-03"))).toEqual(["timing timing -100.00 0-3", "book-only unexplained -8.00 0-3"]);
    const id = (await d.day("2018-12-03")).differences[1]?.id ?? "";
    d.say("DifferenceExplained", { items: [id], reason: "in-transit", clearBy: "2018-12-10" });
    expect(told(await d.day("2018-12-10"))).toEqual(["book-only explained -8.00 4-10"]);
    expect(told(await d.day("2018-12-11"))).toEqual(["book-only unexplained -8.00 4-10"]);
  });

  it("settles a closed day but for what it lists; late facts come into the next", async () => {
    const d = new District();
    bind(d.log, "2018-12-01");
    income(d.log, "100.00", "2018-12-03", "A");
    income(d.log, "8.00", "2018-12-03", "Q");
    statement(d.log, { day: "2018-12-03", opening: "0.00", lines: [{ amount: "100.00", serial: "A" }] });
    await d.close("2018-12-03");
    income(d.log, "3.00", "2018-12-02", "L", "2018-12-04");
    statement(d.log, { day: "2018-12-04", opening: "100.00", lines: [{ amount: "8.00", serial: "Q" }] });
    const next = await d.day("2018-12-04");
    expect(told(next)).toEqual(["book-only unexplained -3.00 0-3"]);
    expect([next.items.size, next.remainder, next.closing?.day]).toEqual([3, 0n, "2018-12-03"]);
  });

  it("lists what a statement that replaces a closed one takes away and adds", async () => {
    const d = new District();
    bind(d.log, "2018-12-01");
    income(d.log, "100.00", "2018-12-03", "A");
    income(d.log, "40.00", "2018-12-03", "B");
    const lines = [
      { amount: "100.00", serial: "A" },
      { amount: "40.00", serial: "B" },
      { amount: "2.00", serial: "OPEN" },
    ];
    statement(d.log, { day: "2018-12-03", opening: "0.00", lines });
    await d.close("2018-12-03");
    statement(d.log, {
      day: "2018-12-03",
      opening: "0.00",
      lines: [
        { amount: "100.00", serial: "A" },
        { amount: "6.00", serial: "C" },
      ],
    });
    statement(d.log, { day: "2018-12-04", opening: "106.00", lines: [] });
    const after = await d.day("2018-12-04");
    expect(told(after).sort()).toEqual(["bank-only unexplained -40.00 0-3", "bank-only unexplained 6.00 0-3"]);
    expect(after.remainder).toBe(0n);
    await d.close("2018-12-04");
    const later = await d.day("2018-12-31");
    expect(told(later).sort()).toEqual(["bank-only unexplained -40.00 11-30", "bank-only unexplained 6.00 11-30"]);
    expect(later.remainder).toBe(0n);
  });

  it("keeps explanations and ids of lines when a statement is replaced before its day is closed", async () => {
    const d = new District();
    bind(d.log, "2018-12-01");
    statement(d.log, { day: "2018-12-03", opening: "0.00", lines: [{ amount: "9.00" }, { amount: "9.00" }, { amount: "1.00" }] });
    const second = (await d.day("2018-12-03")).differences.find(({ id }) => id.endsWith(".2"))?.id ?? "";
    d.say("DifferenceExplained", { items: [second], reason: "unknown-sender", clearBy: "2018-12-31" });
    statement(d.log, { day: "2018-12-03", opening: "0.00", lines: [{ amount: "1.00" }, { amount: "9.00" }, { amount: "9.00" }] });
    const { differences } = await d.day("2018-12-03");
    expect(differences.filter(({ status }) => status === "explained").map(({ id }) => id)).toEqual([second]);
  });

  it("takes what people put together, and opens it again when they undo it, also after the day was closed", async () => {
    const d = new District();
    bind(d.log, "2018-12-01");
    const movement = income(d.log, "50.00", "2018-12-03", "typo");
    statement(d.log, { day: "2018-12-03", opening: "0.00", lines: [{ amount: "50.00", serial: "right" }] });
    const [line] = (await d.day("2018-12-03")).differences.filter(({ kind }) => kind === "bank-only");
    expect(line?.candidates).toEqual([`p.${movement.position}`]);
    d.say("MatchConfirmed", { match: "M1", items: [line?.id, `p.${movement.position}`], amount: "50.00" });
    expect((await d.day("2018-12-03")).matches).toMatchObject([{ rule: "confirmed", match: "M1" }]);
    await d.close("2018-12-03");
    expect((await d.day("2018-12-04")).items.size).toBe(0);
    d.say("MatchUndone", { match: "M1", items: [line?.id, `p.${movement.position}`], reason: "wrong" });
    const again = await d.day("2018-12-04");
    expect(told(again)).toEqual(["bank-only unexplained 50.00 0-3", "book-only unexplained -50.00 0-3"]);
    expect(again.remainder).toBe(0n);
  });

  it("shows a balance that was there before as one item, and the transfer when the account moves to another bank", async () => {
    const d = new District();
    income(d.log, "500.00", "2018-11-20", "OLD");
    bind(d.log, "2018-12-01", "499.00");
    statement(d.log, { day: "2018-12-03", opening: "499.00", lines: [{ amount: "499.00", direction: "debit", serial: "OUT" }] });
    expect(told(await d.day("2018-12-03"))).toEqual(["book-only unexplained -1.00 0-3", "bank-only unexplained -499.00 0-3"]);
    d.log.record("FundAccountEnded", "fund-account/1002.03", { account: "1002.03", bank: "K1", to: "2018-12-03" }, { on: "2018-12-03" });
    const ended = await d.day("2018-12-04");
    expect(ended.remainder).toBe(0n);
    expect(ended.perBooks).toBe(0n);
    bind(d.log, "2018-12-04", "0.00", "K2");
    statement(d.log, { day: "2018-12-04", opening: "0.00", lines: [{ amount: "500.00", serial: "IN" }], bank: "K2" });
    const moved = await d.day("2018-12-04", "K2");
    expect([told(moved), moved.perBooks, moved.remainder]).toEqual([[], 50_000n, 0n]);
    d.log.record("FundAccountEnded", "fund-account/1002.03", { account: "1002.03", bank: "K2", to: "2018-12-05" }, { on: "2018-12-05" });
    income(d.log, "1.00", "2018-12-06");
    await d.project();
    const states = await reconciliationState(pool, { district: d.log.district, month: "2018-12" });
    expect(states.map(({ account, unexplained: open, bookBalance }) => [account, open, bookBalance])).toEqual([
      ["1002.03", 1, 100n],
      ["1002.03-K1", 3, 0n],
      ["1002.03-K2", 1, 0n],
    ]);
  });

  it("says the same at the end, whichever days were closed on the way", async () => {
    const facts = fc.array(
      fc.record({
        day: fc.integer({ min: 3, max: 7 }),
        amount: fc.integer({ min: 1, max: 9 }),
        side: fc.constantFrom("both", "bank", "book", "next-day", "no-serial"),
      }),
      { maxLength: 12 },
    );
    const closings = fc.uniqueArray(fc.integer({ min: 3, max: 6 }), { maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(facts, closings, async (rows, closed) => {
        const ends: string[][] = [];
        for (const days of [[], closed]) {
          const d = new District();
          bind(d.log, "2018-12-01");
          let balance = 0n;
          for (let day = 3; day <= 8; day += 1) {
            const date = `2018-12-0${day}`;
            const lines: LineOf[] = [];
            for (const [index, { day: of, amount, side }] of rows.entries()) {
              const serial = side === "no-serial" ? undefined : `S${index}`;
              if (of === day && side !== "bank") income(d.log, `${amount}.00`, date, serial);
              const onLine = side === "next-day" ? of + 1 : of;
              if (onLine !== day || side === "book") continue;
              lines.push({ amount: `${amount}.00`, ...(serial === undefined ? {} : { serial }) });
              balance += BigInt(amount) * 100n;
            }
            const sum = lines.reduce((all, { amount }) => all + BigInt(amount.replace(".", "")), 0n);
            statement(d.log, { day: date, opening: formatAmount(balance - sum), lines });
            if (days.includes(day)) await d.close(date);
          }
          const end = await d.day("2018-12-08");
          expect(end.remainder).toBe(0n);
          ends.push(told(end).sort());
        }
        expect(ends[1]).toEqual(ends[0]);
      }),
      { numRuns: 12 },
    );
  });

  it("shows a bank its own rows and no others, whatever the statement says", async () => {
    const d = new District();
    const { district } = d.log;
    bind(d.log, "2018-12-01");
    income(d.log, "5.00", "2018-12-03", "A");
    statement(d.log, { day: "2018-12-03", opening: "0.00", lines: [{ amount: "5.00", serial: "A" }, { amount: "2.00" }] });
    await d.project();
    const gateway = new Pool({ connectionString: database.url, options: "-c role=huimin_bank_gateway" });
    const asked = async (of: string, bank: string) =>
      withBank(gateway, of, bank, async (client) => {
        const rows = await client.query(
          "SELECT count(*)::integer AS n FROM reconciliation.statement_line UNION ALL SELECT count(*)::integer FROM reconciliation.movement",
        );
        const day = await deskDay(client, deskOf(of, "1002.03", "K1"), "2018-12-03");
        return [rows.rows.reduce((sum: number, { n }: { n: number }) => sum + n, 0), day?.differences.length];
      });
    try {
      expect(await asked(district, "K1")).toEqual([3, 1]);
      expect(await asked(district, "K2")).toEqual([0, undefined]);
      expect(await asked("410999", "K1")).toEqual([0, undefined]);
      expect((await gateway.query("SELECT 1 FROM reconciliation.movement")).rows).toEqual([]);
      await expect(gateway.query("DELETE FROM reconciliation.movement")).rejects.toThrow(/permission denied/);
    } finally {
      await gateway.end();
    }
  });

  it("says which account moves money and stands at no bank", async () => {
    const d = new District();
    income(d.log, "5.00", "2018-12-04");
    income(d.log, "6.00", "2018-12-04");
    await d.project();
    expect(await reconciliationState(pool, { district: d.log.district, month: "2018-12" })).toEqual([
      { account: "1002.03", lastClosedDay: undefined, unexplained: 2, unclosedDays: 1, statementBalance: undefined, bookBalance: 1_100n },
    ]);
    expect(await reconciliationState(pool, { district: d.log.district, month: "2018-11" })).toEqual([]);
  });
});
