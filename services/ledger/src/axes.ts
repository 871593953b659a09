import type { KnownAt } from "@huimin/books";
import { shanghaiDate } from "@huimin/calendar";
import { MinPosition, RefusalError } from "@huimin/http";
import { Type } from "typebox";
import { ledgerErrors as errors } from "./errors.ts";

/** A civil date or an accounting period (YYYY-MM) of a query. */
export const DateQuery = Type.Optional(Type.String({ format: "date" }));
export const PeriodQuery = Type.Optional(Type.String({ pattern: "^\\d{4}-(0[1-9]|1[0-2])$" }));

/** The two axes of time that every question may name, and the position that it waits for. */
export const AxesQuery = {
  "as-of": Type.Optional(Type.String({ format: "date", description: "value dates up to this day" })),
  "known-at": Type.Optional(Type.String({ maxLength: 40, description: "position of the log, or instant with offset" })),
  ...MinPosition,
};

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
