import { createPublicKey, verify } from "node:crypto";

/*
 * Proof of possession (持有证明). Before a key is registered its holder signs a text that names everything the key will stand
 * for, so that nobody registers a key that the bank doesn't hold, and nobody registers a bank's key as his own. The text
 * needs no random part: it can serve once only, because a key id and a public key are never registered twice.
 */

const SPKI_PREFIX = Buffer.from("302a300506032b6570032100", "hex");

export interface KeyClaim {
  readonly district: string;
  readonly bank: string;
  readonly client: string;
  readonly keyId: string;
  /** 32 bytes in base64url. */
  readonly publicKey: string;
}

/** What the bank signs with the private key: these lines in UTF-8, each ended by a line feed. */
export const possessionText = ({ district, bank, client, keyId, publicKey }: KeyClaim): string =>
  ["huimin-ledger bank key v1", `district ${district}`, `bank ${bank}`, `client ${client}`, `key ${keyId}`, `public ${publicKey}`, ""].join(
    "\n",
  );

/** 32 bytes in base64url without padding: the last character carries four bits only. */
const PUBLIC_KEY = /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/;
export const isPublicKeyText = (text: string): boolean => PUBLIC_KEY.test(text);

/** Whether `proof` (64 bytes in base64 or base64url) is the signature of the text with the claimed key. */
export function provesPossession(claim: KeyClaim, proof: string): boolean {
  const signature = Buffer.from(proof, "base64url");
  if (signature.length !== 64 || !isPublicKeyText(claim.publicKey)) return false;
  try {
    const der = Buffer.concat([SPKI_PREFIX, Buffer.from(claim.publicKey, "base64url")]);
    return verify(null, Buffer.from(possessionText(claim)), createPublicKey({ key: der, format: "der", type: "spki" }), signature);
  } catch {
    return false; // 32 bytes that are no point of the curve
  }
}
