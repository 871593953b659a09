import { workbook, zip } from "@huimin/test-support/bank-messages";
import iconv from "iconv-lite";
import { describe, expect, it } from "vitest";
import {
  BankFileFault,
  bytesSource,
  type Column,
  formatOf,
  readTable,
  type TableHeader,
  type TableRow,
  writeCsv,
  writeXlsx,
} from "./index.ts";

const COLUMNS: readonly Column[] = [
  { key: "loan", names: ["贷款编号", "loan"], type: "id", required: true },
  { key: "valueDate", names: ["还款日期", "valueDate"], type: "date", required: true },
  { key: "serial", names: ["流水号", "serial"], type: "serial", required: true },
  { key: "amount", names: ["还款金额", "amount"], type: "amount", required: true },
  { key: "kind", names: ["种类"], type: "text", words: { 正常: "normal", 提前: "prepaid" } },
];
const HEAD = ["贷款编号", "还款日期", "流水号", "还款金额", "种类"];
const GOOD = ["L1", "2018-05-10", "S1", "1234.50", "正常"];

async function read(bytes: Uint8Array): Promise<{ header: TableHeader; rows: TableRow[] }> {
  const steps = await Array.fromAsync(readTable(bytesSource(bytes), COLUMNS));
  const [header, ...rows] = steps as [TableHeader, ...TableRow[]];
  return { header, rows };
}
const csv = (rows: readonly (readonly string[])[]) => read(Buffer.from(rows.map((row) => row.join(",")).join("\n")));
const faults = ({ rows }: { rows: TableRow[] }) =>
  rows.flatMap((row) => row.faults.map(({ code, row: at, column }) => `${at} ${column} ${code}`));
async function code(work: Promise<unknown>): Promise<string> {
  const fault = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(fault instanceof BankFileFault)) throw new Error(`no refusal: ${fault}`);
  return fault.refusal.code;
}

