import type { Fold, RecordedEvent } from "@huimin/decider";
import type { EventStore } from "@huimin/event-store";
import { decodeCursor, encodeCursor, MinPosition, PAGE_DEFAULT, PAGE_MAX, waitsForPosition } from "@huimin/http";
import { Type } from "typebox";

/* What the reading routes of the bank's API share. */

export const closed = { additionalProperties: false } as const;
export const security = [{ signature: [] }];
export const On = Type.Optional(Type.String({ format: "date", description: "as of this value date; default today" }));
export const Amount = Type.String({ description: "yuan, two decimals" });
export const Id = Type.String({ minLength: 1, maxLength: 64 });

export const Paging = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: PAGE_MAX })),
  cursor: Type.Optional(Type.String({ maxLength: 512, description: "`next` of the page before" })),
  ...MinPosition,
};

/** A read that waits for `min-position`, within the client's scope. */
export const reads = (bankScope: string) => ({ config: { bankScope }, preHandler: waitsForPosition });

/** Limit and place of a page whose key is one number. */
export function pageFrom({ limit = PAGE_DEFAULT, cursor }: { readonly limit?: number; readonly cursor?: string }) {
  return { limit, after: Number(decodeCursor(cursor, 1)?.[0] ?? 0) };
}

/** Rows that were read with one more than the limit. */
export function pageOfRows<R, T>(rows: readonly R[], limit: number, keyOf: (row: R) => string | number, printed: (row: R) => T) {
  const last = rows[limit - 1];
  return {
    items: rows.slice(0, limit).map(printed),
    ...(rows.length > limit && last !== undefined ? { next: encodeCursor([keyOf(last)]) } : {}),
  };
}

/** A stream folded as it is now. */
export async function folded<S>(store: Pick<EventStore, "readStream">, district: string, stream: string, fold: Fold<S>): Promise<S> {
  const { events } = await store.readStream(district, stream);
  return events.reduce((state, event) => fold.evolve(state, event as RecordedEvent), fold.initialState);
}
