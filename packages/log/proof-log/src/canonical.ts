/**
 * The canonical form of JSON (RFC 8785, JCS): no white space, members sorted by UTF-16 code units, numbers and strings
 * as ECMAScript writes them. Equal values have equal bytes, so their hashes can be computed again by anybody.
 */

/** Thrown for a value that has no canonical form: a bigint, NaN, a lone surrogate, an undefined array element. */
export class NotCanonical extends Error {
  override readonly name = "NotCanonical";
}

/** Deeper than any event of the product; a bound keeps a hostile document from exhausting the stack. */
const DEPTH_MAX = 64;

/** A text without characters that need an escape: quote, backslash, controls, surrogates (checked in the slow path). */
const PLAIN_TEXT = /^[^"\\\p{Cc}\p{Cs}]*$/u;

/** A string as RFC 8785 section 3.2.2.2 writes it. Refuses lone surrogates. */
export function canonicalString(text: string): string {
  if (PLAIN_TEXT.test(text)) return `"${text}"`;
  if (!text.isWellFormed()) throw new NotCanonical("a text carries a lone surrogate");
  return JSON.stringify(text);
}

/** Members with the value `undefined` are absent, as in JSON.stringify. */
export function canonicalJson(value: unknown): string {
  return write(value, 0);
}

function write(value: unknown, depth: number): string {
  switch (typeof value) {
    case "string":
      return canonicalString(value);
    case "number":
      if (!Number.isFinite(value)) throw new NotCanonical(`${value} is not a JSON number`);
      return Object.is(value, -0) ? "0" : String(value);
    case "boolean":
      return value ? "true" : "false";
    case "object":
      if (value === null) return "null";
      if (depth >= DEPTH_MAX) throw new NotCanonical(`nested deeper than ${DEPTH_MAX}`);
      return Array.isArray(value) ? writeArray(value, depth) : writeObject(value as Record<string, unknown>, depth);
    default:
      throw new NotCanonical(`a ${typeof value} is not JSON`);
  }
}

function writeArray(values: readonly unknown[], depth: number): string {
  let text = "[";
  for (let i = 0; i < values.length; i += 1) text += (i === 0 ? "" : ",") + write(values[i], depth + 1);
  return `${text}]`;
}

function writeObject(members: Readonly<Record<string, unknown>>, depth: number): string {
  if (typeof members.toJSON === "function") throw new NotCanonical("an object that converts itself is not JSON");
  let text = "";
  for (const name of Object.keys(members).sort()) {
    const value = members[name];
    if (value === undefined) continue;
    text += `${text === "" ? "{" : ","}${canonicalString(name)}:${write(value, depth + 1)}`;
  }
  return text === "" ? "{}" : `${text}}`;
}
