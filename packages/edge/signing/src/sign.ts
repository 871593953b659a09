import { type KeyObject, randomBytes, sign } from "node:crypto";
import { type BareItem, type InnerList, serializeInnerList } from "structured-headers";
import { signatureBase } from "./base.ts";
import { contentDigest } from "./content-digest.ts";
import { messageFor } from "./message.ts";

export interface SignOptions {
  readonly keyId: string;
  readonly privateKey: KeyObject;
  /** Seconds since 1970. */
  readonly created: number;
  /** Seconds for which the signature holds. Default 120. */
  readonly lifetimeSeconds?: number;
  /** Default: 16 random bytes. Never used twice with a key. */
  readonly nonce?: string;
  readonly label?: string;
}

/**
 * Headers that sign a request as the bank gateway asks for it: `content-digest`, `signature-input`, `signature`.
 * Covers method, target, digest, content type and idempotency key, with created, expires, keyid, nonce and alg.
 */
export function signRequest(
  request: {
    readonly method: string;
    readonly url: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: Uint8Array | string;
  },
  options: SignOptions,
): Record<string, string> {
  const plain = messageFor(request);
  const hasBody = request.body !== undefined;
  const digest = hasBody ? { "content-digest": contentDigest(plain.body) } : {};
  const message = { ...plain, headers: { ...plain.headers, ...digest } };
  const covered = ["@method", "@target-uri"];
  for (const name of ["content-digest", "content-type", "idempotency-key"])
    if (message.headers[name as keyof typeof message.headers] !== undefined) covered.push(name);
  const parameters = new Map<string, BareItem>([
    ["created", options.created],
    ["expires", options.created + (options.lifetimeSeconds ?? 120)],
    ["nonce", options.nonce ?? randomBytes(16).toString("base64url")],
    ["keyid", options.keyId],
    ["alg", "ed25519"],
  ]);
  const input: InnerList = [covered.map((name) => [name, new Map()]), parameters];
  const base = signatureBase(message, input);
  if (!base.ok) throw new Error(`cannot sign: ${base.why}`);
  const label = options.label ?? "sig1";
  const signature = sign(null, Buffer.from(base.base), options.privateKey).toString("base64");
  return { ...digest, "signature-input": `${label}=${serializeInnerList(input)}`, signature: `${label}=:${signature}:` };
}
