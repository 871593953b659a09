import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { isPublishedKey } from "@huimin/identity";

/** A registered Ed25519 key and whose it is. */
export interface SigningKey {
  readonly keyId: string;
  /** Who signs with it, e.g. the bank's id. */
  readonly owner: string;
  readonly publicKey: KeyObject;
  /** True from its revocation on. */
  readonly revoked?: boolean;
  /** First and last civil date (Asia/Shanghai) on which it is accepted. */
  readonly validFrom?: string;
  readonly validTo?: string;
}

/** Finds a key by its id; synchronous when it is cached. */
export type KeyLookup = (keyId: string) => SigningKey | undefined | Promise<SigningKey | undefined>;

const SPKI_PREFIX = Buffer.from("302a300506032b6570032100", "hex");

/**
 * Reads an Ed25519 public key: PEM (`-----BEGIN PUBLIC KEY-----`), or 32 raw bytes or DER SPKI in base64 (either
 * alphabet) or hex. Undefined when it is none of these or of another kind.
 */
export function parsePublicKey(text: string): KeyObject | undefined {
  try {
    const trimmed = text.trim();
    const key = trimmed.startsWith("-----BEGIN")
      ? createPublicKey(trimmed)
      : createPublicKey({ key: asSpki(trimmed), format: "der", type: "spki" });
    return key.asymmetricKeyType === "ed25519" ? key : undefined;
  } catch {
    return undefined;
  }
}

function asSpki(text: string): Buffer {
  const bytes = /^[0-9a-f]{64}$/i.test(text) ? Buffer.from(text, "hex") : Buffer.from(text, "base64url");
  return bytes.length === 32 ? Buffer.concat([SPKI_PREFIX, bytes]) : bytes;
}

/** The form in which the product stores and prints a public key: 32 raw bytes in base64url. */
export const formatPublicKey = (key: KeyObject): string => key.export({ format: "jwk" }).x as string;

/** A new key pair: the private key as PKCS #8 PEM for the bank, the public one as {@link formatPublicKey}. */
export function generateSigningKey(): { readonly privateKey: KeyObject; readonly privatePem: string; readonly publicKey: string } {
  const pair = generateKeyPairSync("ed25519");
  return {
    privateKey: pair.privateKey,
    privatePem: pair.privateKey.export({ format: "pem", type: "pkcs8" }) as string,
    publicKey: formatPublicKey(pair.publicKey),
  };
}

/** Reads an Ed25519 private key in PKCS #8 PEM; throws when it is none. */
export function parsePrivateKey(pem: string): KeyObject {
  const key = createPrivateKey(pem);
  if (key.asymmetricKeyType !== "ed25519") throw new Error("not an Ed25519 private key");
  return key;
}

const published = new WeakMap<KeyObject, boolean>();

/** Whether a key is one of the sandbox's, whose private halves are published; looked at once a key. */
export function isSandboxKey(key: KeyObject): boolean {
  let known = published.get(key);
  if (known === undefined) {
    known = isPublishedKey(formatPublicKey(key));
    published.set(key, known);
  }
  return known;
}
