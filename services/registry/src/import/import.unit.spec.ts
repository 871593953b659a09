import { errorEntry } from "@huimin/outcome";
import exceljs from "exceljs";
import iconv from "iconv-lite";
import { describe, expect, it } from "vitest";
import { type SpecRow, specCsv, specRows, specTable } from "../specification/files.ts";
import { columnOf, relationOf, TEMPLATE_HEADER } from "./columns.ts";
import { type FileContents, readRows } from "./rows.ts";
import { FILE_BYTES_MAX, FILE_ROWS_MAX, readTable } from "./table.ts";

const rules = {
  today: "2018-06-01",
  valueDate: "2018-06-01",
  villages: new Set(["410803010207", "410803010208"]),
  banks: new Map([["农商银行", "K1"]]),
};
const bytes = (text: string) => new TextEncoder().encode(text);

/** Reads a file as far as its rows; a fault of the whole file is a list of codes. */
async function read(file: Uint8Array): Promise<FileContents | string[]> {
  const table = await readTable(file);
  if (!table.ok) return [table.refusal.code];
  const rows = readRows(table.value, rules);
  return rows.ok ? rows.value : rows.refusal.map(({ code, details }) => `${code} ${details?.column ?? ""}`.trim());
}
const good = async (file: Uint8Array): Promise<FileContents> => {
  const contents = await read(file);
  if (Array.isArray(contents)) throw new Error(contents.join());
  return contents;
};
const faults = (contents: FileContents) => contents.faults.map(({ row, column, code }) => `${row} ${column} ${code}`);
/** A file of 150 households in which some rows were changed; `row` as a spreadsheet shows it. */
const changed = (change: Record<number, Partial<SpecRow>>) =>
  good(bytes(specCsv(specRows(150).map((row, n) => ({ ...row, ...change[n + 2] })))));

async function workbook(rows: readonly (readonly unknown[])[]): Promise<Uint8Array> {
  const book = new exceljs.Workbook();
  const sheet = book.addWorksheet("户");
  for (const row of rows) sheet.addRow([...row]);
  return new Uint8Array(await book.xlsx.writeBuffer());
}

/** A workbook with something in its last row only. */
async function workbookTo(row: number): Promise<Uint8Array> {
  const book = new exceljs.Workbook();
  book.addWorksheet("户").getCell(row, 1).value = "H1";
  return new Uint8Array(await book.xlsx.writeBuffer());
}

describe("a file that is right", () => {
  const rows = specRows(4);
  const text = specCsv(rows);
  const expectAll = (contents: FileContents) => {
    expect(faults(contents)).toEqual([]);
    expect(contents.rows).toBe(rows.length);
    expect(contents.households.map(({ plain }) => `${plain.household} ${plain.members.length}`)).toEqual([
      "H00001 1",
      "H00002 2",
      "H00003 3",
      "H00004 3",
    ]);
    expect(contents.households[1]?.plain).toMatchObject({
      village: "410803010207",
      cause: "因病",
      account: { bank: "K1", kind: "card", number: "6299994108990000011" },
      valueDate: "2015-12-31",
      members: [{ relation: "head", name: rows[1]?.name, idNumber: rows[1]?.idNumber, phone: rows[1]?.phone }, { relation: "spouse" }],
    });
  };
  it("is read as UTF-8", async () => expectAll(await good(bytes(text))));
  it("is read with a BOM", async () => expectAll(await good(bytes(`\ufeff${text}`))));
  it("is read as GB 18030", async () => expectAll(await good(iconv.encode(text, "gb18030"))));
  it("is read as UTF-16 with tabs, as spreadsheets export it", async () =>
    expectAll(await good(iconv.encode(text.replaceAll(",", "\t"), "utf-16le", { addBOM: true }))));
  it("is read with semicolons and blank lines", async () =>
    expectAll(await good(bytes(`\r\n${text.replaceAll(",", ";").replace("H00003", "\r\nH00003")}\r\n;;;\r\n`))));
  it("is read as a workbook", async () => expectAll(await good(await workbook(specTable(rows)))));
  it("is read with its columns in another order and under other names", async () => {
    const order = [4, 3, 2, 1, 0, 8, 9, 6, 7, 5, 10, 11];
    const names = [
      "身份证号码*",
      "姓 名",
      "与户主关系(必填)",
      "行政村编码",
      "户号",
      "开户银行",
      "银行卡号",
      "联系电话",
      "主要致贫原因",
      "备注",
      "卡折类型",
      "建档日期",
    ];
    const table = specTable(rows).map((row, n) => (n === 0 ? names : order.map((at) => row[at] as string)));
    const contents = await good(bytes(table.map((row) => row.join(",")).join("\n")));
    expectAll(contents);
    expect(contents.ignoredColumns).toEqual(["备注"]);
  });
});

