import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { ALL_ROWS_MAX } from "@huimin/service-bank-gateway";
import { BILLION_LAUGHS, camt053, workbook, zip } from "@huimin/test-support/bank-messages";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bankFileClient, csv, HEAD } from "./testing/bank-file-client.ts";
import { runHuimin } from "./testing/command-line.ts";
import { DISTRICT, LiveDistrict } from "./testing/live-district.ts";

const district = new LiveDistrict();
const { bank, bankRead, signIn } = district;
const { upload, report, head, since } = bankFileClient(district);
let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "huimin-pickup-"));
  await district.start({ bankFolder: folder });
  await district.lend("L1", "20000.00");
  await district.lend("L2", "20000.00");
  district.now = Date.UTC(2018, 4, 20, 1, 0, 0);
});
afterAll(async () => {
  await district.stop();
  await rm(folder, { recursive: true, force: true });
});

describe("repayments in a file", () => {
  const rows = [
    "L1,2018-05-10,F1,,1000.00",
    "L1,2018-05-10,F2,,1000.00",
    "L2,2018-05-21,F3,,500.00",
    "L2,2017-02-21,F4,,500.00",
    "L9,2018-05-10,F5,,500.00",
    "L2,2018-05-10,F6,500,",
    "L2,,2018-05-10,F7,,500.00",
    "L2,2018-05-11,F8,,600.00",
  ];

  it("given good and bad rows, then the good ones are booked, and each bad one is named with rule and remedy", async () => {
    const before = await head();
    const sent = await upload("?kind=repayments", csv(...rows));
    expect(sent).toMatchObject({
      status: 201,
      body: { status: "partly", rows: 8, counts: { booked: 2, held: 1, refused: 5, repeated: 0 }, faultsTotal: 5 },
    });
    const faults = sent.body.faults.map(
      ({ row, column = "", code }: { row: number; column?: string; code: string }) => `${row} ${column} ${code}`,
    );
    expect(faults).toEqual([
      "4  LOAN_DATE_IN_FUTURE",
      "5  BEFORE_DISBURSEMENT",
      "6  LOAN_NOT_DISBURSED",
      "7 还款金额 BANK_FILE_CELL_AMOUNT",
      "8 还款日期 BANK_FILE_ROW_SHIFTED",
    ]);
    for (const { zh, en, remedyZh, remedyEn } of sent.body.faults) expect([zh, en, remedyZh, remedyEn].join("")).not.toMatch(/[{}]/);
    expect(await since(before)).toEqual(["BankFileReceived", expect.any(String), expect.any(String), expect.any(String), "BankFileBooked"]);
    const text = await report(sent.body.sha256);
    const lines = text.split("\r\n");
    expect(lines[0]).toBe(`${HEAD},状态,原因,处理`);
    expect(lines[1]).toBe("L1,2018-05-10,F1,,1000.00,已入账,,");
    expect(lines[2]).toContain("疑似重复");
    expect(lines[4]).toMatch(/^L2,2017-02-21,F4,,500.00,未入账,.*\[BEFORE_DISBURSEMENT\]/);
  });

  it("given the same file again, at the bank or at the office, then the first answer and not an event", async () => {
    const before = await head();
    const first = await upload("?kind=repayments", csv(...rows));
    expect([first.status, first.headers.get("idempotent-replayed"), first.body.counts.booked]).toEqual([200, "true", 2]);
    expect(await head()).toBe(before);
    expect((await bankRead(`/files/${first.body.sha256}`)).body).toEqual(first.body);
    expect(await bankRead(`/files/${first.body.sha256}`, "k2")).toMatchObject({ status: 404, body: { code: "BANK_FILE_NOT_FOUND" } });
  });

  it("given a message that the API has booked, then its row is a repeat; with another amount it is a conflict", async () => {
    await bank("repayments", { currency: "CNY", loan: "L1", valueDate: "2018-05-12", serial: "API1", principal: "70.00" });
    const sent = await upload("?kind=repayments", csv("L1,2018-05-12,API1,,70.00", "L1,2018-05-12,API1,,71.00"));
    expect(sent.body).toMatchObject({
      counts: { repeated: 1, refused: 1, booked: 0 },
      faults: [{ row: 3, code: "IDEMPOTENCY_KEY_CONFLICT" }],
    });
  });

  it("given mode=all, then one bad row refuses the file, and the corrected one is one append", async () => {
    const before = await head();
    const bad = await upload("?kind=repayments&mode=all", csv("L1,2018-05-13,A1,,10.00", "L2,2018-05-13,A2,,99999.00"));
    expect(bad).toMatchObject({
      status: 422,
      body: { status: "refused", faults: [{ code: "BANK_FILE_ROWS_REFUSED" }, { row: 3, code: "ABOVE_OPEN_PRINCIPAL" }] },
    });
    expect(await since(before)).toEqual(["BankFileReceived", "BankFileRefused"]);
    const good = await upload(
      "?kind=repayments&mode=all",
      csv("L1,2018-05-13,A1,,10.00", "L1,2018-05-14,A2,,20.00", "L2,2018-05-13,A3,,30.00"),
    );
    expect(good).toMatchObject({ status: 201, body: { status: "booked", counts: { booked: 3 }, total: "60.00" } });
    expect((await since(before)).slice(-5)).toEqual([
      "BankFileReceived",
      "RepaymentReceived",
      "RepaymentReceived",
      "RepaymentReceived",
      "BankFileBooked",
    ]);
    const L1 = await bankRead(`/loans/L1?min-position=${await head()}`);
    expect(L1.body.openPrincipal).toBe("18900.00");
  });

  it("given a file changed after it was signed, no signature, another bank's loan, or JSON, then nothing is booked", async () => {
    const before = await head();
    const good = csv("L1,2018-05-15,S1,,10.00");
    expect(await upload("?kind=repayments", good, { send: good.replace("10.00", "90.00") })).toMatchObject({
      status: 401,
      body: { code: "DIGEST_MISMATCH" },
    });
    const unsigned = await fetch(`${district.origin}/bank/v1/files?kind=repayments`, {
      method: "POST",
      headers: { "content-type": "text/csv" },
      body: good,
    });
    expect([unsigned.status, ((await unsigned.json()) as { code: string }).code]).toEqual([401, "SIGNATURE_MISSING"]);
    expect(await upload("?kind=repayments", "{}", { type: "application/json" })).toMatchObject({ status: 400 });
    expect(await upload("?kind=nothing", good)).toMatchObject({ status: 400 });
    expect(await head()).toBe(before);
    const other = await upload("?kind=repayments", good, { keyId: "k2" });
    expect(other.body).toMatchObject({ status: "refused", faults: [{ row: 2, code: "LOAN_NOT_DISBURSED" }] });
    expect(await readdir(path.join(district.platform.home, "bank-files/spool"))).toEqual([]);
  });
});

