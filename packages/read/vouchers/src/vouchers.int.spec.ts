import { booksProjection, createBooks, findAccount } from "@huimin/books";
import { FactLog, prepaidInMidQuarter, readOnlyStore, wrongRateAfterClose } from "@huimin/books/testing";
import type { StoredEvent } from "@huimin/event-store";
import { createProjector, projectionMigrations, rebuild } from "@huimin/projector";
import { type TestDatabase, testDatabase } from "@huimin/test-support";
import { Pool } from "pg";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { checkVouchers } from "./check.ts";
import {
  createVouchers,
  LogSealer,
  nameOf,
  parseNumber,
  type Seal,
  Sealer,
  sealDifferences,
  type VoucherQuestion,
  vouchersProjection,
} from "./index.ts";

const district = "410803";
const projections = [booksProjection, vouchersProjection];

/** T2 and T4, and a donation by which one is corrected. */
function facts(): FactLog {
  const log = wrongRateAfterClose(prepaidInMidQuarter(new FactLog(district)));
  const received = { donation: "D1", donor: "P1", amount: "50.00", purpose: "free", serial: "S1", receipt: "R1", bank: "K1" };
  const event = log.record("DonationReceived", "donation/D1", received, { on: "2018-05-20" });
  const reversed = { donation: "D1", reverses: 1, of: "DonationReceived", original: received, priorYear: false, reason: "x" };
  const reversal = log.record("DonationEntryReversed", "donation/D1", reversed, { on: "2018-05-20", at: "2018-06-05T09:00:00.000+08:00" });
  log.events[log.events.length - 1] = {
    ...reversal,
    corrects: event.eventId,
    actor: "u-1",
    role: "FIN-M",
    checker: "u-2",
    evidence: [{ title: "说明", sha256: "a".repeat(64) }],
  };
  return log;
}

