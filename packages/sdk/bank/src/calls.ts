import type { Answered, Call } from "./transport.ts";

/** Of one call. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  /** For this call with all its pauses, in milliseconds. */
  readonly deadlineMs?: number | undefined;
}

/** The signed, patient way to the ledger that all parts of the client share. */
export type Sender = (call: Call) => Promise<Answered>;

export const ACCEPT: Readonly<Record<string, string>> = { accept: "application/json" };

/** Address of a route with its query; what is undefined is left out. */
export function addressOf(
  origin: string,
  route: string,
  query: Readonly<Record<string, string | number | boolean | undefined>> = {},
): string {
  const given = Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]));
  const text = new URLSearchParams(given).toString();
  return `${origin}/bank/v1/${route}${text === "" ? "" : `?${text}`}`;
}
