import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { createMemoryStore, type EventStore } from "@huimin/event-store";
import { fen, formatAmountGrouped } from "@huimin/money";
import { type NoticeIssued, noticeStream } from "@huimin/notice/events";
import { createNoticePress, NOTICE_KINDS, type NoticeContent, noticeHash } from "@huimin/notices";
import { checkCode, loadFonts, pdfText } from "@huimin/statements";
import { createVault, generateVaultSecrets, memoryKeyStore, parseVaultSecrets } from "@huimin/vault";
import { beforeAll, describe, expect, it } from "vitest";
import { issueNotice, makeNotice, makingNow, type NoticeQuestion, type NoticesOptions, noticeOf, openNotice } from "./index.ts";

const DISTRICT = "410803";
const H1 = "410803010207-0031";
const vault = createVault({ secrets: parseVaultSecrets(generateVaultSecrets()), keys: memoryKeyStore() });
const store: EventStore = createMemoryStore();
const fonts = loadFonts();
const options: NoticesOptions = {
  district: DISTRICT,
  store,
  vault,
  notice: {
    district: "中站区",
    issuer: "中站区财政局",
    seal: "扶贫资金专用章",
    prefix: "中站扶红",
    phones: ["12317", "0391-0000000"],
    objectionDays: 15,
  },
  fonts: () => fonts,
  clock: () => Date.parse("2019-01-18T20:00:00.000+08:00"),
};
const press = createNoticePress(() => fonts);

let facts = 0;
async function record(stream: string, type: string, payload: object, valueDate: string): Promise<number> {
  facts += 1;
  const event = {
    eventId: `00000000-0000-7000-8000-${String(facts).padStart(12, "0")}`,
    ...{ type, schemaVersion: 1, valueDate, recordedAt: `${valueDate}T10:00:00.000+08:00`, period: valueDate.slice(0, 7) },
    ...{ actor: "spec", role: "SYS", channel: "import" as const, commandId: `c${facts}`, correlationId: `c${facts}`, payload },
  };
  await store.append(DISTRICT, { writes: [{ stream, expect: { kind: "any" }, events: [event] }], asserts: [], keys: [], answer: {} });
  return facts;
}

const seal = async (personId: string, text: string) =>
  (await vault.seal([{ district: DISTRICT, personId, field: "name", keyClass: "K1", text }]))[0];

async function household(number: string, head: string): Promise<void> {
  const personId = `p-${number}`;
  const members = [{ personId, relation: "head", name: await seal(personId, head), idNumber: "x" }];
  await record(`household/${number}`, "HouseholdRegistered", { household: number, village: "V1", head: personId, members }, "2016-12-01");
}

