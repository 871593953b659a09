/**
 * An expected outcome of a command: a value, or a refusal that names its reason.
 * A broken invariant is not an outcome: it throws (see {@link invariant}).
 */
export type Result<T, R = Refusal> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly refusal: R };

/**
 * Why a command was refused. `code` is a key of the error catalogue; `details` fill the placeholders of its
 * Chinese and English texts and carry no personal data; `path` is the JSON pointer of the offending field;
 * `row` the 1-based line of a file.
 */
export interface Refusal {
  readonly code: string;
  readonly details?: Readonly<Record<string, string | number>>;
  readonly path?: string;
  readonly row?: number;
}

export const ok = <T>(value: T): { readonly ok: true; readonly value: T } => ({ ok: true, value });

export const refuse = (
  code: string,
  details?: Readonly<Record<string, string | number>>,
  place?: { readonly path?: string; readonly row?: number },
): { readonly ok: false; readonly refusal: Refusal } => ({
  ok: false,
  refusal: { code, ...(details ? { details } : {}), ...place },
});

/** Thrown when something that must be true is not: the process that meets it stops. */
export class BrokenInvariant extends Error {
  override readonly name = "BrokenInvariant";
}

export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new BrokenInvariant(message);
}
