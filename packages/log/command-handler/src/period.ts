import { laterDate, nextPeriod, periodOf, shanghaiDate } from "@huimin/calendar";
import type { Fold } from "@huimin/decider";
import { ok, type Refusal, type Result, refuse } from "@huimin/outcome";
import { errors } from "./errors.ts";

/** The stream whose version every append asserts: nothing is booked into a month that is being closed at the moment. */
export const PERIOD_STREAM = "period/ledger";

/** The highest closed month; it and every earlier one are closed for ever. Empty while nothing is closed. */
export const closedThrough: Fold<string> = {
  initialState: "",
  evolve: (closed, event) => {
    if (event.type !== "PeriodClosed") return closed;
    const { period } = event.payload as { readonly period: string };
    return laterDate(period, closed);
  },
};

/**
 * The accounting period (会计期间) of what is recorded on `today`: its month, or the first open one after it. A sender
 * may ask for an earlier month that is still open, or for that default; a closed one is refused with PERIOD_CLOSED, a
 * later one with PERIOD_NOT_BEGUN.
 */
export function periodFor(closed: string, today: string, asked?: string): Result<string, Refusal> {
  const month = periodOf(today);
  const firstOpen = closed === "" ? "" : nextPeriod(closed);
  const latest = laterDate(firstOpen, month);
  if (asked === undefined) return ok(latest);
  if (asked <= closed) return refuse(errors.PERIOD_CLOSED, { period: asked, firstOpen });
  if (asked > latest) return refuse(errors.PERIOD_NOT_BEGUN, { period: asked, latest });
  return ok(asked);
}

/**
 * 决算整理期: entries for December may still be made in January, up to a last day that the district's policy gives. Read from
 * its stream, so that the policy in force is asserted by the append like every other fact.
 */
export interface SettlementPeriod {
  readonly stream: string;
  readonly fold: Fold<unknown>;
  /** Last day on which December of a fiscal year may be asked for. */
  readonly lastDay: (state: unknown, fiscalYear: number) => string;
}

/** A settlement period by the fold of its own state. */
export const settlementPeriod = <S>(
  stream: string,
  fold: Fold<S>,
  lastDay: (state: S, fiscalYear: number) => string,
): SettlementPeriod => ({
  stream,
  fold: fold as Fold<unknown>,
  lastDay: (state, fiscalYear) => lastDay(state as S, fiscalYear),
});

/** True for December of a year that is over: whether it may still be asked for is the settlement period's business. */
export const asksForSettlement = (today: string, asked: string | undefined): asked is string =>
  asked?.endsWith("-12") === true && asked < periodOf(today);

/** Refuses December after the last day of its settlement period (SETTLEMENT_PERIOD_OVER). */
export function inSettlement(today: string, asked: string, lastDay: string): Result<undefined, Refusal> {
  return today <= lastDay ? ok(undefined) : refuse(errors.SETTLEMENT_PERIOD_OVER, { period: asked, lastDay, today });
}

/**
 * The civil day in Shanghai of an instant. What the product writes carries +08:00, which is Shanghai's offset at every
 * instant since 1992; for those the day is read off, for others it is computed.
 */
export const dayOf = (recordedAt: string): string =>
  recordedAt.endsWith("+08:00") && recordedAt >= "1992" ? recordedAt.slice(0, 10) : shanghaiDate(recordedAt);

const SHANGHAI_OFFSET_MS = 8 * 3_600_000;

/** Now, ISO with milliseconds and +08:00. */
export const systemClock = (): string => `${new Date(Date.now() + SHANGHAI_OFFSET_MS).toISOString().slice(0, -1)}+08:00`;
