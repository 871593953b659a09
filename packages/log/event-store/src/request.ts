import type { AppendRequest, Expectation } from "./types.ts";

/** Most events of one request; more than that is a job that appends in parts. */
export const REQUEST_EVENTS_MAX = 10_000;
/** Two of each of ten thousand messages (idempotency header, bank serial), and one of the whole. */
export const REQUEST_KEYS_MAX = 20_001;
export const STREAM_ID_CHARACTERS_MAX = 200;
export const KEY_CHARACTERS_MAX = 300;

/** `category/name`: the category is a word of ours, the name anything printable. */
const STREAM_ID = /^[a-z][a-z0-9-]{0,31}\/[^\p{Cc}\p{Cs}]+$/u;
const EVENT_TYPE = /^[A-Z][A-Za-z0-9]{0,99}$/;
const CIVIL_DATE = /^\d{4}-\d{2}-\d{2}$/;
const PRINTABLE = /^[^\p{Cc}\p{Cs}]+$/u;
const HEX_HASH = /^[0-9a-f]{64}$/;

/** True for `category/name` without control characters, at most 200 characters. Outside input is checked with it before it names a stream. */
export const isStreamId = (text: string): boolean => text.length <= STREAM_ID_CHARACTERS_MAX && STREAM_ID.test(text);

/** True for text that may be (part of) an idempotency key: printable, 1 to 300 characters. */
export const isKeyText = (text: string): boolean => text.length <= KEY_CHARACTERS_MAX && PRINTABLE.test(text);

export const categoryOf = (stream: string): string => stream.slice(0, stream.indexOf("/"));

/** Categories whose streams each belong to one bank; the same list as log.bank_category (sql/004), which counts. */
export const BANK_CATEGORIES: ReadonlySet<string> = new Set([
  ...["loan", "batch", "subsidy", "claim", "payout", "compensation", "risk-fund"],
  ...["bank-file", "bank-statement"],
]);

/** Thrown for a request that no store can accept, whatever the log holds: a fault of the caller. */
export class MalformedAppend extends Error {
  override readonly name = "MalformedAppend";
}

const demand = (condition: boolean, message: string): void => {
  if (!condition) throw new MalformedAppend(message);
};

/** Checks the form of a request: names, bounds, one mention per stream. */
export function checkRequest(request: AppendRequest): void {
  const named = new Set<string>();
  let events = 0;
  const name = (stream: string, expect: Expectation) => {
    demand(isStreamId(stream), `not a stream id: ${JSON.stringify(stream)}`);
    demand(!named.has(stream), `stream ${stream} is named twice in one request`);
    demand(expect.kind !== "exactly" || (Number.isSafeInteger(expect.version) && expect.version >= 0), `bad version for ${stream}`);
    named.add(stream);
  };
  for (const write of request.writes) {
    name(write.stream, write.expect);
    demand(write.events.length > 0, `a write to ${write.stream} without events`);
    events += write.events.length;
    for (const event of write.events) {
      demand(EVENT_TYPE.test(event.type), `not an event type: ${JSON.stringify(event.type)}`);
      demand(CIVIL_DATE.test(event.valueDate), `not a value date: ${JSON.stringify(event.valueDate)}`);
    }
  }
  for (const assert of request.asserts) name(assert.stream, assert.expect);
  demand(named.size > 0, "a request that names no stream");
  demand(events <= REQUEST_EVENTS_MAX, `${events} events in one request, at most ${REQUEST_EVENTS_MAX}`);
  demand(request.keys.length <= REQUEST_KEYS_MAX, `${request.keys.length} keys in one request`);
  for (const key of request.keys) {
    demand(isKeyText(key.client) && isKeyText(key.key), `not an idempotency key: ${JSON.stringify([key.client, key.key])}`);
    demand(HEX_HASH.test(key.bodyHash), "a body hash is SHA-256 in hex");
  }
  for (const bank of [request.bank, ...request.writes.map((write) => write.bank)])
    demand(bank === undefined || isKeyText(bank), `not a bank: ${JSON.stringify(bank)}`);
  demand(new Set(request.keys.map(keyId)).size === request.keys.length, "two keys of a request are the same");
}

/** A key as one text; U+0001 cannot be in either part. */
export const keyId = (key: { readonly client: string; readonly key: string }): string => `${key.client}\u0001${key.key}`;

/** The one place that says what an expectation means. */
export function meets(expect: Expectation, version: number): boolean {
  switch (expect.kind) {
    case "any":
      return true;
    case "none":
      return version === 0;
    case "exists":
      return version > 0;
    case "exactly":
      return version === expect.version;
  }
}
