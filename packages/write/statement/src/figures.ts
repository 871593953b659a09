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
  /** 委托/权益金额; absent where the right is not in yuan */
  basis: Type.Optional(Amount),
  days: Type.Optional(Type.Integer()),
  /** 标准: 约定, 均等, 户均 … */
  standard: Type.Optional(Type.String()),
  entitled: Amount,
  paidInYear: Amount,
  /** 期后退回, negative */
  returnedAfterYearEnd: Amount,
  awaitingReissue: Amount,
  /** 代发在途 */
  inTransit: Type.Optional(Amount),
  /** 无主待处置 */
  unclaimed: Type.Optional(Amount),
  /** Value date of the last payment that did not come back. */
  paidOn: Type.Optional(DateText),
});

/** 五、自贷贷款. start + drawn + renewed − repaid = end; `renewed` is what 无还本续贷 brought (+) or took away (−). */
export const OwnLoanLine = Type.Object({
  loan: Id,
  bank: Id,
  bankName: Type.String(),
  start: Amount,
  drawn: Amount,
  renewed: Amount,
  repaid: Amount,
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
  /** 四、委托股权; absent without model 1 */
  stake: Type.Optional(StakeLine),
  loans: Type.Array(OwnLoanLine),
  interest: Type.Array(InterestLine),
});

export type DividendLine = Static<typeof DividendLine>;
export type OwnLoanLine = Static<typeof OwnLoanLine>;
export type InterestLine = Static<typeof InterestLine>;
export type StatementFigures = Static<typeof StatementFigures>;

/** A figure that differs between two statements of a household and year. `key`: `loans/L001/end`. */
export const ChangedLine = Type.Object({ key: Type.String(), was: Type.Optional(Type.String()), is: Type.Optional(Type.String()) });
export type ChangedLine = Static<typeof ChangedLine>;

const isAmount = (value: unknown): boolean => typeof value === "string" && /^-?\d+\.\d{2}$/.test(value);
const isZero = (value: unknown): boolean => value === "0.00" || value === "-0.00";

/** Nothing to say: no line, or nothing but zeros. Such a statement is issued only on request. */
export function isNil(figures: StatementFigures): boolean {
  const lines: readonly object[] = [
    ...figures.dividends,
    ...figures.loans,
    ...figures.interest,
    ...(figures.stake ? [figures.stake] : []),
    { paidForEarlierYears: figures.paidForEarlierYears },
  ];
  return lines.every((line) => Object.values(line).every((value) => !isAmount(value) || isZero(value)));
}

/** Every figure under a key of its own: `loans/L001/end` → `30000.00`. */
export function flattenFigures(figures: StatementFigures): ReadonlyMap<string, string> {
  const flat = new Map<string, string>();
  const put = (prefix: string, line: object, skip: string): void => {
    for (const [name, value] of Object.entries(line))
      if (name !== skip && value !== undefined) flat.set(`${prefix}/${name}`, String(value));
  };
  for (const line of figures.dividends) put(`dividends/${line.pool}`, line, "pool");
  if (figures.stake) put("stake", figures.stake, "");
  for (const line of figures.loans) put(`loans/${line.loan}`, line, "loan");
  for (const line of figures.interest) put(`interest/${line.loan}`, line, "loan");
  flat.set("paidForEarlierYears", figures.paidForEarlierYears);
  return flat;
}

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
