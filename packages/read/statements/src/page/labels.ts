import type { IsoDate } from "@huimin/calendar";
import type { StatementFigures } from "@huimin/statement/events";

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

const FIELD_NAMES: Readonly<Record<string, string>> = {
  start: "年初本金",
  drawn: "本年放款",
  renewed: "本年无还本续贷",
  repaid: "本年还本",
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
  awaitingReissue: "待付",
  returnedAfterYearEnd: "期后退回",
  paidOn: "发放日",
  basis: "委托(权益)金额",
  days: "天数",
  standard: "标准",
  partner: "合作主体",
  model: "模式",
  added: "增加",
  reduced: "减少",
};

/** A changed line's key in words: `loans/L001/end` → 贷款 L001 年末本金. */
export function keyInWords(key: string, figures: StatementFigures): string {
  const [list, id, field] = key.split("/") as [string, string | undefined, string | undefined];
  const name = FIELD_NAMES[field ?? ""] ?? field ?? "";
  if (list === "loans" || list === "interest") return `贷款 ${id} ${name}`;
  if (list === "dividends") {
    const source = figures.dividends.find((one) => one.pool === id);
    return `${source ? MODEL_NAMES[source.model] : "分红"} ${source?.partner ?? id} ${name}`;
  }
  if (list === "stake") return `委托股权 ${FIELD_NAMES[id ?? ""]?.replace("本金", "") ?? id}`;
  return "补发以前年度分红";
}
