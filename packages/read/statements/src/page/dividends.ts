import { sumFen } from "@huimin/money";
import type { DividendLine, EarlierLine, StatementFigures } from "@huimin/statement/events";
import { outstandingOf } from "@huimin/statement/events";
import { amountCell, type Block, type Cell, DASH, line, type Part, redLine, rows, type Section } from "./blocks.ts";
import { METHOD_NAMES, METHOD_WORDS, modelName, RESIDUE_WORDS, STATE_NAMES } from "./labels.ts";
import { isZero, type Place, total, UNIT, wordsLine } from "./sections.ts";

/* 二、分红(收益), 三、补发 and 八、计算说明 of layout 6.1. */

/** 委托(权益) over 天数 and 标准: two lines, because the name of the partner takes two as well. */
function rightOf(one: DividendLine): string {
  const what =
    one.basis !== undefined
      ? amountCell(one.basis).text
      : one.shares !== undefined
        ? `收益权 ${one.shares} 份`
        : one.areaMu !== undefined
          ? `土地 ${one.areaMu} 亩`
          : undefined;
  const how = [one.days === undefined ? undefined : `${one.days} 天`, one.standard].filter((part) => part !== undefined).join(" ");
  return [what, how === "" ? undefined : how].filter((part) => part !== undefined).join("\n") || DASH;
}

/** 发放日, or what has become of the money; both where it came in parts. */
function arrivedOf(one: DividendLine): Cell {
  const states = [
    isZero(one.awaitingReissue) ? undefined : STATE_NAMES["awaiting-reissue"],
    one.inTransit === undefined ? undefined : STATE_NAMES["in-transit"],
    one.unclaimed === undefined ? undefined : STATE_NAMES.unclaimed,
    one.payable === undefined ? undefined : STATE_NAMES.payable,
  ].filter((state) => state !== undefined);
  return [...(one.paidOn === undefined ? [] : [one.paidOn]), ...states].join("\n") || DASH;
}

const returnedNote = (one: DividendLine): Block => {
  const amount = amountCell(one.returnedAfterYearEnd).text;
  const again =
    one.paidAfterYearEnd === undefined || !isZero(one.awaitingReissue)
      ? "待重新发放"
      : `已重新发放，列入发放年度告知书的“补发以前年度分红”`;
  return redLine(`${one.partner}：年度结束后银行退回 ${amount} 元，${again}。`);
};

/** Paid only after the year, without having been paid in it. */
const lateNote = (one: DividendLine): Block =>
  line(`${one.partner}：年度结束后发放 ${amountCell(one.paidAfterYearEnd ?? "0.00").text} 元，列入发放年度告知书的“补发以前年度分红”。`);

export function dividendsSection(figures: StatementFigures, place: Place): Section {
  const { dividends } = figures;
  const title = "本年度分红（收益）汇总";
  if (dividends.length === 0) return { title, text: "：无", blocks: [] };
  const entitled = total(dividends.map((one) => one.entitled));
  const paid = total(dividends.map((one) => one.paidInYear));
  const blocks = rows(
    {
      columns: [
        { head: "模式、合作主体", kind: "text" },
        { head: "委托或权益", kind: "center" },
        { head: "应发", kind: "amount" },
        { head: "实发", kind: "amount" },
        { head: "待付", kind: "amount" },
        { head: "发放日", kind: "center" },
      ],
      rows: dividends.map((one): Cell[] => [
        `${modelName(one)}\n${one.partner}`,
        rightOf(one),
        amountCell(one.entitled),
        amountCell(one.paidInYear),
        amountCell(outstandingOf(one)),
        arrivedOf(one),
      ]),
      ...(dividends.length > 1
        ? { total: ["合计", "", amountCell(entitled), amountCell(paid), amountCell(sumFen(dividends.map(outstandingOf))), ""] }
        : {}),
    },
    place.measure,
    place.widthEm,
  );
  const returned = dividends.filter((one) => !isZero(one.returnedAfterYearEnd));
  const late = dividends.filter((one) => one.paidAfterYearEnd !== undefined && isZero(one.returnedAfterYearEnd));
  return {
    title,
    unit: UNIT,
    blocks: [...blocks, wordsLine("应发合计", entitled), ...returned.map(returnedNote), ...late.map(lateNote)],
  };
}

const earlierText = ({ year, partner, amount, paidOn, state }: EarlierLine): string =>
  `${year} 年度 ${partner} ${amountCell(amount).text} 元（${paidOn}${state === undefined ? "" : `，${STATE_NAMES[state]}`}）`;

export function earlierYearsSection(figures: StatementFigures): Section | undefined {
  if (isZero(figures.paidForEarlierYears)) return undefined;
  const { earlier = [] } = figures;
  return {
    title: "补发以前年度分红（不计入本年应发）",
    text: `：${amountCell(figures.paidForEarlierYears).text} 元`,
    blocks: earlier.length === 0 ? [] : [line(`${earlier.map(earlierText).join("；")}。`)],
  };
}