describe("a file that is wrong as a whole", () => {
  it.each([
    ["0 bytes", new Uint8Array(), ["FILE_EMPTY"]],
    ["blank lines only", bytes("\r\n\r\n"), ["FILE_EMPTY"]],
    ["a header only", bytes(`${TEMPLATE_HEADER.join(",")}\r\n`), ["FILE_WITHOUT_ROWS"]],
    [
      "a missing column",
      bytes(
        specCsv(
          specRows(1),
          TEMPLATE_HEADER.map((name) => (name === "身份证号" ? "证号" : name)),
        ),
      ),
      ["FILE_COLUMN_MISSING 身份证号"],
    ],
    ["two missing columns", bytes("姓名,村编码,与户主关系\r\n张三,1,户主"), ["FILE_COLUMN_MISSING 户编号", "FILE_COLUMN_MISSING 身份证号"]],
    [
      "a column that occurs twice",
      bytes(
        specCsv(
          specRows(1),
          TEMPLATE_HEADER.map((name) => (name === "性别" ? "姓名" : name)),
        ),
      ),
      ["FILE_COLUMN_TWICE 姓名"],
    ],
    ["an encoding that nobody knows", new Uint8Array([0x80, 0xff, 0x2c, 0xff, 0xff]), ["FILE_ENCODING"]],
    ["a picture", new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13]), ["FILE_ENCODING"]],
    ["an old workbook", new Uint8Array([0xd0, 0xcf, 0x11, 0xe0, 0xa1]), ["FILE_FORMAT"]],
    ["a damaged workbook", new Uint8Array([0x50, 0x4b, 3, 4, 1, 2, 3]), ["FILE_FORMAT"]],
    ["a quote that never ends", bytes(`${TEMPLATE_HEADER.join(",")}\r\n"H1,1,户主`), ["FILE_FORMAT"]],
  ])("%s", async (_, file, expected) => expect(await read(file)).toEqual(expected));

  it.each([
    ["a text", new Uint8Array(FILE_BYTES_MAX + 1), 64],
    // A workbook unpacks to some ten times its size, so it may be smaller only.
    ["a workbook", new Uint8Array(16 * 1024 * 1024 + 1).fill(0x50, 0, 1).fill(0x4b, 1, 2), 16],
  ])("%s of more bytes than are taken: told with the limit in megabytes", async (_, file, limit) => {
    expect(await readTable(file)).toEqual({ ok: false, refusal: { code: "FILE_TOO_LARGE", details: { limit } } });
  });

  it.each([
    ["a text", async (rows: number) => bytes("H1\n".repeat(rows))],
    ["a workbook", async (rows: number) => workbookTo(rows)],
  ])("%s of more rows than a district has: told with the limit, and not a row of it read", async (_, file) => {
    expect(await readTable(await file(FILE_ROWS_MAX + 2))).toEqual({
      ok: false,
      refusal: { code: "FILE_TOO_MANY_ROWS", details: { limit: FILE_ROWS_MAX } },
    });
  });
});

