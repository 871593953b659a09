import { shanghaiDate } from "@huimin/calendar";
import { ok, type Refusal, type Result, refuse } from "@huimin/outcome";
import { type Dictionary, type InnerList, parseDictionary } from "structured-headers";
import { printable, signatureBase } from "./base.ts";
import { digestMatches } from "./content-digest.ts";
import { verifyText } from "./ed25519.ts";
import { signingErrors as errors } from "./errors.ts";
import { isSandboxKey, type KeyLookup, type SigningKey } from "./keys.ts";
import type { SignableMessage } from "./message.ts";
import type { NonceStore } from "./nonces.ts";
import { usualSignature } from "./usual-form.ts";

export interface VerifyOptions {
  readonly keys: KeyLookup;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** The clock by which keys begin and end, where it is another (a sandbox moves the day). Default: `now`. */
  readonly keysNow?: () => number;
  readonly nonceStore: NonceStore;
  /** Longest life of a signature and greatest age of one. Default 300 s. */
  readonly windowSeconds?: number;
  /** How far the sender's clock may be ahead. Default 60 s. */
  readonly skewSeconds?: number;
  /**
   * The body has not arrived: the caller compares it with the signed Content-Digest (`digestIs`) when it has. So nobody
   * unknown can make the server store a file.
   */
  readonly bodyLater?: boolean;
  /**
   * Asked about a key that is valid, before the signature is checked: whether its owner may send now and from here. What
   * it refuses costs next to nothing.
   */
  readonly admit?: (key: SigningKey) => Refusal | undefined;
  /** Accept the published test keys: in a sandbox only. Default false. */
  readonly sandbox?: boolean;
}

/** Who signed a request. */
export interface Signer {
  readonly keyId: string;
  readonly owner: string;
}

/** Header bytes at most: the usual ones have about 300. */
const HEADER_MAX = 4096;
const LABELS_MAX = 4;

/**
 * Verifies a request's signature (RFC 9421, Ed25519) and its Content-Digest (RFC 9530). In order: present, parses, key
 * known and valid, its owner admitted, covers what must be covered, in time, body as digested, signature right, nonce unused. The nonce is
 * claimed last, so a forged request uses up nothing.
 *
 * Refuses: SIGNATURE_MISSING, SIGNATURE_INVALID, SIGNATURE_EXPIRED, DIGEST_MISMATCH, KEY_UNKNOWN, KEY_REVOKED, KEY_EXPIRED,
 * KEY_NOT_YET_VALID, KEY_OF_SANDBOX, REPLAYED, and what `admit` refuses.
 */
export async function verifyRequest(message: SignableMessage, options: VerifyOptions): Promise<Result<Signer>> {
  const read = readSignature(message);
  if (!read.ok) return read;
  const found = await findKey(read.value, options);
  if (!found.ok) return found;
  const { candidate, key } = found.value;
  const terms = checkTerms(message, candidate, options);
  if (!terms.ok) return terms;
  const digest = header(message, "content-digest");
  if (!options.bodyLater && digest !== undefined && !digestMatches(digest, message.body)) return refuse(errors.DIGEST_MISMATCH);
  const base = signatureBase(message, candidate.input, candidate.canonicalInput);
  if (!base.ok) return invalid(base.why);
  if (!(await verifyText(base.base, key.publicKey, candidate.signature))) return invalid("it does not verify with the key");
  const fresh = await options.nonceStore.claim(key.keyId, terms.value.nonce, terms.value.expires);
  return fresh ? ok({ keyId: key.keyId, owner: key.owner }) : refuse(errors.REPLAYED);
}

const invalid = (why: string): { readonly ok: false; readonly refusal: Refusal } => refuse(errors.SIGNATURE_INVALID, { why });

interface Candidate {
  readonly input: InnerList;
  readonly canonicalInput?: string;
  readonly keyId: string;
  readonly signature: Uint8Array;
}

function header(message: SignableMessage, name: string): string | undefined {
  const value = message.headers[name];
  return value === undefined || typeof value === "string" ? value : value.join(", ");
}

function readSignature(message: SignableMessage): Result<Candidate[]> {
  const inputText = header(message, "signature-input");
  const signatureText = header(message, "signature");
  if (!inputText || !signatureText) return refuse(errors.SIGNATURE_MISSING, { what: inputText ? "Signature" : "Signature-Input" });
  if (inputText.length > HEADER_MAX || signatureText.length > HEADER_MAX) return invalid("the headers are too long");
  const usual = usualSignature(inputText, signatureText);
  if (usual) return ok([usual]);
  // A parser keeps the last of equal labels (RFC 9651 section 4.2.2), a proxy in front may read the first: refused.
  if (repeatsLabel(inputText) || repeatsLabel(signatureText)) return invalid("a label is there twice");
  let inputs: Dictionary;
  let signatures: Dictionary;
  try {
    inputs = parseDictionary(inputText);
    signatures = parseDictionary(signatureText);
  } catch {
    return invalid("the headers are no structured fields (RFC 9651)");
  }
  if (inputs.size > LABELS_MAX) return invalid(`more than ${LABELS_MAX} signatures`);
  const candidates: Candidate[] = [];
  for (const [label, input] of inputs) {
    const signature = signatures.get(label)?.[0];
    const keyId = input[1].get("keyid");
    if (!Array.isArray(input[0]) || typeof keyId !== "string" || !(signature instanceof ArrayBuffer) || signature.byteLength !== 64)
      continue;
    candidates.push({ input: input as InnerList, keyId, signature: new Uint8Array(signature) });
  }
  return candidates.length > 0 ? ok(candidates) : invalid("no label carries a keyid and an Ed25519 signature of 64 bytes");
}

