/*
 * 熔断 (circuit breaker, E11): new loans of a village or township are blocked while its bad-loan rate was found too high
 * (豫政办〔2017〕85号). By value date, so that a contract of an earlier day is judged by that day whenever it is recorded.
 */
import type { IsoDate } from "@huimin/calendar";
import { type Fold, type Gather, load, type RecordedEvent } from "@huimin/decider";
import { villageFold, villageStream } from "@huimin/registry/events";
import type { LoanEventType, LoanPayload } from "../schema.ts";

export type BreakerScope = LoanPayload<"CircuitBreakerTripped">["scope"];

interface BreakerMark {
  readonly on: IsoDate;
  readonly blocks: boolean;
}

export interface BreakerState {
  /** By value date; of one day the last recorded counts. */
  readonly marks: readonly BreakerMark[];
}

/** `breaker/village-{code}`, `breaker/township-{street code}`. */
export const breakerStream = (scope: BreakerScope, code: string): string => `breaker/${scope}-${code}`;

const isType = <T extends LoanEventType>(event: RecordedEvent, type: T): boolean => event.type === type;

export const breakerFold: Fold<BreakerState> = {
  initialState: { marks: [] },
  evolve(state, event) {
    const blocks = isType(event, "CircuitBreakerTripped");
    if (!blocks && !isType(event, "CircuitBreakerReset")) return state;
    const marks = [...state.marks, { on: event.valueDate, blocks }];
    return { marks: marks.sort((a, b) => (a.on === b.on ? 0 : a.on < b.on ? -1 : 1)) };
  },
};

/** The day since which the scope is blocked, at the end of a day; undefined when it is not. */
export function blockedSince(state: BreakerState, on: IsoDate): IsoDate | undefined {
  const past = state.marks.filter((mark) => mark.on <= on);
  const lastReset = past.findLastIndex((mark) => !mark.blocks);
  return past[lastReset + 1]?.on;
}

/** A scope that blocks new loans. */
export interface BlockedScope {
  readonly scope: BreakerScope;
  readonly code: string;
  readonly since: IsoDate;
}

/**
 * The first scope that blocks a contract of that day in one of these villages, its own breaker or its township's; asked
 * for before a new loan is approved or contracted (refuse it with CIRCUIT_BREAKER). Compensation is not blocked.
 */
export function* gatherBlocked(villages: Iterable<string>, on: IsoDate): Gather<BlockedScope | undefined> {
  const scopes = new Map<string, { readonly scope: BreakerScope; readonly code: string }>();
  for (const village of new Set(villages)) {
    const { streetCode } = (yield* load(villageStream(village), villageFold)).state;
    scopes.set(breakerStream("village", village), { scope: "village", code: village });
    if (streetCode) scopes.set(breakerStream("township", streetCode), { scope: "township", code: streetCode });
  }
  for (const [stream, scope] of scopes) {
    const since = blockedSince((yield* load(stream, breakerFold)).state, on);
    if (since !== undefined) return { ...scope, since };
  }
  return undefined;
}
