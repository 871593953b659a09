import type { IsoDate, MonthEndRule, PeriodLength } from "@huimin/calendar";
import type { Exact, Fen } from "@huimin/money";
import type { DayCount } from "./day-count.ts";
import type { RoundingMode, UnitRounding } from "./rounding.ts";

/**
 * Contract terms of a loan as its arithmetic sees them.
 *
 * Amounts are whole minor units (fen). The engine never asks what a minor unit is worth, so a currency with other
 * decimals works when all amounts of a loan use the same scale.
 */
export type LoanTerms = InstalmentTerms | SettlementTerms;

export const INSTALMENT_METHODS = [
  /** 等额本息: equal instalments; the principal part is what interest leaves. */
  "equal-instalment",
  /** 等额本金: equal principal parts. */
  "equal-principal",
  /** A given principal part, the rest in the last row. */
  "fixed-principal",
  /** 先息后本: interest only, all principal in the last row. */
  "interest-only-then-bullet",
  /** Principal as listed in `rows`. */
  "given-principal",
] as const;
export type InstalmentMethod = (typeof INSTALMENT_METHODS)[number];

/** A disbursement (放款): the first one, or a later tranche (分次放款). */
export interface Tranche {
  readonly date: IsoDate;
  readonly amount: Fen;
}

/** Terms of a loan that is repaid in rows of equal length (分期还款). */
export interface InstalmentTerms {
  readonly kind: "instalment";
  /** At least one; the first by date is the disbursement, the others are tranches. */
  readonly disbursements: readonly Tranche[];
  /** Nominal rate in percent a year; zero is allowed. */
  readonly annualRatePercent: Exact;
  /** First day of row 1; default: the first disbursement. */
  readonly startOn?: IsoDate;
  readonly every: PeriodLength;
  /** Number of rows; absent: as many as the given instalment needs. */
  readonly instalments?: number;
  /** Due date of row 1; without it the first due date is one period after the start. */
  readonly firstDueOn?: IsoDate;
  readonly monthEnd: MonthEndRule;
  /** Due dates and principal of `given-principal`. */
  readonly rows?: readonly { readonly dueOn: IsoDate; readonly principal: Fen }[];
  readonly method: InstalmentMethod;
  /** `original-principal` is flat interest: on what was lent, not on what is still owed. */
  readonly interestOn: "balance" | "original-principal";
  readonly dayCount: DayCount;
  readonly roundingMode: RoundingMode;
  /** Interest and other computed money is a multiple of this. */
  readonly amountUnit: Fen;
  /** The instalment, or the equal principal part, is a multiple of this. */
  readonly instalmentUnit: Fen;
  readonly instalmentRounding: UnitRounding;
  /** The instalment (or part) is given from a row on and not computed. */
  readonly instalmentAmounts?: readonly { readonly fromNr: number; readonly amount: Fen }[];
  /** Principal part of `fixed-principal`. */
  readonly principalPerInstalment?: Fen;
  /** The first rows that pay no principal (宽限期). */
  readonly graceOnPrincipal: number;
  /** The first rows that show no interest; it is deferred to the next row, without interest on it. */
  readonly graceOnInterest: number;
  /** A tranche inside a row: a new instalment from that row on, or the old one stays. */
  readonly onTranche: "recompute" | "keep";
}

/** Terms of a loan whose interest is settled on fixed days (按季结息) or once at maturity (利随本清). */
export interface SettlementTerms {
  readonly kind: "settlement";
  readonly principal: Fen;
  readonly annualRatePercent: Exact;
  readonly disbursedOn: IsoDate;
  readonly maturesOn: IsoDate;
  /** Absent: 利随本清, one row at maturity. The day clamps to the end of a shorter month. */
  readonly settlement?: { readonly months: readonly number[]; readonly day: number };
  readonly dayCount: DayCount;
  readonly roundingMode: RoundingMode;
  readonly amountUnit: Fen;
}

export type Component = "penalty" | "fee" | "interest" | "principal";

export const EXCESS_RULES = [
  /** Nothing beyond what is due is taken. */
  "refuse",
  /** The earliest row not yet due, then the one after it. */
  "next-row",
  /** The latest row not yet due, then the one before it. */
  "last-row",
  /** Equal parts over all rows not yet due that have something open. */
  "spread-equally",
  /** Principal of the row due that day, or of the next one. */
  "current-row-principal",
  /** Principal of the rows not yet due, in order. */
  "next-rows-principal",
] as const;
export type ExcessRule = (typeof EXCESS_RULES)[number];

/** How a product treats what happens on a loan. Source: loan-cases/1, section 6. */
export interface LoanSettings {
  /** `schedule`: payments do not change interest. `actual-balance`: interest follows what is really owed. */
  readonly interestBasis: "schedule" | "actual-balance";
  readonly subPeriodRounding: "once" | "each-part";
  /** When paid principal stops bearing interest: that day, or the first due date on or after it. */
  readonly paymentCountsFrom: "payment-date" | "next-due-date";
  /** Until when unpaid principal of due rows is taken to bear interest. */
  readonly unpaidAssumedPaidOn: "as-of-date" | "next-due-date";
  readonly allocationOrder: readonly Component[];
  readonly excess: ExcessRule;
  /** The excess first pays the interest that the current row has accrued. */
  readonly accruedInterestFirst: boolean;
  readonly afterPrepayment: "reduce-instalment" | "reduce-term" | "skip-next-principal";
  readonly payOffInterestTo: "pay-off-date" | "end-of-period";
  readonly penalty?: { readonly percent: Exact; readonly on: "overdue-principal" | "overdue-principal-and-interest" };
  /** `on-prepaid-part`: a prepayment pays its own interest; `at-settlement`: the next settlement takes it. */
  readonly prepaymentInterest: "on-prepaid-part" | "at-settlement";
  /** Rates by length of the loan, shortest first; used by an extension. */
  readonly rateTiers?: readonly { readonly upToMonths: number; readonly annualRatePercent: Exact }[];
}

export const DEFAULT_SETTINGS: LoanSettings = {
  interestBasis: "schedule",
  subPeriodRounding: "once",
  paymentCountsFrom: "payment-date",
  unpaidAssumedPaidOn: "as-of-date",
  allocationOrder: ["penalty", "fee", "interest", "principal"],
  excess: "refuse",
  accruedInterestFirst: false,
  afterPrepayment: "reduce-term",
  payOffInterestTo: "pay-off-date",
  prepaymentInterest: "at-settlement",
};

/** A schedule never has more rows: 100 years of months. A loan that needs more has a wrong number in it. */
export const ROWS_MAX = 1200;