describe("files that are wrong as a whole", () => {
  const entries = [{ amount: "300.00", serial: "S1" }];
  it.each([
    ["a camt with a wrong balance", "", camt053({ entries, closing: "1.00" }), "BANK_FILE_TOTAL"],
    ["a wrong namespace", "", camt053({ entries, namespace: "urn:iso:std:iso:20022:tech:xsd:camt.053.001.02" }), "BANK_FILE_NAMESPACE"],
    ["a billion laughs", "", camt053({ entries, prolog: BILLION_LAUGHS }), "BANK_FILE_UNSAFE_XML"],
    ["amounts as numbers", "", camt053({ entries: [{ amount: "300" }] }), "BANK_FILE_AMOUNT"],
    ["a statement as repayments", "?kind=repayments", camt053({ entries }), "BANK_FILE_KIND"],
    ["a table of no kind", "", csv("L1,2018-05-10,Z1,,1.00"), "BANK_FILE_KIND"],
    ["a wrong header", "?kind=repayments", "a,b\r\n1,2\r\n", "BANK_FILE_COLUMN_MISSING"],
    [
      "a zip bomb",
      "?kind=repayments",
      zip([{ name: "xl/worksheets/sheet1.xml", data: Buffer.alloc(8 * 1024 * 1024) }]),
      "BANK_FILE_ZIP_BOMB",
    ],
    [
      "a bomb that lies in its directory",
      "?kind=repayments",
      zip([{ name: "xl/worksheets/sheet1.xml", data: Buffer.alloc(8 * 1024 * 1024, 0x20), claimed: 1_000 }]),
      "BANK_FILE_ZIP_BOMB",
    ],
    ["wrong totals above the rows", "?kind=repayments", `总笔数,2\r\n${csv("L1,2018-05-10,Z1,,1.00")}`, "BANK_FILE_TOTAL"],
  ])("%s is refused with what to do, and its record says so", async (_, query, body, code) => {
    const before = await head();
    const sent = await upload(query, body);
    expect(sent).toMatchObject({ status: 422, body: { status: "refused", faults: [{ code }] } });
    for (const text of [sent.body.faults[0].zh, sent.body.faults[0].remedyEn]) expect(text.length).toBeGreaterThan(5);
    expect(await since(before)).toEqual(["BankFileRefused"]);
    const said = await report(sent.body.sha256);
    if (typeof body === "string") expect(said).toContain(code);
    else expect(said.slice(0, 2)).toBe("PK"); // on a workbook the report is one too
  });

  it("given mode=all with one row more than one append takes, then the file is refused whole, with both numbers", async () => {
    const before = await head();
    const rows = Array.from({ length: ALL_ROWS_MAX + 1 }, (_, nth) => `L1,2018-05-10,Z3-${nth},,0.01`);
    const sent = await upload("?kind=repayments&mode=all", csv(...rows));
    expect(sent).toMatchObject({
      status: 422,
      body: { status: "refused", counts: { booked: 0 }, faultsTotal: 1, faults: [{ code: "BANK_FILE_ALL_TOO_LARGE" }] },
    });
    const [{ zh, en }] = sent.body.faults;
    for (const text of [zh, en]) expect(text).toMatch(new RegExp(`${ALL_ROWS_MAX}.*${ALL_ROWS_MAX + 1}`));
    expect(await since(before)).toEqual(["BankFileRefused"]);
    const [refused] = (await district.platform.store.readAll(DISTRICT, before, 1)) as unknown as [{ payload: object }];
    expect(refused.payload).toMatchObject({ bank: "K1", sha256: sent.body.sha256, code: "BANK_FILE_ALL_TOO_LARGE" });
  });

  it.each([
    ["a column shifted to the right", "L1,,2018-05-10,Z2,,2.00", "BANK_FILE_ROW_SHIFTED"],
    ["a column shifted to the left", "L1,Z2,,2.00,", "BANK_FILE_ROW_SHIFTED"],
    ["an amount as a number", "L1,2018-05-10,Z2,,2", "BANK_FILE_CELL_AMOUNT"],
    ["a repayment dated tomorrow", "L1,2018-05-21,Z2,,2.00", "LOAN_DATE_IN_FUTURE"],
    ["one before the loan", "L1,2017-02-21,Z2,,2.00", "BEFORE_DISBURSEMENT"],
  ])("given %s in one row, then that row is named with rule and remedy, and with mode=all nothing is booked", async (_, row, code) => {
    const before = await head();
    const sent = await upload("?kind=repayments&mode=all", csv(row, `L1,2018-05-10,Z-${code}-${row.length},,2.03`));
    expect(sent).toMatchObject({ status: 422, body: { status: "refused", counts: { booked: 0 } } });
    expect(await since(before)).not.toContain("RepaymentReceived");
    const said = await report(sent.body.sha256);
    expect(said).toContain(code);
    const lines = said.split("\r\n");
    expect(lines[0]).toBe(`${HEAD},状态,原因,处理`);
    expect(lines[2]).toMatch(/未入账,.*[\u4e00-\u9fff]{4}/);
    expect(lines[2]).toContain(code);
    expect(lines[3]).toBe(`L1,2018-05-10,Z-${code}-${row.length},,2.03,未入账,,`);
  });
});

