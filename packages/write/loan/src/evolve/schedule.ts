import { addMonths, type IsoDate } from "@huimin/calendar";
import type { DueRow } from "@huimin/interest/timeline";
import { Exact, type Fen, minFen, percent, roundHalfUp, toExact } from "@huimin/money";

/** 还款方式 of a contract (domain 3.5). */
export type RepaymentMethod = "interest-only-then-bullet" | "single-payment" | "equal-instalment" | "equal-principal";

/** A contract whose principal falls due month by month. */
export const isInstalmentMethod = (method: string): boolean => method === "equal-instalment" || method === "equal-principal";

/** Monthly due dates after `from`, counted from the contract's first day so that the day never drifts; the last is `due`. */
function dueDates(start: IsoDate, from: IsoDate, due: IsoDate): IsoDate[] {
  const dates: IsoDate[] = [];
  for (let nr = 1; addMonths(start, nr) < due; nr++) {
    const date = addMonths(start, nr);
    if (date > from) dates.push(date);
  }
  return [...dates, due];
}

/** Principal parts of n rows: equal (等额本金) or growing with an equal instalment (等额本息); the last takes the rest. */
function principalParts(amount: Fen, rows: number, method: string, annualRate: string): Fen[] {
  const monthly = percent(annualRate).div(1200);
  const whole = toExact(amount);
  const growth = monthly.add(1).pow(rows);
  const level = monthly.isZero() ? whole.div(rows) : whole.mul(monthly).mul(growth).div(growth.sub(1));
  const instalment = roundHalfUp(level);
  const equalPart = BigInt(new Exact(amount.toString()).div(rows).toDecimalPlaces(0, Exact.ROUND_HALF_UP).toFixed(0));
  const parts: Fen[] = [];
  let balance = amount;
  for (let nr = 1; nr <= rows; nr++) {
    // Divided last: a twelfth of a rate has no end, and a half fen must stay one.
    const interest = roundHalfUp(toExact(balance).mul(percent(annualRate)).div(1200));
    const scheduled = method === "equal-principal" ? equalPart : instalment - interest;
    const part = nr === rows ? balance : minFen(scheduled, balance);
    parts.push(part);
    balance -= part;
  }
  return parts;
}

export interface ScheduledDrawing {
  readonly valueDate: IsoDate;
  readonly amount: Fen;
}

/**
 * What falls due when, for an instalment contract: each drawing is spread over the months that are left after it. The
 * sum over the drawings doesn't depend on their order. Undefined for contracts that repay at the end.
 */
export function dueRowsOf(method: string, annualRate: string, drawings: readonly ScheduledDrawing[], due: IsoDate): DueRow[] | undefined {
  const start = drawings.map((drawing) => drawing.valueDate).sort()[0];
  if (!isInstalmentMethod(method) || start === undefined) return undefined;
  const byDate = new Map<IsoDate, Fen>();
  for (const { valueDate, amount } of drawings) {
    const dates = dueDates(start, valueDate, due);
    const parts = principalParts(amount, dates.length, method, annualRate);
    for (const [index, date] of dates.entries()) byDate.set(date, (byDate.get(date) ?? 0n) + (parts[index] ?? 0n));
  }
  return [...byDate].map(([dueOn, principal]) => ({ dueOn, principal })).sort((a, b) => (a.dueOn < b.dueOn ? -1 : 1));
}

/** After an extension (E1) the rows from the old due date on fall due with the new one. */
export function extendedRows(rows: readonly DueRow[] | undefined, oldDue: IsoDate, newDue: IsoDate): DueRow[] | undefined {
  if (!rows) return undefined;
  const moved = rows.filter((row) => row.dueOn >= oldDue).reduce((sum, row) => sum + row.principal, 0n);
  return [...rows.filter((row) => row.dueOn < oldDue), { dueOn: newDue, principal: moved }];
}
