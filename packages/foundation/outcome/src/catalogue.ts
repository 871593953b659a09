/**
 * The error catalogue. Every refusal of the product is declared once, in the package that can raise it, and read
 * from here by the edge (HTTP status), the documents (`docs/errors.md`) and the command line.
 */
export interface ErrorEntry {
  /** Stable code, UPPER_SNAKE_CASE. */
  readonly code: string;
  /** What happened, in Chinese; `{name}` is filled from the refusal's details. */
  readonly zh: string;
  /** What happened, in English. */
  readonly en: string;
  /** What to do, in Chinese. */
  readonly remedyZh: string;
  /** What to do, in English. */
  readonly remedyEn: string;
  /** Kind of refusal; the edge maps it to a status in one place. */
  readonly kind: ErrorKind;
}

/**
 * invalid: the request is malformed. rule: a rule of the field forbids it. conflict: it contradicts what is recorded.
 * missing: what it names does not exist. forbidden: not for this role or bank. unauthenticated: no valid sign-in or
 * signature. busy: try again later.
 */
export type ErrorKind = "invalid" | "rule" | "conflict" | "missing" | "forbidden" | "unauthenticated" | "busy";

const entries = new Map<string, ErrorEntry>();

type Declaration = Omit<ErrorEntry, "code">;

/** Declares the errors of a package and returns their codes as constants. A code may be declared once only. */
export function declareErrors<const T extends Readonly<Record<string, Declaration>>>(errors: T): { readonly [K in keyof T]: K } {
  const codes: Record<string, string> = {};
  for (const [code, declaration] of Object.entries(errors)) {
    if (!/^[A-Z][A-Z0-9_]*$/.test(code)) throw new Error(`error code ${code} is not UPPER_SNAKE_CASE`);
    if (entries.has(code)) throw new Error(`error code ${code} is declared twice`);
    entries.set(code, { code, ...declaration });
    codes[code] = code;
  }
  return codes as { readonly [K in keyof T]: K };
}

export const errorEntry = (code: string): ErrorEntry | undefined => entries.get(code);

/** All declared errors by code, for the documents and their completeness test. */
export const errorEntries = (): readonly ErrorEntry[] => [...entries.values()].sort((a, b) => (a.code < b.code ? -1 : 1));

/** Fills `{name}` placeholders; a missing detail stays visible as `{name}`. */
export const fillText = (text: string, details: Readonly<Record<string, string | number>> = {}): string =>
  text.replace(/\{(\w+)\}/g, (whole, name: string) => (name in details ? String(details[name]) : whole));
