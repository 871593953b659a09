import { leafHash } from "@huimin/proof-log";
import { currentEvent, envelopePieces, joinEnvelope } from "./envelope.ts";
import { BANK_CATEGORIES, categoryOf, checkRequest, keyId, meets } from "./request.ts";
import type { AppendOutcome, AppendRequest, EventStore, IdempotencyKey, StoredEvent, StreamSlice } from "./types.ts";

interface StoredKey {
  readonly bodyHash: string;
  /** JSON text, so that a caller cannot change a stored answer. */
  readonly answer: string;
  readonly lastPosition: number;
}

interface Row {
  readonly event: StoredEvent;
  readonly canonical: string;
  readonly leaf: Uint8Array;
}

class DistrictLog {
  readonly rows: Row[] = [];
  readonly streams = new Map<string, StoredEvent[]>();
  readonly keys = new Map<string, StoredKey>();
  /** Whose a stream is. */
  readonly banks = new Map<string, string>();

  version(stream: string): number {
    return this.streams.get(stream)?.length ?? 0;
  }

  /** The bank whose the stream is, or is going to be when `named` writes to it. */
  private owner(stream: string, named: string | undefined): string | undefined {
    return this.banks.get(stream) ?? (BANK_CATEGORIES.has(categoryOf(stream)) ? named : undefined);
  }

  append(district: string, request: AppendRequest): AppendOutcome {
    const foreign = request.writes.find(
      ({ stream, bank }) => request.bank !== undefined && (this.owner(stream, bank) ?? request.bank) !== request.bank,
    );
    if (foreign) return { kind: "foreign", stream: foreign.stream };
    const known = this.answerOfKeys(request.keys);
    if (known) return known;
    if (request.expectHead !== undefined && request.expectHead !== this.rows.length)
      return { kind: "head-conflict", actual: this.rows.length };
    for (const { stream, expect } of [...request.writes, ...request.asserts]) {
      const actual = this.version(stream);
      if (!meets(expect, actual)) return { kind: "version-conflict", stream, actual };
    }
    // Everything that can fail (a value without canonical form) happens before the first row is added.
    const prepared = request.writes.map(({ stream, events }) => ({
      stream,
      events: events.map((event) => ({ event, pieces: envelopePieces(district, event) })),
    }));
    const answer = JSON.stringify(request.answer ?? null);
    const firstPosition = this.rows.length + 1;
    for (const { stream, bank = request.bank } of request.writes) {
      const owner = this.owner(stream, bank);
      if (owner !== undefined) this.banks.set(stream, owner);
    }
    for (const { stream, events } of prepared) {
      const stored = this.streams.get(stream) ?? [];
      this.streams.set(stream, stored);
      for (const { event, pieces } of events) {
        const canonical = joinEnvelope(pieces, stream, event, this.rows.length + 1, stored.length + 1);
        const read = frozen(JSON.parse(canonical) as StoredEvent);
        stored.push(read);
        this.rows.push({ event: read, canonical, leaf: leafHash(canonical) });
      }
    }
    const lastPosition = this.rows.length;
    for (const key of request.keys) {
      const own = key.answer === undefined ? answer : JSON.stringify(key.answer);
      this.keys.set(keyId(key), { bodyHash: key.bodyHash, answer: own, lastPosition });
    }
    return { kind: "appended", firstPosition, lastPosition, answer: request.answer ?? null };
  }

  /** A conflict of either key wins over a replay of the other. */
  private answerOfKeys(keys: readonly IdempotencyKey[]): AppendOutcome | undefined {
    const known = keys.flatMap((key) => {
      const stored = this.keys.get(keyId(key));
      return stored ? [{ key, stored }] : [];
    });
    const conflict = known.find(({ key, stored }) => stored.bodyHash !== key.bodyHash);
    if (conflict) return { kind: "key-conflict", key: conflict.key };
    const [first] = known;
    return first && { kind: "replayed", lastPosition: first.stored.lastPosition, answer: JSON.parse(first.stored.answer), key: first.key };
  }
}

/** Stored events are shared between readers here, unlike those of a database: freezing shows whoever changes one. */
function frozen<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    for (const member of Object.values(value)) frozen(member);
    Object.freeze(value);
  }
  return value;
}

/** The log in memory, for specs and scenarios: the same contract as on PostgreSQL, and nothing survives the process. */
export function createMemoryStore(): EventStore {
  const logs = new Map<string, DistrictLog>();
  const logOf = (district: string): DistrictLog => {
    const log = logs.get(district) ?? new DistrictLog();
    logs.set(district, log);
    return log;
  };
  const slice = (district: string, stream: string, afterVersion: number): StreamSlice => {
    const events = logOf(district).streams.get(stream) ?? [];
    return { stream, version: events.length, events: events.slice(afterVersion).map(currentEvent) };
  };
  return {
    async append(district, request) {
      checkRequest(request);
      return logOf(district).append(district, request);
    },
    async readStream(district, stream, afterVersion = 0) {
      return slice(district, stream, afterVersion);
    },
    async readStreams(district, wanted) {
      return wanted.map(({ stream, afterVersion }) => slice(district, stream, afterVersion));
    },
    async readAll(district, afterPosition, limit, categories) {
      const events: StoredEvent[] = [];
      const { rows } = logOf(district);
      for (let i = afterPosition; i < rows.length && events.length < limit; i += 1) {
        const { event } = rows[i] as Row;
        if (!categories || categories.includes(categoryOf(event.stream))) events.push(currentEvent(event));
      }
      return events;
    },
    async readPage(district, afterPosition, { events: limit, bytes }) {
      const events: StoredEvent[] = [];
      const { rows } = logOf(district);
      let length = 0;
      for (let i = afterPosition; i < rows.length && events.length < limit && length < bytes; i += 1) {
        const { event, canonical } = rows[i] as Row;
        events.push(currentEvent(event));
        length += Buffer.byteLength(canonical);
      }
      return { events, more: events.length >= limit || length >= bytes };
    },
    async head(district) {
      return logOf(district).rows.length;
    },
    async findKey(district, client, key) {
      const stored = logOf(district).keys.get(keyId({ client, key }));
      return stored && { bodyHash: stored.bodyHash, answer: JSON.parse(stored.answer), lastPosition: stored.lastPosition };
    },
    async findKeys(district, keys) {
      return Promise.all(keys.map(({ client, key }) => this.findKey(district, client, key)));
    },
    async readLeaves(district, afterPosition, limit) {
      return logOf(district)
        .rows.slice(afterPosition, afterPosition + limit)
        .map(({ event, canonical, leaf }) => ({ position: event.position, canonical, leafHash: leaf }));
    },
    async close() {},
  };
}
