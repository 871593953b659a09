export { AppendForbidden } from "./batch.ts";
export type { EnvelopePieces } from "./envelope.ts";
export { canonicalEnvelope, envelopePieces, joinEnvelope, readEvent, storedEvent } from "./envelope.ts";
export { type FoldSources, foldManyStreams, type KeptStates } from "./fold-many.ts";
export { BATCH_EVENTS_MAX, BATCH_REQUESTS_MAX, QUEUE_REQUESTS_MAX } from "./lane.ts";
export { createMemoryStore } from "./memory.ts";
export { eventStoreMigrations } from "./migrations.ts";
export type { PostgresStoreOptions, Queryable } from "./postgres.ts";
export { createPostgresStore, createReader } from "./postgres.ts";
export {
  BANK_CATEGORIES,
  categoryOf,
  isKeyText,
  isStreamId,
  MalformedAppend,
  meets,
  REQUEST_EVENTS_MAX,
  REQUEST_KEYS_MAX,
} from "./request.ts";
export type {
  AppendOutcome,
  AppendRequest,
  Channel,
  EventPage,
  EventStore,
  Evidence,
  Expectation,
  IdempotencyKey,
  KnownKey,
  NewEvent,
  PageBounds,
  StoredEvent,
  StreamSlice,
} from "./types.ts";
export { EventUnreadable, LogBusy } from "./types.ts";