/** 2018-12-11 至 12-20 */
function publicityOf({ publishedFrom: from, publishedTo: to }: DividendLine): string | undefined {
  if (from === undefined || to === undefined) return undefined;
  return `${from} 至 ${from.slice(0, 4) === to.slice(0, 4) ? to.slice(5) : to}`;
}

/** 依据 and, where the lists hung out on different days, 公示. */
const sourcesOf = (one: DividendLine, withPeriod: boolean): string => {
  const period = withPeriod ? publicityOf(one) : undefined;
  const said = [
    period && `公示 ${period}`,
    one.document === undefined || one.document === "" ? undefined : `依据 ${one.document}`,
    RESIDUE_WORDS[one.residueRule ?? ""],
  ].filter((part) => part !== undefined);
  return said.length === 0 ? "" : `（${said.join("；")}）`;
};

/** 您户按什么算: the household's own weight, where there is one. */
function weightOf({ method, basis, days, shares, areaMu }: DividendLine): string {
  const stake = basis === undefined ? undefined : `委托 ${amountCell(basis).text} 元`;
  if (method === "by-stake-days" || method === "fixed-rate") return [stake, days && `${days} 天`].filter(Boolean).join("、");
  if (method === "by-stake") return stake ?? "";
  if (method === "equal") return "";
  return shares !== undefined ? `收益权 ${shares} 份` : areaMu !== undefined ? `土地 ${areaMu} 亩` : "";
}

/** One source in plain words: how much there was for how many, who gets more, and what that is for this household. */
function plainly(one: DividendLine, withPeriod: boolean): Part[] {
  const total = one.listTotal === undefined ? "" : `共分 ${amountCell(one.listTotal).text} 元`;
  const households = one.listHouseholds === undefined ? "" : `给 ${one.listHouseholds} 户`;
  const rule = METHOD_WORDS[one.method ?? ""] ?? METHOD_NAMES[one.method ?? ""] ?? "";
  const weight = weightOf(one);
  const own = `${weight === "" ? "您户" : `您户${weight}，`}分得 ${amountCell(one.entitled).text} 元`;
  const text = [`${total}${total === "" ? "" : households}`, rule, own].filter((part) => part !== "").join("，");
  return [{ text: one.partner, red: false }, `：${text}${sourcesOf(one, withPeriod)}。`];
}

/** Sources told one by one at most; more of them are told together, by rule. */
const PLAIN_SOURCES_MAX = 4;

/** Many sources: those that were computed alike together. */
function together(listed: readonly DividendLine[], withPeriod: boolean): Part[] {
  const alike = Map.groupBy(
    listed,
    (one) => `${METHOD_WORDS[one.method ?? ""] ?? METHOD_NAMES[one.method ?? ""]}${sourcesOf(one, withPeriod)}`,
  );
  return [...alike].flatMap(([text, lines]): Part[] => [
    { text: [...new Set(lines.map(({ partner }) => partner))].join("、"), red: false },
    `：${text}。`,
  ]);
}

/**
 * 计算说明 of the dividends, in plain words: how much was there for how many, who gets more, what this household's part is
 * made of. The publicity is said once where all lists hung out on the same days.
 */
function dividendExplanations(dividends: readonly DividendLine[]): Block[] {
  if (dividends.length === 0) return [];
  const listed = dividends.filter(({ method }) => method !== undefined);
  if (listed.length === 0) return [line("分红按委托金额和天数分配，精确到分，尾差按最大余额法。")];
  const periods = new Set(listed.map(publicityOf));
  const [period] = periods;
  const same = periods.size === 1 && period !== undefined;
  const said = listed.length <= PLAIN_SOURCES_MAX ? listed.map((one) => line(...plainly(one, !same))) : [line(...together(listed, !same))];
  return same ? [...said, line(`名单公示：${period}。`)] : said;
}

export function explanationSection(figures: StatementFigures): Section {
  const sentences = [
    ...(figures.loans.length > 0 || figures.interest.length > 0
      ? [
          "利息按您欠的本金、合同的年利率和实际天数算，借钱那天算、还钱那天不算，每次结息四舍五入到分。",
          "您先向银行付利息，财政审核后把贴息发到您的账户；逾期、罚息和挪用期间不贴息。",
        ]
      : []),
    ...(figures.loans.some((loan) => !isZero(loan.end)) ? ["年末本金是您还欠银行的钱，请在到期日前还清。"] : []),
    "数据截止以后的变化记入以后的告知书。",
  ];
  return { title: "计算说明", blocks: [...dividendExplanations(figures.dividends), line(sentences.join(""))] };
}
