import type { IsoDate, PeriodLength } from "@huimin/calendar";
import type { Exact, Fen } from "@huimin/money";

/** What happens on a loan after its disbursement. `date` is the day it happened (业务发生日); `id` names it for a reversal. */
export type LoanHappening =
  | Repayment
  | PayOff
  | Prepayment
  | Charge
  | Reversal
  | WriteOff
  | MoveDueDate
  | AddInstalments
  | PrincipalHoliday
  | RateChange
  | Extension
  | ReAge
  | ReAmortise;

interface Happening {
  readonly date: IsoDate;
  readonly id?: string;
}

export interface Repayment extends Happening {
  readonly type: "repayment";
  readonly amount: Fen;
}

/** 结清: everything owed; the engine computes the amount. */
export interface PayOff extends Happening {
  readonly type: "pay-off";
}

/** 提前还本 of a settlement loan: `amount` of principal. */
export interface Prepayment extends Happening {
  readonly type: "prepayment";
  readonly amount: Fen;
}

/** A fee or a penalty; it belongs to the first row due on or after `dueOn`, or to a row of its own after the last. */
export interface Charge extends Happening {
  readonly type: "charge";
  readonly chargeKind: "fee" | "penalty";
  readonly amount: Fen;
  readonly dueOn: IsoDate;
}

/** 冲销: the named event counts as never made; everything after it is allocated again. */
export interface Reversal extends Happening {
  readonly type: "reversal";
  readonly of: string;
}

/** 核销: all unpaid amounts leave the books. */
export interface WriteOff extends Happening {
  readonly type: "write-off";
}

export interface MoveDueDate extends Happening {
  readonly type: "move-due-date";
  readonly fromDueOn: IsoDate;
  readonly newDueOn: IsoDate;
}

export interface AddInstalments extends Happening {
  readonly type: "add-instalments";
  readonly fromDueOn: IsoDate;
  readonly instalments: number;
}

export interface PrincipalHoliday extends Happening {
  readonly type: "principal-holiday";
  readonly fromDueOn: IsoDate;
  readonly instalments: number;
}

export interface RateChange extends Happening {
  readonly type: "rate-change";
  readonly effectiveFrom: IsoDate;
  readonly annualRatePercent: Exact;
}

/** 展期 of a settlement loan. */
export interface Extension extends Happening {
  readonly type: "extension";
  readonly newMaturesOn: IsoDate;
}

/** All unpaid principal leaves its rows and goes to new rows at the end. */
export interface ReAge extends Happening {
  readonly type: "re-age";
  readonly firstDueOn: IsoDate;
  readonly every: PeriodLength;
  readonly instalments: number;
}

/** All unpaid principal is spread equally over the rows due after `date`. */
export interface ReAmortise extends Happening {
  readonly type: "re-amortise";
}