describe("other ways in", () => {
  it("the office sends a workbook for a bank without keys: the bank is its author, the person stands behind it", async () => {
    const office = await signIn("fof-files", "FOF");
    const book = workbook([HEAD.split(","), ["L2", "2018-05-16", "W1", "", "40.00"], ["L2", "2018-05-16", "W2", "", 41.5]]);
    const url = `${district.origin}/api/v1/banks/K1/files?kind=repayments&document=${encodeURIComponent("函 12")}`;
    const headers = {
      authorization: `Bearer ${office}`,
      "content-type": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    };
    const response = await fetch(url, { method: "POST", headers, body: new Uint8Array(book) });
    const body = (await response.json()) as { sha256: string };
    expect(body).toMatchObject({
      format: "xlsx",
      counts: { booked: 1, refused: 1 },
      faults: [{ row: 3, column: "本金", code: "BANK_FILE_CELL_AMOUNT" }],
    });
    const [event] = (await district.platform.store.readAll(DISTRICT, (await head()) - 2, 1)) as unknown as [{ checker?: string }];
    expect(event).toMatchObject({
      type: "RepaymentReceived",
      actor: "bank:K1",
      channel: "file",
      sourceDocument: "函 12",
      checker: expect.stringMatching(/^u-/),
    });
    const village = await signIn("vil-files", "VIL");
    expect(
      (await fetch(url, { method: "POST", headers: { ...headers, authorization: `Bearer ${village}` }, body: new Uint8Array(book) }))
        .status,
    ).toBe(403);
  });

  it("the pick-up folder takes whole files only, and lays the report in out", async () => {
    const root = path.join(folder, "K1");
    await mkdir(path.join(root, "in"), { recursive: true });
    await mkdir(path.join(folder, "K9/in"), { recursive: true });
    const put = async (name: string, text: string, ageSeconds: number): Promise<void> => {
      const file = path.join(root, "in", name);
      await writeFile(file, text);
      const at = Date.now() / 1000 - ageSeconds;
      await utimes(file, at, at);
    };
    await put("repayments-20180518.csv", csv("L2,2018-05-18,P1,,5.00"), 60);
    await put("repayments-late.csv", csv("L2,2018-05-18,P2,,6.00"), 0);
    await put("repayments-half.csv.part", csv("L2,2018-05-18,P3,,7.00"), 60);
    await put("repayments.all-bad.csv", csv("L2,2018-05-18,P4,,8.00", "L9,2018-05-18,P5,,8.00"), 60);
    await writeFile(path.join(folder, "K9/in/repayments.csv"), "x");
    await district.platform.bankFiles.sweep();
    const names = async (name: string): Promise<string[]> =>
      (await readdir(path.join(root, name))).map((file) => file.replace(/^[0-9a-f]{12}-/, "")).sort();
    expect(await names("in")).toEqual(["repayments-half.csv.part", "repayments-late.csv"]);
    expect([await names("done"), await names("failed"), await names("work")]).toEqual([
      ["repayments-20180518.csv"],
      ["repayments.all-bad.csv"],
      [],
    ]);
    expect(await names("out")).toEqual(["repayments-20180518.report.csv", "repayments.all-bad.report.csv"]);
    expect(await readFile(path.join(root, "out/repayments-20180518.report.csv"), "utf8")).toContain("已入账");
    expect(await readdir(path.join(folder, "K9"))).toEqual(["in"]);
  });

  it("`huimin import repayments` takes the same way; a second time it knows the file", async () => {
    const huimin = (...args: string[]) => runHuimin(args, { directory: folder, platform: district.platform });
    await writeFile(path.join(folder, "r.csv"), csv("L2,2018-05-19,C1,,9.00"));
    const first = await huimin("import", "repayments", "r.csv", "--bank", "K1", "--json");
    expect(first).toMatchObject({ code: 0, json: { status: "booked", counts: { booked: 1 }, again: false } });
    const again = await huimin("import", "repayments", "r.csv", "--bank", "K1");
    expect(again).toMatchObject({ code: 0, out: expect.stringContaining("known already, booked: 1 rows") });
    const before = await head();
    const unknown = await huimin("import", "repayments", "r.csv", "--bank", "K7", "--json");
    expect(unknown).toMatchObject({
      code: 1,
      json: {
        ...{ bank: "K7", status: "refused", rows: 0, counts: { booked: 0 } },
        faults: [{ code: "BANK_FILE_BANK_UNKNOWN", zh: "没有登记银行 K7。", en: "Bank K7 is not registered." }],
      },
    });
    expect(await head()).toBe(before);
  });

  it("a file that was broken off is booked to its end by the sweep, and says the same as if it had not been", async () => {
    const text = csv("L2,2018-05-20,Q1,,3.00", "L2,2018-05-20,Q2,,4.00");
    const { intake } = district.platform.bankFiles;
    const { handlerOf } = district.platform.table;
    const spooled = await intake.storage.spool(
      (async function* () {
        yield Buffer.from(text);
      })(),
    );
    const kept = await intake.storage.keep("K1", spooled);
    const body = { bank: "K1", sha256: spooled.sha256, kind: "repayments", format: "csv", mode: "good", bytes: spooled.bytes, rows: 2 };
    const definition = district.platform.table.find("ReceiveBankFile");
    await handlerOf
      .call(district.platform.table, "ReceiveBankFile")
      .execute(definition as never, body, { actor: "bank:K1", role: "BANK", channel: "file" });
    expect(kept).toContain(spooled.sha256);
    expect(await bankRead(`/files/${spooled.sha256}`)).toMatchObject({ status: 503, body: { code: "BANK_FILE_STILL_BOOKING" } });
    await district.platform.bankFiles.sweep();
    expect((await bankRead(`/files/${spooled.sha256}`)).body).toMatchObject({ status: "booked", counts: { booked: 2 } });
  });

  it("gives empty templates", async () => {
    const response = await fetch(`${district.origin}/bank/v1/file-templates/repayments`);
    expect(await response.text()).toBe("贷款编号,还款日期,流水号,还款金额,本金,利息,罚息\r\n");
  });
});
