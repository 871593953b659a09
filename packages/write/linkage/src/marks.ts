/*
 * When a household counts, from marks with value dates. The marks are a set: whatever the order in which links and
 * unlinks were recorded, the days are the same.
 */
import type { IsoDate } from "@huimin/calendar";

/** 建立 or 解除 on a value date. */
export interface Mark {
  readonly on: IsoDate;
  readonly kind: "begin" | "end";
}

/** Days [from, toExcl); open when `toExcl` is absent. */
export interface Span {
  readonly from: IsoDate;
  readonly toExcl?: IsoDate;
}

/** An end on the day of a beginning takes the beginning back (it was recorded by mistake). */
const inOrder = (a: Mark, b: Mark): number =>
  a.on === b.on ? (a.kind === b.kind ? 0 : a.kind === "begin" ? -1 : 1) : a.on < b.on ? -1 : 1;

/** The days on which the marks say yes, in order and disjoint. An end without a beginning before it says nothing. */
export function spansOf(marks: readonly Mark[]): Span[] {
  const spans: Span[] = [];
  let from: IsoDate | undefined;
  for (const mark of [...marks].sort(inOrder)) {
    if (mark.kind === "begin") from ??= mark.on;
    else if (from !== undefined) {
      if (from < mark.on) spans.push({ from, toExcl: mark.on });
      from = undefined;
    }
  }
  return from === undefined ? spans : [...spans, { from }];
}

export const covers = ({ from, toExcl }: Span, on: IsoDate): boolean => from <= on && (toExcl === undefined || on < toExcl);

export const overlaps = (a: Span, b: Span): boolean =>
  (b.toExcl === undefined || a.from < b.toExcl) && (a.toExcl === undefined || b.from < a.toExcl);

/** The days that a beginning on `on` would add: up to the next end that is known. */
export function spanFrom(marks: readonly Mark[], on: IsoDate): Span {
  const span = spansOf([...marks, { on, kind: "begin" }]).find((one) => covers(one, on));
  return span === undefined || span.toExcl === undefined ? { from: on } : { from: on, toExcl: span.toExcl };
}
