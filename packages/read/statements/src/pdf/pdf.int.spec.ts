import type { StatementFigures } from "@huimin/statement/events";
import { afterAll, describe, expect, it } from "vitest";
import { contentHash, type StatementContent } from "../content.ts";
import { loadFonts } from "../fonts/fonts.ts";
import type { PrintOptions } from "../page/page.ts";
import { createPress, type PrintJob } from "./job.ts";
import { createPrinterPool } from "./pool.ts";
import { pdfObjects, pdfText } from "./text.ts";

/* Real fonts, the real typesetter; the text is read back from the bytes. */

const fonts = loadFonts();
const press = createPress(() => fonts);

const loan = (n: number, over: object = {}) => ({
  loan: `L2017-000${n}`,
  bank: "K1",
  bankName: "焦作中站农村商业银行",
  start: "50000.00",
  drawn: "0.00",
  renewed: "0.00",
  repaid: "20000.00",
  end: "30000.00",
  due: "2020-03-10",
  ...over,
});
const interest = (n: number) => ({
  loan: `L2017-000${n}`,
  interest: "1234.56",
  penalty: "12.34",
  subsidy: "1234.56",
  clawback: "72.57",
  own: "84.91",
  paid: "617.28",
});
const figures = (loans: number): StatementFigures => ({
  dividends: [],
  paidForEarlierYears: "0.00",
  loans: Array.from({ length: loans }, (_, index) => loan(index + 1)),
  interest: Array.from({ length: loans }, (_, index) => interest(index + 1)),
});
const stakeDividend = (n: number, over: object = {}) => ({
  ...{ pool: `P${n}`, model: 1, partner: "焦作市太行林果专业合作社", basis: "50000.00", days: 365, standard: "约定" },
  ...{ entitled: "3553.66", paidInYear: "3553.66", returnedAfterYearEnd: "0.00", awaitingReissue: "0.00", paidOn: "2018-12-28" },
  ...{ method: "by-stake-days", residueRule: "LARGEST_REMAINDER", publishedFrom: "2018-12-11", publishedTo: "2018-12-20" },
  document: `中站扶贫〔2018〕${n}号`,
  ...over,
});
const solarDividend = (n: number) => ({
  ...{ pool: `P${n}`, model: 6, income: "光伏", partner: "栗井村村级光伏电站", standard: "均等" },
  ...{ entitled: "948.37", paidInYear: "0.00", returnedAfterYearEnd: "0.00", awaitingReissue: "948.37" },
  ...{ method: "equal", residueRule: "FLOOR_CARRY", publishedFrom: "2018-12-11", publishedTo: "2018-12-20", document: "村民代表大会决议" },
});
const stake = { start: "50000.00", added: "0.00", reduced: "0.00", end: "50000.00" };
/** Every part of the layout at once. */
const everything: StatementFigures = {
  ...figures(1),
  dividends: [stakeDividend(1), stakeDividend(2, { model: 4, basis: undefined, days: undefined, shares: "1" }), solarDividend(3)],
  paidForEarlierYears: "1500.00",
  earlier: [{ pool: "P1", year: 2017, partner: "焦作市太行林果专业合作社", amount: "1500.00", paidOn: "2018-01-25" }],
  stake,
  help: [{ kind: "wage", from: "河南中站牧业有限公司", times: 12, amount: "24000.00" }],
};
const job = (head: string, loans: number | StatementFigures = 1, options: PrintOptions = {}): PrintJob => {
  const content: StatementContent = {
    household: "410803010207-0031",
    year: 2018,
    cutoff: { position: 18233, recordedAt: "2019-01-18T23:59:59.999+08:00" },
    issuedOn: "2019-01-20",
    notice: {
      district: "中站区",
      issuer: "中站区财政局",
      seal: "扶贫资金专用章",
      prefix: "中站扶红",
      phones: ["12317"],
      objectionDays: 15,
    },
    basics: {
      head,
      idNumber: "410899********0013",
      size: 3,
      street: "龙翔街道",
      village: "栗井村",
      status: "建档立卡（未脱贫）",
      account: { bank: "焦作中站农村商业银行", tail: "0011" },
      salt: "s",
    },
    figures: typeof loans === "number" ? figures(loans) : loans,
  };
  return {
    content,
    mark: { number: "中站扶红〔2018〕410803010207-0031", supplement: 0, contentHash: contentHash(content), position: 20000 },
    options,
  };
};

