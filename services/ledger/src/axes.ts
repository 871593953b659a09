import type { KnownAt } from "@huimin/books";
import { shanghaiDate } from "@huimin/calendar";
import { RefusalError } from "@huimin/http";
import { ledgerErrors as errors } from "./errors.ts";

const isInstant = (text: string): boolean => {
  try {
    Temporal.Instant.from(text);
    return true;
  } catch {
    return false;
  }
};

/** A position of the log, or an instant with its offset; undefined for anything else. */
export function parseKnownAt(text: string): KnownAt | undefined {
  if (/^\d{1,15}$/.test(text)) return { position: Number(text) };
  return isInstant(text) ? { instant: text } : undefined;
}

/** Both time axes of a question from its query. Refuses KNOWN_AT_INVALID. */
export function axesIn(query: { readonly "as-of"?: string; readonly "known-at"?: string }): {
  asOf: string | undefined;
  knownAt?: KnownAt;
} {
  const text = query["known-at"];
  if (text === undefined) return { asOf: query["as-of"] };
  const knownAt = parseKnownAt(text);
  if (!knownAt) throw new RefusalError({ code: errors.KNOWN_AT_INVALID, path: "#querystring/known-at" });
  return { asOf: query["as-of"], knownAt };
}

/** The day of an instant of knowledge, by which codes are printed; of a position or without one, `today`. */
export function knownDay(text: string | undefined, today: string): string {
  const knownAt = text === undefined ? undefined : parseKnownAt(text);
  return knownAt !== undefined && "instant" in knownAt ? shanghaiDate(knownAt.instant) : today;
}
