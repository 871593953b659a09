import { sign, verify } from "node:crypto";
import { type InnerList, parseDictionary } from "structured-headers";
import { describe, expect, it } from "vitest";
import {
  contentDigest,
  digestMatches,
  formatPublicKey,
  generateSigningKey,
  MemoryNonceStore,
  messageFor,
  NonceStoreBusy,
  parsePrivateKey,
  parsePublicKey,
  type SigningKey,
  signatureBase,
  signRequest,
  verifyRequest,
} from "./index.ts";

/** RFC 9421 appendix B.1.4 and B.2.6. */
const RFC_PUBLIC = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=\n-----END PUBLIC KEY-----";
const RFC_PRIVATE =
  "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ+DYvh6SEqVTm50DFtMDoQikTmiCqirVv9mWG9qfSnF\n-----END PRIVATE KEY-----";
const RFC_INPUT =
  'sig-b26=("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519"';
const RFC_SIGNATURE = "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==";

describe("the test vector of RFC 9421 B.2.6", () => {
  const message = messageFor({
    method: "POST",
    url: "http://example.com/foo?param=Value&Pet=dog",
    headers: { Date: "Tue, 20 Apr 2021 02:07:55 GMT", "Content-Type": "application/json", "Content-Length": "18" },
    body: '{"hello": "world"}',
  });
  const made = signatureBase(message, parseDictionary(RFC_INPUT).get("sig-b26") as InnerList);
  if (!made.ok) throw new Error(made.why);

  it("has this base", () => {
    expect(made.base).toBe(
      [
        '"date": Tue, 20 Apr 2021 02:07:55 GMT',
        '"@method": POST',
        '"@path": /foo',
        '"@authority": example.com',
        '"content-type": application/json',
        '"content-length": 18',
        '"@signature-params": ("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519"',
      ].join("\n"),
    );
  });

  it("verifies, and our signing gives the same bytes", () => {
    const key = parsePublicKey(RFC_PUBLIC);
    expect(key).toBeDefined();
    expect(verify(null, Buffer.from(made.base), key as NonNullable<typeof key>, Buffer.from(RFC_SIGNATURE, "base64"))).toBe(true);
    expect(sign(null, Buffer.from(made.base), parsePrivateKey(RFC_PRIVATE)).toString("base64")).toBe(RFC_SIGNATURE);
  });
});

describe("content digests of RFC 9530", () => {
  it("match the example of its appendix D and refuse another body", () => {
    const body = Buffer.from('{"hello": "world"}\n');
    expect(contentDigest(body)).toBe("sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:");
    expect(digestMatches(`sha-512=:AAAA:, ${contentDigest(body)}`, body)).toBe(true);
    expect(digestMatches(contentDigest(body), Buffer.from("{}"))).toBe(false);
    expect(digestMatches("sha-512=:AAAA:", body)).toBe(false);
    expect(digestMatches("nonsense::", body)).toBe(false);
  });
});

describe("public keys", () => {
  it("are read as PEM, raw base64, hex and DER, and refused otherwise", () => {
    const key = parsePublicKey(RFC_PUBLIC) as NonNullable<ReturnType<typeof parsePublicKey>>;
    const raw = formatPublicKey(key);
    for (const form of [
      raw,
      Buffer.from(raw, "base64url").toString("hex"),
      "MCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=",
    ]) {
      expect(formatPublicKey(parsePublicKey(form) as typeof key)).toBe(raw);
    }
    for (const wrong of ["", "AAAA", "-----BEGIN PUBLIC KEY-----\nxx\n-----END PUBLIC KEY-----", `${raw}AA`])
      expect(parsePublicKey(wrong)).toBeUndefined();
  });
});

const NOW = Date.UTC(2018, 2, 21, 1, 0, 0);
const pair = generateSigningKey();
const bankKey: SigningKey = { keyId: "K1-2018", owner: "K1", publicKey: parsePublicKey(pair.publicKey) as SigningKey["publicKey"] };

const REQUEST = {
  method: "POST",
  url: "https://huimin.example/bank/v1/repayments?a=1",
  headers: { "content-type": "application/json", "idempotency-key": "r-1" },
  body: '{"loan":"L001","amount":"100.00"}',
};

const signed = (change: Partial<Parameters<typeof signRequest>[1]> = {}, request = REQUEST): Record<string, string> => ({
  ...request.headers,
  ...signRequest(request, { keyId: "K1-2018", privateKey: pair.privateKey, created: NOW / 1000, ...change }),
});

const check = async (
  headers: Record<string, string>,
  more: { key?: SigningKey; now?: number; store?: MemoryNonceStore; body?: string; url?: string; method?: string } = {},
) => {
  const result = await verifyRequest(messageFor({ ...REQUEST, ...more, headers }), {
    keys: (id) => (id === (more.key ?? bankKey).keyId ? (more.key ?? bankKey) : undefined),
    now: () => more.now ?? NOW,
    nonceStore: more.store ?? new MemoryNonceStore(() => more.now ?? NOW),
  });
  return result.ok ? result.value.owner : result.refusal.code;
};

