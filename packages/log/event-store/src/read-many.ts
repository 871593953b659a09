import type { EventStore, StreamSlice } from "./types.ts";

/** Streams of one round trip. */
const STREAMS_PER_READ = 500;
/** Round trips under way: the database reads the next streams while these are folded. */
const READS_IN_FLIGHT = 2;

/**
 * Reads any number of streams whole and hands them over in the order of the question, each once; a thousand of them at
 * most are in memory.
 */
export async function readManyStreams(
  store: Pick<EventStore, "readStreams">,
  district: string,
  streams: readonly string[],
  take: (slice: StreamSlice, index: number) => void,
): Promise<void> {
  const reads: Promise<StreamSlice[]>[] = [];
  let asked = 0;
  const ask = (): void => {
    const wanted = streams.slice(asked, asked + STREAMS_PER_READ).map((stream) => ({ stream, afterVersion: 0 }));
    asked += wanted.length;
    const read = store.readStreams(district, wanted);
    read.catch(() => undefined); // a fault shows when the read is waited for
    reads.push(read);
  };
  let taken = 0;
  while (taken < streams.length) {
    while (reads.length < READS_IN_FLIGHT && asked < streams.length) ask();
    for (const slice of (await reads.shift()) ?? []) take(slice, taken++);
  }
}
