import { randomUUID } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { bankStatementFold, bankStatementStream, statementLines } from "@huimin/bank-file/events";
import type { RecordedEvent } from "@huimin/decider";
import { hashOfRows } from "@huimin/dividend/events";
import { createPostgresStore } from "@huimin/event-store";
import { fen } from "@huimin/money";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BILLION_LAUGHS, camt053, camt054, pain002, workbook } from "../../../packages/edge/bank-files/src/samples.fixture.ts";
import { runCli } from "./cli/program.ts";
import { type Answer, DISTRICT, LiveDistrict } from "./testing/live-district.ts";

const district = new LiveDistrict();
const { bank, bankRead, signIn } = district;
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

const HEAD = "贷款编号,还款日期,流水号,还款金额,本金";
const csv = (...rows: string[]): string => `${[HEAD, ...rows].join("\r\n")}\r\n`;

/** A signed file. `send` replaces the bytes after they were signed. */
async function upload(query: string, body: string, change: { keyId?: string; type?: string; send?: string } = {}): Promise<Answer> {
  const url = `${district.origin}/bank/v1/files${query}`;
  const headers = { "content-type": change.type ?? (body.startsWith("<") ? "application/xml" : "text/csv") };
  const signed = district.signedHeaders(change.keyId ?? "k1", "POST", url, headers, body, randomUUID());
  const response = await fetch(url, { method: "POST", headers: signed, body: change.send ?? body });
  return { status: response.status, headers: response.headers, body: await response.json() };
}

async function report(sha256: string, keyId = "k1"): Promise<string> {
  const url = `${district.origin}/bank/v1/files/${sha256}/report`;
  return (await fetch(url, { headers: district.signedHeaders(keyId, "GET", url, {}, undefined, randomUUID()) })).text();
}

const head = () => district.platform.store.head(DISTRICT);
const since = async (position: number) => (await district.platform.store.readAll(DISTRICT, position, 1_000)).map(({ type }) => type);

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
    expect(other.body).toMatchObject({ status: "refused", faults: [{ row: 2, code: "OTHER_BANKS_LOAN" }] });
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
    ["wrong totals above the rows", "?kind=repayments", `总笔数,2\r\n${csv("L1,2018-05-10,Z1,,1.00")}`, "BANK_FILE_TOTAL"],
  ])("%s is refused with what to do, and its record says so", async (_, query, body, code) => {
    const before = await head();
    const sent = await upload(query, body);
    expect(sent).toMatchObject({ status: 422, body: { status: "refused", faults: [{ code }] } });
    for (const text of [sent.body.faults[0].zh, sent.body.faults[0].remedyEn]) expect(text.length).toBeGreaterThan(5);
    expect(await since(before)).toEqual(["BankFileRefused"]);
    expect(await report(sent.body.sha256)).toContain(code);
  });
});

describe("a statement", () => {
  it("given camt.053, then its lines are in the log for reconciliation, and the report is a pain.002", async () => {
    const entries = [
      { amount: "300.00", serial: "S1" },
      { amount: "100.00", direction: "DBIT", serial: "S2", details: [{ id: "PB1-1", amount: "100.00" }] },
    ] as const;
    const sent = await upload("", camt053({ entries, day: "2018-05-18", account: "41050100001" }));
    expect(sent).toMatchObject({ status: 201, body: { kind: "statement", format: "camt.053", counts: { booked: 2 } } });
    const { events } = await district.platform.store.readStream(DISTRICT, bankStatementStream("K1", "41050100001", "2018-05-18"));
    const state = events.reduce(
      (before, event) => bankStatementFold.evolve(before, event as RecordedEvent),
      bankStatementFold.initialState,
    );
    expect(state.current).toMatchObject({ opening: "1000.00", closing: "1200.00", lines: 2 });
    expect(statementLines(state)).toMatchObject([
      { serial: "S1", direction: "credit" },
      { serial: "S2", endToEndId: "PB1-1", payments: 1 },
    ]);
    expect(await report(sent.body.sha256)).toContain("<TxSts>ACSC</TxSts>");
  });

  it("given a table whose balances follow from each other, then the same; with a gap it is refused", async () => {
    const rows = [
      "账号,入账日期,流水号,借方金额,贷方金额,余额",
      "41050100002,2018-05-17,B1,,50.00,150.00",
      "41050100002,2018-05-17,B2,30.00,,120.00",
    ];
    expect(await upload("?kind=statement", rows.join("\n"))).toMatchObject({ status: 201, body: { counts: { booked: 2 } } });
    expect(await upload("?kind=statement", rows.join("\n").replace("120.00", "121.00"))).toMatchObject({
      status: 422,
      body: { faults: [{ row: 3, column: "余额", code: "BANK_FILE_TOTAL" }] },
    });
  });
});

