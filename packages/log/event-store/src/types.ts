/**
 * The log of a district: append-only, totally ordered, without gaps. See docs/adr and design.md section 3.
 * One contract suite (`src/contract`) runs on every store.
 */

/** The envelope of a stored event: what was hashed is exactly `canonical`. */
export interface StoredEvent {
  readonly district: string;
  /** 1, 2, 3 … without gaps; position order is commit order. */
  readonly position: number;
  readonly eventId: string;
  /** `category/name`, e.g. `loan/L001`. */
  readonly stream: string;
  /** 1, 2, 3 … within the stream. */
  readonly streamVersion: number;
  readonly type: string;
  readonly schemaVersion: number;
  /** 业务发生日 */
  readonly valueDate: string;
  /** 入账时刻, ISO with +08:00 */
  readonly recordedAt: string;
  /** 会计期间 */
  readonly period: string;
  readonly actor: string;
  readonly role: string;
  /** The second person, where one was needed. */
  readonly checker?: string;
  /** ui, bank-api, file, import, system */
  readonly channel: Channel;
  readonly sourceDocument?: string;
  readonly evidence?: readonly Evidence[];
  readonly commandId: string;
  readonly correlationId: string;
  readonly causationId?: string;
  readonly corrects?: string;
  /** 会计期间 of the voucher that a person corrects (C2, C3): income and expense of a closed fiscal year go to 3501 (C4). */
  readonly correctsPeriod?: string;
  readonly payload: unknown;
}

export type Channel = "ui" | "bank-api" | "file" | "import" | "system";

export interface Evidence {
  readonly title: string;
  /** SHA-256 of the file, hex. */
  readonly sha256: string;
}

/** An event to be appended: everything but what the log hands out (position, stream version). */
export type NewEvent = Omit<StoredEvent, "district" | "position" | "stream" | "streamVersion">;

/** What a stream must be for the request to be accepted. `exactly(0)` equals `none`. */
export type Expectation =
  | { readonly kind: "none" }
  | { readonly kind: "exists" }
  | { readonly kind: "any" }
  | { readonly kind: "exactly"; readonly version: number };

export interface IdempotencyKey {
  /** Namespace of the key: user, bank, job. */
  readonly client: string;
  readonly key: string;
  /** SHA-256 (hex) over the request's meaning: another hash under the same key is a conflict. */
  readonly bodyHash: string;
  /** Answer of its own, of one message among many in a request; default: the request's. JSON value. */
  readonly answer?: unknown;
}

/** What is stored under a key. */
export interface KnownKey {
  readonly bodyHash: string;
  readonly answer: unknown;
  /** Of the request that used it first. */
  readonly lastPosition: number;
}

/** One atomic request: all of its events are stored, or none. */
export interface AppendRequest {
  /** The bank whose message this is: it is refused (`foreign`) where it writes to a stream that is another bank's. */
  readonly bank?: string;
  /** `bank`: whose the stream becomes, where its category belongs to banks and nobody's it is yet. */
  readonly writes: readonly {
    readonly stream: string;
    readonly expect: Expectation;
    readonly events: readonly NewEvent[];
    readonly bank?: string;
  }[];
  /** Streams that are asserted but not written. */
  readonly asserts: readonly { readonly stream: string; readonly expect: Expectation }[];
  /**
   * Idempotency header and bank serial, of the request or of each message in it; at most `REQUEST_KEYS_MAX`. A known key
   * with the same hash replays its answer.
   */
  readonly keys: readonly IdempotencyKey[];
  /** Stored with the keys and given again on a repeat. JSON value. */
  readonly answer: unknown;
  /** Accept only when the log's head is this position: for decisions that depend on folds over the whole log. */
  readonly expectHead?: number;
}

export type AppendOutcome =
  | { readonly kind: "appended"; readonly firstPosition: number; readonly lastPosition: number; readonly answer: unknown }
  /** The key is known with the same hash: nothing was stored, this is the first answer again. */
  | { readonly kind: "replayed"; readonly lastPosition: number; readonly answer: unknown; readonly key: IdempotencyKey }
  /** The key is known with another hash. */
  | { readonly kind: "key-conflict"; readonly key: IdempotencyKey }
  | { readonly kind: "version-conflict"; readonly stream: string; readonly actual: number }
  /** The stream is another bank's. */
  | { readonly kind: "foreign"; readonly stream: string }
  | { readonly kind: "head-conflict"; readonly actual: number };

/**
 * Thrown when an event is read that is not what its place says, or of a version that this program does not know. The events
 * before it can be read.
 */
export class EventUnreadable extends Error {
  override readonly name = "EventUnreadable";
  readonly position: number;
  readonly eventType: string;
  constructor(position: number, eventType: string, why: string) {
    super(`position ${position} can't be read: ${why}`);
    this.position = position;
    this.eventType = eventType;
  }
}

/** Thrown by `append` when the bounded queue is full: the edge answers 503 with Retry-After. */
export class LogBusy extends Error {
  override readonly name = "LogBusy";
}

export interface StreamSlice {
  readonly stream: string;
  readonly version: number;
  readonly events: readonly StoredEvent[];
}

export interface PageBounds {
  readonly events: number;
  readonly bytes: number;
}

export interface EventPage {
  readonly events: readonly StoredEvent[];
  readonly more: boolean;
}

export interface EventStore {
  /** Appends atomically. Rejects (throws) only for faults: a lost connection, a broken invariant, {@link LogBusy}. */
  append(district: string, request: AppendRequest): Promise<AppendOutcome>;
  /** Reads a stream from `afterVersion` (exclusive, default 0). An unknown stream has version 0 and no events. */
  readStream(district: string, stream: string, afterVersion?: number): Promise<StreamSlice>;
  /** Reads several streams in one round trip. */
  readStreams(district: string, wanted: readonly { readonly stream: string; readonly afterVersion: number }[]): Promise<StreamSlice[]>;
  /** Events with position > `afterPosition` in order, at most `limit`. `categories` narrows to stream categories. */
  readAll(district: string, afterPosition: number, limit: number, categories?: readonly string[]): Promise<StoredEvent[]>;
  /**
   * The same for whoever follows the log with bounded memory: at most `events`, and none after the one that brings their
   * canonical text to `bytes`. `more`: the page ended at a bound, not at the head.
   */
  readPage(district: string, afterPosition: number, bounds: PageBounds): Promise<EventPage>;
  /** Position of the last event; 0 for an empty log. */
  head(district: string): Promise<number>;
  /** The stored outcome of a key, if any: asked when a command was refused, because a repeat wins over a refusal. */
  findKey(district: string, client: string, key: string): Promise<KnownKey | undefined>;
  /** The same for many keys in one round trip, in the order of the question. */
  findKeys(
    district: string,
    keys: readonly { readonly client: string; readonly key: string }[],
  ): Promise<readonly (KnownKey | undefined)[]>;
  /** Exact canonical bytes and leaf hashes by position, for proofs. */
  readLeaves(
    district: string,
    afterPosition: number,
    limit: number,
  ): Promise<{ readonly position: number; readonly canonical: string; readonly leafHash: Uint8Array }[]>;
  close(): Promise<void>;
}
