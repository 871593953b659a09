import { foldOf, type Loaded, type RecordedEvent, type Shape, shaped } from "@huimin/decider";
import type { EventStore } from "./types.ts";

/** Streams of one round trip. */
const STREAMS_PER_READ = 500;
/** Round trips under way: the database reads the next streams while these are folded. */
const READS_IN_FLIGHT = 2;

/**
 * States as a read model keeps them, in the order of the question; undefined for each that it has not got or that has not
 * seen the last event of its stream: what is behind the log is never answered.
 */
export type KeptStates = (district: string, streams: readonly string[]) => Promise<readonly (Loaded<unknown> | undefined)[]>;

/** The log, and what a read model keeps of it, by the fold or the view that asks for it. */
export interface FoldSources {
  readonly store: Pick<EventStore, "readStreams">;
  readonly kept?: ReadonlyMap<object, KeptStates> | undefined;
}

/**
 * Folds any number of streams and hands them over in the order of the question, each once, with its version; a thousand of
 * them at most are in memory. Where a read model keeps the shape, only what it does not answer is read from the log.
 */
export async function foldManyStreams<T>(
  sources: FoldSources,
  district: string,
  streams: readonly string[],
  shape: Shape<T>,
  take: (loaded: Loaded<T>, index: number) => void,
): Promise<void> {
  const reads: Promise<readonly Loaded<T>[]>[] = [];
  let asked = 0;
  let taken = 0;
  while (taken < streams.length) {
    while (reads.length < READS_IN_FLIGHT && asked < streams.length) {
      const read = readSome(sources, district, streams.slice(asked, asked + STREAMS_PER_READ), shape);
      read.catch(() => undefined); // a fault shows when the read is waited for
      reads.push(read);
      asked += STREAMS_PER_READ;
    }
    for (const loaded of (await reads.shift()) ?? []) take(loaded, taken++);
  }
}

async function readSome<T>(
  { store, kept }: FoldSources,
  district: string,
  streams: readonly string[],
  shape: Shape<T>,
): Promise<readonly Loaded<T>[]> {
  const known = (await kept?.get(shape)?.(district, streams)) ?? [];
  const missing = streams.filter((_, index) => known[index] === undefined);
  const slices =
    missing.length === 0
      ? []
      : await store.readStreams(
          district,
          missing.map((stream) => ({ stream, afterVersion: 0 })),
        );
  const fold = foldOf(shape);
  let next = 0;
  return streams.map((stream, index) => {
    const found = known[index];
    if (found) return found as Loaded<T>;
    const slice = slices[next++];
    if (slice?.stream !== stream) throw new Error(`the log did not answer for ${stream}`);
    let state = fold.initialState;
    for (const event of slice.events) state = fold.evolve(state, event as RecordedEvent);
    return { stream, version: slice.version, state: shaped(shape, state) };
  });
}