/** Whether a dictionary names a member twice. Text in quotes may contain anything, `label=` included. */
function repeatsLabel(text: string): boolean {
  const labels = text.replace(/"(?:[^"\\]|\\.)*"/g, '""').match(/(?:^|,)[ \t]*[a-z*][\w.*-]*/g) ?? [];
  return new Set(labels.map((label) => label.replace(/^,/, "").trim())).size < labels.length;
}

/** The first signature whose key we know: a proxy may have added its own. */
async function findKey(
  candidates: readonly Candidate[],
  options: VerifyOptions,
): Promise<Result<{ candidate: Candidate; key: SigningKey }>> {
  for (const candidate of candidates) {
    const looked = options.keys(candidate.keyId);
    const key = looked instanceof Promise ? await looked : looked;
    if (!key) continue;
    if (!options.sandbox && isSandboxKey(key.publicKey)) return refuse(errors.KEY_OF_SANDBOX, { keyId: printable(key.keyId) });
    const refusal = notValid(key, (options.keysNow ?? options.now)()) ?? options.admit?.(key);
    return refusal ? { ok: false, refusal } : ok({ candidate, key });
  }
  return refuse(errors.KEY_UNKNOWN, { keyId: printable((candidates[0] as Candidate).keyId) });
}

function notValid(key: SigningKey, now: number): Refusal | undefined {
  const keyId = printable(key.keyId);
  if (key.revoked) return { code: errors.KEY_REVOKED, details: { keyId } };
  if (key.validFrom === undefined && key.validTo === undefined) return undefined;
  const today = shanghaiDate(now);
  if (key.validTo !== undefined && key.validTo < today) return { code: errors.KEY_EXPIRED, details: { keyId, date: key.validTo } };
  if (key.validFrom !== undefined && today < key.validFrom)
    return { code: errors.KEY_NOT_YET_VALID, details: { keyId, date: key.validFrom } };
  return undefined;
}

/** Covered components and parameters. */
function checkTerms(message: SignableMessage, candidate: Candidate, options: VerifyOptions): Result<{ nonce: string; expires: number }> {
  const [items, parameters] = candidate.input;
  const covered = new Set(items.map(([name]) => name));
  const lacking = requiredComponents(message, covered).filter((name) => !covered.has(name));
  if (lacking.length > 0) {
    if (lacking.includes("content-digest") && header(message, "content-digest") === undefined)
      return refuse(errors.SIGNATURE_MISSING, { what: "Content-Digest" });
    return invalid(`it does not cover ${lacking.join(", ")}`);
  }
  const algorithm = parameters.get("alg");
  if (algorithm !== undefined && algorithm !== "ed25519") return invalid("alg is not ed25519");
  const nonce = parameters.get("nonce");
  if (typeof nonce !== "string" || nonce.length < 8 || nonce.length > 128) return invalid("nonce is missing or not of 8 to 128 characters");
  const created = parameters.get("created");
  const expires = parameters.get("expires");
  if (!Number.isInteger(created) || !Number.isInteger(expires)) return invalid("created or expires is missing");
  return checkTime(created as number, expires as number, nonce, options);
}

function checkTime(created: number, expires: number, nonce: string, options: VerifyOptions): Result<{ nonce: string; expires: number }> {
  const now = Math.floor(options.now() / 1000);
  const window = options.windowSeconds ?? 300;
  if (created > now + (options.skewSeconds ?? 60)) return refuse(errors.SIGNATURE_EXPIRED, { why: "created lies in the future" });
  if (expires < now) return refuse(errors.SIGNATURE_EXPIRED, { why: "expires has passed" });
  if (created < now - window) return refuse(errors.SIGNATURE_EXPIRED, { why: `created is older than ${window} s` });
  if (expires < created || expires - created > window) return invalid(`expires is not within ${window} s of created`);
  return ok({ nonce, expires });
}

/** A body that has not arrived yet is known by its headers. */
const announcesBody = ({ headers }: SignableMessage): boolean =>
  headers["transfer-encoding"] !== undefined || (headers["content-length"] ?? "0") !== "0";

function requiredComponents(message: SignableMessage, covered: ReadonlySet<unknown>): string[] {
  const target = covered.has("@target-uri") ? [] : ["@authority", "@path", "@query"];
  const body =
    message.body.length > 0 || announcesBody(message) || !["GET", "HEAD", "DELETE"].includes(message.method)
      ? ["content-digest", "content-type"]
      : [];
  const key = message.headers["idempotency-key"] === undefined ? [] : ["idempotency-key"];
  return ["@method", ...target, ...body, ...key];
}
