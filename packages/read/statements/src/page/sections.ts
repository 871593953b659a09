import { amountInWords, fen, formatAmount, sumFen } from "@huimin/money";
import type { ChangedLine, InterestLine, OwnLoanLine, StatementFigures } from "@huimin/statement/events";
import type { StatementContent } from "../content.ts";
import { amountCell, type Block, type Cell, DASH, facts, line, redLine, rows, type Section } from "./blocks.ts";
import { dateInWords, HELP_DETAILS, HELP_NAMES, keyInWords, valueInWords } from "./labels.ts";
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

export const UNIT = "单位：元";

export const isZero = (amount: string): boolean => fen(amount) === 0n;
export const total = (values: readonly string[]): string => formatAmount(sumFen(values.map(fen)));
const inWords = (amount: string): string => {
  const value = fen(amount);
  return value < 0n ? `负人民币${amountInWords(-value)}` : `人民币${amountInWords(value)}`;
};
export const wordsLine = (label: string, amount: string): Block =>
  line(`${label}（大写）：`, { text: inWords(amount), red: fen(amount) < 0n });

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
  const others = loans.flatMap((loan) => [
    ...(loan.compensated === undefined
      ? []
      : [line(`贷款 ${loan.loan}：本年由他方代偿本金 ${amountCell(loan.compensated).text} 元，不是您还的款，代偿方有权向您追偿。`)]),
    ...(loan.recovered === undefined ? [] : [line(`贷款 ${loan.loan}：本年追回并冲减本金 ${amountCell(loan.recovered).text} 元。`)]),
    ...(loan.released === undefined ? [] : [line(`贷款 ${loan.loan}：本年免除本金 ${amountCell(loan.released).text} 元。`)]),
  ]);
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
      ...others,
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

/** 七、其他帮扶: in one paragraph, for it is no account of anything. */
export function helpSection(figures: StatementFigures): Section | undefined {
  const { help = [] } = figures;
  if (help.length === 0) return undefined;
  const said = help.map(({ kind, from, detail, times, amount }) => {
    const what = detail === undefined ? "" : (HELP_DETAILS[detail] ?? detail);
    const notes = [what, from === "" ? "" : `${from}报送`].filter((note) => note !== "").join("，");
    const count = kind === "wage" || kind === "benefit" ? `${times} 个月` : `${times} 次`;
    const sum = amount === undefined ? count : `${amountCell(amount).text} 元（${count}）`;
    return `${HELP_NAMES[kind]}${notes === "" ? "" : `（${notes}）`} ${kind === "honour" && amount === undefined ? count : sum}`;
  });
  return { title: "其他帮扶", text: "（仅供参考，非本专户发放）", blocks: [line(`${said.join("；")}。`)] };
}

/** What a person types: https is what browsers try by themselves. */
export const verifyAddress = (origin: string): string => `${origin.replace(/^https:\/\//, "")}/v`;

export function objectionSection({ notice }: StatementContent): Section {
  return {
    title: "异议",
    blocks: [
      line(`如有不同意见，请在收到之日起 ${notice.objectionDays} 日内向村委会、街道办或区扶贫办提出。`),
      line(`监督电话：${notice.phones.join("、")}`),
      ...(notice.verifyAt === undefined
        ? []
        : [line(`验真：用手机扫右下角的二维码，或打开 ${verifyAddress(notice.verifyAt)} 输入校验码。`)]),
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
  const shown = (key: string, value: string | undefined): Cell =>
    value === undefined ? DASH : /^-?\d+\.\d{2}$/.test(value) ? amountCell(value) : valueInWords(key, value);
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
            rows: changed.map((one) => [keyInWords(one.key, content.figures), shown(one.key, one.was), shown(one.key, one.is)]),
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
