import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from "node:crypto";

/*
 * Signed notes of C2SP (c2sp.org/signed-note): a text, a blank line, and signature lines of Ed25519 keys by name. A key
 * that a verifier does not know is passed over; a key that it knows must be right.
 */

/** Signature types of the specification that this product makes and checks. */
export const SIGNATURE_TYPES = { ed25519: 0x01, cosignature: 0x04 } as const;
type SignatureType = (typeof SIGNATURE_TYPES)[keyof typeof SIGNATURE_TYPES];

const KEY_ID_BYTES = 4;
const PUBLIC_KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;
const TIMESTAMP_BYTES = 8;
/** More than any honest note: the specification asks for at least 16. */
const SIGNATURES_MAX = 64;

/** DER of an Ed25519 public key up to its 32 bytes (RFC 8410). */
const SPKI_PREFIX = Buffer.from("302a300506032b6570032100", "hex");

/** A note that is not well formed or whose known signatures are wrong: the message says what. */
export class NoteError extends Error {
  override readonly name = "NoteError";
}

/** Who signs: the name in the signature line, the public key and its use. */
export interface NoteVerifier {
  readonly name: string;
  readonly type: SignatureType;
  readonly keyId: string;
  readonly publicKey: Uint8Array;
  readonly key: KeyObject;
}

export interface NoteSigner {
  readonly verifier: NoteVerifier;
  readonly privateKey: KeyObject;
}

/** Letters that a key name may not have: white space of any script, and `+`, which divides a verifier key. */
const checkName = (name: string): void => {
  if (name === "" || /[\s+]/u.test(name)) throw new NoteError(`"${name}" is no key name: it is empty or has a space or a plus sign`);
};

/** First four bytes of SHA-256(name ‖ 0x0A ‖ type ‖ public key), hex. */
function keyIdOf(name: string, type: SignatureType, publicKey: Uint8Array): string {
  const digest = createHash("sha256").update(`${name}\n`).update(Buffer.of(type)).update(publicKey).digest();
  return digest.subarray(0, KEY_ID_BYTES).toString("hex");
}

export function noteVerifier(name: string, publicKey: Uint8Array, type: SignatureType = SIGNATURE_TYPES.ed25519): NoteVerifier {
  checkName(name);
  if (publicKey.length !== PUBLIC_KEY_BYTES) throw new NoteError(`a public key has ${PUBLIC_KEY_BYTES} bytes, not ${publicKey.length}`);
  const key = createPublicKey({ key: Buffer.concat([SPKI_PREFIX, publicKey]), format: "der", type: "spki" });
  return { name, type, keyId: keyIdOf(name, type, publicKey), publicKey, key };
}

/** A signer from an Ed25519 private key (PKCS #8, PEM). */
export function noteSigner(name: string, privateKeyPem: string, type: SignatureType = SIGNATURE_TYPES.ed25519): NoteSigner {
  const privateKey = createPrivateKey(privateKeyPem);
  if (privateKey.asymmetricKeyType !== "ed25519") throw new NoteError(`a note is signed with Ed25519, not ${privateKey.asymmetricKeyType}`);
  const spki = createPublicKey(privateKey).export({ format: "der", type: "spki" });
  return { verifier: noteVerifier(name, spki.subarray(SPKI_PREFIX.length), type), privateKey };
}

/** `name+keyid+base64(type ‖ key)`, the form in which verifier keys are handed round. */
export const verifierKey = ({ name, keyId, type, publicKey }: NoteVerifier): string =>
  `${name}+${keyId}+${Buffer.concat([Buffer.of(type), publicKey]).toString("base64")}`;

