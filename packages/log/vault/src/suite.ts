import { createCipheriv, createDecipheriv, createHmac } from "node:crypto";

/**
 * How fields and keys are encrypted. The tag is part of each sealed text, so another suite (SM4/SM3) can be added while
 * texts of the old one stay readable.
 */
export interface CipherSuite {
  readonly tag: string;
  readonly keyBytes: number;
  /** Deterministic: the same key, text and associated data give the same bytes. */
  encrypt(key: Uint8Array, text: Uint8Array, associated: Uint8Array): Uint8Array;
  /** Undefined when key, associated data or bytes are not those of the encryption. */
  decrypt(key: Uint8Array, sealed: Uint8Array, associated: Uint8Array): Uint8Array | undefined;
}

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * AES-256-GCM. The nonce is an HMAC over associated data and text under a key of its own (a synthetic nonce, as in
 * RFC 8452): it repeats only when both repeat, which is the same message again.
 */
export const aes256Gcm: CipherSuite = {
  tag: "v1",
  keyBytes: 32,
  encrypt(key, text, associated) {
    const nonceKey = createHmac("sha256", key).update("huimin vault nonce").digest();
    const length = Buffer.alloc(4);
    length.writeUInt32BE(associated.length);
    const nonce = createHmac("sha256", nonceKey).update(length).update(associated).update(text).digest().subarray(0, NONCE_BYTES);
    const cipher = createCipheriv("aes-256-gcm", key, nonce);
    cipher.setAAD(associated);
    return Buffer.concat([nonce, cipher.update(text), cipher.final(), cipher.getAuthTag()]);
  },
  decrypt(key, sealed, associated) {
    if (sealed.length < NONCE_BYTES + TAG_BYTES) return undefined;
    const decipher = createDecipheriv("aes-256-gcm", key, sealed.subarray(0, NONCE_BYTES));
    decipher.setAAD(associated);
    decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
    try {
      return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, sealed.length - TAG_BYTES)), decipher.final()]);
    } catch {
      return undefined;
    }
  },
};
