import benchmark from "./data/benchmark-lending-rates.json" with { type: "json" };
import lpr from "./data/loan-prime-rates.json" with { type: "json" };
import { ALWAYS, always, DEFAULT_DOCUMENT, type Parameter, type ParameterDefault, type ParameterType } from "./parameter.ts";
import { CLOSING_PARAMETERS } from "./parameters-closing.ts";

export { ALWAYS, type Parameter, type ParameterDefault, type ParameterType };

const trueFrom = (from: string, document: string): readonly ParameterDefault[] => [{ from, value: "true", document }];

type BenchmarkTier = "upTo6m" | "upTo1y" | "1to3y" | "3to5y" | "1to5y" | "over5y";
type BenchmarkRow = { readonly from: string; readonly document: string } & Partial<Record<BenchmarkTier, string>>;

/**
 * Rows of the People's Bank table for the first of `tiers` that a row has. A tier that a later row no longer publishes
 * ends on the day before that row (≤ 6 months and 3–5 years ended with 2014-11-22).
 */
function benchmarkTier(...tiers: readonly BenchmarkTier[]): readonly ParameterDefault[] {
  const rows: readonly BenchmarkRow[] = benchmark.rows;
  return rows.flatMap((row, index) => {
    const value = tiers.map((tier) => row[tier]).find((rate) => rate !== undefined);
    const next = rows[index + 1];
    if (value === undefined) return [];
    const until = next ? { to: dayBefore(next.from) } : {};
    return [{ from: row.from, ...until, value, document: row.document }];
  });
}

const dayBefore = (date: string): string => Temporal.PlainDate.from(date).subtract({ days: 1 }).toString();

/** The quote date is stored as published: holidays move it, so it can't be computed. */
const lprTerm = (term: "1y" | "5y"): readonly ParameterDefault[] =>
  lpr.rows.map((row) => ({ from: row.quote, value: row[term], document: `${lpr.document} ${row.quote}` }));

