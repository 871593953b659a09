import { canonicalJson, canonicalString } from "@huimin/proof-log";
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

export function envelopePieces(district: string, stream: string, event: NewEvent): EnvelopePieces {
  const beforePosition =
    `{"actor":${canonicalString(event.actor)},` +
    optional("causationId", event.causationId) +
    `"channel":${canonicalString(event.channel)},` +
    optional("checker", event.checker) +
    `"commandId":${canonicalString(event.commandId)},"correlationId":${canonicalString(event.correlationId)},` +
    optional("corrects", event.corrects) +
    `"district":${canonicalString(district)},"eventId":${canonicalString(event.eventId)},` +
    (event.evidence === undefined ? "" : `"evidence":${canonicalJson(event.evidence)},`) +
    (event.payload === undefined ? "" : `"payload":${canonicalJson(event.payload)},`) +
    `"period":${canonicalString(event.period)},"position":`;
  const beforeVersion =
    `,"recordedAt":${canonicalString(event.recordedAt)},"role":${canonicalString(event.role)},` +
    `"schemaVersion":${canonicalJson(event.schemaVersion)},` +
    optional("sourceDocument", event.sourceDocument) +
    `"stream":${canonicalString(stream)},"streamVersion":`;
  const end = `,"type":${canonicalString(event.type)},"valueDate":${canonicalString(event.valueDate)}}`;
  return { beforePosition, beforeVersion, end };
}

export const joinEnvelope = (pieces: EnvelopePieces, position: number, streamVersion: number): string =>
  `${pieces.beforePosition}${position}${pieces.beforeVersion}${streamVersion}${pieces.end}`;
