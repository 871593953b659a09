import { type Fen, fen, sumFen } from "@huimin/money";
import { type Static, Type } from "typebox";

/*
 * The figures of a statement (layout: domain 6.1): lists, so that a source of income that comes later is a line more and
 * not another form. Amounts are yuan with two decimals; a minus is 红字.
 */

const Amount = Type.String({ pattern: "^-?\\d+\\.\\d{2}$" });
const DateText = Type.String({ format: "date" });
const Id = Type.String({ minLength: 1, maxLength: 64 });

/** 二、分红(收益): one line per pool. `entitled` 应发, `paidInYear` 实发 of it less what was returned in the year. */
export const DividendLine = Type.Object({
  pool: Id,
  model: Type.Integer({ minimum: 1, maximum: 6 }),
  /** 合作主体: name of the enterprise or the power station */
  partner: Type.String(),
  /** What the pool lives on where the model alone does not say it: the asset's kind (光伏 …). */
  income: Type.Optional(Type.String()),
  /** 委托/权益金额; absent where the right is not in yuan */
  basis: Type.Optional(Amount),
  /** 收益权份额, whole shares */
  shares: Type.Optional(Type.String({ pattern: "^\\d+$" })),
  /** 土地经营权入股, mu (亩) */
  areaMu: Type.Optional(Amount),
  /** Days of the year with a stake. */
  days: Type.Optional(Type.Integer()),
  /** 标准: 约定, 均等, 按金额 … */
  standard: Type.Optional(Type.String()),
  entitled: Amount,
  paidInYear: Amount,
  /** 应发 of it paid after the year, up to the cut-off: 补发 of the later year's statement. */
  paidAfterYearEnd: Type.Optional(Amount),
  /** 期后退回, negative */
  returnedAfterYearEnd: Amount,
  awaitingReissue: Amount,
  /** 未提交代发 */
  payable: Type.Optional(Amount),
  /** 代发在途 */
  inTransit: Type.Optional(Amount),
  /** 无主待处置 */
  unclaimed: Type.Optional(Amount),
  /** Value date of the last payment that did not come back. */
  paidOn: Type.Optional(DateText),
  /** 计算说明 of the last list of the year: method and residue rule (codes of `@huimin/dividend`), 公示 first and last day. */
  method: Type.Optional(Type.String()),
  residueRule: Type.Optional(Type.String()),
  publishedFrom: Type.Optional(DateText),
  publishedTo: Type.Optional(DateText),
  /** 依据: number of the document of the declaration, else the minutes of the list. */
  document: Type.Optional(Type.String()),
  /** What the list gave to all its households together, and how many they are; absent where the year had several lists. */
  listTotal: Type.Optional(Amount),
  listHouseholds: Type.Optional(Type.Integer()),
});

/** Where an entitlement stands that is not simply paid. */
const PayoutState = Type.Union([
  Type.Literal("awaiting-reissue"),
  Type.Literal("in-transit"),
  Type.Literal("unclaimed"),
  Type.Literal("payable"),
]);

/** 三、补发以前年度分红: paid in the year for the entitlement of a pool and an earlier year. `state`: it came back again. */
export const EarlierLine = Type.Object({
  pool: Id,
  year: Type.Integer(),
  partner: Type.String(),
  amount: Amount,
  /** Value date of the last payment of the year. */
  paidOn: DateText,
  state: Type.Optional(PayoutState),
});

/** 七、其他帮扶: reported help of one kind from one side, 仅供参考. `times`: months of a wage or benefit, else occasions. */
export const HelpLine = Type.Object({
  kind: Type.Union([Type.Literal("wage"), Type.Literal("benefit"), Type.Literal("goods"), Type.Literal("help"), Type.Literal("honour")]),
  /** Name of the enterprise that reported it; empty where nobody is named. */
  from: Type.String(),
  /** Form of the benefit, kind of the help, grade of the honour: codes or the text of the award. */
  detail: Type.Optional(Type.String()),
  times: Type.Integer({ minimum: 1 }),
  amount: Type.Optional(Amount),
});

/**
 * 五、自贷贷款. start + drawn + renewed − repaid − compensated − recovered − released = end; `renewed` is what 无还本续贷
 * brought (+) or took away (−).
 */
export const OwnLoanLine = Type.Object({
  loan: Id,
  bank: Id,
  bankName: Type.String(),
  start: Amount,
  drawn: Amount,
  renewed: Amount,
  repaid: Amount,
  /** 代偿: principal that the risk fund or a guarantor paid; the household owes it to them. */
  compensated: Type.Optional(Amount),
  /** 追回 that was applied to the open principal. */
  recovered: Type.Optional(Amount),
  /** 免责 */
  released: Type.Optional(Amount),
  end: Amount,
  /** the due date in force at the end of the year */
  due: DateText,
  /** first day of being overdue, when it was so at the end of the year */
  overdueSince: Type.Optional(DateText),
});