/** Reads a verifier key. Throws {@link NoteError} for another form, an unknown type or a key id that does not fit. */
export function parseVerifierKey(text: string): NoteVerifier {
  const [, name, keyId, encoded] = /^([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+=*)$/.exec(text.trim()) ?? [];
  if (name === undefined || encoded === undefined) throw new NoteError("a verifier key has the form name+keyid+key");
  const bytes = Buffer.from(encoded, "base64");
  const type = Object.values(SIGNATURE_TYPES).find((known) => known === bytes[0]);
  if (type === undefined) throw new NoteError(`signature type ${bytes[0]} of ${name} is not known here`);
  const verifier = noteVerifier(name, bytes.subarray(1), type);
  if (verifier.keyId !== keyId) throw new NoteError(`key id ${keyId} of ${name} does not belong to its key`);
  return verifier;
}

/** A signature line as it stands; `bytes` follow the key id. */
export interface NoteSignature {
  readonly name: string;
  readonly keyId: string;
  readonly bytes: Uint8Array;
}

export interface ParsedNote {
  /** With its last newline. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

const signatureLine = ({ name, keyId }: NoteVerifier, bytes: Uint8Array): string =>
  `— ${name} ${Buffer.concat([Buffer.from(keyId, "hex"), bytes]).toString("base64")}\n`;

/** What a cosignature signs (c2sp.org/tlog-cosignature): when, and the text. */
const cosignedMessage = (text: string, seconds: bigint): Buffer => Buffer.from(`cosignature/v1\ntime ${seconds}\n${text}`, "utf8");

function checkText(text: string): void {
  if (!text.endsWith("\n")) throw new NoteError("the text of a note ends with a newline");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the specification forbids exactly these
  if (/[\u0000-\u0009\u000b-\u001f]/.test(text)) throw new NoteError("the text of a note has no control characters");
}

/**
 * A signature line over the text of a note.
 * @param seconds - POSIX time of a cosignature; needed for that type alone
 */
export function signatureOf(text: string, signer: NoteSigner, seconds?: number): string {
  checkText(text);
  const { verifier, privateKey } = signer;
  if (verifier.type === SIGNATURE_TYPES.ed25519) return signatureLine(verifier, sign(null, Buffer.from(text, "utf8"), privateKey));
  if (seconds === undefined) throw new NoteError("a cosignature says its time");
  const timestamp = Buffer.alloc(TIMESTAMP_BYTES);
  timestamp.writeBigUInt64BE(BigInt(seconds));
  return signatureLine(verifier, Buffer.concat([timestamp, sign(null, cosignedMessage(text, BigInt(seconds)), privateKey)]));
}

/** The note: text, blank line, signature lines. */
export function signNote(text: string, signers: readonly NoteSigner[]): string {
  return `${text}\n${signers.map((signer) => signatureOf(text, signer)).join("")}`;
}

/** Reads a note without judging its signatures. Throws {@link NoteError} when it is not well formed. */
export function parseNote(note: string): ParsedNote {
  const end = note.lastIndexOf("\n\n");
  if (end < 0 || !note.endsWith("\n")) throw new NoteError("a note is a text, a blank line and signature lines");
  const text = note.slice(0, end + 1);
  checkText(text);
  const lines = note.slice(end + 2, -1).split("\n");
  if (lines.length > SIGNATURES_MAX) throw new NoteError(`a note has at most ${SIGNATURES_MAX} signatures`);
  const signatures = lines.map((line): NoteSignature => {
    const [, name, encoded] = /^— ([^\s+]+) ([A-Za-z0-9+/]+=*)$/u.exec(line) ?? [];
    const bytes = Buffer.from(encoded ?? "", "base64");
    if (name === undefined || bytes.length <= KEY_ID_BYTES) throw new NoteError(`"${line}" is no signature line`);
    return { name, keyId: bytes.subarray(0, KEY_ID_BYTES).toString("hex"), bytes: bytes.subarray(KEY_ID_BYTES) };
  });
  return { text, signatures };
}

/** A signature of a known key that holds. */
export interface VerifiedSignature {
  readonly verifier: NoteVerifier;
  /** POSIX seconds of a cosignature. */
  readonly seconds?: number;
}

function verifyOne(text: string, { bytes }: NoteSignature, verifier: NoteVerifier): VerifiedSignature | undefined {
  if (verifier.type === SIGNATURE_TYPES.ed25519) {
    const right = bytes.length === SIGNATURE_BYTES && verify(null, Buffer.from(text, "utf8"), verifier.key, bytes);
    return right ? { verifier } : undefined;
  }
  if (bytes.length !== TIMESTAMP_BYTES + SIGNATURE_BYTES) return undefined;
  const seconds = Buffer.from(bytes).readBigUInt64BE();
  if (!verify(null, cosignedMessage(text, seconds), verifier.key, bytes.subarray(TIMESTAMP_BYTES))) return undefined;
  return { verifier, seconds: Number(seconds) };
}

/**
 * The text of a note and which of the known keys signed it. Throws {@link NoteError} when a known key's signature is wrong
 * or no known key signed.
 */
export function openNote(
  note: string,
  verifiers: readonly NoteVerifier[],
): { readonly text: string; readonly by: readonly VerifiedSignature[] } {
  const { text, signatures } = parseNote(note);
  const by: VerifiedSignature[] = [];
  for (const signature of signatures) {
    const verifier = verifiers.find(({ name, keyId }) => name === signature.name && keyId === signature.keyId);
    if (!verifier) continue;
    const verified = verifyOne(text, signature, verifier);
    if (!verified) throw new NoteError(`the signature of ${signature.name} does not belong to this text`);
    by.push(verified);
  }
  if (by.length === 0) throw new NoteError("no known key has signed this note");
  return { text, by };
}
