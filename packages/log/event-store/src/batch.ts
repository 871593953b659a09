import { type EnvelopePieces, envelopePieces } from "./envelope.ts";
import type { AppendOutcome, AppendRequest, Expectation } from "./types.ts";

/** Separates the values of a text column: no canonical JSON, stream id, type or key contains a control character. */
const SEPARATOR = "\u001f";

/** Thrown to the caller whose role may not append to a category that it named; neighbours in the batch are not touched. */
export class AppendForbidden extends Error {
  override readonly name = "AppendForbidden";
}

export const APPEND_SQL = "SELECT head_before, refused FROM log.append($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17,$18,$19)";

export interface AppendRow {
  /** bigint as text */
  readonly head_before: string;
  readonly refused: readonly RefusedRequest[] | null;
}

interface RefusedRequest {
  /** 1-based */
  readonly request: number;
  readonly kind: "replayed" | "key-conflict" | "head-conflict" | "version-conflict" | "forbidden" | "foreign";
  readonly client: string;
  readonly key: string;
  readonly answer: string;
  readonly lastPosition: number;
  readonly stream: string;
  readonly actual: number;
}

/** Expectation as the function takes it, see sql/002-append.sql. */
const expected = (expect: Expectation): number => {
  switch (expect.kind) {
    case "any":
      return -1;
    case "exists":
      return -2;
    case "none":
      return 0;
    case "exactly":
      return expect.version;
  }
};

const numbers = (values: readonly number[]): string => `{${values.join(",")}}`;
const texts = (values: readonly string[]): string => values.join(SEPARATOR);

/** A request with everything that can fail about it done: it can no longer spoil a batch for its neighbours. */
export interface PreparedRequest {
  readonly request: AppendRequest;
  /** One per event, in the order of the writes. */
  readonly pieces: readonly EnvelopePieces[];
  /** The answer as JSON text. */
  readonly answer: string;
}

/** Throws NotCanonical for a payload that has no canonical form. */
export function prepare(district: string, request: AppendRequest): PreparedRequest {
  const pieces: EnvelopePieces[] = [];
  for (const { events } of request.writes) for (const event of events) pieces.push(envelopePieces(district, event));
  return { request, pieces, answer: request.keys.length === 0 ? "" : JSON.stringify(request.answer ?? null) };
}

/** Parameters of one call of `log.append` for requests that do not touch each other; a head demand comes first. */
export function encodeBatch(district: string, requests: readonly PreparedRequest[]): unknown[] {
  const streams = new Map<string, number>();
  const streamBanks: string[] = [];
  const mention = { request: [] as number[], stream: [] as number[], expect: [] as number[], events: [] as number[] };
  const event = { mention: [] as number[], type: [] as string[], valueDate: [] as string[], head: [] as string[], middle: [] as string[] };
  const key = { request: [] as number[], client: [] as string[], key: [] as string[], hash: [] as string[], answer: [] as string[] };
  // Written streams get the first numbers: the function works out names and owners for no others.
  for (const { request } of requests)
    for (const { stream } of request.writes) if (!streams.has(stream)) streams.set(stream, streams.size + 1);
  requests.forEach(({ request, pieces, answer }, index) => {
    const name = (stream: string, expect: Expectation, events: number): number => {
      const number = streams.get(stream) ?? streams.size + 1;
      streams.set(stream, number);
      mention.request.push(index + 1);
      mention.stream.push(number);
      mention.expect.push(expected(expect));
      return mention.events.push(events);
    };
    let next = 0;
    for (const { stream, expect, events, bank = request.bank } of request.writes) {
      const number = name(stream, expect, events.length);
      if (bank !== undefined) streamBanks[(streams.get(stream) as number) - 1] ??= bank;
      for (const { type, valueDate } of events) {
        const { head, middle } = pieces[next++] as EnvelopePieces;
        event.mention.push(number);
        event.type.push(type);
        event.valueDate.push(valueDate);
        event.head.push(head);
        event.middle.push(middle);
      }
    }
    for (const { stream, expect } of request.asserts) name(stream, expect, 0);
    for (const given of request.keys) {
      key.request.push(index + 1);
      key.client.push(given.client);
      key.key.push(given.key);
      key.hash.push(given.bodyHash);
      key.answer.push(given.answer === undefined ? answer : JSON.stringify(given.answer));
    }
  });
  return [
    district,
    requests[0]?.request.expectHead ?? null,
    texts([...streams.keys()]),
    numbers(mention.request),
    numbers(mention.stream),
    numbers(mention.expect),
    numbers(mention.events),
    numbers(event.mention),
    texts(event.type),
    texts(event.valueDate),
    texts(event.head),
    texts(event.middle),
    numbers(key.request),
    texts(key.client),
    texts(key.key),
    texts(key.hash),
    texts(key.answer),
    texts(Array.from(streams, (_, index) => streamBanks[index] ?? "")),
    requests.some(({ request }) => request.bank !== undefined) ? texts(requests.map(({ request }) => request.bank ?? "")) : null,
  ];
}

/** Answers per request from the one row that the function returned. */
export function decodeOutcomes(requests: readonly PreparedRequest[], row: AppendRow): (AppendOutcome | Error)[] {
  const refused = new Map((row.refused ?? []).map((refusal) => [refusal.request, refusal]));
  let position = Number(row.head_before);
  return requests.map(({ request, pieces }, index) => {
    const refusal = refused.get(index + 1);
    if (refusal) return decodeRefusal(request, refusal);
    const firstPosition = position + 1;
    position += pieces.length;
    return { kind: "appended", firstPosition, lastPosition: position, answer: request.answer ?? null };
  });
}

function decodeRefusal(request: AppendRequest, refusal: RefusedRequest): AppendOutcome | Error {
  switch (refusal.kind) {
    case "forbidden":
      return new AppendForbidden(`this role may not append to ${refusal.stream}`);
    case "foreign":
      return { kind: "foreign", stream: refusal.stream };
    case "head-conflict":
      return { kind: "head-conflict", actual: refusal.actual };
    case "version-conflict":
      return { kind: "version-conflict", stream: refusal.stream, actual: refusal.actual };
    case "key-conflict":
    case "replayed": {
      const key = request.keys.find(({ client, key }) => client === refusal.client && key === refusal.key);
      if (!key) throw new Error("the log refused a key that was not sent");
      return refusal.kind === "key-conflict"
        ? { kind: "key-conflict", key }
        : { kind: "replayed", lastPosition: refusal.lastPosition, answer: JSON.parse(refusal.answer), key };
    }
  }
}
