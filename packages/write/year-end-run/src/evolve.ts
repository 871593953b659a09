import type { Fold, RecordedEvent } from "@huimin/decider";
import type { YearEndEventType, YearEndPayload } from "./schema.ts";

/** A decision of people, with the persons to be named by what is done on its behalf. */
export interface Decided<T extends YearEndEventType> {
  readonly eventId: string;
  readonly position: number;
  readonly recordedAt: string;
  readonly valueDate: string;
  readonly actor: string;
  readonly role: string;
  /** 审核人, where one was needed. */
  readonly checker?: string;
  readonly is: YearEndPayload<T>;
}

/** One run: its plan and what was decided. */
export interface YearEndRun {
  readonly plan: Decided<"YearEndOpened">;
  readonly publicity?: Decided<"YearEndPublicityConfirmed">;
  readonly approval?: Decided<"YearEndListsApproved">;
  readonly allocation?: Decided<"YearEndAllocationConfirmed">;
  /** Round 1 is the payout, the others are re-issues. */
  readonly payouts: readonly Decided<"YearEndPayoutConfirmed">[];
  readonly statements?: Decided<"YearEndStatementsConfirmed">;
  readonly cancelled?: Decided<"YearEndCancelled">;
  readonly closed?: Decided<"YearEndClosed">;
  /** Number of its events: every decision makes it one more. */
  readonly decisions: number;
}

export interface YearEndState {
  /** Run n is the n-th. */
  readonly runs: readonly YearEndRun[];
}

function decided<T extends YearEndEventType>(event: RecordedEvent): Decided<T> {
  const { eventId, position, recordedAt, valueDate, actor, role, payload } = event;
  const { checker } = event as { readonly checker?: string };
  return { eventId, position, recordedAt, valueDate, actor, role, is: payload, ...(checker === undefined ? {} : { checker }) };
}

const CHANGES: {
  readonly [T in Exclude<YearEndEventType, "YearEndOpened">]: (run: YearEndRun, event: RecordedEvent) => Partial<YearEndRun>;
} = {
  YearEndPublicityConfirmed: (_, event) => ({ publicity: decided(event) }),
  YearEndListsApproved: (_, event) => ({ approval: decided(event) }),
  YearEndAllocationConfirmed: (_, event) => ({ allocation: decided(event) }),
  YearEndPayoutConfirmed: (run, event) => ({ payouts: [...run.payouts, decided(event)] }),
  YearEndStatementsConfirmed: (_, event) => ({ statements: decided(event) }),
  YearEndCancelled: (_, event) => ({ cancelled: decided(event) }),
  YearEndClosed: (_, event) => ({ closed: decided(event) }),
};

/** The runs of a year from `year-end/{year}`. */
export const yearEndFold: Fold<YearEndState> = {
  initialState: { runs: [] },
  evolve(state, event) {
    if (event.type === "YearEndOpened") return { runs: [...state.runs, { plan: decided(event), payouts: [], decisions: 1 }] };
    const change = (CHANGES as Readonly<Record<string, ((run: YearEndRun, event: RecordedEvent) => Partial<YearEndRun>) | undefined>>)[
      event.type
    ];
    if (!change) return state;
    const { run: number } = event.payload as { readonly run: number };
    return {
      runs: state.runs.map((run, index) => (index === number - 1 ? { ...run, ...change(run, event), decisions: run.decisions + 1 } : run)),
    };
  },
};

/** The run that goes on, or the last one. */
export const lastRun = ({ runs }: YearEndState): YearEndRun | undefined => runs.at(-1);
export const isOver = ({ cancelled, closed }: YearEndRun): boolean => cancelled !== undefined || closed !== undefined;
/** `2018`, `2018-2`: how a run is called. */
export const runName = ({ plan: { is } }: YearEndRun): string => (is.run === 1 ? String(is.year) : `${is.year}-${is.run}`);