describe("results of a payout batch", () => {
  const AMOUNTS = ["100.00", "200.00", "300.00", "400.00", "500.00"];

  /** A submitted batch of five payments, as the dividend chain records it. */
  async function given(payoutBatch: string, pool: string): Promise<void> {
    const store = createPostgresStore({ connectionString: district.platform.databaseUrl });
    const part = { pool, year: 2017, part: 0 };
    const lines = AMOUNTS.map((amount, index) => ({ household: `HX${index + 1}`, village: "410803009204", amount }));
    const items = lines.map((line) => ({ ...line, from: "2901.02", account: `a-${line.household}` }));
    const rows = items.map(({ household, amount, account }) => ({ household, year: 2017, pool, amount: fen(amount), account }));
    const header = {
      payoutBatch,
      bank: "K1",
      total: "1500.00",
      count: 5,
      fileHash: hashOfRows(rows),
      parts: [{ ...part, count: 5, total: "1500.00" }],
    };
    const event = (type: string, payload: object) => ({
      eventId: randomUUID(),
      type,
      schemaVersion: 1,
      valueDate: "2018-05-16",
      recordedAt: "2018-05-16T10:00:00.000+08:00",
      period: "2018-05",
      actor: "spec",
      role: "FIN-C",
      channel: "import" as const,
      commandId: randomUUID(),
      correlationId: randomUUID(),
      payload,
    });
    const entitlement = [
      event("EntitlementsAllocated", { ...part, draft: 1, lines }),
      event("PayoutItemsSubmitted", { ...part, payoutBatch, bank: "K1", items }),
    ];
    await store.append(DISTRICT, {
      writes: [
        { stream: `entitlement/${pool}-2017-0`, expect: { kind: "none" }, events: entitlement },
        { stream: `payout/${payoutBatch}`, expect: { kind: "none" }, events: [event("PayoutBatchSubmitted", header)] },
      ],
      asserts: [],
      keys: [],
      answer: {},
    });
    await store.close();
  }

  const codes = (answer: Answer) => answer.body.faults.map(({ row, code }: { row: number; code: string }) => `${row} ${code}`);

  it("given a result list, then payments succeed and fail by its rows; amounts, unknown numbers and repeats are refused", async () => {
    await given("PR1", "POOL1");
    const list = ["代发批次号,PR1", "序号,收款账号,收款户名,金额,摘要,状态,失败原因,流水号,入账日期"];
    const row = (number: number, amount: string, rest: string): string => `${number},6217,张三,${amount},分红,${rest}`;
    const sent = await upload(
      "?kind=payout-results",
      [
        ...list,
        row(1, "100.00", "成功,,,2018-05-17"),
        row(2, "200.00", "失败,账户已销户,X2,2018-05-17"),
        row(3, "300.01", "成功,,,"),
        row(9, "1.00", "成功,,,"),
        row(4, "400.00", "处理中,,,"),
      ].join("\n"),
    );
    expect(sent.body).toMatchObject({ counts: { booked: 2, noted: 1, refused: 2 } });
    expect(codes(sent)).toEqual(["5 PAYOUT_AMOUNT_DIFFERS", "6 PAYOUT_REFERENCE_UNKNOWN"]);
    const again = await upload(
      "?kind=payout-results",
      [...list, row(1, "100.00", "成功,,,"), row(4, "400.00", "成功,,X4,2018-05-18")].join("\n"),
    );
    expect([again.body.counts.booked, codes(again)]).toEqual([1, ["3 RESULT_ALREADY_KNOWN"]]);
    expect(JSON.stringify(await district.platform.store.readAll(DISTRICT, 0, 5_000, ["entitlement", "bank-file"]))).not.toContain("张三");
  });

  it("given a pain.002, then its payments; of another bank's batch, none", async () => {
    await given("PR2", "POOL2");
    const payments = [
      { id: "PR2-1", status: "ACSC", serial: "T1", amount: "100.00" },
      { id: "PR2-2", status: "RJCT", reason: "AC06" },
      { id: "PR2-3", status: "PDNG" },
      { id: "PR9-1", status: "ACSC" },
    ];
    const message = pain002("PR2", payments, { day: "2018-05-18" });
    expect((await upload("", message, { keyId: "k2" })).body).toMatchObject({ counts: { booked: 0, refused: 3, noted: 1 } });
    const sent = await upload("", message);
    expect(sent.body).toMatchObject({ format: "pain.002", counts: { booked: 2, noted: 1, refused: 1 } });
    expect(codes(sent)).toEqual(["4 PAYOUT_REFERENCE_MISSING"]);
    const { events } = await district.platform.store.readStream(DISTRICT, "entitlement/POOL2-2017-0");
    expect(events.slice(-2)).toMatchObject([
      { type: "PayoutSucceeded", valueDate: "2018-05-18", channel: "file", payload: { serial: "T1", items: [{ household: "HX1" }] } },
      { type: "PayoutFailed", payload: { reason: "AC06", items: [{ household: "HX2" }] } },
    ]);
  });

  it("given a status of the whole order and then a notification, then all succeed, and one comes back", async () => {
    await given("PR3", "POOL3");
    expect((await upload("", pain002("PR3", [], { group: "ACSC", day: "2018-05-18" }))).body.counts).toMatchObject({
      booked: 5,
      refused: 0,
    });
    const details = [{ id: "PR3-4", amount: "400.00", reason: "AC04", serial: "RT1" }];
    const back = await upload("", camt054({ entries: [{ amount: "400.00", details }], day: "2018-05-19" }));
    expect(back.body).toMatchObject({ kind: "payout-results", counts: { booked: 1 } });
    const { events } = await district.platform.store.readStream(DISTRICT, "entitlement/POOL3-2017-0");
    expect(events.at(-1)).toMatchObject({
      type: "PayoutReturned",
      payload: { reason: "AC04", serial: "RT1", items: [{ household: "HX4" }] },
    });
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
    const out: string[] = [];
    const terminal = { out: (text: string) => void out.push(text), err: (text: string) => void out.push(text) };
    const context = { terminal, environment: {}, directory: folder, platform: district.platform } as never;
    await writeFile(path.join(folder, "r.csv"), csv("L2,2018-05-19,C1,,9.00"));
    expect(await runCli(["import", "repayments", "r.csv", "--bank", "K1", "--json"], context)).toBe(0);
    expect(JSON.parse(out[0] as string)).toMatchObject({ status: "booked", counts: { booked: 1 }, again: false });
    expect(await runCli(["import", "repayments", "r.csv", "--bank", "K1"], context)).toBe(0);
    expect(out.at(-1)).toContain("known already, booked: 1 rows");
    expect(await runCli(["import", "repayments", "r.csv", "--bank", "K7"], context)).toBe(1);
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