describe("a row that is wrong", () => {
  const idOf = (row: number) => specRows(150)[row - 2]?.idNumber ?? "";
  const wrongDigit = (row: number) => `${idOf(row).slice(0, 17)}${idOf(row).endsWith("0") ? "1" : "0"}`;

  it("is named with its number, column and code: a wrong check digit in row 317", async () => {
    const contents = await changed({ 317: { idNumber: wrongDigit(317) } });
    expect(faults(contents)).toEqual(["317 身份证号 ID_NUMBER_CHECK_DIGIT"]);
    expect(contents.faults[0]?.details).toEqual({ expected: idOf(317)[17] });
    expect(contents.households.length).toBe(149);
  });

  it.each<[string, Partial<SpecRow>, string]>([
    ["an ID number of an earlier row", { idNumber: idOf(2) }, "身份证号 ROW_PERSON_TWICE"],
    ["a village that is not in the list", { village: "410803010999" }, "村编码 VILLAGE_UNKNOWN"],
    ["a name of 60 characters", { name: "张".repeat(60) }, "姓名 NAME_LENGTH"],
    ["a space in the name", { name: "张 三" }, "姓名 NAME_SPACE"],
    ["30 February", { registeredOn: "2015-02-30" }, "登记日期 CELL_DATE_INVALID"],
    ["a date as text", { registeredOn: "去年" }, "登记日期 CELL_DATE_INVALID"],
    ["a date in the future", { registeredOn: "2018-06-02" }, "登记日期 REGISTRY_DATE_IN_FUTURE"],
    ["no ID number", { idNumber: "" }, "身份证号 CELL_EMPTY"],
    ["no household number", { household: "" }, "户编号 CELL_EMPTY"],
    ["an ID number that a spreadsheet has cut", { idNumber: "4.10899E+17" }, "身份证号 CELL_NUMBER_CUT"],
    ["a relation that nobody knows", { relation: "邻居" }, "与户主关系 RELATION_UNKNOWN"],
    ["a phone number of ten digits", { phone: "1381234567" }, "手机号 PHONE_FORMAT"],
    ["a household number with a slash", { household: "H/1" }, "户编号 REGISTRY_ID_INVALID"],
  ])("%s", async (_, change, expected) => {
    // Row 5 is the head of the third household.
    expect(faults(await changed({ 5: change }))).toContain(`5 ${expected}`);
  });

  it.each<[string, Partial<SpecRow>, string]>([
    ["a bank that is not registered", { bank: "某银行" }, "开户行 BANK_NAME_UNKNOWN"],
    ["an account of 15 digits with a letter", { account: "62O99410899012" }, "账号 ACCOUNT_FORMAT"],
    ["an account of zeros", { account: "0000000000000000000" }, "账号 ACCOUNT_ALL_EQUAL"],
    ["an account that a spreadsheet has cut", { account: "6.29999E+18" }, "账号 CELL_NUMBER_CUT"],
  ])("%s", async (_, change, expected) => expect(faults(await changed({ 5: change }))).toEqual([`5 ${expected}`]));

  it("says in which rows a household has no head, two heads, two villages, an account of another", async () => {
    expect(faults(await changed({ 5: { relation: "之父" } }))).toEqual(["5 与户主关系 ROW_WITHOUT_HEAD", "5 账号 ROW_ACCOUNT_NOT_HEAD"]);
    const two = await changed({ 6: { relation: "户主", village: "410803010208", account: "6299994108990000011", bank: "农商银行" } });
    expect(two.faults.map(({ row, code, details }) => `${row} ${code} ${details?.other ?? ""}`)).toEqual([
      "6 ROW_SECOND_HEAD 5",
      "6 ROW_VILLAGE_DIFFERS 5",
    ]);
    expect(faults(await changed({ 6: { account: "6299994108990000011", bank: "农商银行" } }))).toEqual(["6 账号 ROW_ACCOUNT_NOT_HEAD"]);
  });

  it("has every fault found, not the first only, and texts in both languages", async () => {
    const contents = await changed({ 317: { idNumber: wrongDigit(317), name: "张".repeat(60) }, 12: { village: "1" } });
    expect(faults(contents)).toEqual(["12 村编码 VILLAGE_UNKNOWN", "317 姓名 NAME_LENGTH", "317 身份证号 ID_NUMBER_CHECK_DIGIT"]);
    for (const { code } of contents.faults) expect(errorEntry(code)?.remedyZh && errorEntry(code)?.remedyEn).toBeTruthy();
  });

  it("is found in a workbook that kept ID numbers as numbers", async () => {
    const table: unknown[][] = specTable(specRows(2));
    (table[1] as unknown[])[4] = 410899195001011000;
    (table[2] as unknown[])[1] = 410803010207;
    expect(faults(await good(await workbook(table)))).toEqual(["2 身份证号 CELL_NUMBER_CUT"]);
  });

  it("takes the group of the village from the head's row", async () => {
    const table: unknown[][] = specTable(specRows(1));
    (table[1] as unknown[])[TEMPLATE_HEADER.indexOf("村民小组")] = "三组";
    expect((await good(await workbook(table))).households[0]?.plain).toMatchObject({ group: "三组" });
    expect((await good(await workbook(specTable(specRows(1))))).households[0]?.plain).not.toHaveProperty("group");
  });

  it("reads dates of a workbook, formulas and rich text", async () => {
    const table: unknown[][] = specTable(specRows(1));
    const row = table[1] as unknown[];
    row[11] = new Date("2015-12-31T00:00:00Z");
    row[3] = { richText: [{ text: "张" }, { text: "三" }] };
    row[0] = { formula: '"H"&"1"', result: "H1" };
    expect((await good(await workbook(table))).households[0]?.plain).toMatchObject({
      household: "H1",
      valueDate: "2015-12-31",
      members: [{ name: "张三" }],
    });
  });
});

describe("words of the files", () => {
  it.each([
    ["之 女", "child"],
    ["本人", "head"],
    ["之孙女", "grandchild"],
    ["儿媳", "other"],
    ["邻居", undefined],
    ["constructor", undefined],
  ])("relation %s is %s", (text, relation) => expect(relationOf(text)).toBe(relation));
  it.each([
    ["户编号", "household"],
    ["身份证号码(18位)", "idNumber"],
    ["Household", "household"],
    ["备注", undefined],
  ])("header %s is %s", (text, key) => expect(columnOf(text)).toBe(key));
});