beforeAll(async () => {
  await record("village/V1", "VillageRegistered", { village: "V1", name: "栗井村", street: "龙翔街道", streetCode: "1" }, "2016-12-01");
  await record("bank/K1", "BankRegistered", { bank: "K1", name: "测试农商行" }, "2016-12-01");
  await record("enterprise/E1", "EnterpriseRegistered", { enterprise: "E1", name: "太行林果合作社", kind: "partner" }, "2016-12-01");
  await household(H1, "张·三");
  await household("H2", "李四");
  const loan = { loan: "L1", household: H1, bank: "K1", village: "V1", model: 3 };
  const terms = {
    annualRate: "4.75",
    yearBase: 360,
    contractDate: "2017-02-22",
    due: "2020-02-22",
    method: "bullet",
    creditGroup: H1,
    borrower: "p",
    penaltySurcharge: "50",
  };
  await record("loan/L1", "LoanDisbursed", { ...loan, ...terms, amount: "50000.00", serial: "D1" }, "2017-02-22");
  const paid = { ...loan, payee: H1 };
  await record("subsidy/L1", "SubsidyPaid", { ...paid, amount: "593.75" }, "2018-04-28");
  await record("subsidy/L1", "SubsidyPaid", { ...paid, amount: "600.35" }, "2018-07-28");
  await record("subsidy/L1", "SubsidyPaymentReturned", { ...paid, amount: "600.35", reason: "AC04" }, "2018-07-30");
  await record("subsidy/L1", "SubsidyPaid", { ...paid, amount: "600.35" }, "2018-08-15");
  const pooled = { loan: "L2", household: H1, bank: "K1", village: "V1", model: 1, enterprise: "E1", batch: "B01" };
  await record("loan/L2", "LoanDisbursed", { ...pooled, ...terms, amount: "30000.00", serial: "D2" }, "2017-03-01");
  await record("loan/L2", "StakeEntrusted", { ...pooled, amount: "30000.00", serial: "T2" }, "2017-03-01");
  await record(
    "batch/B01",
    "StakePooled",
    { batch: "B01", enterprise: "E1", total: "30000.00", register: [{ loan: "L2", certificate: "股-0031" }] },
    "2017-03-02",
  );
  await record(
    "asset/PV",
    "AssetRegistered",
    { asset: "A1", pool: "PV", kind: "光伏", name: "栗井村电站", village: "V1", owner: "村集体", shares: "1" },
    "2016-12-02",
  );
  const line = { pool: "PV", year: 2018, part: 0 };
  await record(
    "entitlement/PV-2018-0",
    "EntitlementsAllocated",
    { ...line, draft: 1, lines: [{ household: H1, village: "V1", amount: "948.37" }] },
    "2018-12-21",
  );
  const items = [{ household: H1, village: "V1", amount: "948.37", from: "2901.02", account: "h1" }];
  await record(
    "entitlement/PV-2018-0",
    "PayoutItemsSubmitted",
    { payoutBatch: "PV-2018-1-0001", ...line, bank: "K1", items },
    "2018-12-24",
  );
  await record(
    "entitlement/PV-2018-0",
    "PayoutFailed",
    { payoutBatch: "PV-2018-1-0001", ...line, reason: "AC04", items: [{ household: H1, village: "V1", amount: "948.37" }] },
    "2018-12-26",
  );
  await record("party/D1", "PartyRegistered", { party: "D1", kind: "donor", name: "怡光新材料公司" }, "2017-01-01");
  const given = { donation: "G1", donor: "D1" };
  await record(
    "donation/G1",
    "DonationReceived",
    { ...given, entry: 1, amount: "200000.00", purpose: "助学", receiptNo: "豫捐0001", serial: "S1" },
    "2018-10-17",
  );
  await record(
    "donation/G1",
    "DonationRefunded",
    { ...given, entry: 2, amount: "5000.00", parts: [{ purpose: "助学", amount: "5000.00" }], reason: "未用完", serial: "S2" },
    "2018-12-20",
  );
  const goods = [{ item: "棉被", quantity: "40", unit: "床" }];
  await record(
    "donation/G2",
    "InKindDonationReceived",
    { donation: "G2", entry: 1, donor: "D1", goods, value: "6000.00", valueBasis: "document", document: "单据7号" },
    "2018-11-01",
  );
  for (const [honour, party, partyKind, grade] of [
    ["1", "D1", "donor", "爱心捐赠企业"],
    ["2", "E1", "enterprise", "带贫先进单位"],
    ["3", "H2", "household", "脱贫光荣户"],
    ["4", H1, "household", "脱贫光荣户"],
  ])
    await record(
      "honour/2018",
      "HonourAwarded",
      { year: 2018, honour, party, partyKind, grade, document: "中站文〔2018〕9号" },
      "2018-10-17",
    );
  await record("honour/2018", "HonourRevoked", { year: 2018, honour: "4", party: H1, reason: "查实有误" }, "2018-11-01");
});

const QUESTIONS: Readonly<Record<(typeof NOTICE_KINDS)[number], Omit<NoticeQuestion, "kind">>> = {
  subsidy: { household: H1, year: 2018 },
  stake: { household: H1 },
  settlement: { loan: "L1" },
  "payout-failure": { household: H1, year: 2018 },
  donation: { donor: "D1", year: 2018 },
  honour: { year: 2018 },
};

async function make(question: NoticeQuestion) {
  const of = noticeOf(question);
  return of.ok ? makeNotice(of.value, await makingNow(question, options), options) : of;
}

async function made(kind: (typeof NOTICE_KINDS)[number], more: Partial<NoticeQuestion> = {}): Promise<NoticeContent> {
  const content = await make({ kind, ...QUESTIONS[kind], ...more });
  if (!content.ok) throw new Error(JSON.stringify(content.refusal));
  return content.value.content;
}

