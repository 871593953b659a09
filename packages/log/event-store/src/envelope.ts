import { canonicalJson, canonicalString, NotCanonical } from "@huimin/proof-log";
import type { NewEvent, StoredEvent } from "./types.ts";

/** The exact text whose UTF-8 bytes are hashed: RFC 8785 form of the whole envelope. */
export const canonicalEnvelope = (event: StoredEvent): string => canonicalJson(event);

/**
 * The canonical envelope cut around the two numbers that only the log knows: `beforePosition` position
 * `beforeVersion` streamVersion `end`. Written member by member in RFC 8785 order, four times as fast as sorting.
 */
export interface EnvelopePieces {
  readonly beforePosition: string;
  readonly beforeVersion: string;
  readonly end: string;
}

const optional = (name: string, value: string | undefined): string => (value === undefined ? "" : `"${name}":${canonicalString(value)},`);

/** U+0000 is JSON but not text to PostgreSQL: an event with it could be stored and never read into a table. */
const NUL_ESCAPE = /(?<!\\)(?:\\\\)*\\u0000/;

export function envelopePieces(district: string, stream: string, event: NewEvent): EnvelopePieces {
  const beforePosition =
    `{"actor":${canonicalString(event.actor)},` +
    optional("causationId", event.causationId) +
    `"channel":${canonicalString(event.channel)},` +
    optional("checker", event.checker) +
    `"commandId":${canonicalString(event.commandId)},` +
    optional("corrects", event.corrects) +
    `"correlationId":${canonicalString(event.correlationId)},"district":${canonicalString(district)},"eventId":${canonicalString(event.eventId)},` +
    (event.evidence === undefined ? "" : `"evidence":${canonicalJson(event.evidence)},`) +
    (event.payload === undefined ? "" : `"payload":${canonicalJson(event.payload)},`) +
    `"period":${canonicalString(event.period)},"position":`;
  const beforeVersion =
    `,"recordedAt":${canonicalString(event.recordedAt)},"role":${canonicalString(event.role)},` +
    `"schemaVersion":${canonicalJson(event.schemaVersion)},` +
    optional("sourceDocument", event.sourceDocument) +
    `"stream":${canonicalString(stream)},"streamVersion":`;
  const end = `,"type":${canonicalString(event.type)},"valueDate":${canonicalString(event.valueDate)}}`;
  for (const piece of [beforePosition, beforeVersion]) {
    if (piece.includes("\\u0000") && NUL_ESCAPE.test(piece)) throw new NotCanonical("a text carries U+0000");
  }
  return { beforePosition, beforeVersion, end };
}

export const joinEnvelope = (pieces: EnvelopePieces, position: number, streamVersion: number): string =>
  `${pieces.beforePosition}${position}${pieces.beforeVersion}${streamVersion}${pieces.end}`;

/** The event as every reader of the log will see it, at a place that the log has handed out. */
export const storedEvent = (district: string, stream: string, event: NewEvent, position: number, streamVersion: number): StoredEvent =>
  JSON.parse(joinEnvelope(envelopePieces(district, stream, event), position, streamVersion)) as StoredEvent;
