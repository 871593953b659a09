import { dayNumber, type IsoDate } from "@huimin/calendar";

/**
 * A set of days as half-open spans, kept merged: what comes in order costs two numbers, however long the history.
 * `add` says whether a day was in it before.
 */
export class Days {
  /** Starts and ends, ascending. */
  #spans: [number, number][] = [];

  add(from: IsoDate, toExcl: IsoDate): { readonly overlap: boolean } {
    const start = dayNumber(from);
    const end = dayNumber(toExcl);
    if (end <= start) return { overlap: false };
    const touching = this.#spans.filter(([a, b]) => a <= end && start <= b);
    const overlap = touching.some(([a, b]) => a < end && start < b);
    const merged: [number, number] = [Math.min(start, ...touching.map(([a]) => a)), Math.max(end, ...touching.map(([, b]) => b))];
    this.#spans = [...this.#spans.filter((span) => !touching.includes(span)), merged].sort((a, b) => a[0] - b[0]);
    return { overlap };
  }

  remove(from: IsoDate, toExcl: IsoDate): void {
    const start = dayNumber(from);
    const end = dayNumber(toExcl);
    if (end <= start) return;
    this.#spans = this.#spans.flatMap(([a, b]): [number, number][] => {
      if (b <= start || end <= a) return [[a, b]];
      return [[a, Math.min(b, start)] as [number, number], [Math.max(a, end), b] as [number, number]].filter(([x, y]) => x < y);
    });
  }

  get spans(): readonly (readonly [number, number])[] {
    return this.#spans;
  }
}