describe("a signed request", () => {
  it("given a right signature, then its signer is known", async () => expect(await check(signed())).toBe("K1"));

  it("given no signature or no digest, then SIGNATURE_MISSING", async () => {
    expect(await check(REQUEST.headers)).toBe("SIGNATURE_MISSING");
    const { signature: _, ...rest } = signed();
    expect(await check(rest)).toBe("SIGNATURE_MISSING");
    const { "content-digest": __, ...undigested } = signed();
    const onlyTarget = signRequest(
      { method: "POST", url: REQUEST.url, headers: REQUEST.headers },
      { keyId: "K1-2018", privateKey: pair.privateKey, created: NOW / 1000 },
    );
    expect(await check({ ...REQUEST.headers, ...onlyTarget })).toBe("SIGNATURE_MISSING");
    expect(await check(undigested)).toBe("SIGNATURE_INVALID");
  });

  it("given another body, address, method, key or header, then it is refused", async () => {
    expect(await check(signed(), { body: '{"loan":"L001","amount":"900.00"}' })).toBe("DIGEST_MISMATCH");
    expect(await check(signed(), { url: "https://huimin.example/bank/v1/repayments?a=2" })).toBe("SIGNATURE_INVALID");
    expect(await check(signed(), { url: "https://other.example/bank/v1/repayments?a=1" })).toBe("SIGNATURE_INVALID");
    expect(await check(signed(), { method: "PUT" })).toBe("SIGNATURE_INVALID");
    expect(await check({ ...signed(), "idempotency-key": "r-2" })).toBe("SIGNATURE_INVALID");
    expect(await check({ ...signed(), "content-type": "text/plain" })).toBe("SIGNATURE_INVALID");
    expect(await check(signed({ privateKey: generateSigningKey().privateKey }))).toBe("SIGNATURE_INVALID");
  });

  it("given a key added to the headers after signing, then the uncovered Idempotency-Key is refused", async () => {
    const { "idempotency-key": _, ...headers } = REQUEST.headers;
    const made = {
      ...headers,
      ...signRequest({ ...REQUEST, headers }, { keyId: "K1-2018", privateKey: pair.privateKey, created: NOW / 1000 }),
    };
    expect(await check(made)).toBe("K1");
    expect(await check({ ...made, "idempotency-key": "forged" })).toBe("SIGNATURE_INVALID");
  });

  it("given an unknown, revoked or ended key, then KEY_UNKNOWN or KEY_REVOKED", async () => {
    expect(await check(signed({ keyId: "K9" }))).toBe("KEY_UNKNOWN");
    expect(await check(signed(), { key: { ...bankKey, revoked: true } })).toBe("KEY_REVOKED");
    expect(await check(signed(), { key: { ...bankKey, validTo: "2018-03-20" } })).toBe("KEY_REVOKED");
    expect(await check(signed(), { key: { ...bankKey, validTo: "2018-03-21" } })).toBe("K1");
  });

  it("given a time outside the window, then SIGNATURE_EXPIRED", async () => {
    expect(await check(signed(), { now: NOW + 121_000 })).toBe("SIGNATURE_EXPIRED");
    expect(await check(signed(), { now: NOW - 61_000 })).toBe("SIGNATURE_EXPIRED");
    expect(await check(signed(), { now: NOW - 59_000 })).toBe("K1");
    expect(await check(signed({ lifetimeSeconds: 301 }))).toBe("SIGNATURE_INVALID");
  });

  it("given the same signature twice, then REPLAYED; a refused forgery does not use the nonce up", async () => {
    const store = new MemoryNonceStore(() => NOW);
    const headers = signed({ nonce: "nonce-000001" });
    expect(await check({ ...headers, "idempotency-key": "forged" }, { store })).toBe("SIGNATURE_INVALID");
    expect(await check(headers, { store })).toBe("K1");
    expect(await check(headers, { store })).toBe("REPLAYED");
  });

  it("given headers that are no structured fields, huge, or cut, then SIGNATURE_INVALID", async () => {
    expect(await check({ ...signed(), signature: "garbage" })).toBe("SIGNATURE_INVALID");
    expect(await check({ ...signed(), "signature-input": `sig1=${"(".repeat(9)}` })).toBe("SIGNATURE_INVALID");
    expect(await check({ ...signed(), "signature-input": "x".repeat(5000) })).toBe("SIGNATURE_INVALID");
    expect(await check({ ...signed(), signature: "sig1=:AAAA:" })).toBe("SIGNATURE_INVALID");
  });
});

describe("the bounded memory of nonces", () => {
  it("drops what has expired, and says busy when nothing has", async () => {
    let now = 0;
    const store = new MemoryNonceStore(() => now, 2);
    await store.claim("k", "n1", 10);
    await store.claim("k", "n2", 10);
    await expect(store.claim("k", "n3", 10)).rejects.toThrow(NonceStoreBusy);
    now = 11_000;
    expect(await store.claim("k", "n3", 21)).toBe(true);
    expect(await store.claim("k", "n3", 21)).toBe(false);
  });
});