describe("the PDF of a statement", () => {
  it("is one page that says what the statement says", () => {
    const pdf = press(job("张·三"));
    expect(pdf.pages).toBe(1);
    const [text] = pdfText(pdf.bytes);
    for (const words of [
      "中站区金融扶贫年度分红（收益）告知书",
      "编号：中站扶红〔2018〕410803010207-0031 号",
      "户主张·三",
      "身份证号410899********0013",
      "焦作中站农村商业银行 尾号 0011",
      "30,000.00",
      "人民币叁万元整",
      "-72.57",
      "户主（代领人）签字按印",
    ])
      expect(text).toContain(words);
    expect(text).not.toContain("\ufffd");
  });

  it("is PDF/A-2b with embedded fonts, dated with the day of issue", () => {
    const { bytes } = press(job("张·三"));
    const [metadata] = pdfObjects(bytes, "/Type /Metadata");
    const xmp = metadata?.stream?.toString("utf8") ?? "";
    expect(xmp).toContain("<pdfaid:part>2</pdfaid:part>");
    expect(xmp).toContain("<pdfaid:conformance>B</pdfaid:conformance>");
    expect(xmp).toContain("<xmp:CreateDate>2019-01-20T00:00:00Z</xmp:CreateDate>");
    const descriptors = pdfObjects(bytes, "/Type /FontDescriptor");
    expect(descriptors.map(({ head }) => /NotoSansSC-(Regular|Bold)/.exec(head)?.[1]).sort()).toEqual(["Bold", "Regular"]);
    for (const { head } of descriptors) expect(head).toMatch(/\/FontFile2 \d+ 0 R/);
    expect(pdfObjects(bytes, "/S /GTS_PDFA1")).toHaveLength(1);
    expect(pdfObjects(bytes, "/Encrypt")).toHaveLength(0);
  });

  it("has the same bytes whenever and in whatever company it is printed", () => {
    const first = press(job("张·三")).bytes;
    for (let n = 0; n < 25; n++) press(job(`李${"一二三四五"[n % 5]}`, (n % 3) + 1));
    expect(press(job("张·三")).bytes.equals(first)).toBe(true);
    expect(createPress(() => fonts)(job("张·三")).bytes.equals(first)).toBe(true);
  });

  it.each([
    '#panic("x")',
    "*张三*",
    "_张_$x$",
    "@a<b>",
    "\\u{41}",
    "张三\\",
    '"); #import "x',
    '#read("page.json")',
    "{{张}}",
    "=张",
    "//张",
  ])("prints the name %s as it is", (name) => {
    const [text] = pdfText(press(job(name)).bytes);
    expect(text?.replaceAll(" ", "")).toContain(name.replaceAll(" ", ""));
  });

  it("prints the rare characters that the font has, and refuses those that it has not", () => {
    expect(fonts.missing("王䶮李㛃张·三")).toEqual([]);
    // 𠮷 is in the second font that is shipped.
    const [text] = pdfText(press(job("王䶮㛃𠮷")).bytes);
    expect(text).toContain("户主王䶮㛃𠮷");
    const rare = "\u{2FA1F}";
    expect(fonts.missing(`${rare}建国`)).toEqual([rare]);
    expect(() => press(job(`${rare}建国`))).toThrow("u{2fa1f}");
  });

  it.each([1, 2, 3, 4])("keeps %i loans and a long name on one sheet", (loans) => {
    const pdf = press(job("阿卜杜热合曼·麦麦提敏·买买提艾力·吾斯曼江·居来提", loans));
    expect(pdf.pages).toBe(1);
    expect(pdfText(pdf.bytes)[0]?.replaceAll(" ", "")).toContain("居来提");
  });

  it("keeps a household with every source on one sheet, with every figure of it", () => {
    const pdf = press(job("张·三", everything));
    expect(pdf.pages).toBe(1);
    const [text] = pdfText(pdf.bytes);
    for (const words of [
      "50,000.00",
      "8,055.69", // 3,553.66 × 2 + 948.37
      "7,107.32",
      "人民币捌仟零伍拾伍元陆角玖分",
      "退回待重付",
      "2017 年度 焦作市太行林果专业合作社 1,500.00 元",
      "该贷款由企业统一偿还，您户不承担任何偿还责任和风险。",
      "24,000.00 元（12 个月）",
      "依据 村民代表大会决议",
    ])
      expect(text?.replaceAll("\n", "")).toContain(words);
  });

  it("keeps eight dividends on one sheet, and takes a second one where there are loans, subsidies and help as well", () => {
    const dividends = [1, 2, 3, 4].map((n) => stakeDividend(n)).concat([5, 6, 7, 8].map((n) => solarDividend(n) as never));
    const eight = press(job("张·三", { ...figures(0), dividends, stake }));
    expect(eight.pages).toBe(1);
    expect(pdfText(eight.bytes)[0]).toContain("18,008.12"); // 4 × 3,553.66 + 4 × 948.37
    const all = press(job("张·三", { ...everything, ...figures(2), dividends }));
    expect(all.pages).toBe(2);
    expect(pdfText(all.bytes)[1]).toContain("第 2 页，共 2 页");
  });

  it("prints a copy for the household and one for the village", () => {
    const pdf = press(job("张·三", 1, { twoCopies: true }));
    expect(pdf.pages).toBe(2);
    const [household, village] = pdfText(pdf.bytes);
    expect(household).toContain("第一联 户存");
    expect(village).toContain("第二联 村委会存");
    expect(village).toContain("人民币叁万元整");
  });

  it("sets large print in 16 points, and numbers the sheets where it takes two", () => {
    const sizes = (pdf: Buffer) =>
      pdfObjects(pdf, "/FlateDecode").map(({ stream }) => /\/f\d+ 16 Tf/.test(stream?.toString("latin1") ?? ""));
    expect(sizes(press(job("张·三", 1, { largePrint: true })).bytes)).toContain(true);
    expect(sizes(press(job("张·三")).bytes)).not.toContain(true);
    const two = press(job("张·三", 3, { largePrint: true }));
    expect(two.pages).toBe(2);
    expect(pdfText(two.bytes)[1]).toContain("第 2 页，共 2 页");
  });
});

describe("the printer pool", () => {
  const pool = createPrinterPool({ threads: 2 });
  afterAll(() => pool.close());

  it("prints on threads what this thread would print, and tells what can't be set", async () => {
    const jobs = Array.from({ length: 30 }, (_, n) => job(`张${"一二三四五六"[n % 6]}`, (n % 2) + 1));
    const printed = await Promise.all(jobs.map((one) => pool.print(one)));
    expect(printed.every((pdf, index) => pdf.bytes.equals(press(jobs[index] as PrintJob).bytes))).toBe(true);
    await expect(pool.print(job("\u{2FA1F}建国"))).rejects.toThrow("u{2fa1f}");
    await expect(pool.print(job("张三"))).resolves.toMatchObject({ pages: 1 });
  });
});
