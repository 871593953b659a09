import { type TSchema, Type } from "typebox";
import { httpErrors as errors } from "./errors.ts";
import { RefusalError } from "./problem.ts";

/** Items of one page: by default, and at most. */
export const PAGE_DEFAULT = 50;
export const PAGE_MAX = 500;

/** Query of a list route. */
export const PageQuery = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: PAGE_MAX, default: PAGE_DEFAULT })),
  cursor: Type.Optional(Type.String({ maxLength: 512, description: "`next` of the page before" })),
};

/** Answer of a list route. */
export const PageOf = <T extends TSchema>(item: T) => Type.Object({ items: Type.Array(item), next: Type.Optional(Type.String()) });

/** The sort key of the last item, opaque to the client. */
export const encodeCursor = (key: readonly (string | number)[]): string => Buffer.from(JSON.stringify(key)).toString("base64url");

/** Reads a cursor back; refuses CURSOR_INVALID unless it has `size` texts or numbers. */
export function decodeCursor(cursor: string | undefined, size: number): readonly (string | number)[] | undefined {
  if (cursor === undefined) return undefined;
  try {
    const key: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"));
    if (Array.isArray(key) && key.length === size && key.every((part) => typeof part === "string" || typeof part === "number")) return key;
  } catch {
    // refused below
  }
  throw new RefusalError({ code: errors.CURSOR_INVALID });
}

/** Cuts rows read with `limit + 1` to a page; `keyOf` gives the sort key of an item. */
export function pageOf<T>(
  rows: readonly T[],
  limit: number,
  keyOf: (row: T) => readonly (string | number)[],
): { items: T[]; next?: string } {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return rows.length > limit && last !== undefined ? { items, next: encodeCursor(keyOf(last)) } : { items };
}
