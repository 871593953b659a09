import type { Axes } from "@huimin/books";
import type { Fold } from "@huimin/decider";
import type { EventStore, StoredEvent } from "@huimin/event-store";

/** Streams as of (value date, knowledge): a stream's events by its name. */
export async function readStreams(
  store: EventStore,
  question: Axes & { readonly district: string },
  streams: readonly string[],
): Promise<Map<string, StoredEvent[]>> {
  if (streams.length === 0) return new Map();
  const slices = await store.readStreams(
    question.district,
    [...new Set(streams)].map((stream) => ({ stream, afterVersion: 0 })),
  );
  return new Map(slices.map((slice) => [slice.stream, slice.events.filter((event) => isKnown(event, question))]));
}

function isKnown(event: StoredEvent, { asOf, knownAt }: Axes): boolean {
  if (asOf !== undefined && event.valueDate > asOf) return false;
  if (knownAt === undefined) return true;
  if ("position" in knownAt) return event.position <= knownAt.position;
  return Date.parse(event.recordedAt) <= Date.parse(knownAt.instant);
}

export const fold = <S>({ initialState, evolve }: Fold<S>, events: readonly StoredEvent[]): S =>
  events.reduce((state, event) => evolve(state, event), initialState);
