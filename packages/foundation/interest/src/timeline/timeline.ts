/*
 * The interest timeline of a loan: everything that its interest depends on, by value date.
 *
 * A timeline is a set of facts, not a history: it holds what is true now about every value date, whatever the order in
 * which the facts were recorded. A message that was reversed is not in it at all. So balances, interest and subsidy
 * bases that are computed from it cannot depend on the order of recording.
 *
 * A day belongs to the balance at its end: money drawn on a day bears interest for that day, money repaid on a day does
 * not (算头不算尾). Periods are [from, toExcl).
 */
import type { IsoDate } from "@huimin/calendar";
import { type Fen, maxFen, sumFen } from "@huimin/money";

/** A change of the open principal 本金 on one value date. `amount` is positive; the kind says in which direction it goes. */
export interface PrincipalMovement {
  /** Serial of the message; unique within the timeline. */
  readonly id: string;
  readonly kind: "drawing" | "repayment" | "prepayment" | "renewed-away" | "compensation";
  readonly valueDate: IsoDate;
  readonly amount: Fen;
  /** prepayment 提前还款 only: its own interest for [interestFrom, valueDate) is settled apart (利随本清). */
  readonly interestFrom?: IsoDate;
  /** The bank stated that it lowers the subsidised tranche (R13); else the unsubsidised one goes first. */
  readonly tranche?: "subsidised-tranche";
}

/** The contract rate, percent a year, from this day until the next segment. */
export interface RateSegment {
  readonly from: IsoDate;
  readonly annualRate: string;
}

/** A row of an instalment contract: principal that falls due on a day. */
export interface DueRow {
  readonly dueOn: IsoDate;
  readonly principal: Fen;
}

export interface LoanTimeline {
  readonly movements: readonly PrincipalMovement[];
  /** Contract rates, ascending by date, the first from the first drawing on (or before). */
  readonly rates: readonly RateSegment[];
  /** 到期日 now, extensions included. */
  readonly due: IsoDate;
  /** Instalment contracts: what falls due when. Absent: everything on `due` (到期还本). */
  readonly dueRows?: readonly DueRow[];
  /** 挪用: confirmed misuse, from this day on (银发〔2003〕251号). */
  readonly misuseFrom?: IsoDate;
  /** 罚息加收: percent of the contract rate, for overdue principal and misused money. */
  readonly penaltySurcharge: string;
  /** Divisor of the day rate. */
  readonly yearBase: 360 | 365;
  /**
   * `actual`: actual days / yearBase (积数计息). `months`: whole months of the contract count 1/12 each, a part of one by
   * its days (等额本息, 等额本金); months are counted from `monthsFrom`.
   */
  readonly dayCount: "actual" | "months";
  readonly monthsFrom?: IsoDate;
  /** False for a top-up (追加贷款, 3.14): no day of it is subsidised. */
  readonly subsidised: boolean;
}

const signed = (movement: PrincipalMovement): Fen => (movement.kind === "drawing" ? movement.amount : -movement.amount);

/** Open principal at the end of a day. */
export function openPrincipal(timeline: LoanTimeline, date: IsoDate): Fen {
  let open = 0n;
  for (const movement of timeline.movements) if (movement.valueDate <= date) open += signed(movement);
  return open;
}

/** Open principal when everything that is known has happened. */
export const finalPrincipal = (timeline: LoanTimeline): Fen => sumFen(timeline.movements.map(signed));

/** Everything drawn up to the end of a day. */
export const drawnPrincipal = (timeline: LoanTimeline, date: IsoDate): Fen =>
  sumFen(
    timeline.movements.filter((movement) => movement.kind === "drawing" && movement.valueDate <= date).map((movement) => movement.amount),
  );

/** First day on which money was drawn; undefined before any drawing. */
export const firstDrawing = (timeline: LoanTimeline): IsoDate | undefined =>
  timeline.movements.reduce<IsoDate | undefined>(
    (first, { kind, valueDate }) => (kind === "drawing" && (first === undefined || valueDate < first) ? valueDate : first),
    undefined,
  );

/**
 * The smallest open principal of any day from `date` on. A back-dated repayment may not be larger: otherwise a later
 * day, already known, would have a negative balance.
 */
export function minimumOpenFrom(timeline: LoanTimeline, date: IsoDate): Fen {
  const movements = byValueDate(timeline.movements);
  let open = 0n;
  let next = 0;
  for (; next < movements.length && at(movements, next).valueDate <= date; next += 1) open += signed(at(movements, next));
  let minimum = open;
  while (next < movements.length) {
    const day = at(movements, next).valueDate;
    for (; next < movements.length && at(movements, next).valueDate === day; next += 1) open += signed(at(movements, next));
    if (open < minimum) minimum = open;
  }
  return minimum;
}

const at = (movements: readonly PrincipalMovement[], index: number): PrincipalMovement => movements[index] as PrincipalMovement;

/** A fold keeps them in order already; a movement that is only tried out stands at the end. */
function byValueDate(movements: readonly PrincipalMovement[]): readonly PrincipalMovement[] {
  for (let i = 1; i < movements.length; i += 1) {
    if (at(movements, i).valueDate < at(movements, i - 1).valueDate)
      return [...movements].sort((a, b) => (a.valueDate < b.valueDate ? -1 : a.valueDate > b.valueDate ? 1 : 0));
  }
  return movements;
}

/** Principal that was due on or before `date` and is open at its end (逾期本金). A payment on the due day is on time. */
export function overduePrincipal(timeline: LoanTimeline, date: IsoDate): Fen {
  const open = openPrincipal(timeline, date);
  if (!timeline.dueRows) return date >= timeline.due ? open : 0n;
  const notYetDue = sumFen(timeline.dueRows.filter((row) => row.dueOn > date).map((row) => row.principal));
  return maxFen(0n, open - notYetDue);
}

/** The day since which principal has been overdue without a break up to the end of `date`; undefined when none is. */
export function overdueSince(timeline: LoanTimeline, date: IsoDate): IsoDate | undefined {
  if (overduePrincipal(timeline, date) === 0n) return undefined;
  const changes = new Set([
    timeline.due,
    ...(timeline.dueRows ?? []).map((row) => row.dueOn),
    ...timeline.movements.map((movement) => movement.valueDate),
  ]);
  let since = date;
  for (const day of [...changes]
    .filter((change) => change <= date)
    .sort()
    .reverse()) {
    if (overduePrincipal(timeline, day) === 0n) break;
    since = day;
  }
  return since;
}

/** The contract rate of a day, percent a year. Before the first segment: the first one. */
export function rateOn(timeline: LoanTimeline, date: IsoDate): string {
  let rate = timeline.rates[0]?.annualRate ?? "0";
  for (const segment of timeline.rates) if (segment.from <= date) rate = segment.annualRate;
  return rate;
}

export const misusedOn = (timeline: LoanTimeline, date: IsoDate): boolean =>
  timeline.misuseFrom !== undefined && date >= timeline.misuseFrom;
