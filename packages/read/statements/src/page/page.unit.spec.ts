import type { StatementFigures } from "@huimin/statement/events";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkCode, contentHash, type StatementContent } from "../content.ts";
import type { FontSet } from "../fonts/fonts.ts";
import { instantInWords, keyInWords } from "./labels.ts";
import { createMeasure } from "./measure.ts";
import { createPager, type IssueMark, textsOf } from "./page.ts";

/** A font that has every character: Chinese ones an em wide, others half. */
const fonts: FontSet = {
  families: ["Spec"],
  fallback: [],
  data: () => [],
  missing: (text) => [...new Set(text)].filter((character) => character === "𠮷"),
  advance: (codePoint) => (codePoint > 0x2e80 ? 1 : 0.5),
};
const pager = createPager(fonts);
const none: StatementFigures = { dividends: [], paidForEarlierYears: "0.00", loans: [], interest: [] };
const loan = (over: object = {}) => ({
  loan: "L2017-0001",
  bank: "K1",
  bankName: "中站农村商业银行",
  start: "50000.00",
  drawn: "0.00",
  renewed: "0.00",
  repaid: "20000.00",
  end: "30000.00",
  due: "2020-03-10",
  ...over,
});
const content = (figures: StatementFigures, basics: object = {}): StatementContent => ({
  household: "410803010207-0031",
  year: 2018,
  cutoff: { position: 18233, recordedAt: "2019-01-18T23:59:59.999+08:00" },
  issuedOn: "2019-01-20",
  notice: {
    district: "中站区",
    issuer: "中站区财政局",
    seal: "扶贫资金专用章",
    prefix: "中站扶红",
    phones: ["12317", "0391-2900000"],
    objectionDays: 15,
  },
  basics: {
    head: "张·三",
    idNumber: "410899********0013",
    size: 3,
    street: "龙翔街道",
    village: "栗井村",
    status: "建档立卡（未脱贫）",
    salt: "s",
    ...basics,
  },
  figures,
});
const mark = (over: Partial<IssueMark> = {}): IssueMark => ({
  number: "中站扶红〔2018〕410803010207-0031",
  supplement: 0,
  contentHash: "9f3a77c1".repeat(8),
  position: 20000,
  ...over,
});
const titles = (figures: StatementFigures) => pager(content(figures), mark()).page.sections.map(({ title }) => title);
const own: StatementFigures = {
  ...none,
  loans: [loan()],
  interest: [
    { loan: "L2017-0001", interest: "1234.56", penalty: "0.00", subsidy: "1234.56", clawback: "0.00", own: "0.00", paid: "617.28" },
  ],
};

