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
 * The civil day in Shanghai of an instant. What the product writes carries +08:00, which is Shanghai's offset at every
 * instant since 1992; for those the day is read off, for others it is computed.
 */
export const dayOf = (recordedAt: string): string =>
  recordedAt.endsWith("+08:00") && recordedAt >= "1992" ? recordedAt.slice(0, 10) : shanghaiDate(recordedAt);

const SHANGHAI_OFFSET_MS = 8 * 3_600_000;

/** Now, ISO with milliseconds and +08:00. */
export const systemClock = (): string => `${new Date(Date.now() + SHANGHAI_OFFSET_MS).toISOString().slice(0, -1)}+08:00`;
