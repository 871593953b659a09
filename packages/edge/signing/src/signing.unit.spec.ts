import { sign, verify } from "node:crypto";
import { SANDBOX_PUBLIC_KEYS } from "@huimin/identity";
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

  it("given a published key of the sandbox, then it is good there and nowhere else, whoever registered it", async () => {
    const published: SigningKey = {
      ...bankKey,
      publicKey: parsePublicKey(String(SANDBOX_PUBLIC_KEYS["sandbox-a-1"])) as SigningKey["publicKey"],
    };
    expect(await check(signed(), { key: published })).toBe("KEY_OF_SANDBOX");
    const message = messageFor({ ...REQUEST, headers: signed() });
    const terms = { keys: () => published, now: () => NOW, nonceStore: new MemoryNonceStore(() => NOW), sandbox: true };
    const there = await verifyRequest(message, terms);
    expect(there.ok ? undefined : there.refusal.code).toBe("SIGNATURE_INVALID"); // signed with another key, but this one was looked at
  });

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

  it("given an unknown, revoked, ended or future key, then each has its own refusal", async () => {
    expect(await check(signed({ keyId: "K9" }))).toBe("KEY_UNKNOWN");
    expect(await check(signed(), { key: { ...bankKey, revoked: true } })).toBe("KEY_REVOKED");
    expect(await check(signed(), { key: { ...bankKey, validTo: "2018-03-20" } })).toBe("KEY_EXPIRED");
    expect(await check(signed(), { key: { ...bankKey, validFrom: "2018-03-22" } })).toBe("KEY_NOT_YET_VALID");
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

/** Signs any input that the spec writes itself. */
const signedInput = (
  parameters: string,
  covered = COVERED,
  change: (headers: Record<string, string>) => Record<string, string> = (h) => h,
) => {
  const { "content-digest": digest = "" } = signed();
  const values: Record<string, string> = {
    "@method": "POST",
    "@target-uri": REQUEST.url,
    "@authority": "huimin.example",
    "@path": "/bank/v1/repayments",
    "@query": "?a=1",
    "content-digest": digest,
    ...REQUEST.headers,
  };
  const input = `(${covered.map((name) => `"${name}"`).join(" ")})${parameters}`;
  const base = [...covered.map((name) => `"${name}": ${values[name]}`), `"@signature-params": ${input}`].join("\n");
  const signature = `:${sign(null, Buffer.from(base), pair.privateKey).toString("base64")}:`;
  return change({ ...REQUEST.headers, "content-digest": digest, "signature-input": `s=${input}`, signature: `s=${signature}` });
};
const COVERED = ["@method", "@target-uri", "content-digest", "content-type", "idempotency-key"];
const created = NOW / 1000;
const TIMES = `;created=${created};expires=${created + 60}`;
const REST = ';keyid="K1-2018";alg="ed25519";nonce="nonce-abcdefgh"';

describe("signatures by other hands", () => {
  it("given parameters and components in another order, then the signer's order is what counts", async () => {
    expect(await check(signedInput(`${REST}${TIMES}`))).toBe("K1");
    expect(await check(signedInput(`${TIMES}${REST}`, [...COVERED].reverse()))).toBe("K1");
    const apart = ["@query", "idempotency-key", "@path", "content-type", "@authority", "content-digest", "@method"];
    expect(await check(signedInput(`${TIMES}${REST}`, apart))).toBe("K1");
  });

  it("given parameters or components re-ordered after signing, then SIGNATURE_INVALID", async () => {
    const parameters = (h: Record<string, string>) => ({
      ...h,
      "signature-input": String(h["signature-input"]).replace(`${TIMES}${REST}`, `${REST}${TIMES}`),
    });
    const components = (h: Record<string, string>) => ({
      ...h,
      "signature-input": String(h["signature-input"]).replace('"@method" "@target-uri"', '"@target-uri" "@method"'),
    });
    expect(await check(signedInput(`${TIMES}${REST}`, COVERED, parameters))).toBe("SIGNATURE_INVALID");
    expect(await check(signedInput(`${TIMES}${REST}`, COVERED, components))).toBe("SIGNATURE_INVALID");
  });

  it.each(["@method", "@target-uri", "content-digest", "content-type", "idempotency-key"])(
    "given a signature that leaves out %s, then SIGNATURE_INVALID",
    async (name) => {
      expect(
        await check(
          signedInput(
            `${TIMES}${REST}`,
            COVERED.filter((one) => one !== name),
          ),
        ),
      ).toBe("SIGNATURE_INVALID");
    },
  );

  it.each([
    ["no created", `;expires=${created + 60}${REST}`],
    ["no expires", `;created=${created}${REST}`],
    ["a created that is no whole number", `;created=${created}.5;expires=${created + 60}${REST}`],
    ["expires before created", `;created=${created};expires=${created - 1}${REST}`],
    ["no nonce", `${TIMES};keyid="K1-2018";alg="ed25519"`],
    ["a short nonce", `${TIMES};keyid="K1-2018";nonce="seven77"`],
    ["another alg", `${TIMES};keyid="K1-2018";alg="rsa-v1_5-sha256";nonce="nonce-abcdefgh"`],
    ["an alg that is a token", `${TIMES};keyid="K1-2018";alg=ed25519x;nonce="nonce-abcdefgh"`],
    ["no keyid", `${TIMES};nonce="nonce-abcdefgh"`],
  ])("given %s, then it is refused", async (_, parameters) => {
    expect(["SIGNATURE_INVALID", "SIGNATURE_EXPIRED"]).toContain(await check(signedInput(parameters)));
  });

  it("given a component named twice or with a parameter, then SIGNATURE_INVALID", async () => {
    expect(await check(signedInput(`${TIMES}${REST}`, [...COVERED, "@method"]))).toBe("SIGNATURE_INVALID");
    const headers = signedInput(`${TIMES}${REST}`);
    const bs = { ...headers, "signature-input": String(headers["signature-input"]).replace('"content-type"', '"content-type";bs') };
    expect(await check(bs)).toBe("SIGNATURE_INVALID");
  });

  it("given a label twice, in one of the two headers, then SIGNATURE_INVALID; text that looks like a label is none", async () => {
    const headers = signedInput(`${TIMES}${REST}`);
    const twice = (name: string) => ({ ...headers, [name]: `${headers[name]}, ${headers[name]}` });
    expect(await check(twice("signature-input"))).toBe("SIGNATURE_INVALID");
    expect(await check(twice("signature"))).toBe("SIGNATURE_INVALID");
    expect(await check(signedInput(`${TIMES};keyid="K1-2018";nonce="n, s=nonce, s=abc"`))).toBe("K1");
  });

  it("given a proxy's signature beside the bank's, then the one of the known key counts", async () => {
    const headers = signedInput(`${TIMES}${REST}`);
    const both = {
      ...headers,
      "signature-input": `proxy=("@method");created=1;keyid="proxy";nonce="p-12345678", ${headers["signature-input"]}`,
      signature: `proxy=:${Buffer.alloc(64).toString("base64")}:, ${headers.signature}`,
    };
    expect(await check(both)).toBe("K1");
  });

  it("given a body that has not arrived, then its digest must be signed where the headers announce one", async () => {
    const verify = (headers: Record<string, string>, method: string) =>
      verifyRequest(messageFor({ ...REQUEST, method, headers, body: "" }), {
        keys: () => bankKey,
        now: () => NOW,
        nonceStore: new MemoryNonceStore(() => NOW),
        bodyLater: true,
      });
    expect(await verify(signed(), "POST")).toMatchObject({ ok: true });
    const bare = signRequest({ method: "DELETE", url: REQUEST.url }, { keyId: "K1-2018", privateKey: pair.privateKey, created });
    expect(await verify(bare, "DELETE")).toMatchObject({ ok: true });
    expect(await verify({ ...bare, "content-length": "2" }, "DELETE")).toMatchObject({ refusal: { code: "SIGNATURE_MISSING" } });
    expect(await verify({ ...bare, "transfer-encoding": "chunked" }, "DELETE")).toMatchObject({ refusal: { code: "SIGNATURE_MISSING" } });
  });

  it("asks whether the owner is admitted before the signature is looked at", async () => {
    const refused = await verifyRequest(
      messageFor({ ...REQUEST, headers: { ...signed(), signature: `sig1=:${Buffer.alloc(64).toString("base64")}:` } }),
      {
        keys: () => bankKey,
        now: () => NOW,
        nonceStore: new MemoryNonceStore(() => NOW),
        admit: ({ owner }) => ({ code: "REPLAYED", details: { owner } }),
      },
    );
    expect(refused).toEqual({ ok: false, refusal: { code: "REPLAYED", details: { owner: "K1" } } });
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