describe("the page of a statement", () => {
  it("prints the parts that the household has, in the order of the layout", () => {
    expect(titles(own)).toEqual(["户基本情况", "本年度分红（收益）汇总", "自贷贷款（自己借、自己用、自己还）", "贴息", "计算说明", "异议"]);
    expect(titles(none)).toEqual(["户基本情况", "本年度分红（收益）汇总", "计算说明", "异议"]);
    const stake = { start: "50000.00", added: "0.00", reduced: "0.00", end: "50000.00" };
    expect(titles({ ...own, paidForEarlierYears: "12.00", stake })).toHaveLength(8);
  });

  it("says numbers, dates, amounts and amounts in words", () => {
    const { page } = pager(content(own), mark());
    const text = textsOf(page);
    for (const words of [
      "410899********0013",
      "2019年1月20日",
      "2019年1月18日 24:00",
      "30,000.00",
      "人民币叁万元整",
      "人民币壹仟贰佰叁拾肆元伍角陆分",
      "15 日内",
      "12317、0391-2900000",
    ])
      expect(text).toContain(words);
    expect(page.check).toBe("9F3A-77C1");
    expect(page.date).toEqual([2019, 1, 20]);
  });

  it("prints what is negative in red, and overdue loans with what to do", () => {
    const figures = {
      ...own,
      loans: [loan({ overdueSince: "2018-11-01" })],
      interest: [{ ...(own.interest[0] as (typeof own.interest)[number]), clawback: "72.57", own: "72.57" }],
    };
    const cells = pager(content(figures), mark()).page.sections.flatMap(({ blocks }) =>
      blocks.flatMap((block) => (block.kind === "grid" ? block.cells : [])),
    );
    expect(cells.filter(({ red }) => red).map(({ text }) => text)).toEqual(["已逾期", "-72.57"]);
    expect(textsOf(pager(content(figures), mark()).page)).toContain("自 2018年11月1日起逾期");
  });

  it("prints a supplement with the changed lines only", () => {
    const changed = [
      { key: "loans/L2017-0001/end", was: "30000.00", is: "29000.00" },
      { key: "interest/L2017-0001/own", is: "-1.00" },
    ];
    const { page } = pager(content(own), mark({ supplement: 1, changed, reason: "迟到的还款" }));
    expect(page.sections.map(({ title }) => title)).toEqual(["户基本情况", "更正内容", "计算说明", "异议"]);
    const text = textsOf(page);
    for (const words of ["贷款 L2017-0001 年末本金", "29,000.00", "贷款 L2017-0001 自负利息", "迟到的还款"]) expect(text).toContain(words);
    // What did not change is not explained again: here a dividend of the same year.
    const untouched = { pool: "P9", model: 6, partner: "栗井村电站", entitled: "1.00", paidInYear: "1.00", method: "equal" };
    const dividends = [{ ...untouched, residueRule: "FLOOR_CARRY", returnedAfterYearEnd: "0.00", awaitingReissue: "0.00" }];
    const supplement = textsOf(pager(content({ ...own, dividends }), mark({ supplement: 1, changed })).page);
    expect(supplement).toContain("利息按您欠的本金");
    expect(supplement).not.toContain("栗井村电站");
  });

  it("gives a dividend of a later model its line, its total and its returned part", () => {
    const dividend = {
      pool: "P1",
      model: 1,
      partner: "太行林果合作社",
      basis: "50000.00",
      days: 365,
      standard: "约定",
      entitled: "3553.66",
      paidInYear: "3553.66",
      returnedAfterYearEnd: "-3553.66",
      awaitingReissue: "3553.66",
      paidOn: "2018-12-28",
    };
    const text = textsOf(pager(content({ ...none, dividends: [dividend] }), mark()).page);
    for (const words of ["太行林果合作社", "人民币叁仟伍佰伍拾叁元陆角陆分", "年度结束后银行退回 -3,553.66 元"])
      expect(text).toContain(words);
  });

  it("says of a dividend what is owed, where it is, and how the list came about", () => {
    const listed = { method: "equal", residueRule: "FLOOR_CARRY", publishedFrom: "2018-12-11", publishedTo: "2018-12-20" };
    const amounts = { entitled: "3000.00", paidInYear: "0.00", returnedAfterYearEnd: "0.00", awaitingReissue: "1000.00" };
    const shares = { pool: "P4", model: 4, partner: "牧业公司", shares: "2", standard: "均等", document: "示例〔2018〕5号", ...listed };
    const solar = { pool: "P6", model: 6, income: "光伏", partner: "栗井村电站", ...amounts, ...listed, awaitingReissue: "3000.00" };
    const dividends = [{ ...shares, ...amounts, inTransit: "1500.00", unclaimed: "500.00" }, solar];
    const sections = pager(content({ ...none, dividends }), mark()).page.sections;
    const table = sections[1]?.blocks[0];
    const cells = table?.kind === "grid" ? table.cells.map((cell) => cell.text) : [];
    expect(cells.slice(6, 12)).toEqual([
      ...["政企联动\n牧业公司", "收益权 2 份\n均等", "3,000.00", "0.00", "3,000.00"],
      "退回待重付\n代发在途\n无主待处置",
    ]);
    expect(cells.slice(-6)).toEqual(["合计", "", "6,000.00", "0.00", "6,000.00", ""]);
    const explained = sections.find((one) => one.title === "计算说明")?.blocks ?? [];
    const said = explained.map((block) =>
      block.kind === "line" ? block.parts.map((part) => (typeof part === "string" ? part : part.text)).join("") : "",
    );
    expect(said).toEqual([
      "牧业公司：每户一样多，您户分得 3,000.00 元（依据 示例〔2018〕5号；除不尽的零头留到下年再分）。",
      "栗井村电站：每户一样多，您户分得 3,000.00 元（除不尽的零头留到下年再分）。",
      "名单公示：2018-12-11 至 12-20。",
      "数据截止以后的变化记入以后的告知书。",
    ]);
    expect(textsOf(pager(content({ ...none, dividends }), mark()).page)).toContain("光伏收益");
  });

  it("names what was paid for earlier years, other help, and principal that others settled", () => {
    const earlier = [{ pool: "P1", year: 2017, partner: "企业甲", amount: "1500.00", paidOn: "2018-01-25" }];
    const help = [
      { kind: "wage" as const, from: "牧业公司", times: 12, amount: "24000.00" },
      { kind: "help" as const, from: "", detail: "visit", times: 6 },
      { kind: "honour" as const, from: "", detail: "示范户", times: 1 },
    ];
    const figures = { ...none, paidForEarlierYears: "1500.00", earlier, help, loans: [loan({ compensated: "30000.00", end: "0.00" })] };
    const { sections } = pager(content(figures), mark()).page;
    expect(sections.map(({ title }) => title)).toContain("补发以前年度分红（不计入本年应发）");
    const text = textsOf(pager(content(figures), mark()).page);
    for (const words of [
      "2017 年度 企业甲 1,500.00 元（2018-01-25）",
      "务工收入（牧业公司报送） 24,000.00 元（12 个月）；结对帮扶（走访） 6 次；表彰奖励（示范户） 1 次。",
      "由他方代偿本金 30,000.00 元",
    ])
      expect(text).toContain(words);
  });

  it("turns tables into records where large print leaves no room", () => {
    const widths = (largePrint: boolean) =>
      pager(content(own), mark(), { largePrint }).page.sections[2]?.blocks.map((block) =>
        block.kind === "grid" ? block.widths.length : 0,
      )[0];
    expect(widths(false)).toBe(7);
    expect(widths(true)).toBe(4);
  });

  it("knows what it prints, so that a character without a glyph is found before", () => {
    expect(fonts.missing(textsOf(pager(content(own, { head: "𠮷三" }), mark()).page))).toEqual(["𠮷"]);
  });
});

