/** One thing that happens in the demo, at a moment; moments are made distinct when the story is told. */
export interface Moment {
  /** Civil date in China. */
  readonly on: string;
  /** Order within the day: the register before the banks, the banks before the office. */
  readonly order: number;
  readonly what: string;
  readonly run: () => Promise<void>;
}

/** Hours of a day at which a group of things happens. */
export const MORNING = 8;
export const NOON = 12;
export const EVENING = 17;

const HOUR_MS = 3_600_000;
/** Between two things of one day. */
const STEP_MS = 1_000;

/**
 * Tells a story in order of time: sets the clock of the product to each moment, a second after the one before at least,
 * and tells how far it is.
 */
export async function tell(
  moments: readonly Moment[],
  clock: { now: number },
  onProgress: (done: number, of: number, on: string) => void,
): Promise<void> {
  const ordered = moments
    .map((moment, index) => ({ moment, index }))
    .sort((a, b) =>
      a.moment.on === b.moment.on ? a.moment.order - b.moment.order || a.index - b.index : a.moment.on < b.moment.on ? -1 : 1,
    );
  let done = 0;
  for (const { moment } of ordered) {
    const earliest = Date.parse(`${moment.on}T00:00:00+08:00`) + moment.order * HOUR_MS;
    clock.now = Math.max(earliest, clock.now + STEP_MS);
    try {
      await moment.run();
    } catch (fault) {
      throw new Error(`${moment.on} ${moment.what}: ${(fault as Error).message}`, { cause: fault });
    }
    done += 1;
    onProgress(done, ordered.length, moment.on);
  }
}