describe("vouchers", () => {
  let database: TestDatabase;
  let pool: Pool;
  const log = facts();
  const store = readOnlyStore([log]);
  const project = (batchSize: number) => createProjector({ pool, store, projections, district, batchSize }).drain();
  const list = (question: Omit<VoucherQuestion, "district"> = {}) => createVouchers(pool).list({ district, ...question });
  const names = async (question: Omit<VoucherQuestion, "district">) => (await list(question)).map(nameOf);

  beforeEach(async () => {
    database = await testDatabase(projectionMigrations(projections));
    pool = new Pool({ connectionString: database.url });
  });
  afterEach(async () => {
    await pool.end();
    await database.drop();
  });

  it("are numbered without gaps per book, month and type, the same in batches of any size and after a rebuild", async () => {
    await project(3);
    const stored = (await pool.query("SELECT * FROM vouchers.voucher ORDER BY position, book")).rows;
    expect(stored.length).toBeGreaterThan(25);
    await rebuild({ pool, store, projections });
    expect((await pool.query("SELECT * FROM vouchers.voucher ORDER BY position, book")).rows).toEqual(stored);
    expect((await checkVouchers({ pool, district })).filter(({ failed }) => failed > 0)).toEqual([]);
    expect(await names({ book: "G", from: "2017-03", through: "2017-04" })).toEqual([
      "记-2017-03-0001",
      "记-2017-03-0002",
      "记-2017-03-0003",
      "记-2017-03-0004",
      "记-2017-04-0001",
    ]);
    expect(await names({ book: "M", from: "2017-03", through: "2017-03" })).toContain("M:记-2017-03-0001");
    expect(await names({ book: "G", from: "2017-03", through: "2017-03", types: "three" })).toEqual([
      "付-2017-03-0001",
      "收-2017-03-0001",
      "转-2017-03-0001",
      "转-2017-03-0002",
    ]);
    expect(await names({ book: "G", from: "2017-03", through: "2017-03", types: "three", type: "付" })).toEqual(["付-2017-03-0001"]);
  });

  it("keep a late correction in its open month: old value date, voucher date in the month, both numbers named", async () => {
    await project(1_000);
    const vouchers = createVouchers(pool);
    const [late] = await list({ book: "G", from: "2018-02", through: "2018-02" });
    expect(late).toMatchObject({ type: "记", number: 1, date: "2018-02-06", valueDate: "2017-12-20", period: "2018-02" });
    const reversal = await vouchers.find(district, { book: "G", type: "记", period: "2018-06", number: 1 });
    expect(reversal).toMatchObject({
      date: "2018-06-05",
      valueDate: "2018-05-20",
      note: "注销2018年5月20日记-0001号凭证",
      maker: "u-1",
      reviewer: "u-2",
      poster: "系统",
      total: -5_000n,
      cashType: "收",
      evidence: [{ title: "说明", sha256: "a".repeat(64) }],
      corrects: { type: "记", period: "2018-05", number: 1, kind: "注销" },
    });
    expect(reversal?.lines.map(({ account, debit, credit }) => [account.codes.at(-1)?.code, debit, credit])).toEqual([
      ["1002.04", -5_000n, 0n],
      ["4603", 0n, -5_000n],
    ]);
    const [original] = await vouchers.at(district, log.events.length - 1);
    expect(original?.correctedBy).toMatchObject([{ period: "2018-06", number: 1, kind: "注销" }]);
    const [before] = await list({ from: "2018-05", through: "2018-05", knownAt: { position: log.events.length - 1 } });
    expect(before?.correctedBy).toEqual([]);
    expect(await vouchers.find(district, { book: "G", type: "转", period: "2018-06", number: 1 })).toBeUndefined();
  });

  it("are found by account, maker, value date and knowledge, in pages, and streamed with their lines", async () => {
    await project(1_000);
    const all = await list({ limit: 1_000 });
    const pages = [];
    for (let after = undefined as (typeof all)[number] | undefined; ; ) {
      const page = await list({ after, limit: 4 });
      pages.push(...page);
      after = page.at(-1);
      if (page.length < 4) break;
    }
    expect(pages).toEqual(all);
    const three = await list({ types: "three", limit: 1_000 });
    const second = await list({ types: "three", limit: 1_000, after: three[9] });
    expect(second).toEqual(three.slice(10));
    const streamed = [];
    for await (const voucher of createVouchers(pool).stream({ district })) streamed.push(voucher);
    expect(streamed.map(({ lines, ...head }) => ({ ...head, lines: lines.length }))).toEqual(
      all.map((head) => ({ ...head, lines: head.lineCount })),
    );
    for (const { lines, total } of streamed) {
      let [debit, credit] = [0n, 0n];
      for (const line of lines) {
        debit += line.debit;
        credit += line.credit;
      }
      expect([debit, credit]).toEqual([total, total]);
    }
    const account = findAccount("1218.03");
    const claims = await list({ accounts: account ? [account] : [] });
    expect(claims.map(({ eventType }) => eventType)).toEqual([
      "SubsidyClawbackDecided",
      "SubsidyClawbackDecided",
      "SubsidyClawbackReceived",
    ]);
    expect(await names({ maker: "u-1" })).toEqual(["记-2018-06-0001"]);
    expect(await names({ from: "2018-02", asOf: "2017-12-31", book: "G" })).toEqual(["记-2018-02-0001"]);
    expect(await names({ from: "2018-02", knownAt: { instant: "2018-02-28T00:00:00+08:00" }, book: "G" })).toHaveLength(2);
    const counts = await createVouchers(pool).counts({ district, book: "G", from: "2018-02", through: "2018-02" });
    expect(counts).toEqual([
      { book: "G", period: "2018-02", type: "记", count: 3 },
      { book: "G", period: "2018-02", type: "转", count: 3 },
    ]);
  });

  it("seals from the read models, a little at a time, are those of the log alone; any change of a closed month shows", async () => {
    await project(1_000);
    const books = createBooks(pool);
    const through = "2018-12";
    const sealer = new Sealer({ vouchers: createVouchers(pool), books, district });
    for (const position of [3, 9, 20]) await sealer.seals({ after: "", through, position });
    const seals = await sealer.seals({ after: "", through, position: log.events.length });
    const fromLog = new LogSealer();
    for (const event of log.events) fromLog.see(event);
    expect(seals.map(({ period }) => period)).toContain("2017-12");
    for (const seal of seals) {
      expect(seal).toEqual(fromLog.seal(seal.period));
      expect(sealDifferences(seal, fromLog.seal(seal.period))).toEqual([]);
    }
    expect((await sealer.seals({ after: "2018-02", through: "2018-03", position: log.events.length })).map(({ period }) => period)).toEqual(
      ["2018-03"],
    );
    const december = seals.find(({ period }) => period === "2017-12");
    const seen = (change: (event: StoredEvent) => readonly StoredEvent[]) => {
      const altered = new LogSealer();
      for (const event of log.events) for (const one of change(event)) altered.see(one);
      return december && sealDifferences(december, altered.seal("2017-12"));
    };
    const isHit = (event: StoredEvent) => event.period === "2017-12" && event.type === "SubsidyPaid";
    expect(seen((event) => [event])).toEqual([]);
    expect(seen((event) => (isHit(event) ? [{ ...event, actor: "u-9" }] : [event]))).toEqual([
      "book G: the vouchers are not those of the closing",
    ]);
    expect(seen((event) => (isHit(event) ? [] : [event]))).toEqual([
      "book G: 2 vouchers when closed, 1 now",
      "the trial balance is not that of the closing",
    ]);
    expect(sealDifferences(december as Seal, undefined)).toEqual(["all vouchers are missing"]);
  });

  it("a number that is missing, doubled or out of order is found, and a voucher without an event", async () => {
    await project(1_000);
    await pool.query("UPDATE vouchers.voucher SET number = 99 WHERE book = 'G' AND period = 201703 AND number = 2");
    await pool.query("DELETE FROM vouchers.voucher WHERE book = 'G' AND period = 201805");
    await pool.query("UPDATE vouchers.voucher SET total = total + 1 WHERE book = 'G' AND period = 201806");
    const found = (await checkVouchers({ pool, district })).filter(({ failed }) => failed > 0);
    expect(Object.fromEntries(found.map(({ id, examples }) => [id, examples]))).toEqual({
      "2.7-10-voucher-numbers": [
        "G:记 2017-03: position 5 has number 99, expected 2",
        "G 2018-05: 收 ends at 1, vouchers 0",
        "G 2018-05: 记 ends at 1, vouchers 0",
      ],
      "vouchers-are-the-journal": [
        `position ${log.events.length - 1}: lines in book G without a voucher`,
        `position ${log.events.length}: the voucher in book G is not the sum of its lines`,
      ],
    });
  });
});

it("numbers are read as they are printed", () => {
  for (const text of ["记-2018-06-0012", "M:转-2018-12-0001", "付-2018-01-12345"]) {
    const parsed = parseNumber(text);
    expect(parsed && nameOf(parsed)).toBe(text);
  }
  for (const text of ["记-2018-13-0001", "记-2018-06-0000", "X:记-2018-06-0001", "12", ""]) expect(parseNumber(text)).toBeUndefined();
});