describe("the content hash", () => {
  it("changes with anything that is said, and with nothing else", () => {
    const hash = contentHash(content(own));
    expect(contentHash(content(own))).toBe(hash);
    expect(contentHash({ ...content(own), extra: 1 } as StatementContent)).toBe(hash);
    expect(contentHash(content(own, { head: "李四" }))).not.toBe(hash);
    expect(contentHash(content({ ...own, loans: [loan({ end: "30000.01" })] }))).not.toBe(hash);
    expect(checkCode(hash)).toMatch(/^[0-9A-F]{4}-[0-9A-F]{4}$/);
  });
});

describe("measured lines", () => {
  const measure = createMeasure(fonts);
  it("fit their column and lose nothing, whatever the text", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(..."张三·银行农商L2017-0,。（）𠮷 a"), maxLength: 60 }),
        fc.integer({ min: 3, max: 30 }),
        (text, limit) => {
          const lines = measure.lines(text, limit);
          expect(lines.join("").replaceAll(" ", "")).toBe(text.replaceAll(" ", ""));
          for (const line of lines) expect(measure.width(line)).toBeLessThanOrEqual(limit);
        },
      ),
    );
  });

  it("are balanced: no single character is left over", () => {
    const lines = measure.lines("焦作中站农村商业银行", 9);
    expect(lines).toEqual(["焦作中站农", "村商业银行"]);
  });
});

describe("words", () => {
  it("say the end of a day as 24:00", () => {
    expect(instantInWords("2019-01-18T23:59:59+08:00")).toBe("2019年1月18日 24:00");
    expect(instantInWords("2019-01-18T06:05:00Z")).toBe("2019年1月18日 14:05");
  });
  it("name every changed line", () => {
    expect(keyInWords("loans/L1/due", none)).toBe("贷款 L1 到期日");
    expect(keyInWords("paidForEarlierYears", none)).toBe("补发以前年度分红");
    expect(keyInWords("stake/end", none)).toBe("委托股权 年末");
    expect(keyInWords("dividends/P/1/awaitingReissue", none)).toBe("分红 P/1 退回待重付");
    expect(keyInWords("earlier/2017 P1/amount", none)).toBe("补发 2017 年度 P1 金额");
    expect(keyInWords("help/benefit order 企业甲/amount", none)).toBe("带贫收益 订单 企业甲 金额");
  });
});
