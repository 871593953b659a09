export { LogBusy } from "./types.ts";
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
