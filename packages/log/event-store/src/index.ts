export { AppendForbidden } from "./batch.ts";
export type { EnvelopePieces } from "./envelope.ts";
export { canonicalEnvelope, envelopePieces, joinEnvelope, storedEvent } from "./envelope.ts";
export { BATCH_EVENTS_MAX, BATCH_REQUESTS_MAX, QUEUE_REQUESTS_MAX } from "./lane.ts";
export { createMemoryStore } from "./memory.ts";
export { eventStoreMigrations } from "./migrations.ts";
export type { PostgresStoreOptions } from "./postgres.ts";
export { createPostgresStore } from "./postgres.ts";
export { readManyStreams } from "./read-many.ts";
export { categoryOf, isKeyText, isStreamId, MalformedAppend, meets, REQUEST_EVENTS_MAX, REQUEST_KEYS_MAX } from "./request.ts";
export type {
  AppendOutcome,
  AppendRequest,
  Channel,
  EventPage,
  EventStore,
  Evidence,
  Expectation,
  IdempotencyKey,
  NewEvent,
  PageBounds,
  StoredEvent,
  StreamSlice,
} from "./types.ts";
export { LogBusy } from "./types.ts";