/**
 * 六、贴息, per loan: what was settled 结息 in the year, and the subsidy on it. `clawback`: of that subsidy claimed back.
 * own = interest + penalty − subsidy + clawback. `paid`: of the subsidy, paid out or set off up to the cut-off.
 */
export const InterestLine = Type.Object({
  loan: Id,
  interest: Amount,
  penalty: Amount,
  subsidy: Amount,
  clawback: Amount,
  own: Amount,
  paid: Amount,
});

export const StakeLine = Type.Object({ start: Amount, added: Amount, reduced: Amount, end: Amount });

export const StatementFigures = Type.Object({
  dividends: Type.Array(DividendLine),
  /** 三、补发以前年度分红 */
  paidForEarlierYears: Amount,
  /** Its parts, by year and pool. */
  earlier: Type.Optional(Type.Array(EarlierLine)),
  /** 四、委托股权; absent without model 1 */
  stake: Type.Optional(StakeLine),
  loans: Type.Array(OwnLoanLine),
  interest: Type.Array(InterestLine),
  /** 七、其他帮扶 */
  help: Type.Optional(Type.Array(HelpLine)),
});

export type EarlierLine = Static<typeof EarlierLine>;
export type HelpLine = Static<typeof HelpLine>;
export type PayoutState = Static<typeof PayoutState>;
export type StakeLine = Static<typeof StakeLine>;
export type DividendLine = Static<typeof DividendLine>;
export type OwnLoanLine = Static<typeof OwnLoanLine>;
export type InterestLine = Static<typeof InterestLine>;
export type StatementFigures = Static<typeof StatementFigures>;

/** A figure that differs between two statements of a household and year. `key`: `loans/L001/end`. */
export const ChangedLine = Type.Object({ key: Type.String(), was: Type.Optional(Type.String()), is: Type.Optional(Type.String()) });
export type ChangedLine = Static<typeof ChangedLine>;

const isAmount = (value: unknown): boolean => typeof value === "string" && /^-?\d+\.\d{2}$/.test(value);
const isZero = (value: unknown): boolean => value === "0.00" || value === "-0.00";

/** What explains a figure and is not the household's own: another list of the pool is no reason for a supplement. */
const EXPLAINING: ReadonlySet<string> = new Set(["listTotal", "listHouseholds"]);

/** Nothing to say: no line, or nothing but zeros, and no other help. Such a statement is issued only on request. */
export function isNil(figures: StatementFigures): boolean {
  if ((figures.help ?? []).length > 0) return false;
  const lines: readonly object[] = [
    ...figures.dividends,
    ...figures.loans,
    ...figures.interest,
    ...(figures.stake ? [figures.stake] : []),
    { paidForEarlierYears: figures.paidForEarlierYears },
  ];
  return lines.every((line) => Object.entries(line).every(([name, value]) => EXPLAINING.has(name) || !isAmount(value) || isZero(value)));
}

/** Every figure under a key of its own: `loans/L001/end` → `30000.00`. */
export function flattenFigures(figures: StatementFigures): ReadonlyMap<string, string> {
  const flat = new Map<string, string>();
  const put = (prefix: string, line: object, skip: string): void => {
    for (const [name, value] of Object.entries(line))
      if (name !== skip && value !== undefined && !EXPLAINING.has(name)) flat.set(`${prefix}/${name}`, String(value));
  };
  for (const line of figures.dividends) put(`dividends/${line.pool}`, line, "pool");
  for (const { pool, year, partner: _, ...line } of figures.earlier ?? []) put(`earlier/${year} ${pool}`, line, "");
  if (figures.stake) put("stake", figures.stake, "");
  for (const line of figures.loans) put(`loans/${line.loan}`, line, "loan");
  for (const line of figures.interest) put(`interest/${line.loan}`, line, "loan");
  for (const { kind, from, detail = "", ...line } of figures.help ?? []) put(`help/${[kind, detail, from].join(" ")}`, line, "");
  flat.set("paidForEarlierYears", figures.paidForEarlierYears);
  return flat;
}

/** 待付: what of the line is still owed to the household, wherever it lies. Fen. */
export const outstandingOf = ({ payable, inTransit, awaitingReissue, unclaimed }: DividendLine): Fen =>
  sumFen([payable, inTransit, awaitingReissue, unclaimed].map((amount) => fen(amount ?? "0.00")));

/** The lines of a supplement, in the order of the statement. */
export function changedLines(before: StatementFigures, now: StatementFigures): ChangedLine[] {
  const was = flattenFigures(before);
  const is = flattenFigures(now);
  const keys = [...is.keys(), ...[...was.keys()].filter((key) => !is.has(key))];
  return keys.flatMap((key): ChangedLine[] => {
    const from = was.get(key);
    const to = is.get(key);
    if (from === to) return [];
    return [{ key, ...(from === undefined ? {} : { was: from }), ...(to === undefined ? {} : { is: to }) }];
  });
}
