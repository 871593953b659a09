import { createHash, randomBytes } from "node:crypto";
import type { Signer } from "./signer.ts";

/*
 * Signatures of requests: RFC 9421 with Ed25519, and RFC 9530 for the body. What is covered is what the gateway asks for:
 * method, address, and where they are there the digest, the media type and the idempotency key.
 */

/** Seconds for which a signature holds: long enough for a slow line, short enough that a copy is soon worth nothing. */
const LIFETIME_SECONDS = 120;
const COVERED_HEADERS = ["content-digest", "content-type", "idempotency-key"] as const;
/** Nonces of 16 random bytes never meet. */
const NONCE_BYTES = 16;

export interface ToSign {
  /** Upper case. */
  readonly method: string;
  readonly url: string;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface SignTerms {
  readonly keyId: string;
  /** Seconds since 1970. */
  readonly created: number;
  readonly nonce?: string;
}

/** `Content-Digest` of a SHA-256 (RFC 9530). */
export const digestHeader = (sha256: Uint8Array): string => `sha-256=:${Buffer.from(sha256).toString("base64")}:`;

export const sha256Of = (bytes: Uint8Array): Uint8Array => createHash("sha256").update(bytes).digest();

/** The text that is signed (RFC 9421 section 2.5), and the parameters as the header carries them. */
export function signatureBase(request: ToSign, terms: SignTerms): { readonly base: string; readonly parameters: string } {
  const { origin, pathname, search } = new URL(request.url);
  const lines = [`"@method": ${request.method}`, `"@target-uri": ${origin}${pathname}${search}`];
  for (const name of COVERED_HEADERS) if (request.headers[name] !== undefined) lines.push(`"${name}": ${request.headers[name]?.trim()}`);
  const names = lines.map((line) => line.slice(0, line.indexOf(":"))).join(" ");
  const nonce = terms.nonce ?? randomBytes(NONCE_BYTES).toString("base64url");
  const dated = `created=${terms.created};expires=${terms.created + LIFETIME_SECONDS}`;
  const parameters = `(${names});${dated};nonce="${nonce}";keyid="${terms.keyId}";alg="ed25519"`;
  return { base: [...lines, `"@signature-params": ${parameters}`].join("\n"), parameters };
}

/** The headers `Signature-Input` and `Signature` of a request whose other headers are final. */
export async function signatureHeaders(request: ToSign, terms: SignTerms, signer: Signer): Promise<Record<string, string>> {
  const { base, parameters } = signatureBase(request, terms);
  const signature = await signer(Buffer.from(base));
  return { "signature-input": `sig1=${parameters}`, signature: `sig1=:${Buffer.from(signature).toString("base64")}:` };
}
