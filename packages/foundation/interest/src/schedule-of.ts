import { addMonths, type IsoDate, SETTLEMENT_DAY, SETTLEMENT_MONTHS, termMonths } from "@huimin/calendar";
import type { Exact, Fen } from "@huimin/money";
import { ok, type Result, refuse } from "@huimin/outcome";
import type { DayCount } from "./day-count.ts";
import { SCHEDULE_ERRORS } from "./errors.ts";
import { replayLoan } from "./replay.ts";
import type { LoanRow } from "./state.ts";
import type { InstalmentTerms, LoanTerms, SettlementTerms } from "./terms.ts";

export const REPAYMENT_METHODS = [
  /** 等额本息, monthly. */
  "equal-instalment",
  /** 等额本金, monthly. */
  "equal-principal",
  /** 按季付息、到期还本: settled on the 20th of March, June, September and December. */
  "interest-only-then-bullet",
  /** 利随本清: principal and interest once, at maturity. */
  "single-payment",
] as const;
export type RepaymentMethod = (typeof REPAYMENT_METHODS)[number];

/** What a borrower or a clerk knows of a loan; the rest is what Chinese banks do (domain chapter 3.5). */
export interface SimpleTerms {
  readonly principal: Fen;
  readonly annualRatePercent: Exact;
  readonly disbursedOn: IsoDate;
  /** One of the two; without `maturesOn` the loan runs `months` from the disbursement (到期日为对月对日). */
  readonly maturesOn?: IsoDate;
  readonly months?: number;
  readonly method: RepaymentMethod;
  /** Default: `1/12` for monthly methods, `actual/360` for the others. */
  readonly dayCount?: DayCount;
}

export interface Schedule {
  readonly terms: LoanTerms;
  readonly rows: readonly LoanRow[];
  readonly totals: { readonly principal: Fen; readonly interest: Fen; readonly total: Fen; readonly days: number };
  /** 每期还款额 or 每期本金, where the method has one. */
  readonly instalment: Fen | undefined;
}

/**
 * The repayment schedule (还款计划) of a loan from its terms, for the command line and for previews: no loan is created.
 * Rounded to the fen, half up, once per row. 等额本金 rounds its part down, so that the last row is the larger one.
 * Refuses terms that make no loan (SCHEDULE_TERMS_INVALID).
 */
export function scheduleOf(simple: SimpleTerms): Result<Schedule> {
  const { disbursedOn } = simple;
  if (simple.maturesOn === undefined && simple.months === undefined)
    return refuse(SCHEDULE_ERRORS.SCHEDULE_TERMS_INVALID, { reason: "neither maturity nor months is given" });
  const maturesOn = simple.maturesOn ?? addMonths(disbursedOn, simple.months as number);
  const monthly = simple.method === "equal-instalment" || simple.method === "equal-principal";
  if (monthly && addMonths(disbursedOn, termMonths(disbursedOn, maturesOn)) !== maturesOn) {
    return refuse(SCHEDULE_ERRORS.SCHEDULE_TERMS_INVALID, { reason: "monthly instalments need a maturity of whole months" });
  }
  const terms = monthly ? monthlyTerms(simple, termMonths(disbursedOn, maturesOn)) : settledTerms(simple, maturesOn);
  const replay = replayLoan(terms);
  if (!replay.ok) return replay;
  const { rows, instalment } = replay.value.state();
  const sum = (column: "principal" | "interest" | "total"): Fen => rows.reduce((total, row) => total + row[column], 0n);
  const days = rows.reduce((total, row) => total + row.days, 0);
  return ok({ terms, rows, instalment, totals: { principal: sum("principal"), interest: sum("interest"), total: sum("total"), days } });
}

function monthlyTerms(simple: SimpleTerms, instalments: number): InstalmentTerms {
  return {
    kind: "instalment",
    disbursements: [{ date: simple.disbursedOn, amount: simple.principal }],
    annualRatePercent: simple.annualRatePercent,
    every: { count: 1, unit: "month" },
    instalments,
    monthEnd: "clamp",
    method: simple.method === "equal-principal" ? "equal-principal" : "equal-instalment",
    interestOn: "balance",
    dayCount: simple.dayCount ?? "1/12",
    roundingMode: "half-up",
    amountUnit: 1n,
    instalmentUnit: 1n,
    instalmentRounding: simple.method === "equal-principal" ? "down" : "nearest",
    graceOnPrincipal: 0,
    graceOnInterest: 0,
    onTranche: "recompute",
  };
}

function settledTerms(simple: SimpleTerms, maturesOn: IsoDate): SettlementTerms {
  return {
    kind: "settlement",
    principal: simple.principal,
    annualRatePercent: simple.annualRatePercent,
    disbursedOn: simple.disbursedOn,
    maturesOn,
    ...(simple.method === "single-payment" ? {} : { settlement: { months: SETTLEMENT_MONTHS, day: SETTLEMENT_DAY } }),
    dayCount: simple.dayCount ?? "actual/360",
    roundingMode: "half-up",
    amountUnit: 1n,
  };
}

/**
 * The day count that two bank parameters name (计息天数算法 and 年基数); undefined for a pair that no bank uses.
 * `actual` days over 360, 364, 365 or the calendar year; `months-and-days` (对年对月对日) and `30e` over 360.
 */
export function dayCountFrom(
  days: "actual" | "months-and-days" | "30e" | "months",
  yearBase: 360 | 364 | 365 | "actual" | 12,
): DayCount | undefined {
  if (days === "actual") return yearBase === "actual" ? "actual/actual-isda" : yearBase === 12 ? undefined : `actual/${yearBase}`;
  if (days === "months") return yearBase === 12 ? "1/12" : undefined;
  if (yearBase !== 360) return undefined;
  return days === "30e" ? "30e/360" : "months-and-days/360";
}
