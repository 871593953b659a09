import type { IsoDate } from "@huimin/calendar";
import type { Fen } from "@huimin/money";
import type { Fraction } from "./fraction.ts";

/** One row of a loan as it stands on a day. Amounts in fen. */
export interface LoanRow {
  readonly nr: number;
  readonly type: "instalment" | "charge" | "settlement" | "prepayment" | "maturity";
  /** First day that bears interest. */
  readonly from: IsoDate;
  readonly dueOn: IsoDate;
  /** First day that no longer bears interest: the due date, for a settlement the day after it. */
  readonly to: IsoDate;
  readonly days: number;
  readonly principal: Fen;
  readonly interest: Fen;
  readonly fees: Fen;
  readonly penalties: Fen;
  readonly total: Fen;
  /** Balance before + tranches − principal, a tranche of the due date included. */
  readonly balanceAfter: Fen;
  readonly paid: Fen;
  readonly outstanding: Fen;
  readonly paidEarly: Fen;
  readonly paidLate: Fen;
  /** The day on which the row was fully paid; null while it is open. */
  readonly paidOn: IsoDate | null;
  readonly principalPaid: Fen;
  readonly interestPaid: Fen;
  readonly principalOutstanding: Fen;
  readonly interestOutstanding: Fen;
  /** Rate of the row's first day × its year fraction. */
  readonly periodRate: Fraction;
}

/** A payment that counts, with its parts. */
export interface LoanPayment {
  readonly date: IsoDate;
  readonly type: "repayment" | "pay-off" | "prepayment" | "write-off";
  readonly id?: string;
  readonly amount: Fen;
  readonly principal: Fen;
  readonly interest: Fen;
  readonly fees: Fen;
  readonly penalties: Fen;
  /** Part of the amount that found nothing to pay. */
  readonly unallocated: Fen;
  /** Principal owed after it. */
  readonly balanceAfter: Fen;
}

export type LoanStatus = "active" | "closed" | "written-off";

/** A loan as it stands on a day, after everything that happened. */
export interface LoanState {
  readonly asOf: IsoDate;
  readonly rows: readonly LoanRow[];
  readonly payments: readonly LoanPayment[];
  readonly status: LoanStatus;
  readonly maturesOn: IsoDate;
  /** The last instalment (or principal part) in force; undefined where the method has none. */
  readonly instalment: Fen | undefined;
}

/** Interest of the first row day by day: to date, and of the day alone. */
export interface DailyAccrual {
  readonly days: number;
  readonly interestToDate: Fen;
  readonly interestOfDay: Fen;
}
