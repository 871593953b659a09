import { BILLION_LAUGHS, camt053, camt054, pain002 } from "@huimin/test-support/bank-messages";
import { describe, expect, it } from "vitest";
import { BankFileFault, bytesSource, CAMT_053, CAMT_054, formatOf, readCamt, readPain002 } from "./index.ts";

const source = (text: string) => bytesSource(Buffer.from(text));
const all = async <T>(steps: AsyncIterable<T>): Promise<T[]> => Array.fromAsync(steps);
const statement = (text: string) => all(readCamt(source(text), CAMT_053));
const notification = (text: string) => all(readCamt(source(text), CAMT_054));

async function refusal(work: Promise<unknown>) {
  const fault = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(fault instanceof BankFileFault)) throw new Error(`no refusal: ${fault}`);
  return fault.refusal;
}
const code = async (work: Promise<unknown>) => (await refusal(work)).code;

const entries = [
  { amount: "300.00", serial: "S1" },
  { amount: "120.50", direction: "DBIT", serial: "S2" },
] as const;

describe("camt.053 对账单", () => {
  it("gives account, balances and entries, with totals that were checked", async () => {
    const steps = await statement(camt053({ entries }));
    expect(steps.map(({ kind }) => kind)).toEqual(["message", "account", "entry", "entry-end", "entry", "entry-end", "account-end"]);
    expect(steps[1]).toMatchObject({
      account: "41050100001",
      id: "ST1",
      from: "2018-12-28",
      to: "2018-12-28",
      opening: { amount: 100_000n },
      closing: { amount: 117_950n },
    });
    expect(steps[4]).toMatchObject({
      number: 2,
      amount: 12_050n,
      direction: "debit",
      serial: "S2",
      bookedOn: "2018-12-28",
      status: "BOOK",
    });
    expect(steps.at(-1)).toMatchObject({ entries: 2, credits: 30_000n, debits: 12_050n });
  });

  it("counts an entry that is not booked in the summary and not in the balance", async () => {
    expect(await statement(camt053({ entries: [...entries, { amount: "9.00", status: "PDNG" }] }))).toHaveLength(9);
  });

  it.each([
    ["closing balance", { closing: "1179.51" }, { total: "CLBD", stated: "1179.51", computed: "1179.50" }],
    ["number of entries", { count: 3 }, { total: "TtlNtries/NbOfNtries", stated: 3, computed: 2 }],
    ["sum of entries", { sum: "420.51" }, { total: "TtlNtries/Sum", stated: "420.51", computed: "420.50" }],
  ])("refuses a wrong %s and says both figures", async (_, change, details) => {
    const found = await refusal(statement(camt053({ entries, ...change })));
    expect(found).toMatchObject({ code: "BANK_FILE_TOTAL", details });
  });

  it.each([
    ["one decimal", { amount: "300.0" }],
    ["no decimals", { amount: "300" }],
    ["three decimals", { amount: "300.000" }],
    ["an exponent", { amount: "3e2" }],
    ["another currency", { amount: "300.00", currency: "USD" }],
    ["a sign", { amount: "-300.00" }],
  ])("refuses an amount with %s", async (_, entry) => {
    const found = await refusal(statement(camt053({ entries: [entries[0], entry].map((one) => ({ ...one })), sum: "1.00" })));
    expect(found).toMatchObject({ code: "BANK_FILE_AMOUNT", details: { item: "Ntry 2" } });
  });

  it("refuses a page of several, a statement without balances, an element in the wrong place, one that is missing", async () => {
    const good = camt053({ entries });
    expect(
      await code(statement(good.replace("<FrToDt>", "<StmtPgntn><PgNb>1</PgNb><LastPgInd>false</LastPgInd></StmtPgntn><FrToDt>"))),
    ).toBe("BANK_FILE_PAGED");
    expect(await code(statement(good.replace(">CLBD<", ">XPCD<")))).toBe("BANK_FILE_ELEMENT");
    expect(await code(statement(good.replace("<Id>ST1</Id>", "").replace("</Acct>", "</Acct><Id>ST1</Id>")))).toBe("BANK_FILE_ELEMENT");
    expect(await code(statement(good.replace("<CdtDbtInd>DBIT</CdtDbtInd>", "")))).toBe("BANK_FILE_ELEMENT");
    expect(await code(statement(good.replace("<Sts>", "<Status>").replace("</Sts>", "</Status>")))).toBe("BANK_FILE_ELEMENT");
  });
});

describe("camt.054 动账通知", () => {
  it("gives the transactions of an entry with their references, and why one came back", async () => {
    const details = [
      { id: "PB1-1", amount: "200.00", serial: "R1", reason: "AC04" },
      { id: "PB1-2", amount: "100.00" },
    ];
    const steps = await notification(camt054({ entries: [{ amount: "300.00", details, batchCount: 2 }] }));
    expect(steps.filter(({ kind }) => kind === "detail")).toMatchObject([
      { number: 1, amount: 20_000n, endToEndId: "PB1-1", serial: "R1", returned: { reason: "AC04" } },
      { number: 2, amount: 10_000n, endToEndId: "PB1-2" },
    ]);
  });

  it("refuses details that do not add up to their entry, and a wrong NbOfTxs", async () => {
    const details = [{ amount: "200.00" }, { amount: "99.00" }];
    expect(await refusal(notification(camt054({ entries: [{ amount: "300.00", details }] })))).toMatchObject({
      code: "BANK_FILE_TOTAL",
      details: { item: "Ntry 1", stated: "300.00", computed: "299.00" },
    });
    const right = [{ amount: "200.00" }, { amount: "100.00" }];
    expect(await code(notification(camt054({ entries: [{ amount: "300.00", details: right, batchCount: 3 }] })))).toBe("BANK_FILE_TOTAL");
  });
});