/** What a reader would copy from the paper. */
function text(content: NoticeContent): string {
  const pdf = press(content);
  // For looking at: NOTICES_OUT=/tmp/x vitest run …
  if (process.env.NOTICES_OUT) {
    mkdirSync(process.env.NOTICES_OUT, { recursive: true });
    writeFileSync(path.join(process.env.NOTICES_OUT, `${content.kind}.pdf`), pdf.bytes);
  }
  expect(pdf.bytes.toString("latin1")).toContain("pdfaid:part>2<");
  expect(press(content).bytes.equals(pdf.bytes)).toBe(true);
  return pdfText(pdf.bytes).join("").replaceAll(" ", "");
}

describe("notices and certificates", () => {
  it("refuses the certificate of a loan that is not settled, with what is open", async () => {
    const refused = await make({ kind: "settlement", loan: "L1" });
    expect(refused).toMatchObject({ ok: false, refusal: { code: "NOTICE_NOT_SETTLED", details: { loan: "L1", open: "50000.00" } } });
    await record(
      "loan/L1",
      "LoanPrepaid",
      {
        loan: "L1",
        household: H1,
        bank: "K1",
        village: "V1",
        model: 3,
        principal: "50000.00",
        interest: "0.00",
        serial: "P1",
        interestFrom: "2018-12-20",
      },
      "2018-12-20",
    );
    await record(
      "loan/L1",
      "LoanSettled",
      { loan: "L1", household: H1, bank: "K1", village: "V1", model: 3, certificate: "结-0001" },
      "2018-12-20",
    );
  });

  it.each(NOTICE_KINDS)("prints %s: every figure and its short code stand on the paper, in the same bytes each time", async (kind) => {
    const content = await made(kind);
    const paper = text(content);
    const amounts = content.sections
      .flatMap(({ table }) => [...(table?.rows ?? []), table?.total ?? []].flat())
      .filter((cell) => /^-?\d+\.\d{2}$/.test(cell));
    for (const amount of amounts) expect(paper).toContain(formatAmountGrouped(fen(amount)));
    for (const value of content.sections.flatMap(({ facts: some }) => some ?? []).map((one) => one.value))
      expect(paper).toContain(value.replaceAll(" ", ""));
    expect(paper).toContain(checkCode(noticeHash(content)));
    expect(paper).toContain(content.number);
  });

  it("tells of subsidies with what came back in red, and adds them up", async () => {
    const [section] = (await made("subsidy")).sections;
    expect(section?.table?.rows.map((row) => row[3])).toEqual(["593.75", "600.35", "-600.35", "600.35"]);
    expect(section?.table?.total?.[3]).toBe("1194.10");
  });

  it("certifies stakes with the certificate's number, says who repays, and follows the cut-off", async () => {
    const content = await made("stake");
    expect(content.sections[1]?.table).toMatchObject({
      rows: [["太行林果合作社", "B01", "股-0031", "测试农商行 L2", "30000.00"]],
      total: ["合计", "", "", "", "30000.00"],
    });
    const early = await make({ kind: "stake", household: H1, position: 8 });
    expect(early).toMatchObject({ ok: false, refusal: { code: "NOTICE_NOTHING" } });
  });

  it("says in words why a payout failed and what to do; tells a donor of money, goods and refunds", async () => {
    const failure = text(await made("payout-failure"));
    expect(failure).toContain("账户已销户");
    expect(failure).toContain("变更收款账户");
    const table = (await made("donation")).sections[0]?.table;
    expect(table?.rows.map((row) => row[3])).toEqual(["200000.00", "6000.00", "-5000.00"]);
    expect(table?.total?.[3]).toBe("201000.00");
  });

  it("masks a household on the roll, and leaves out who was revoked", async () => {
    const roll = text(await made("honour"));
    expect(roll).toContain("李*");
    expect(roll).not.toContain("李四");
    expect(roll).not.toContain("张");
    expect(roll).toContain("怡光新材料公司");
  });

  it("shows sums and dates of each kind on the verification page, and nothing that names anybody", async () => {
    for (const kind of NOTICE_KINDS) {
      const one = await make({ kind, ...QUESTIONS[kind] });
      if (!one.ok) throw new Error(kind);
      expect(one.value.shown.length).toBeGreaterThan(0);
      expect(JSON.stringify(one.value.shown)).not.toMatch(/张|李四|怡光|栗井/u);
    }
  });

  it("calls a dividend by its model and who pays it, with the sum in words", async () => {
    const paper = text(await made("payout-failure"));
    expect(paper).toContain("合计（大写）：人民币玖佰肆拾捌元叁角柒分");
    expect(paper).toContain("光伏收益栗井村电站");
  });

  it("names what it lacks: nobody, nothing to tell, a character that no font has", async () => {
    expect(await make({ kind: "subsidy" })).toMatchObject({ ok: false, refusal: { code: "NOTICE_SUBJECT_MISSING" } });
    expect(await make({ kind: "honour", year: 2011 })).toMatchObject({ ok: false, refusal: { code: "NOTICE_NOTHING" } });
    await household("H9", "王\u{2fa1f}");
    await record(
      "subsidy/L9",
      "SubsidyPaid",
      { loan: "L9", household: "H9", bank: "K1", village: "V1", model: 3, payee: "H9", amount: "1.00" },
      "2018-04-28",
    );
    expect(await make({ kind: "subsidy", household: "H9", year: 2018 })).toMatchObject({
      ok: false,
      refusal: { code: "NOTICE_CHARACTERS_MISSING" },
    });
    await record(
      "subsidy/L8",
      "SubsidyPaid",
      { loan: "L8", household: "H8", bank: "K1", village: "V1", model: 3, payee: "H8", amount: "1.00" },
      "2018-04-28",
    );
    expect(await make({ kind: "subsidy", household: "H8", year: 2018 })).toMatchObject({
      ok: false,
      refusal: { code: "NOTICE_PERSON_UNKNOWN" },
    });
  });
});

