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

interface Algorithms {
  readonly tag: string;
  readonly keyBytes: number;
  readonly cipher: "aes-256-gcm" | "sm4-gcm";
  readonly digest: "sha256" | "sm3";
}

/**
 * A GCM cipher. The nonce is an HMAC over associated data and text under a key of its own (a synthetic nonce, as in
 * RFC 8452): it repeats only when both repeat, which is the same message again.
 */
const gcmSuite = ({ tag, keyBytes, cipher: name, digest }: Algorithms): CipherSuite => ({
  tag,
  keyBytes,
  encrypt(key, text, associated) {
    const nonceKey = createHmac(digest, key).update("huimin vault nonce").digest();
    const length = Buffer.alloc(4);
    length.writeUInt32BE(associated.length);
    const nonce = createHmac(digest, nonceKey).update(length).update(associated).update(text).digest().subarray(0, NONCE_BYTES);
    const cipher = createCipheriv(name as "aes-256-gcm", key, nonce);
    cipher.setAAD(associated);
    return Buffer.concat([nonce, cipher.update(text), cipher.final(), cipher.getAuthTag()]);
  },
  decrypt(key, sealed, associated) {
    if (key.length !== keyBytes || sealed.length < NONCE_BYTES + TAG_BYTES) return undefined;
    const decipher = createDecipheriv(name as "aes-256-gcm", key, sealed.subarray(0, NONCE_BYTES));
    decipher.setAAD(associated);
    decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
    try {
      const text = decipher.update(sealed.subarray(NONCE_BYTES, sealed.length - TAG_BYTES));
      decipher.final(); // compares the tag; of a GCM cipher it gives no more text
      return text;
    } catch {
      return undefined;
    }
  },
});

export const aes256Gcm: CipherSuite = gcmSuite({ tag: "v1", keyBytes: 32, cipher: "aes-256-gcm", digest: "sha256" });

/** 国密: SM4-GCM (GB/T 32907) with SM3 for the nonce (GB/T 32905), where a rule of the place asks for domestic algorithms. */
export const sm4Gcm: CipherSuite = gcmSuite({ tag: "sm4", keyBytes: 16, cipher: "sm4-gcm", digest: "sm3" });

/** Every suite whose texts can be opened. */
export const SUITES: readonly [CipherSuite, ...CipherSuite[]] = [aes256Gcm, sm4Gcm];

/** Bytes of a data key, whatever suites it is used with. */
export const DATA_KEY_BYTES = 32;

/** The key that a suite uses of a data key: the key itself for the first suite, one derived from it for every other. */
export const keyFor = ({ tag, keyBytes }: CipherSuite, dataKey: Uint8Array): Uint8Array =>
  tag === aes256Gcm.tag ? dataKey : createHmac("sha256", dataKey).update(`huimin vault suite ${tag}`).digest().subarray(0, keyBytes);
