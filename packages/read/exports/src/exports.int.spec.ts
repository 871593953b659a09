import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { ACCOUNTS, BOOKS, type Book, booksProjection, createBooks, printAmount } from "@huimin/books";
import { FactLog, prepaidInMidQuarter, readOnlyStore, wrongRateAfterClose } from "@huimin/books/testing";
import { createProjector, projectionMigrations } from "@huimin/projector";
import { type TestDatabase, testDatabase } from "@huimin/test-support";
import { createVouchers, vouchersProjection } from "@huimin/vouchers";
import iconv from "iconv-lite";
import { Pool } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  beancountAccount,
  beancountJournal,
  codeOf,
  ExportRefused,
  encoded,
  gbtArchive,
  gbtLedger,
  hledgerAccount,
  hledgerJournal,
  type JournalSource,
  journalSource,
  KINGDEE_COLUMNS,
  kingdeeRows,
  type SourceOptions,
  YONYOU_HEADER,
  yonyouVouchers,
} from "./index.ts";

const district = "410803";
const folder = mkdtempSync(path.join(tmpdir(), "huimin-exports-"));
const schema = fileURLToPath(new URL("../schema/gbt24589.xsd", import.meta.url));
const isThere = (program: string): boolean => spawnSync(program, ["--version"]).status === 0;

/** T2 and T4; a donation that is reversed, goods on both sides of 2019, shares, and texts that a reader could stumble over. */
function facts(): FactLog {
  const log = wrongRateAfterClose(prepaidInMidQuarter(new FactLog(district)));
  const received = { donation: "D1", donor: "P1", amount: "50.00", purpose: "free", serial: "S1", receipt: "R1", bank: "K1" };
  const event = log.record("DonationReceived", "donation/D1", received, { on: "2018-05-20" });
  const reversed = { donation: "D1", reverses: 1, of: "DonationReceived", original: received, priorYear: false, reason: "x" };
  const reversal = log.record("DonationEntryReversed", "donation/D1", reversed, { on: "2018-05-20", at: "2018-06-05T09:00:00.000+08:00" });
  log.events[log.events.length - 1] = { ...reversal, corrects: event.eventId, actor: "u-1", role: "FIN-M", checker: "u-2" };
  const odd = { ...received, donation: 'D2,"<&>;|', amount: "7.00", serial: "S2" };
  log.record("DonationReceived", "donation/D2", odd, { on: "2019-02-01" });
  return log;
}

