import { upcast } from "@huimin/decider";
import { canonicalJson, canonicalString, NotCanonical } from "@huimin/proof-log";
import { EventUnreadable, type NewEvent, type StoredEvent } from "./types.ts";

/** The exact text whose UTF-8 bytes are hashed: RFC 8785 form of the whole envelope. */
export const canonicalEnvelope = (event: StoredEvent): string => canonicalJson(event);

/**
 * What a request says of the canonical envelope; the log adds the rest, because only it knows position and version:
 * `head` ,"position":N `middle` ,"stream":…,"streamVersion":N,"type":…,"valueDate":…}
 */
export interface EnvelopePieces {
  readonly head: string;
  readonly middle: string;
}

const optional = (name: string, value: string | undefined): string => (value === undefined ? "" : `"${name}":${canonicalString(value)},`);

/** U+0000 is JSON but not text to PostgreSQL: an event with it could be stored and never read into a table. */
const NUL_ESCAPE = /(?<!\\)(?:\\\\)*\\u0000/;

/** Written member by member in RFC 8785 order: nearly twice as fast as sorting. Throws NotCanonical. */
export function envelopePieces(district: string, event: NewEvent): EnvelopePieces {
  const head =
    `{"actor":${canonicalString(event.actor)},` +
    optional("causationId", event.causationId) +
    `"channel":${canonicalString(event.channel)},` +
    optional("checker", event.checker) +
    `"commandId":${canonicalString(event.commandId)},` +
    optional("corrects", event.corrects) +
    optional("correctsPeriod", event.correctsPeriod) +
    `"correlationId":${canonicalString(event.correlationId)},"district":${canonicalString(district)},"eventId":${canonicalString(event.eventId)},` +
    (event.evidence === undefined ? "" : `"evidence":${canonicalJson(event.evidence)},`) +
    (event.payload === undefined ? "" : `"payload":${canonicalJson(event.payload)},`) +
    `"period":${canonicalString(event.period)}`;
  const middle =
    `,"recordedAt":${canonicalString(event.recordedAt)},"role":${canonicalString(event.role)},"schemaVersion":${canonicalJson(event.schemaVersion)}` +
    (event.sourceDocument === undefined ? "" : `,"sourceDocument":${canonicalString(event.sourceDocument)}`);
  for (const piece of [head, middle]) {
    if (piece.includes("\\u0000") && NUL_ESCAPE.test(piece)) throw new NotCanonical("a text carries U+0000");
  }
  return { head, middle };
}

/** The whole, as `log.append` joins it. */
export const joinEnvelope = (pieces: EnvelopePieces, stream: string, event: NewEvent, position: number, streamVersion: number): string =>
  `${pieces.head},"position":${position}${pieces.middle},"stream":${canonicalString(stream)},"streamVersion":${streamVersion},` +
  `"type":${canonicalString(event.type)},"valueDate":${canonicalString(event.valueDate)}}`;

/** A value as it is after writing and reading it as JSON: a copy of its own, without members that are undefined. */
function asRead(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return Object.is(value, -0) ? 0 : value;
  if (Array.isArray(value)) return value.map(asRead);
  const copy: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(value)) {
    if (member === undefined) continue;
    if (name === "__proto__")
      Object.defineProperty(copy, name, { value: asRead(member), enumerable: true, configurable: true, writable: true });
    else copy[name] = asRead(member);
  }
  return copy;
}

/**
 * The event as every reader of the log will see it, at a place that the log has handed out. Only for an event that the
 * log took: what has no canonical form was refused there.
 */
export const storedEvent = (district: string, stream: string, event: NewEvent, position: number, streamVersion: number): StoredEvent =>
  ({ ...(asRead(event) as NewEvent), district, stream, position, streamVersion }) as StoredEvent;

/**
 * The event that a stored text is, in the current version of its schema. The columns only find it, and must agree. Throws
 * {@link EventUnreadable}.
 */
export function readEvent(canonical: string, place: { readonly position: number; readonly stream: string }): StoredEvent {
  const { position, stream } = place;
  let event: StoredEvent;
  try {
    event = JSON.parse(canonical) as StoredEvent;
  } catch {
    throw new EventUnreadable(position, "", "the log is damaged, its text is not JSON");
  }
  if (event.stream !== stream || event.position !== position) {
    const why = `the log is damaged, ${stream} holds an event of ${event.stream} at ${event.position}`;
    throw new EventUnreadable(position, event.type, why);
  }
  return currentEvent(event);
}

/** The event in the current version of its schema. Throws {@link EventUnreadable}. */
export function currentEvent(event: StoredEvent): StoredEvent {
  try {
    return upcast(event);
  } catch (fault) {
    throw new EventUnreadable(event.position, event.type, fault instanceof Error ? fault.message : String(fault));
  }
}
