import type { IsoDate } from "@huimin/calendar";
import type { DividendLine, HelpLine, PayoutState, StatementFigures } from "@huimin/statement/events";

/** 2019年1月20日 */
export const dateInWords = (date: IsoDate): string =>
  `${Number(date.slice(0, 4))}年${Number(date.slice(5, 7))}月${Number(date.slice(8, 10))}日`;

/** 2019年1月18日 23:59 in China's time; the last instant of a day is 24:00. */
export function instantInWords(instant: string): string {
  const at = Temporal.Instant.from(instant).toZonedDateTimeISO("Asia/Shanghai");
  const date = dateInWords(at.toPlainDate().toString());
  const time = at.toPlainTime().toString({ smallestUnit: "minute" });
  if (at.hour === 23 && at.minute === 59 && at.second === 59) return `${date} 24:00`;
  return `${date} ${time}`;
}

/** 模式, the names of the models on paper. */
export const MODEL_NAMES: Readonly<Record<number, string>> = {
  1: "分贷统还",
  2: "企贷增收",
  3: "自贷创业",
  4: "政企联动",
  5: "社企共助",
  6: "资产收益",
};

/** 模式 of a dividend: income of an asset by what the asset is. */
export const modelName = ({ model, income }: Pick<DividendLine, "model" | "income">): string =>
  model === 6 ? (income?.includes("光伏") ? "光伏收益" : "资产收益") : (MODEL_NAMES[model] ?? "其他");

/** What has become of money that did not simply arrive. */
export const STATE_NAMES: Readonly<Record<PayoutState, string>> = {
  "awaiting-reissue": "退回待重付",
  "in-transit": "代发在途",
  unclaimed: "无主待处置",
  payable: "待发放",
};

/** 分配方法 */
export const METHOD_NAMES: Readonly<Record<string, string>> = {
  "by-stake": "按委托金额分配",
  "by-stake-days": "按委托金额×天数分配",
  equal: "按户均等分配",
  "by-heads": "按人口分配",
  "fixed-rate": "按约定收益率和实际天数计算",
  "by-need": "按困难程度分配",
  "by-post": "按公益岗位分配",
};

/** 计算说明 for a reader who never heard of a weight: who gets more, in words of the village. */
export const METHOD_WORDS: Readonly<Record<string, string>> = {
  "by-stake": "谁的委托金额多，谁分得多",
  "by-stake-days": "委托金额多、天数长的分得多",
  equal: "每户一样多",
  "by-heads": "家里人口多的分得多",
  "fixed-rate": "按约定的收益率和实际天数算，各户自己算自己的",
  "by-need": "困难大的多分",
  "by-post": "按公益岗位分，出工的才有",
};

/** What becomes of the fen that an exact division leaves, in words of the village. */
export const RESIDUE_WORDS: Readonly<Record<string, string>> = {
  LARGEST_REMAINDER: "除不尽的零头，一分一分补给零头最大的户",
  FLOOR_CARRY: "除不尽的零头留到下年再分",
};

/** 尾差 */
export const RESIDUE_NAMES: Readonly<Record<string, string>> = {
  LARGEST_REMAINDER: "尾差按最大余额法",
  FLOOR_CARRY: "尾差结转下年",
};

export const HELP_NAMES: Readonly<Record<HelpLine["kind"], string>> = {
  wage: "务工收入",
  benefit: "带贫收益",
  goods: "捐赠物资",
  help: "结对帮扶",
  honour: "表彰奖励",
};

/** Forms of a benefit and kinds of help. */
export const HELP_DETAILS: Readonly<Record<string, string>> = {
  job: "就业",
  order: "订单",
  land: "土地流转",
  fixed: "固定补助",
  other: "其他",
  money: "资金",
  goods: "物资",
  labour: "出工",
  skills: "技术",
  sales: "销售",
  visit: "走访",
};

const FIELD_NAMES: Readonly<Record<string, string>> = {
  start: "年初本金",
  drawn: "本年放款",
  renewed: "本年无还本续贷",
  repaid: "本年还本",
  compensated: "本年代偿",
  recovered: "本年追回",
  released: "本年免责",
  end: "年末本金",
  due: "到期日",
  overdueSince: "逾期起始日",
  bank: "贷款银行",
  bankName: "贷款银行",
  interest: "本年应计利息",
  penalty: "罚息",
  subsidy: "财政贴息",
  clawback: "追回贴息",
  own: "自负利息",
  paid: "贴息已到账",
  entitled: "应发",
  paidInYear: "实发",
  paidAfterYearEnd: "期后补发",
  awaitingReissue: "退回待重付",
  payable: "待发放",
  inTransit: "代发在途",
  unclaimed: "无主待处置",
  returnedAfterYearEnd: "期后退回",
  paidOn: "发放日",
  basis: "委托（权益）金额",
  shares: "收益权份额",
  areaMu: "入股土地（亩）",
  income: "资产种类",
  method: "分配方法",
  residueRule: "尾差规则",
  publishedFrom: "公示开始日",
  publishedTo: "公示截止日",
  document: "依据",
  listTotal: "全体农户共分",
  listHouseholds: "参加分配户数",
  amount: "金额",
  times: "次（月）数",
  state: "状态",
  days: "天数",
  standard: "标准",
  partner: "合作主体",
  model: "模式",
  added: "增加",
  reduced: "减少",
};

/** A value of a changed line that is a code. */
export const valueInWords = (key: string, value: string): string => {
  const field = key.slice(key.lastIndexOf("/") + 1);
  const names: Readonly<Record<string, string>> | undefined = { method: METHOD_NAMES, residueRule: RESIDUE_NAMES, state: STATE_NAMES }[
    field as "method"
  ];
  return names?.[value] ?? value;
};

/** A changed line's key in words: `loans/L001/end` → 贷款 L001 年末本金. The id may have a slash in it. */
export function keyInWords(key: string, figures: StatementFigures): string {
  const list = key.slice(0, Math.max(key.indexOf("/"), 0)) || key;
  const field = key.slice(key.lastIndexOf("/") + 1);
  const id = key.slice(list.length + 1, -field.length - 1);
  const name = FIELD_NAMES[field] ?? field;
  switch (list) {
    case "loans":
    case "interest":
      return `贷款 ${id} ${name}`;
    case "dividends": {
      const source = figures.dividends.find((one) => one.pool === id);
      return `${source ? modelName(source) : "分红"} ${source?.partner ?? id} ${name}`;
    }
    case "earlier": {
      const [year, ...pool] = id.split(" ");
      const source = figures.earlier?.find((one) => String(one.year) === year && one.pool === pool.join(" "));
      return `补发 ${year} 年度 ${source?.partner ?? pool.join(" ")} ${name}`;
    }
    case "help": {
      const [kind, detail = "", ...from] = id.split(" ");
      return [HELP_NAMES[kind as HelpLine["kind"]] ?? kind, HELP_DETAILS[detail] ?? detail, from.join(" "), name].filter(Boolean).join(" ");
    }
    case "stake":
      return `委托股权 ${name.replace("本金", "")}`;
    default:
      return "补发以前年度分红";
  }
}
