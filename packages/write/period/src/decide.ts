import { type Period, periodOf } from "@huimin/calendar";
import type { DomainEvent } from "@huimin/decider";
import { fen, formatAmount } from "@huimin/money";
import { ok, type Refusal, type Result, refuse } from "@huimin/outcome";
import { errors } from "./errors.ts";
import { isOpen, type PeriodState } from "./evolve.ts";

/**
 * 结账. Closes `period` and every earlier month for ever; December closes the fiscal year. Refuses a month that does not
 * exist (PERIOD_DOES_NOT_EXIST), one after the month of `today` (PERIOD_IN_FUTURE), and one that is closed already
 * (PERIOD_ALREADY_CLOSED). Domain 2.0, 4.2: there is no re-opening.
 */
export function closePeriod(
  state: PeriodState,
  command: { readonly period: Period; readonly today: string },
): Result<DomainEvent, Refusal> {
  const { period, today } = command;
  if (!/^\d{4}-(0[1-9]|1[0-2])$/.test(period)) return refuse(errors.PERIOD_DOES_NOT_EXIST, { period }, { path: "/period" });
  const current = periodOf(today);
  if (period > current) return refuse(errors.PERIOD_IN_FUTURE, { period, current }, { path: "/period" });
  if (!isOpen(state, period)) {
    return refuse(errors.PERIOD_ALREADY_CLOSED, { period, lastClosed: state.lastClosed as Period }, { path: "/period" });
  }
  return ok({ type: "PeriodClosed", valueDate: today, payload: { period } });
}

/**
 * 结转以前年度盈余调整: the whole balance of 3501 of the fiscal year goes to 3001. `balance` in yuan, credit positive.
 * Refuses a zero balance (NOTHING_TO_TRANSFER) and another fiscal year than that of the open period
 * (FISCAL_YEAR_NOT_CURRENT), because the transfer would be posted outside the year it clears.
 */
export function transferPriorYearAdjustment(command: {
  readonly fiscalYear: number;
  readonly currentYear: number;
  readonly balance: string;
  readonly valueDate: string;
}): Result<DomainEvent, Refusal> {
  const { fiscalYear, currentYear, valueDate } = command;
  if (fiscalYear !== currentYear) {
    return refuse(errors.FISCAL_YEAR_NOT_CURRENT, { fiscalYear, current: currentYear }, { path: "/fiscalYear" });
  }
  const balance = fen(command.balance);
  if (balance === 0n) return refuse(errors.NOTHING_TO_TRANSFER, { fiscalYear });
  return ok({ type: "PriorYearAdjustmentTransferred", valueDate, payload: { amount: formatAmount(balance), fiscalYear } });
}
