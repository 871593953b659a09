import { hash, timingSafeEqual } from "node:crypto";
import { type Dictionary, parseDictionary } from "structured-headers";

/** `Content-Digest` of RFC 9530 with SHA-256: `sha-256=:…:`. */
export const contentDigest = (body: Uint8Array): string => `sha-256=:${hash("sha256", body, "base64")}:`;

/**
 * Whether the header's SHA-256 is that of the body. Other algorithms beside it are ignored (RFC 9530 section 2);
 * a header without SHA-256, or one that does not parse, does not match.
 */
export function digestMatches(header: string, body: Uint8Array): boolean {
  // The usual form is compared as text; only a header with more than one digest is parsed.
  return header === contentDigest(body) || digestIs(header, hash("sha256", body, "buffer"));
}

/** The same for a body whose SHA-256 was computed while it was written to disk. */
export function digestIs(header: string, sha256: Uint8Array): boolean {
  let digests: Dictionary;
  try {
    digests = parseDictionary(header);
  } catch {
    return false;
  }
  const value = digests.get("sha-256")?.[0];
  if (!(value instanceof ArrayBuffer)) return false;
  const sent = Buffer.from(value);
  return sent.length === sha256.length && timingSafeEqual(sent, sha256);
}
