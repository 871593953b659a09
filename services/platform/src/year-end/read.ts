import path from "node:path";
import type { CommandMeta } from "@huimin/command-handler";
import type { RecordedEvent, Role } from "@huimin/decider";
import { type DraftState, type PayoutOrder, type PoolState, partsAllocated, poolFold, poolStream } from "@huimin/dividend/events";
import { RefusalError } from "@huimin/http";
import { yearEndRunErrors } from "@huimin/year-end-run";
import {
  type Decided,
  isOver,
  lastRun,
  runName,
  type YearEndEventType,
  type YearEndRun,
  type YearEndState,
  yearEndFold,
  yearEndStream,
} from "@huimin/year-end-run/events";
import type { Platform } from "../types.ts";

/* 年终兑付: what a run is, read from the log. Nothing is remembered between two looks. */

/** A run with the pools that it pays, as they are now. */
export interface OpenRun {
  readonly run: YearEndRun;
  readonly year: number;
  readonly name: string;
  readonly pools: ReadonlyMap<string, PoolState>;
  /** Last draft of each pool that was allocated before the run was opened: only a later one is the run's. 0: none. */
  readonly draftsBefore: ReadonlyMap<string, number>;
  /** Folder of what the run writes. */
  readonly folder: string;
}

export async function readYearEnd({ store, district }: Platform, year: number): Promise<YearEndState> {
  const { events } = await store.readStream(district, yearEndStream(year));
  return events.reduce((state, event) => yearEndFold.evolve(state, event as RecordedEvent), yearEndFold.initialState);
}

/** The last run of a year, or run `number`. Refuses YEAR_END_RUN_UNKNOWN. */
export async function findRun(platform: Platform, year: number, number?: number): Promise<OpenRun> {
  const state = await readYearEnd(platform, year);
  const run = number === undefined ? lastRun(state) : state.runs[number - 1];
  if (!run) throw new RefusalError({ code: yearEndRunErrors.YEAR_END_RUN_UNKNOWN, details: { year } });
  const wanted = run.plan.is.pools.map(({ pool }) => ({ stream: poolStream(pool), afterVersion: 0 }));
  const slices = await platform.store.readStreams(platform.district, wanted);
  const pools = new Map<string, PoolState>();
  const draftsBefore = new Map<string, number>();
  for (const [index, { events }] of slices.entries()) {
    const pool = run.plan.is.pools[index]?.pool as string;
    let state = poolFold.initialState;
    for (const event of events) {
      state = poolFold.evolve(state, event as RecordedEvent);
      if (event.position < run.plan.position) draftsBefore.set(pool, allocatedDraft(state, year));
    }
    pools.set(pool, state);
  }
  const name = runName(run);
  return { run, year, name, pools, draftsBefore, folder: path.join(platform.home, "year-end", platform.district, name) };
}

function allocatedDraft({ years }: PoolState, year: number): number {
  const current = years.get(year)?.current;
  return current?.status === "allocated" || current?.status === "reversed" ? current.header.draft : 0;
}

/** The list of a pool that this run draws up and pays; undefined while there is none. */
export function draftOf({ pools, draftsBefore, year }: OpenRun, pool: string): DraftState | undefined {
  const current = pools.get(pool)?.years.get(year)?.current;
  return current && current.header.draft > (draftsBefore.get(pool) ?? 0) ? current : undefined;
}

/** Whether it still goes on: asked before every item. */
export async function goesOn(platform: Platform, { year, run }: OpenRun): Promise<boolean> {
  const now = (await readYearEnd(platform, year)).runs[run.plan.is.run - 1];
  return now !== undefined && !isOver(now);
}

/** Runs of any year that go on. */
export async function runsThatGoOn({ store, district }: Platform): Promise<{ readonly year: number; readonly run: YearEndRun }[]> {
  const byYear = new Map<string, YearEndState>();
  for (let after = 0; ; ) {
    const events = await store.readAll(district, after, EVENTS_PER_READ, ["year-end"]);
    for (const event of events)
      byYear.set(event.stream, yearEndFold.evolve(byYear.get(event.stream) ?? yearEndFold.initialState, event as RecordedEvent));
    after = events.at(-1)?.position ?? after;
    if (events.length < EVENTS_PER_READ) break;
  }
  return [...byYear.values()].flatMap((state) => {
    const run = lastRun(state);
    return run && !isOver(run) ? [{ year: run.plan.is.year, run }] : [];
  });
}
const EVENTS_PER_READ = 1_000;

/** Who is behind what is done because of a decision: the persons who decided it. */
export const onBehalf = (decided: Decided<YearEndEventType>, role: Role = decided.role as Role): CommandMeta => ({
  actor: decided.actor,
  role,
  channel: "system",
  causationId: decided.eventId,
  ...(decided.checker === undefined ? {} : { checker: decided.checker }),
});

/** How the orders of a round are marked on the pools. */
export const roundMark = (name: string, round: number): string => `${name}.${round}`;

/** Orders of the run, by round. */
export const ordersOf = ({ name, run, pools }: OpenRun): { readonly round: number; readonly order: PayoutOrder }[] =>
  run.payouts.flatMap(({ is: { round } }) =>
    [...pools.values()].flatMap(({ payouts }) =>
      payouts.filter((order) => order.run === roundMark(name, round)).map((order) => ({ round, order })),
    ),
  );

/** Pools of the run with something allocated to pay, in the order of the plan. */
export const payablePools = (open: OpenRun): string[] =>
  open.run.plan.is.pools.flatMap(({ pool }) => {
    const state = open.pools.get(pool);
    const isAllocated = draftOf(open, pool)?.status === "allocated" && state?.years.get(open.year)?.allocated.at(-1) !== undefined;
    return isAllocated && state !== undefined && partsAllocated(state, open.year) > 0 ? [pool] : [];
  });

export const SYSTEM = { actor: "system", role: "SYS", channel: "system" } as const;
