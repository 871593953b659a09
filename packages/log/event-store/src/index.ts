export type { EnvelopePieces } from "./envelope.ts";
export { canonicalEnvelope, envelopePieces, joinEnvelope } from "./envelope.ts";
export { createMemoryStore } from "./memory.ts";
export { categoryOf, isKeyText, isStreamId, MalformedAppend, meets, REQUEST_EVENTS_MAX, REQUEST_KEYS_MAX } from "./request.ts";
export type {
  AppendOutcome,
  AppendRequest,
  Channel,
  EventStore,
  Evidence,
  Expectation,
  IdempotencyKey,
  NewEvent,
  StoredEvent,
  StreamSlice,
} from "./types.ts";
export { LogBusy } from "./types.ts";