describe("exports", () => {
  let database: TestDatabase;
  let pool: Pool;
  const log = facts();
  const sourceOf = (options: Partial<SourceOptions> = {}): JournalSource =>
    journalSource({ district, position: log.events.length, vouchers: createVouchers(pool), books: createBooks(pool), ...options });
  const write = async (name: string, pieces: AsyncIterable<string | Uint8Array>): Promise<string> => {
    const file = path.join(folder, name);
    writeFileSync(file, Buffer.concat((await Array.fromAsync(pieces)).map((piece) => Buffer.from(piece))));
    return file;
  };
  /** Net of each account that ever moved, from the books. */
  const netsOf = async (): Promise<{ account: (typeof ACCOUNTS)[number]; net: bigint }[]> => {
    const trials = await Promise.all(BOOKS.map((book) => createBooks(pool).trialBalance({ district, book })));
    return trials.flatMap(({ rows }) => rows.map(({ account, closing }) => ({ account, net: closing })));
  };

  beforeAll(async () => {
    const projections = [booksProjection, vouchersProjection];
    database = await testDatabase(projectionMigrations(projections));
    pool = new Pool({ connectionString: database.url });
    await createProjector({ pool, store: readOnlyStore([log]), projections, district }).drain();
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true });
    await pool.end();
    await database.drop();
  });

  describe.skipIf(!isThere("hledger"))("hledger", () => {
    const hledger = (file: string, ...args: string[]): string =>
      execFileSync("hledger", ["-f", file, ...args], { encoding: "utf8", env: { ...process.env, LC_ALL: "C.UTF-8" } });
    const balances = (file: string, ...args: string[]): Map<string, string> =>
      new Map(
        hledger(file, "balance", "--flat", "-N", "-E", "-O", "csv", ...args)
          .trim()
          .split("\n")
          .slice(1)
          .map((line) => line.slice(1, -1).split('","') as [string, string]),
      );

    it("reads the journal and finds our balances, account by account, book by book", async () => {
      const file = await write("all.journal", hledgerJournal(sourceOf()));
      hledger(file, "check", "accounts", "commodities");
      const found = balances(file);
      const nets = await netsOf();
      expect(nets.length).toBeGreaterThan(10);
      for (const { account, net } of nets) {
        const name = hledgerAccount(account);
        expect([name, found.get(name)?.replace(/ (CNY|SHARE)$/, "")]).toEqual([name, net === 0n ? "0" : printAmount(account.book, net)]);
      }
    });

    it("numbers, people and corrections of vouchers are codes and tags", async () => {
      const file = await write("tags.journal", hledgerJournal(sourceOf({ book: "G" })));
      const text = readFileSync(file, "utf8");
      expect(text).toMatch(/\(记-2018-06-0001\) 注销2018年5月20日记-0001号凭证/);
      expect(hledger(file, "print", "tag:reviewer=u-2", "tag:maker=u-1")).toContain("记-2018-06-0001");
    });

    it("a span begins with the balances before it and ends with the same as the whole", async () => {
      const whole = balances(await write("whole.journal", hledgerJournal(sourceOf())));
      const part = balances(await write("part.journal", hledgerJournal(sourceOf({ span: { from: "2018-02" } }))));
      for (const [account, amount] of whole) if (amount !== "0") expect([account, part.get(account)]).toEqual([account, amount]);
    });

    it("as of a value date and as known at a position, it has what the books answer to the same question", async () => {
      const axes = { asOf: "2018-01-10", knownAt: { position: log.events.length - 4 } };
      const found = balances(await write("axes.journal", hledgerJournal(sourceOf(axes))));
      const { rows } = await createBooks(pool).trialBalance({ district, book: "G", ...axes });
      for (const { account, closing } of rows.filter((row) => row.closing !== 0n))
        expect([account.id, found.get(hledgerAccount(account))]).toEqual([account.id, `${printAmount("G", closing)} CNY`]);
    });

    it("a lost line is found by the reader", async () => {
      const file = await write("lost.journal", hledgerJournal(sourceOf()));
      const lines = readFileSync(file, "utf8").split("\n\n");
      writeFileSync(file, lines.filter((_, i) => i !== 3).join("\n\n"));
      expect(() => hledger(file, "check")).toThrow();
    });
  });

  describe.skipIf(!isThere("bean-check"))("Beancount", () => {
    const accepted = (file: string): string => execFileSync("bean-check", [file], { encoding: "utf8" });

    it("bean-check accepts the whole and a span, with every balance asserted", async () => {
      const file = await write("all.beancount", beancountJournal(sourceOf()));
      expect(accepted(file)).toBe("");
      expect(readFileSync(file, "utf8").match(/ balance /g)?.length).toBe((await netsOf()).length);
      expect(accepted(await write("later.beancount", beancountJournal(sourceOf({ span: { from: "2018-02" } }))))).toBe("");
    });

    it("a wrong balance is refused", async () => {
      const file = await write("wrong.beancount", beancountJournal(sourceOf()));
      const account = ACCOUNTS[0] as (typeof ACCOUNTS)[number];
      expect(beancountAccount(account)).toBe("Assets:G:1002-01");
      const wrong = readFileSync(file, "utf8").replace(
        /(balance Assets:G:1002-01 {2}-?)(\d)/,
        (_, head: string, digit: string) => `${head}${(Number(digit) + 1) % 10}`,
      );
      writeFileSync(file, wrong);
      expect(() => execFileSync("bean-check", [file], { stdio: "pipe" })).toThrow();
    });
  });

  describe("GB/T 24589", () => {
    const gbt = async (book: Book, charset: "utf-8" | "gb18030" = "utf-8", options: Partial<SourceOptions> = {}) => {
      const how = { book, charset, unit: "测试区财政局" };
      return [
        await write(`公共档案-${book}.xml`, encoded(gbtArchive(sourceOf(options), how), charset)),
        await write(`总账-${book}.xml`, encoded(gbtLedger(sourceOf(options), how), charset)),
      ] as const;
    };

    describe.skipIf(!isThere("xmllint"))("against the schema (needs xmllint)", () => {
      const faults = (file: string): string =>
        spawnSync("xmllint", ["--noout", "--nonet", "--schema", schema, file], { encoding: "utf8" }).stderr.replaceAll(
          `${file} validates\n`,
          "",
        );

      it.each(BOOKS)("book %s is valid", async (book) => {
        for (const file of await gbt(book)) expect(faults(file)).toBe("");
      });

      it("a span and GB 18030 are valid too; an entry without its voucher is not", async () => {
        const [, file] = await gbt("G", "gb18030", { span: { from: "2018-01", through: "2018-12" } });
        expect(faults(file)).toBe("");
        const [, whole] = await gbt("G");
        writeFileSync(whole, readFileSync(whole, "utf8").replace(/ {2}<记账凭证>.*<\/记账凭证>\n/, ""));
        expect(faults(whole)).toMatch(/分录有凭证/);
      });
    });

    it("balances carry on from month to month, movements are those of the entries, and codes follow the year", async () => {
      const [, file] = await gbt("G");
      const text = readFileSync(file, "utf8");
      const rows = (table: string): Record<string, string>[] =>
        [...text.matchAll(new RegExp(`<${table}>(.*?)</${table}>`, "g"))].map(([, row = ""]) =>
          Object.fromEntries([...row.matchAll(/<([^/>]+)>([^<]*)<\/\1>/g)].map(([, name, value]) => [name, value])),
        );
      const fenOf = (yuan: string | undefined): bigint => BigInt((yuan ?? "").replace(".", ""));
      const months = rows("科目余额及发生额");
      expect(months.length).toBeGreaterThan(20);
      const last = new Map<string, bigint>();
      for (const row of months) {
        const sign = (direction: string | undefined): bigint => (direction === "借" ? 1n : -1n);
        const opening = sign(row.期初余额方向) * fenOf(row.期初本币余额);
        const closing = sign(row.期末余额方向) * fenOf(row.期末本币余额);
        const code = row.科目编号 as string;
        expect([code, opening]).toEqual([code, last.get(code) ?? 0n]);
        expect(closing).toBe(opening + fenOf(row.借方本币金额) - fenOf(row.贷方本币金额));
        last.set(code, closing);
      }
      const entries = rows("记账凭证分录");
      const moved = (key: "借方本币金额" | "贷方本币金额", of: Record<string, string>[]): bigint =>
        of.reduce((sum, row) => sum + fenOf(row[key]), 0n);
      expect(moved("借方本币金额", entries)).toBe(moved("借方本币金额", months));
      expect(moved("贷方本币金额", entries)).toBe(moved("借方本币金额", entries));
      expect(rows("记账凭证").length).toBe(rows("凭证来源").length);
      expect(rows("会计科目").filter(({ 科目名称 }) => 科目名称 === "受托代理资产—捐赠物资")).toMatchObject([
        { 科目编号: "1901.01", 停用日期: "20181231" },
        { 科目编号: "1891.01", 启用日期: "20190101" },
      ]);
      expect(rows("记账凭证").find(({ 审核人 }) => 审核人 === "u-2")).toMatchObject({
        制单人: "u-1",
        记账人: "系统",
        会计期间号: "06",
        记账凭证日期: "20180605",
        业务发生日期: "20180520",
      });
    });
  });

  describe("用友 U8 and 金蝶 KIS", () => {
    it("each voucher of the text import balances, with adjacent lines and one side a line; GBK", async () => {
      const file = await write("u8.txt", encoded(yonyouVouchers(sourceOf(), "G"), "gbk"));
      const lines = iconv.decode(readFileSync(file), "gbk").trimEnd().split("\r\n");
      expect(lines[0]).toBe(YONYOU_HEADER);
      const rows = lines.slice(1).map((line) => line.split(","));
      expect(new Set(rows.map((row) => row.length))).toEqual(new Set([21]));
      const seen = new Set<string>();
      let open = "";
      const sums = new Map<string, bigint>();
      const fen = (text: string | undefined): bigint => BigInt((text ?? "0").replace(".", ""));
      for (const row of rows) {
        const key = `${row[0]} ${row[1]} ${row[2]}`;
        if (key !== open) {
          expect(seen.has(key)).toBe(false);
          seen.add(key);
          open = key;
        }
        expect([fen(row[6]), fen(row[7])].filter((amount) => amount !== 0n)).toHaveLength(1);
        expect((row[5] as string).length).toBeLessThanOrEqual(15);
        sums.set(key, (sums.get(key) ?? 0n) + fen(row[6]) - fen(row[7]));
      }
      expect([...sums.values()].every((sum) => sum === 0n)).toBe(true);
      const { rows: trial } = await createBooks(pool).trialBalance({ district, book: "G" });
      for (const { account, closing } of trial) {
        const own = rows.filter((row) => row[5] === codeOf(account).replaceAll(".", ""));
        expect([account.id, own.reduce((sum, row) => sum + fen(row[6]) - fen(row[7]), 0n)]).toEqual([account.id, closing]);
      }
    });

    it("the sheet has the same entries with dotted codes", async () => {
      const [heading, ...rows] = await Array.fromAsync(kingdeeRows(sourceOf(), "G"));
      expect(heading).toEqual(KINGDEE_COLUMNS);
      const { totals } = await createBooks(pool).trialBalance({ district, book: "G" });
      const sum = (column: number): bigint => rows.reduce((all, row) => all + BigInt((row[column] || "0").replace(".", "")), 0n);
      expect([sum(7), sum(8)]).toEqual([totals.G.debit, totals.G.credit]);
      expect(rows.find((row) => row[14] === "u-2")?.[4]).toMatch(/^注销2018年5月20日/);
    });

    it("a character that GBK lacks is named with its voucher, and nothing stands in for it", async () => {
      const pieces = async function* () {
        yield { text: "好", place: "记-2018-01-0001" };
        yield { text: "吉𠮷", place: "记-2018-01-0002" };
      };
      const refused = await Array.fromAsync(encoded(pieces(), "gbk")).catch((fault: unknown) => fault);
      expect(refused).toBeInstanceOf(ExportRefused);
      expect((refused as ExportRefused).refusal).toMatchObject({
        code: "EXPORT_CHARACTER",
        details: { character: "𠮷", code: "20BB7", place: "记-2018-01-0002", encoding: "GBK" },
      });
      const whole = Buffer.concat(await Array.fromAsync(encoded(pieces(), "gb18030")));
      expect(new TextDecoder("gb18030").decode(whole)).toBe("好吉𠮷");
    });
  });
});
