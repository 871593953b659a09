import { amountInWords, fen, formatAmount, sumFen } from "@huimin/money";
import type { ChangedLine, InterestLine, OwnLoanLine, StatementFigures } from "@huimin/statement/events";
import type { StatementContent } from "../content.ts";
import { amountCell, type Block, type Cell, DASH, facts, line, redLine, rows, type Section } from "./blocks.ts";
import { dateInWords, keyInWords, MODEL_NAMES } from "./labels.ts";
import type { Measure } from "./measure.ts";

/*
 * The sections of layout 6.1 in its order. A part that says nothing for the household is left out, the rest is numbered
 * through; dividends are always there, because the paper is named after them.
 */

/** Where a section is printed: width in em at the size of the text. */
export interface Place {
  readonly measure: Measure;
  readonly widthEm: number;
}

const UNIT = "单位：元";

const isZero = (amount: string): boolean => fen(amount) === 0n;
const total = (values: readonly string[]): string => formatAmount(sumFen(values.map(fen)));
const inWords = (amount: string): string => {
  const value = fen(amount);
  return value < 0n ? `负人民币${amountInWords(-value)}` : `人民币${amountInWords(value)}`;
};
const wordsLine = (label: string, amount: string): Block => line(`${label}（大写）：`, { text: inWords(amount), red: fen(amount) < 0n });

export function basicsSection(content: StatementContent, { measure, widthEm }: Place): Section {
  const { basics } = content;
  const items = [
    { label: "户编号", value: content.household },
    { label: "户主", value: basics.head },
    { label: "身份证号", value: basics.idNumber },
    { label: "人口", value: `${basics.size} 人` },
    { label: "住址", value: `${basics.street} ${basics.village}` },
    { label: "属性", value: basics.status },
    { label: "收款账户", value: basics.account ? `${basics.account.bank} 尾号 ${basics.account.tail}` : "未登记" },
    { label: "帮扶责任人", value: basics.helper ?? DASH },
  ];
  return { title: "户基本情况", blocks: [facts(items, measure, widthEm)] };
}

export function dividendsSection(figures: StatementFigures, place: Place): Section {
  const { dividends } = figures;
  const title = "本年度分红（收益）汇总";
  if (dividends.length === 0) return { title, text: "：无", blocks: [] };
  const row = (one: (typeof dividends)[number]): Cell[] => [
    `${MODEL_NAMES[one.model]}\n${one.partner}`,
    one.basis === undefined ? DASH : amountCell(one.basis),
    one.days === undefined ? DASH : String(one.days),
    one.standard ?? DASH,
    amountCell(one.entitled),
    amountCell(one.paidInYear),
    amountCell(one.awaitingReissue),
    one.paidOn ?? DASH,
  ];
  const entitled = total(dividends.map((one) => one.entitled));
  const returned = dividends.filter((one) => !isZero(one.returnedAfterYearEnd));
  const blocks = rows(
    {
      columns: [
        { head: "模式、合作主体", kind: "text" },
        { head: "委托（权益）金额", kind: "amount" },
        { head: "天数", kind: "center" },
        { head: "标准", kind: "center" },
        { head: "应发", kind: "amount" },
        { head: "实发", kind: "amount" },
        { head: "待付", kind: "amount" },
        { head: "发放日", kind: "center" },
      ],
      rows: dividends.map(row),
      total: [
        "合计",
        "",
        "",
        "",
        entitled,
        total(dividends.map((one) => one.paidInYear)),
        total(dividends.map((one) => one.awaitingReissue)),
      ]
        .map((cell): Cell => (/^-?\d/.test(cell) ? amountCell(cell) : cell))
        .concat([""]),
    },
    place.measure,
    place.widthEm,
  );
  return {
    title,
    unit: UNIT,
    blocks: [
      ...blocks,
      wordsLine("应发合计", entitled),
      ...returned.map((one) => redLine(`${one.partner}：年度结束后银行退回 ${amountCell(one.returnedAfterYearEnd).text} 元，待重新发放。`)),
    ],
  };
}

export const earlierYearsSection = (figures: StatementFigures): Section | undefined =>
  isZero(figures.paidForEarlierYears)
    ? undefined
    : { title: "补发以前年度分红（不计入本年应发）", text: `：${amountCell(figures.paidForEarlierYears).text} 元`, blocks: [] };

export function stakeSection(figures: StatementFigures): Section | undefined {
  const { stake } = figures;
  if (!stake) return undefined;
  const [start, added, reduced, end] = [stake.start, stake.added, stake.reduced, stake.end].map((amount) => amountCell(amount).text);
  return {
    title: "委托股权（分贷统还）变动",
    unit: UNIT,
    blocks: [
      line(`年初 ${start}　增加 ${added}　减少 ${reduced}　年末 ${end}`),
      line("特别说明：", { text: "该贷款由企业统一偿还，您户不承担任何偿还责任和风险。", red: false }),
    ],
  };
}

const loanState = (loan: OwnLoanLine): Cell => {
  if (loan.overdueSince !== undefined) return { text: "已逾期", red: true };
  return isZero(loan.end) ? "已结清" : "未逾期";
};