describe("pain.002 状态报告", () => {
  const payments = [
    { id: "PB1-1", status: "ACSC", serial: "T1", amount: "2702.71" },
    { id: "PB1-2", status: "RJCT", reason: "AC04" },
    { id: "PB1-3", status: "PDNG" },
  ];

  it("gives the outcome of each payment", async () => {
    const steps = await all(readPain002(source(pain002("PB1", payments, { group: "PART", counts: { ACSC: 1, RJCT: 1, PDNG: 1 } }))));
    expect(steps).toMatchObject([
      { kind: "message", orderId: "PB1", outcome: "partly", messageId: "STS1", createdOn: "2018-12-28" },
      { number: 1, endToEndId: "PB1-1", outcome: "paid", serial: "T1", amount: 270_271n },
      { number: 2, outcome: "rejected", reason: "AC04" },
      { number: 3, outcome: "pending" },
    ]);
  });

  it("gives the outcome of a whole order, refuses unknown codes, missing ones and wrong counts", async () => {
    expect(await all(readPain002(source(pain002("PB1", [], { group: "ACSC" }))))).toMatchObject([{ outcome: "paid" }]);
    const read = (text: string) => all(readPain002(source(text)));
    expect(await code(read(pain002("PB1", [{ id: "PB1-1", status: "DONE" }])))).toBe("BANK_FILE_ELEMENT");
    expect(await code(read(pain002("PB1", [{ id: "PB1-1" }])))).toBe("BANK_FILE_ELEMENT");
    expect(await code(read(pain002("PB1", payments, { counts: { ACSC: 2 } })))).toBe("BANK_FILE_TOTAL");
    expect(await code(read(pain002("PB1", payments).replace("pain.001.001.09", "pain.008.001.08")))).toBe("BANK_FILE_ELEMENT");
  });
});

describe("XML that is no message", () => {
  it("finds the format by the namespace, in any of its spellings", async () => {
    expect(await formatOf(source(camt053({ entries })))).toBe("camt.053");
    expect(await formatOf(source(`\ufeff${camt054({ entries })}`))).toBe("camt.054");
    expect(await formatOf(source(pain002("X", [])))).toBe("pain.002");
    const prefixed = camt053({ entries })
      .replace("<Document xmlns=", "<c:Document xmlns:c=")
      .replace(/<(\/?)(?!c:|\?)/g, "<$1c:");
    expect(await formatOf(source(prefixed))).toBe("camt.053");
    expect(await statement(prefixed)).toHaveLength(7);
    expect(await formatOf(source("a,b\n"))).toBe("csv");
  });

  it("refuses another version's namespace, at the root and inside", async () => {
    const other = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.02";
    expect(await refusal(formatOf(source(camt053({ entries, namespace: other }))))).toMatchObject({
      code: "BANK_FILE_NAMESPACE",
      details: { found: other },
    });
    expect(await code(statement(camt053({ entries, namespace: other })))).toBe("BANK_FILE_NAMESPACE");
    expect(await code(statement(camt053({ entries }).replace("<Ntry>", '<Ntry xmlns="urn:x">')))).toBe("BANK_FILE_NAMESPACE");
    expect(await code(formatOf(source("<html><body/></html>")))).toBe("BANK_FILE_NAMESPACE");
  });

  it("refuses a DOCTYPE and its billion laughs before anything is opened", async () => {
    const text = camt053({ entries, prolog: BILLION_LAUGHS }).replace(">ST1<", ">&l9;<");
    expect(await code(formatOf(source(text)))).toBe("BANK_FILE_UNSAFE_XML");
    expect(await code(statement(text))).toBe("BANK_FILE_UNSAFE_XML");
    expect(await code(statement(camt053({ entries, prolog: '<!DOCTYPE Document SYSTEM "file:///etc/passwd">' })))).toBe(
      "BANK_FILE_UNSAFE_XML",
    );
    expect(await code(statement(camt053({ entries }).replace(">ST1<", ">&unknown;<")))).toBe("BANK_FILE_UNSAFE_XML");
    expect(await code(statement(camt053({ entries, prolog: "<?php x?>" })))).toBe("BANK_FILE_UNSAFE_XML");
  });

  it("refuses endless tokens, endless depth, long texts, and what is not well-formed", async () => {
    const good = camt053({ entries });
    expect(await code(statement(good.replace("<Document", `<!DOCTYPE a "${"x".repeat(400_000)}`)))).toBe("BANK_FILE_TOO_LARGE");
    expect(await code(statement(good.replace("<GrpHdr>", `<GrpHdr><MsgId>${"<a>".repeat(50)}`)))).toBe("BANK_FILE_TOO_LARGE");
    expect(await code(statement(good.replace(">ST1<", `>${"x".repeat(5_000)}<`)))).toBe("BANK_FILE_TOO_LARGE");
    expect(await code(statement(good.slice(0, -30)))).toBe("BANK_FILE_FORMAT");
    expect(await code(statement(good.replace("</Stmt>", "</Stm>")))).toBe("BANK_FILE_FORMAT");
    expect(await code(statement(good.replace("UTF-8", "ISO-8859-7")))).toBe("BANK_FILE_ENCODING");
  });

  it("reads GB 18030 where the declaration says so", async () => {
    const { default: iconv } = await import("iconv-lite");
    const text = camt053({ entries }).replace("UTF-8", "GB18030").replace("</Acct>", "<Nm>扶贫资金专户</Nm></Acct>");
    expect(await all(readCamt(bytesSource(iconv.encode(text, "gb18030")), CAMT_053))).toHaveLength(7);
  });
});