describe("a table that is right", () => {
  const expected = { loan: "L1", valueDate: "2018-05-10", serial: "S1", amount: "1234.50", kind: "normal" };
  const { kind: _, ...withoutKind } = expected;
  const text = `${HEAD.join(",")}\r\n${GOOD.join(",")}\r\n`;

  it.each([
    ["UTF-8", Buffer.from(text)],
    ["UTF-8 with a mark", Buffer.from(`\ufeff${text}`)],
    ["GB 18030", iconv.encode(text, "gb18030")],
    ["UTF-16 with tabs", iconv.encode(text.replaceAll(",", "\t"), "utf-16le", { addBOM: true })],
    ["other names in another order", Buffer.from("amount*,serial,loan(必填),valueDate\n1234.50,S1,L1,2018-05-10\n")],
    ["a workbook", workbook([HEAD, GOOD])],
    ["a workbook with a real date", workbook([HEAD, ["L1", 43230, "S1", "1234.50", "正常"]])],
  ])("is read: %s", async (named, bytes) => {
    const { rows } = await read(bytes);
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({ row: 2, faults: [], values: named.includes("names") ? withoutKind : expected });
  });

  it("has its totals above the header, blank rows passed over, unknown columns named", async () => {
    const { header, rows } = await csv([
      ["总笔数", "2"],
      ["总金额", "9.00"],
      [],
      [...HEAD, "备注"],
      GOOD,
      [],
      ["L2", "20180511", "S2", "0.50", "", "x"],
    ]);
    expect([...header.preface]).toEqual([
      ["总笔数", "2"],
      ["总金额", "9.00"],
    ]);
    expect(header.ignored).toEqual(["备注"]);
    expect(rows.map(({ row, values }) => [row, values.valueDate])).toEqual([
      [5, "2018-05-10"],
      [7, "2018-05-11"],
    ]);
  });

  it("written and read again is the same, in CSV and in a workbook; no cell is a formula", async () => {
    const table = [HEAD, GOOD, ["=1+1", "2018-05-11", "S2", "7.00", "提前"]];
    for (const bytes of [writeCsv(table), writeXlsx("还款", table)]) {
      const file = Buffer.concat(await Array.fromAsync(bytes));
      const { rows } = await read(file);
      expect(rows[0]?.values).toEqual(expected);
      expect(rows[1]?.cells[0]).toMatch(/^'?=1\+1$/);
    }
  });
});

describe("a row that is wrong", () => {
  it.each([
    ["a number without decimals", ["L1", "2018-05-10", "S1", "1234", ""], "2 还款金额 BANK_FILE_CELL_AMOUNT"],
    ["one decimal", ["L1", "2018-05-10", "S1", "1234.5", ""], "2 还款金额 BANK_FILE_CELL_AMOUNT"],
    ["a negative amount", ["L1", "2018-05-10", "S1", "-1.00", ""], "2 还款金额 BANK_FILE_CELL_AMOUNT"],
    ["separators", ["L1", "2018-05-10", "S1", '"1,234.50"', ""], "2 还款金额 BANK_FILE_CELL_AMOUNT"],
    ["30 February", ["L1", "2018-02-30", "S1", "1.00", ""], "2 还款日期 BANK_FILE_CELL_DATE"],
    ["no serial", ["L1", "2018-05-10", "", "1.00", ""], "2 流水号 BANK_FILE_CELL_EMPTY"],
    ["a number that lost digits", ["4.1E+17", "2018-05-10", "S1", "1.00", ""], "2 贷款编号 BANK_FILE_CELL_NUMBER_CUT"],
    ["a word that nobody knows", ["L1", "2018-05-10", "S1", "1.00", "其它"], "2 种类 BANK_FILE_CELL_WORD"],
    ["a slash in a number", ["L/1", "2018-05-10", "S1", "1.00", ""], "2 贷款编号 BANK_FILE_CELL_TEXT"],
    ["a cell too many", ["L1", "", "2018-05-10", "S1", "1.00", ""], "2 还款日期 BANK_FILE_ROW_SHIFTED"],
    ["a cell too few", ["L1", "S1", "1.00", "正常"], "2 还款日期 BANK_FILE_ROW_SHIFTED"],
    ["a stray separator", ["L1", "2018-05-10", "S1", "1", "00"], "2 还款金额 BANK_FILE_CELL_AMOUNT"],
  ])("%s is named with row and column", async (_, row, expected) => {
    expect(faults(await csv([HEAD, row]))).toContain(expected);
  });

  it("an amount that a workbook holds as a number is refused, a loan number is not", async () => {
    expect(faults(await read(workbook([HEAD, [12345, "2018-05-10", 778, 1234.5, ""]])))).toEqual(["2 还款金额 BANK_FILE_CELL_AMOUNT"]);
  });
});

describe("a table that is wrong as a whole", () => {
  it.each([
    ["nothing", "", "BANK_FILE_EMPTY"],
    ["a missing column", "贷款编号,还款日期,流水号\nL1,2018-05-10,S1\n", "BANK_FILE_COLUMN_MISSING"],
    ["a column twice", `${HEAD.join(",")},流水号\n${GOOD.join(",")},S1\n`, "BANK_FILE_COLUMN_TWICE"],
    ["a header alone", `${HEAD.join(",")}\n`, "BANK_FILE_WITHOUT_ROWS"],
    ["an open quote", `${HEAD.join(",")}\n"L1,2018`, "BANK_FILE_FORMAT"],
    ["a picture", "\u0089PNG\r\n\u001a\n\u0000\u0000", "BANK_FILE_ENCODING"],
  ])("%s", async (_, text, expected) => {
    expect(await code((async () => Array.fromAsync(readTable(bytesSource(Buffer.from(text, "utf8")), COLUMNS)))())).toBe(expected);
  });

  it("an old .xls, a damaged archive, one without a sheet, a DOCTYPE inside", async () => {
    expect(await code(formatOf(bytesSource(Buffer.from([0xd0, 0xcf, 0x11, 0xe0]))))).toBe("BANK_FILE_FORMAT");
    expect(await code(read(Buffer.from("PK\u0003\u0004 and nothing more", "latin1")))).toBe("BANK_FILE_FORMAT");
    expect(await code(read(zip([{ name: "x.txt", data: Buffer.from("x") }])))).toBe("BANK_FILE_FORMAT");
    expect(await code(read(workbook([HEAD, GOOD], '<!DOCTYPE x [<!ENTITY a "b">]>')))).toBe("BANK_FILE_UNSAFE_XML");
  });
});

describe("a zip bomb", () => {
  const name = "xl/worksheets/sheet1.xml";

  it("is refused by its directory: ratio, total, overlapping files, too many files", async () => {
    const zeros = Buffer.alloc(8 * 1024 * 1024);
    expect(await code(read(zip([{ name, data: zeros }])))).toBe("BANK_FILE_ZIP_BOMB");
    expect(await code(read(zip([{ name, data: Buffer.from("<x/>"), claimed: 600 * 1024 * 1024 }])))).toBe("BANK_FILE_ZIP_BOMB");
    const some = Buffer.from("<worksheet/>");
    expect(
      await code(
        read(
          zip([
            { name, data: some },
            { name: "b", data: some, offset: 0 },
          ]),
        ),
      ),
    ).toBe("BANK_FILE_ZIP_BOMB");
    expect(await code(read(zip(Array.from({ length: 300 }, (_, n) => ({ name: `f${n}`, data: some })))))).toBe("BANK_FILE_ZIP_BOMB");
  });

  it("that lies in its directory is stopped where it said it would end", async () => {
    const zeros = Buffer.alloc(8 * 1024 * 1024, 0x20);
    expect(await code(read(zip([{ name, data: zeros, claimed: 1000 }])))).toBe("BANK_FILE_ZIP_BOMB");
  });
});
