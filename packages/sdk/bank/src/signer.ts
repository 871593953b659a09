import { createPrivateKey, type KeyObject, sign as signBytes } from "node:crypto";

/** Signs bytes with the bank's Ed25519 key: 64 bytes come back. For a key that never leaves its HSM. */
export type Signer = (bytes: Uint8Array) => Uint8Array | Promise<Uint8Array>;

/** A private key as PKCS #8 PEM, as JWK, as a key of node:crypto, or a {@link Signer}. */
export type PrivateKey =
  | string
  | KeyObject
  | { readonly kty: string; readonly crv?: string; readonly x?: string; readonly d?: string }
  | Signer;

const SIGNATURE_BYTES = 64;

/** One way to sign, whatever the key came as. Throws when it is none of these or no Ed25519 key. */
export function signerOf(key: PrivateKey): Signer {
  if (typeof key === "function") return checked(key);
  const parsed =
    typeof key === "string" ? createPrivateKey(key) : isKeyObject(key) ? key : createPrivateKey({ key: { ...key }, format: "jwk" });
  if (parsed.type !== "private" || parsed.asymmetricKeyType !== "ed25519")
    throw new TypeError("the private key is not an Ed25519 private key");
  return (bytes) => signBytes(null, bytes, parsed);
}

const isKeyObject = (key: Exclude<PrivateKey, string | Signer>): key is KeyObject => "asymmetricKeyType" in key;

/** An HSM that was set up for another algorithm is found before anything is sent. */
const checked =
  (signer: Signer): Signer =>
  async (bytes) => {
    const signature = await signer(bytes);
    if (signature.length !== SIGNATURE_BYTES)
      throw new TypeError(`the signer gave ${signature.length} bytes; Ed25519 has ${SIGNATURE_BYTES}`);
    return signature;
  };