describe("issuing", () => {
  const question: NoticeQuestion = { kind: "donation", donor: "D1", year: 2018 };
  /** As the command would: the rules are the write package's matter. */
  const send = async (issue: NoticeIssued) => {
    await record(noticeStream(issue), "NoticeIssued", issue, "2019-01-18");
    return { ok: true as const, value: undefined };
  };
  const issue = async () => {
    const opened = await issueNotice(question, options, send);
    if (!opened.ok) throw new Error(JSON.stringify(opened.refusal));
    return opened.value;
  };

  it("given nothing new, then the same paper again, byte for byte; given something, a new number", async () => {
    expect(await openNotice(question, options)).toMatchObject({ ok: false, refusal: { code: "NOTICE_NOT_ISSUED" } });
    const first = await issue();
    expect(first.fresh).toBe(true);
    const again = await issue();
    expect([again.fresh, again.content.number]).toEqual([false, first.content.number]);
    expect(press(again.content).bytes.equals(press(first.content).bytes)).toBe(true);
    await record(
      "donation/G1",
      "DonationReceived",
      { donation: "G1", donor: "D1", entry: 3, amount: "100.00", purpose: "free", serial: "S3" },
      "2018-12-30",
    );
    const next = await issue();
    expect([next.fresh, next.content.number === first.content.number]).toEqual([true, false]);
    expect(await openNotice(question, options)).toEqual({ ok: true, value: next.content });
    expect(await openNotice({ ...question, number: first.content.number }, options)).toEqual({ ok: true, value: first.content });
  });

  it("given one that was revoked, then it is not handed out as the one that counts, and a new one may be issued", async () => {
    const { content } = await issue();
    await record(
      noticeStream({ kind: "donation", donor: "D1", year: 2018 }),
      "NoticeRevoked",
      { ...question, number: content.number, reason: "误开" },
      "2019-01-19",
    );
    expect(await openNotice(question, options)).toMatchObject({ ok: false, refusal: { code: "NOTICE_NOT_ISSUED" } });
    expect((await issue()).fresh).toBe(true);
  });

  it("given a name that was corrected since, then the paper is not printed with another name than it was issued with", async () => {
    const { content } = await issue();
    await record("party/D1", "PartyRegistered", { party: "D1", kind: "donor", name: "别的公司" }, "2019-01-19");
    // What is recorded later is not in it: the cut-off holds.
    expect(await openNotice(question, options)).toEqual({ ok: true, value: content });
    const forged = { ...content, number: "x" };
    await record(
      noticeStream({ kind: "donation", donor: "D1", year: 2018 }),
      "NoticeIssued",
      {
        ...question,
        number: "x",
        title: "t",
        contentHash: noticeHash(forged),
        said: "0".repeat(64),
        cutoff: content.cutoff,
        issuedOn: content.issuedOn,
        notice: content.notice,
        shown: [],
      },
      "2019-01-19",
    );
    expect(await openNotice(question, options)).toMatchObject({ ok: false, refusal: { code: "NOTICE_NOT_AS_ISSUED" } });
  });
});