export function loansSection(figures: StatementFigures, place: Place): Section | undefined {
  const { loans } = figures;
  if (loans.length === 0) return undefined;
  const sums = (["start", "drawn", "repaid", "end"] as const).map((field) => total(loans.map((loan) => loan[field])));
  const end = sums[3] as string;
  const blocks = rows(
    {
      columns: [
        { head: "贷款编号、银行", kind: "text" },
        { head: "年初本金", kind: "amount" },
        { head: "本年放款", kind: "amount" },
        { head: "本年还本", kind: "amount" },
        { head: "年末本金", kind: "amount" },
        { head: "到期日", kind: "center" },
        { head: "是否逾期", kind: "center" },
      ],
      rows: loans.map((loan) => [
        `${loan.loan}\n${loan.bankName}`,
        amountCell(loan.start),
        amountCell(loan.drawn),
        amountCell(loan.repaid),
        amountCell(loan.end),
        loan.due,
        loanState(loan),
      ]),
      ...(loans.length > 1 ? { total: ["合计", ...sums.map(amountCell), "", ""] } : {}),
    },
    place.measure,
    place.widthEm,
  );
  const renewed = loans.filter((loan) => !isZero(loan.renewed));
  const overdue = loans.filter((loan) => loan.overdueSince !== undefined);
  return {
    title: "自贷贷款（自己借、自己用、自己还）",
    unit: UNIT,
    blocks: [
      ...blocks,
      wordsLine("年末本金合计", end),
      ...renewed.map((loan) =>
        fen(loan.renewed) < 0n
          ? line(`贷款 ${loan.loan}：本年无还本续贷转出 ${amountCell(-fen(loan.renewed)).text} 元，转入新贷款，不是还款。`)
          : line(`贷款 ${loan.loan}：本年由无还本续贷转入 ${amountCell(loan.renewed).text} 元。`),
      ),
      ...overdue.map((loan) =>
        redLine(`贷款 ${loan.loan} 自 ${dateInWords(loan.overdueSince as string)}起逾期，请尽快与${loan.bankName}联系还款。`),
      ),
    ],
  };
}

export function interestSection(figures: StatementFigures, place: Place): Section | undefined {
  const lines = figures.interest;
  if (lines.length === 0) return undefined;
  const withPenalty = lines.some((one) => !isZero(one.penalty));
  const withClawback = lines.some((one) => !isZero(one.clawback));
  const cells = (one: Omit<InterestLine, "loan">): Cell[] => [
    amountCell(one.interest),
    ...(withPenalty ? [amountCell(one.penalty)] : []),
    amountCell(one.subsidy),
    ...(withClawback ? [amountCell(-fen(one.clawback))] : []),
    amountCell(one.own),
    amountCell(one.paid),
  ];
  const sum = (field: keyof Omit<InterestLine, "loan">): string => total(lines.map((one) => one[field]));
  const sums = {
    interest: sum("interest"),
    penalty: sum("penalty"),
    subsidy: sum("subsidy"),
    clawback: sum("clawback"),
    own: sum("own"),
    paid: sum("paid"),
  };
  const blocks = rows(
    {
      columns: [
        { head: "贷款编号", kind: "text" },
        { head: "本年应计利息", kind: "amount" },
        ...(withPenalty ? [{ head: "罚息", kind: "amount" } as const] : []),
        { head: "财政贴息", kind: "amount" },
        ...(withClawback ? [{ head: "追回贴息", kind: "amount" } as const] : []),
        { head: "自负利息", kind: "amount" },
        { head: "贴息已到账", kind: "amount" },
      ],
      rows: lines.map((one) => [one.loan, ...cells(one)]),
      ...(lines.length > 1 ? { total: ["合计", ...cells(sums)] } : {}),
    },
    place.measure,
    place.widthEm,
  );
  return { title: "贴息", unit: UNIT, blocks: [...blocks, wordsLine("财政贴息合计", sums.subsidy)] };
}

export function explanationSection(figures: StatementFigures): Section {
  const sentences = [
    ...(figures.dividends.length > 0 ? ["分红按委托金额和天数分配，精确到分，尾差按最大余额法。"] : []),
    ...(figures.loans.length > 0 || figures.interest.length > 0
      ? [
          "利息按本金、实际天数和合同年利率计算，放款当天算、还款当天不算，每次结息四舍五入到分。",
          "您先向银行付利息，财政审核后把贴息发到您的账户；逾期、罚息和挪用期间不贴息。",
        ]
      : []),
    ...(figures.loans.some((loan) => !isZero(loan.end)) ? ["年末本金是您还欠银行的钱，请在到期日前还清。"] : []),
    "数据截止以后的变化记入以后的告知书。",
  ];
  return { title: "计算说明", blocks: [line(sentences.join(""))] };
}

export function objectionSection({ notice }: StatementContent): Section {
  return {
    title: "异议",
    blocks: [
      line(`如有不同意见，请在收到之日起 ${notice.objectionDays} 日内向村委会、街道办或区扶贫办提出。`),
      line(`监督电话：${notice.phones.join("、")}`),
    ],
  };
}
/** 更正内容: the lines of a supplement, as they were said and as they are. */
export function changesSection(
  content: StatementContent,
  changed: readonly ChangedLine[],
  reason: string | undefined,
  place: Place,
): Section {
  const shown = (value: string | undefined): Cell =>
    value === undefined ? DASH : /^-?\d+\.\d{2}$/.test(value) ? amountCell(value) : value;
  const table =
    changed.length === 0
      ? [line("户基本情况有更正，以本告知书为准；各项金额不变。")]
      : rows(
          {
            columns: [
              { head: "项目", kind: "text" },
              { head: "原告知", kind: "amount" },
              { head: "现更正为", kind: "amount" },
            ],
            rows: changed.map((one) => [keyInWords(one.key, content.figures), shown(one.was), shown(one.is)]),
          },
          place.measure,
          place.widthEm,
        );
  return {
    title: "更正内容",
    unit: UNIT,
    blocks: [...table, ...(reason === undefined ? [] : [line(`更正原因：${reason}`)]), line("未列出的内容以原告知书为准。")],
  };
}
