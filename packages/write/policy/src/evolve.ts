import { addDays, type IsoDate } from "@huimin/calendar";
import type { Fold, RecordedEvent } from "@huimin/decider";
import { type PolicyKey, parameterOf } from "./parameters.ts";
import type { PolicyParameterSet } from "./schema.ts";

/** One window in which a value holds. */
export interface PolicyEntry {
  readonly value: string;
  readonly from: IsoDate;
  /** First day on which it no longer holds; absent: open. */
  readonly toExcl?: IsoDate;
  readonly document: string;
  readonly scope?: string;
}

/** What the finance office has set for one key; windows of one scope don't overlap. */
export interface PolicyState {
  readonly entries: readonly PolicyEntry[];
}

/**
 * A later entry of a key replaces an earlier one from its `from` on, for good: after its own `to` the default holds
 * again, not the older entry. Windows that lie wholly behind the new one's `to` stay.
 */
export const policyFold: Fold<PolicyState> = {
  initialState: { entries: [] },
  evolve(state, event: RecordedEvent): PolicyState {
    if (event.type !== "PolicyParameterSet") return state;
    const set = event.payload as PolicyParameterSet;
    const added: PolicyEntry = {
      value: set.value,
      from: set.from,
      ...(set.to === undefined ? {} : { toExcl: addDays(set.to, 1) }),
      document: set.document,
      ...(set.scope === undefined ? {} : { scope: set.scope }),
    };
    const kept = state.entries.flatMap((entry) => (entry.scope === added.scope ? replaced(entry, added) : [entry]));
    return { entries: [...kept, added] };
  },
};

function replaced(old: PolicyEntry, by: PolicyEntry): PolicyEntry[] {
  if (by.toExcl !== undefined && old.from >= by.toExcl) return [old];
  if (old.from >= by.from) return [];
  return [old.toExcl !== undefined && old.toExcl <= by.from ? old : { ...old, toExcl: by.from }];
}

/** A window with a value on both axes of a period: `[from, toExcl)`, open when `toExcl` is absent. */
export type PolicySegment = Pick<PolicyEntry, "value" | "from" | "toExcl" | "document">;

const timelines = new WeakMap<PolicyState, Map<string, readonly PolicySegment[]>>();

/** All windows of a key in order, defaults where nothing is set. Cached per state: look-ups are in the hot path of interest. */
export function policyTimeline(state: PolicyState, key: PolicyKey, scope?: string): readonly PolicySegment[] {
  const cached = timelines.get(state) ?? new Map<string, readonly PolicySegment[]>();
  timelines.set(state, cached);
  const name = scope === undefined ? key : `${key} ${scope}`;
  const timeline = cached.get(name) ?? buildTimeline(state, key, scope);
  cached.set(name, timeline);
  return timeline;
}

function buildTimeline(state: PolicyState, key: PolicyKey, scope: string | undefined): readonly PolicySegment[] {
  const defaults = parameterOf(key).defaults;
  let windows: PolicySegment[] = defaults.map(({ from, to, value, document }, index) => {
    const toExcl = to === undefined ? defaults[index + 1]?.from : addDays(to, 1);
    return { from, value, document, ...(toExcl === undefined ? {} : { toExcl }) };
  });
  // The district's own windows lie over the defaults, those of the narrower scope over both.
  const layers = scope === undefined ? [undefined] : [undefined, scope];
  for (const layer of layers) {
    for (const { scope: own, ...entry } of state.entries)
      if (own === layer) windows = [...windows.flatMap((window) => around(window, entry)), entry];
  }
  return windows.sort((a, b) => (a.from < b.from ? -1 : 1));
}

/** What is left of a window when another lies over it: the part before and the part after. */
function around(window: PolicySegment, over: PolicySegment): PolicySegment[] {
  const left: PolicySegment[] = [];
  if (window.from < over.from) {
    left.push(window.toExcl !== undefined && window.toExcl <= over.from ? window : { ...window, toExcl: over.from });
  }
  if (over.toExcl !== undefined && (window.toExcl === undefined || window.toExcl > over.toExcl)) {
    left.push(window.from >= over.toExcl ? window : { ...window, from: over.toExcl });
  }
  return left;
}

const segmentOn = (timeline: readonly PolicySegment[], on: IsoDate): PolicySegment | undefined =>
  timeline.findLast((segment) => segment.from <= on && (segment.toExcl === undefined || on < segment.toExcl));

/** The value in force on a day, or undefined where the key has none (a `bool` key before its date, `dividend.fixedRate`). */
export const policyValue = (state: PolicyState, key: PolicyKey, onDate: IsoDate, scope?: string): string | undefined =>
  segmentOn(policyTimeline(state, key, scope), onDate)?.value;

/** The document number behind the value in force on a day. */
export const policyDocument = (state: PolicyState, key: PolicyKey, onDate: IsoDate, scope?: string): string | undefined =>
  segmentOn(policyTimeline(state, key, scope), onDate)?.document;

/** One part of a period in which a value holds, or none does. */
export interface PeriodSegment {
  readonly from: IsoDate;
  readonly toExcl: IsoDate;
  readonly value: string | undefined;
}

/** Tiles [from, toExcl) by value: neighbours differ, nothing overlaps, nothing is left out. Empty when the period is. */
export function policySegments(state: PolicyState, key: PolicyKey, from: IsoDate, toExcl: IsoDate, scope?: string): PeriodSegment[] {
  const timeline = policyTimeline(state, key, scope);
  const cuts = new Set<IsoDate>([from]);
  for (const segment of timeline) {
    for (const cut of [segment.from, segment.toExcl]) if (cut !== undefined && cut > from && cut < toExcl) cuts.add(cut);
  }
  const starts = from < toExcl ? [...cuts].sort() : [];
  const segments: { from: IsoDate; toExcl: IsoDate; value: string | undefined }[] = [];
  for (const [index, start] of starts.entries()) {
    const value = segmentOn(timeline, start)?.value;
    const end = starts[index + 1] ?? toExcl;
    const last = segments.at(-1);
    if (last && last.value === value) last.toExcl = end;
    else segments.push({ from: start, toExcl: end, value });
  }
  return segments;
}
