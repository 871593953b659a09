import { laterDate, nextPeriod, periodOf } from "@huimin/calendar";
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