export const POLICY_PARAMETERS = {
  "interest.yearBase": {
    type: "integer",
    choices: [360, 365],
    unit: "days",
    zh: "计息年天数",
    en: "days of the interest year",
    defaults: always("360", "银发〔2005〕129号"),
  },
  "interest.benchmark.upTo6m": {
    type: "percent",
    unit: "% a year",
    zh: "贷款基准利率(六个月以内,2014-11-22起并档)",
    en: "benchmark lending rate, up to 6 months (merged into one year on 2014-11-22)",
    defaults: benchmarkTier("upTo6m"),
  },
  "interest.benchmark.upTo1y": {
    type: "percent",
    unit: "% a year",
    zh: "贷款基准利率(一年以内)",
    en: "benchmark lending rate, up to 1 year",
    defaults: benchmarkTier("upTo1y"),
  },
  "interest.benchmark.1to5y": {
    type: "percent",
    unit: "% a year",
    zh: "贷款基准利率(一至五年)",
    en: "benchmark lending rate, 1 to 5 years",
    defaults: benchmarkTier("1to5y", "1to3y"),
  },
  "interest.benchmark.3to5y": {
    type: "percent",
    unit: "% a year",
    zh: "贷款基准利率(三至五年,2014-11-22起并档)",
    en: "benchmark lending rate, 3 to 5 years (merged into 1 to 5 on 2014-11-22)",
    defaults: benchmarkTier("3to5y"),
  },
  "interest.benchmark.over5y": {
    type: "percent",
    unit: "% a year",
    zh: "贷款基准利率(五年以上)",
    en: "benchmark lending rate, over 5 years",
    defaults: benchmarkTier("over5y"),
  },
  "interest.lpr.1y": { type: "percent", unit: "% a year", zh: "一年期LPR", en: "1-year LPR", defaults: lprTerm("1y") },
  "interest.lpr.5y": { type: "percent", unit: "% a year", zh: "五年期以上LPR", en: "LPR over 5 years", defaults: lprTerm("5y") },
  "penalty.surcharge": {
    type: "percent",
    unit: "% of the contract rate",
    zh: "逾期罚息加收比例",
    en: "surcharge on overdue loans",
    defaults: always("50", "银发〔2003〕251号"),
  },
  "microcredit.cap": {
    type: "amount",
    unit: "yuan",
    zh: "扶贫小额信贷户上限",
    en: "open microcredit of a household",
    defaults: always("50000.00", "国开办发〔2014〕78号"),
  },
  "microcredit.cap.withTopUp": {
    type: "amount",
    unit: "yuan",
    zh: "含追加贷款的户上限",
    en: "open microcredit of a household with top-ups",
    defaults: [
      { from: ALWAYS, to: "2021-03-03", value: "50000.00", document: "国开办发〔2014〕78号" },
      { from: "2021-03-04", value: "100000.00", document: "银保监发〔2021〕6号" },
    ],
  },
  "microcredit.termMonths": {
    type: "integer",
    choices: [12, 24, 36, 60],
    unit: "months",
    zh: "扶贫小额信贷最长期限",
    en: "longest term of a microcredit",
    defaults: always("36", "国开办发〔2014〕78号"),
  },
  "microcredit.rateCeiling": {
    type: "ceiling",
    unit: "–",
    zh: "利率上限口径(基准或LPR)",
    en: "what the rate may not exceed: the benchmark or the LPR",
    defaults: [
      { from: ALWAYS, to: "2020-12-31", value: "benchmark", document: "国开办发〔2014〕78号" },
      { from: "2021-01-01", value: "lpr", document: "银保监发〔2021〕6号" },
    ],
  },
  "microcredit.eligible": {
    type: "texts",
    unit: "–",
    zh: "可申请扶贫小额信贷的户类型",
    en: "standings that may take a microcredit",
    defaults: [
      { from: ALWAYS, to: "2020-07-02", value: '["registered"]', document: "国开办发〔2014〕78号" },
      { from: "2020-07-03", to: "2020-12-31", value: '["registered","monitored"]', document: "银保监发〔2020〕28号" },
      { from: "2021-01-01", value: '["registered","exited","monitored"]', document: "银保监发〔2021〕6号" },
    ],
  },
  "subsidy.cap": {
    type: "amount",
    unit: "yuan",
    zh: "贴息本金上限",
    en: "principal of a loan that is subsidised",
    defaults: always("50000.00", "国开办发〔2014〕78号"),
  },
  "subsidy.ratio": {
    type: "percent",
    unit: "% of normal interest",
    zh: "贴息比例",
    en: "share of normal interest that is subsidised",
    defaults: always("100", "豫政办〔2017〕85号"),
  },
  "subsidy.budgetControl": {
    type: "control",
    unit: "–",
    zh: "贴息预算控制(关闭、提示、禁止)",
    en: "what happens beyond the funds appropriated for subsidies",
    defaults: always("warn"),
  },
  "subsidy.publicityDays": {
    type: "integer",
    unit: "days",
    zh: "贴息申报公示天数(0为不公示)",
    en: "days of publicity before a claim is approved; 0: none",
    defaults: always("0"),
  },
  "model2.subsidyRate": {
    type: "percent",
    unit: "% a year",
    zh: "企贷增收贴息率",
    en: "subsidy rate of enterprise loans",
    defaults: always("2.00", "豫政办〔2017〕85号"),
  },
  "model2.quotaPerHousehold": {
    type: "amount",
    unit: "yuan",
    zh: "每带动一户的贴息额度",
    en: "subsidised principal per linked household",
    defaults: always("50000.00"),
  },
  "model2.rateCeiling": {
    type: "percent",
    unit: "% of the benchmark or LPR",
    zh: "企贷增收贷款利率上限(基准或LPR的比例)",
    en: "what the rate of an enterprise loan may not exceed, as a share of the benchmark or LPR",
    defaults: always("110", "豫政办〔2017〕85号"),
  },
  "model1.open.from": {
    type: "bool",
    unit: "–",
    zh: "分贷统还可签约",
    en: "pooled lending is open",
    defaults: trueFrom("2016-12-25", "中站区脱贫攻坚“十三五”规划"),
  },
  "model1.warn.from": {
    type: "bool",
    unit: "–",
    zh: "分贷统还签约须警示",
    en: "pooled lending needs evidence and a reason",
    defaults: trueFrom("2017-07-25", "银监发〔2017〕42号"),
  },
  "model1.block.from": {
    type: "bool",
    unit: "–",
    zh: "分贷统还默认停止新签",
    en: "new pooled lending is blocked",
    defaults: trueFrom("2018-01-01", DEFAULT_DOCUMENT),
  },
  "model1.forbid.from": {
    type: "bool",
    unit: "–",
    zh: "分贷统还禁止新签",
    en: "new pooled lending is forbidden",
    defaults: trueFrom("2021-03-04", "银保监发〔2021〕6号"),
  },
  "model4.riskRatio": {
    type: "weights",
    unit: "weights, sum 100",
    zh: "政企联动风险分担比例",
    en: "loss sharing of public equity",
    parties: ["government", "enterprise", "insurer"],
    defaults: always('[{"party":"government","weight":"50"},{"party":"enterprise","weight":"30"},{"party":"insurer","weight":"20"}]'),
  },
  "riskfund.split": {
    type: "weights",
    unit: "weights, sum 100",
    zh: "风险补偿金分担比例",
    en: "split of a compensation",
    defaults: always('[{"party":"fund","weight":"70"},{"party":"bank","weight":"30"}]'),
  },
  "riskfund.days": {
    type: "integer",
    unit: "days overdue",
    zh: "代偿起始逾期天数",
    en: "days overdue before compensation",
    defaults: always("90"),
  },
  "breaker.village": {
    type: "percent",
    unit: "% overdue principal",
    zh: "村熔断线",
    en: "circuit breaker of a village",
    defaults: always("7", "豫政办〔2017〕85号"),
  },
  "breaker.township": {
    type: "percent",
    unit: "% overdue principal",
    zh: "街道熔断线",
    en: "circuit breaker of a township",
    defaults: always("5", "豫政办〔2017〕85号"),
  },
  "dividend.method": { type: "method", unit: "–", zh: "分红分配方法", en: "method of allocation", defaults: always("by-stake-days") },
  "dividend.fixedRate": {
    type: "percent",
    unit: "% a year",
    zh: "固定分红率(默认按协议)",
    en: "fixed dividend rate (default: the agreement's)",
    defaults: [],
  },
  "dividend.yearBase": {
    type: "integer",
    choices: [360, 365, 366],
    unit: "days of a part year",
    zh: "固定分红年天数",
    en: "days of a part year for fixed dividends",
    defaults: always("365"),
  },
  "dividend.residueRule.byStake": {
    type: "residue-rule",
    unit: "–",
    zh: "按股分配余数规则",
    en: "residue rule by stake",
    defaults: always("LARGEST_REMAINDER"),
  },
  "dividend.residueRule.equal": {
    type: "residue-rule",
    unit: "–",
    zh: "均分余数规则",
    en: "residue rule of equal splits",
    defaults: always("FLOOR_CARRY"),
  },
  "pv.residueRule": {
    type: "residue-rule",
    unit: "–",
    zh: "光伏收益余数规则",
    en: "residue rule of asset income",
    defaults: always("FLOOR_CARRY"),
  },
  "pv.targetPerHousehold": {
    type: "amount",
    unit: "yuan a year",
    zh: "光伏户均目标",
    en: "target per household of asset income",
    defaults: always("1000.00", "中站区脱贫攻坚“十三五”规划"),
  },
  "payout.cooldownHours": {
    type: "integer",
    unit: "hours from recordedAt",
    zh: "换卡冷静期",
    en: "cool-down after a card change",
    defaults: always("24"),
  },
  "unclaimed.afterYears": {
    type: "integer",
    unit: "years",
    zh: "转无主款年限",
    en: "years until a payout is unclaimed",
    defaults: always("2"),
  },
  "equity.sources.invest": {
    type: "texts",
    unit: "–",
    zh: "可用于股权投资的资金来源",
    en: "sources of money that may be invested as equity",
    defaults: always('["区","市","省","中央"]'),
  },
  "equity.sources.loss": {
    type: "texts",
    unit: "–",
    zh: "可承担股权损失的资金来源",
    en: "sources of money that may bear a loss of equity",
    defaults: always('["区","市","社会"]'),
  },
  "insurance.deductible": {
    type: "amount",
    unit: "yuan a loss",
    zh: "保险免赔额",
    en: "deductible of model 4 policies",
    defaults: always("0.00"),
  },
  "entry.backdateApprovalDays": {
    type: "integer",
    unit: "days",
    zh: "倒签需复核天数",
    en: "older value dates need a second approval",
    defaults: always("30"),
  },
  ...CLOSING_PARAMETERS,
} as const satisfies Readonly<Record<string, Parameter>>;

export type PolicyKey = keyof typeof POLICY_PARAMETERS;
export const POLICY_KEYS = Object.keys(POLICY_PARAMETERS) as readonly PolicyKey[];
export const isPolicyKey = (key: string): key is PolicyKey => Object.hasOwn(POLICY_PARAMETERS, key);
export const parameterOf = (key: PolicyKey): Parameter => POLICY_PARAMETERS[key];
