import { type InnerList, serializeInnerList, serializeItem } from "structured-headers";
import type { SignableMessage } from "./message.ts";

/** Components of one signature at most: more is no request of ours and would only cost time. */
export const COMPONENTS_MAX = 24;
/** A name that needs no escape. */
const PLAIN_NAME = /^[a-z0-9@-]+$/;

/**
 * The signature base (RFC 9421 section 2.5): one line for each covered component, and the parameters last.
 * Returns the base, or why it cannot be made: a component that the message lacks, one named twice, one with
 * parameters (`;sf`, `;bs`, `;key`, `;req`, `;tr`), or a derived one that a request does not have. `canonicalInput`: the
 * serialised input, where the caller has it.
 */
export function signatureBase(
  message: SignableMessage,
  input: InnerList,
  canonicalInput?: string,
): { readonly ok: true; readonly base: string } | { readonly ok: false; readonly why: string } {
  const [items, parameters] = input;
  if (items.length > COMPONENTS_MAX) return { ok: false, why: `more than ${COMPONENTS_MAX} covered components` };
  const lines: string[] = [];
  const seen = new Set<string>();
  for (const [name, itemParameters] of items) {
    if (typeof name !== "string") return { ok: false, why: "a component name is not a string" };
    if (itemParameters.size > 0) return { ok: false, why: `parameters of component ${printable(name)} are not supported` };
    if (seen.has(name)) return { ok: false, why: `component ${printable(name)} is named twice` };
    seen.add(name);
    const value = componentValue(message, name);
    if (value === undefined) return { ok: false, why: `component ${printable(name)} is not in the request` };
    lines.push(`${PLAIN_NAME.test(name) ? `"${name}"` : serializeItem(name)}: ${value}`);
  }
  lines.push(`"@signature-params": ${canonicalInput ?? serializeInnerList([items, parameters])}`);
  return { ok: true, base: lines.join("\n") };
}

function componentValue(message: SignableMessage, name: string): string | undefined {
  switch (name) {
    case "@method":
      return message.method;
    case "@authority":
      return message.authority;
    case "@scheme":
      return message.scheme;
    case "@path":
      return message.path;
    case "@query":
      return message.query;
    case "@request-target":
      return `${message.path}${message.query === "?" ? "" : message.query}`;
    case "@target-uri":
      return `${message.scheme}://${message.authority}${message.path}${message.query === "?" ? "" : message.query}`;
  }
  if (name.startsWith("@") || name !== name.toLowerCase()) return undefined;
  const value = message.headers[name];
  if (value === undefined) return undefined;
  const values = typeof value === "string" ? [value] : value;
  return values.map((one) => (one.includes("\n") ? one.trim().replace(/[ \t]*\r?\n[ \t]+/g, " ") : one.trim())).join(", ");
}

/** A name from outside as it may be shown: cut, and nothing that could forge a log line. */
export const printable = (text: string): string => text.replace(/[^\w@.:-]/g, "?").slice(0, 64);
