import { createHash, generateKeyPairSync, sign, verify } from "node:crypto";
import { describe, expect, it } from "vitest";
import { partsOf } from "./bulk.ts";
import { booked, FakeClock, fakeServer, keys, problem, type Reply } from "./fake-server.fixture.ts";
import {
  BankApiError,
  BankDeadlineError,
  BankUnreachableError,
  type BulkItem,
  createBankClient,
  isRefusal,
  signatureBase,
} from "./index.ts";

const repayment = { loan: "L1", currency: "CNY", valueDate: "2018-03-20", serial: "S1", principal: "100.00" } as const;

/** Any error of the package, with the fields of a refusal where it is one. */
type Failure = Omit<BankApiError, "name" | "outcome"> & { readonly name: string; readonly outcome: string };

async function failing(send: Promise<unknown>): Promise<Failure> {
  return send.then(
    () => expect.unreachable("it should have been refused"),
    (error) => error,
  );
}

describe("sending", () => {
  it("given a message, then it is signed over method, address, digest, type and key, and the signature is right", async () => {
    const { options, sent, clock } = fakeServer(booked());
    const outcome = await createBankClient(options).send("repayments", repayment, { idempotencyKey: "core-1", period: "2018-03" });
    expect(outcome).toMatchObject({ kind: "booked", repeated: false, position: 7, idempotencyKey: "core-1", attempts: 1 });
    const [request] = sent;
    const headers = Object.fromEntries(request?.headers ?? []);
    expect(request?.url).toBe("https://ledger.example/bank/v1/repayments?period=2018-03");
    const terms = /created=(\d+);expires=(\d+);nonce="([\w-]{22})";keyid="k1";alg="ed25519"$/.exec(headers["signature-input"] ?? "");
    expect(Number(terms?.[1])).toBe(clock.now() / 1000);
    expect(Number(terms?.[2])).toBe(clock.now() / 1000 + 120);
    const { base } = signatureBase(
      { method: "POST", url: request?.url ?? "", headers },
      { keyId: "k1", created: Number(terms?.[1]), nonce: terms?.[3] ?? "" },
    );
    expect(base.split("\n").map((line) => line.slice(0, line.indexOf(":")))).toEqual([
      '"@method"',
      '"@target-uri"',
      '"content-digest"',
      '"content-type"',
      '"idempotency-key"',
      '"@signature-params"',
    ]);
    const signature = Buffer.from(/^sig1=:(.*):$/.exec(headers.signature ?? "")?.[1] ?? "", "base64");
    expect(verify(null, Buffer.from(base), keys.publicKey, signature)).toBe(true);
  });

  it.each([
    ["a PEM", keys.privateKey.export({ format: "pem", type: "pkcs8" }) as string],
    ["a JWK", keys.privateKey.export({ format: "jwk" }) as { kty: string }],
    ["an HSM", async (bytes: Uint8Array) => sign(null, bytes, keys.privateKey)],
  ])("given the key as %s, then it signs as well", async (_what, privateKey) => {
    const { options, sent } = fakeServer(booked());
    await createBankClient({ ...options, privateKey }).send("repayments", repayment);
    expect(sent[0]?.headers.get("signature")).toMatch(/^sig1=:[A-Za-z0-9+/]{86}==:$/);
  });

  it("given no Ed25519 key, then it is refused before anything is sent", async () => {
    const { options, sent } = fakeServer(booked());
    expect(() => createBankClient({ ...options, privateKey: generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey })).toThrow(
      TypeError,
    );
    expect(() => createBankClient({ ...options, privateKey: keys.publicKey })).toThrow(TypeError);
    await expect(createBankClient({ ...options, privateKey: () => new Uint8Array(48) }).send("repayments", repayment)).rejects.toThrow(
      "48 bytes",
    );
    expect(sent).toEqual([]);
  });

  it("given a held duplicate or a repeat, then the outcome says so, and it is no error", async () => {
    const held = booked({ status: "held", sameAs: "S0" }, 202);
    const repeat = booked({}, 200, { "idempotent-replayed": "true" });
    const bank = createBankClient(fakeServer(held, repeat).options);
    expect(await bank.send("repayments", repayment)).toMatchObject({ kind: "held", sameAs: "S0", repeated: false });
    expect(await bank.send("repayments", repayment)).toMatchObject({ kind: "booked", repeated: true });
  });

  it("given the typed routes of openapi-fetch, then they are signed too, and a message gets a key", async () => {
    const { options, sent } = fakeServer(booked(), Response.json({ items: [] }));
    const { api } = createBankClient(options);
    const { data } = await api.POST("/bank/v1/repayments", { body: repayment });
    expect(data).toMatchObject({ position: 7 });
    await api.GET("/bank/v1/loans", { params: { query: { status: "overdue" } } });
    expect(sent[0]?.headers.get("idempotency-key")).toMatch(/^[0-9a-f-]{36}$/);
    expect(JSON.parse(Buffer.from(sent[0]?.body ?? []).toString())).toEqual(repayment);
    expect(sent[1]?.url).toBe("https://ledger.example/bank/v1/loans?status=overdue");
    expect(sent[1]?.headers.get("signature-input")).toContain('("@method" "@target-uri")');
  });
});

describe("trying again", () => {
  const again: readonly (readonly [string, () => Reply])[] = [
    ["a fault of the network", () => new TypeError("fetch failed")],
    ...[408, 425, 429, 502, 503, 504].map((status) => [String(status), () => problem(status, "BUSY")] as const),
  ];
  it.each(again)("given %s, then it is sent again under the same key with a new nonce and signature", async (_what, reply) => {
    const { options, sent, clock } = fakeServer(reply(), reply(), booked());
    const seen: number[] = [];
    const bank = createBankClient({ ...options, onRetry: ({ pauseMs }) => seen.push(pauseMs) });
    expect(await bank.send("repayments", repayment)).toMatchObject({ kind: "booked", attempts: 3 });
    expect(new Set(sent.map(({ headers }) => headers.get("idempotency-key"))).size).toBe(1);
    expect(new Set(sent.map(({ headers }) => headers.get("signature-input"))).size).toBe(3);
    expect(new Set(sent.map(({ headers }) => headers.get("signature"))).size).toBe(3);
    expect(new Set(sent.map(({ headers }) => headers.get("content-digest"))).size).toBe(1);
    expect(clock.slept).toEqual([125, 250]); // half of 250 and of 500
    expect(seen).toEqual(clock.slept);
  });

  it.each([400, 401, 403, 404, 409, 413, 415, 422, 500, 501])("given %i, then it is not sent again", async (status) => {
    const { options, sent } = fakeServer(problem(status, "SOME_CODE"));
    const error = await failing(createBankClient(options).send("repayments", repayment));
    expect(error).toBeInstanceOf(BankApiError);
    expect([error.status, error.code, error.call.attempts, sent.length]).toEqual([status, "SOME_CODE", 1, 1]);
    expect(error.outcome).toBe(status >= 500 ? "unknown" : "refused");
  });

  it("given Retry-After in seconds or as a date, then it waits at least so long", async () => {
    const date = new Date(new FakeClock().now() + 7_000).toUTCString();
    const { options, clock } = fakeServer(
      problem(503, "BUSY", { "retry-after": "3" }),
      problem(429, "RATE_LIMITED", { "retry-after": date }),
      booked(),
    );
    await createBankClient(options).send("repayments", repayment);
    expect(clock.slept[0]).toBe(3_125);
    expect(clock.slept[1]).toBeGreaterThanOrEqual(3_000);
    expect(clock.slept[1]).toBeLessThanOrEqual(4_125); // of the 7 s, 3.1 had passed
  });

  it("given no end of it, then the last refusal, or unreachable with the key to go on under", async () => {
    const busy = fakeServer(...Array.from({ length: 6 }, () => () => problem(503, "BUSY")));
    const refused = await failing(createBankClient(busy.options).send("repayments", repayment));
    expect([refused.name, refused.code, refused.call.attempts, refused.outcome]).toEqual(["BankApiError", "BUSY", 6, "refused"]);
    const dead = fakeServer(...Array.from({ length: 2 }, () => new TypeError("fetch failed")));
    const bank = createBankClient({ ...dead.options, retry: { attemptsMax: 2 } });
    const unreachable = await failing(bank.send("repayments", repayment, { idempotencyKey: "core-9" }));
    expect(unreachable).toBeInstanceOf(BankUnreachableError);
    expect([unreachable.idempotencyKey, unreachable.outcome]).toEqual(["core-9", "unknown"]);
    expect((unreachable.cause as Error).message).toBe("fetch failed");
  });

  it("given a deadline, then pauses end in time, and the error carries what happened last", async () => {
    const { options, clock, sent } = fakeServer(
      problem(503, "BUSY", { "retry-after": "4" }),
      problem(503, "BUSY", { "retry-after": "60" }),
    );
    const began = clock.now();
    const error = await failing(createBankClient(options).send("repayments", repayment, { deadlineMs: 10_000 }));
    expect(error).toBeInstanceOf(BankDeadlineError);
    expect(error.cause).toMatchObject({ code: "BUSY", retryAfterSeconds: 60 });
    expect(clock.now() - began).toBeLessThan(10_000);
    expect(sent).toHaveLength(2);
  });

  it("given a line that hangs, then the sending is cut off and made again", async () => {
    const hanging: Reply = ({ signal }) =>
      new Promise((_resolve, reject) => signal?.addEventListener("abort", () => reject(signal.reason)));
    const { options, sent } = fakeServer(hanging, booked());
    const bank = createBankClient({ ...options, retry: { attemptMs: 20 } });
    expect(await bank.send("repayments", repayment)).toMatchObject({ attempts: 2 });
    expect(sent).toHaveLength(2);
  });

  it("given an abort of the caller, then it ends with his reason and is not sent again", async () => {
    const { options, sent } = fakeServer(new TypeError("fetch failed"), booked());
    const stop = new AbortController();
    const bank = createBankClient({ ...options, onRetry: () => stop.abort(new Error("the bank closes")) });
    await expect(bank.send("repayments", repayment, { signal: stop.signal })).rejects.toThrow("the bank closes");
    expect(sent).toHaveLength(1);
  });
});

describe("refusals", () => {
  it("given a problem, then code, texts in both languages, remedy, correlation and fields are there", async () => {
    const fields = [
      { pointer: "/principal", code: "AMOUNT_FORMAT", detailZh: "金额", detailEn: "amount", remedyZh: "改", remedyEn: "mend", row: 3 },
    ];
    const { options } = fakeServer(problem(400, "AMOUNT_FORMAT", {}, { errors: fields }));
    const error = await failing(createBankClient(options).send("repayments", repayment));
    expect(isRefusal(error, "AMOUNT_FORMAT")).toBe(true);
    expect(isRefusal(error, "OTHER")).toBe(false);
    expect(error).toMatchObject({ zh: "说明", en: "what happened", remedyZh: "处理", remedyEn: "what to do", correlation: "c-12345678" });
    expect(error.fields).toEqual([
      { path: "/principal", code: "AMOUNT_FORMAT", zh: "金额", en: "amount", remedyZh: "改", remedyEn: "mend", row: 3 },
    ]);
    expect(error.message).toContain("AMOUNT_FORMAT: what happened what to do");
  });

  it("given a signature out of its time, then the server's Date says by how much this clock is wrong", async () => {
    const date = new Date(new FakeClock().now() - 900_000).toUTCString();
    const { options } = fakeServer(problem(401, "SIGNATURE_EXPIRED", { date }));
    const error = await failing(createBankClient(options).send("repayments", repayment));
    expect(error.clockAheadSeconds).toBe(900);
    expect(error.message).toContain("900 s ahead of the server's");
  });

  it("given an answer of a proxy, then it has a code too", async () => {
    const { options } = fakeServer(new Response("<html>403</html>", { status: 403 }));
    expect(await failing(createBankClient(options).send("repayments", repayment))).toMatchObject({ code: "HTTP_403", fields: [] });
  });
});

describe("reading", () => {
  it("given a list of three pages, then every item comes once, each page signed", async () => {
    const page = (items: string[], next?: string) => Response.json({ items: items.map((loan) => ({ loan })), ...(next ? { next } : {}) });
    const { options, sent } = fakeServer(page(["L1", "L2"], "n1"), page(["L3"], "n2"), page([]));
    const found = await Array.fromAsync(createBankClient(options).list("/bank/v1/loans", { limit: 2 }));
    expect(found.map(({ loan }) => loan)).toEqual(["L1", "L2", "L3"]);
    expect(sent.map(({ url }) => new URL(url).search)).toEqual(["?limit=2", "?limit=2&cursor=n1", "?limit=2&cursor=n2"]);
  });

  it("given a list below a loan, then its number is filled in, and asked for when it is missing", async () => {
    const { options, sent } = fakeServer(Response.json({ items: [] }));
    const bank = createBankClient(options);
    await Array.fromAsync(bank.list("/bank/v1/loans/{loan}/messages", { limit: 5 }, { params: { loan: "L/1" } }));
    expect(sent[0]?.url).toBe("https://ledger.example/bank/v1/loans/L%2F1/messages?limit=5");
    await expect(bank.list("/bank/v1/loans/{loan}/messages").next()).rejects.toThrow(TypeError);
  });

  it("given a position that is not reached, then it waits until it is", async () => {
    const { options, sent } = fakeServer(problem(503, "POSITION_NOT_REACHED", { "retry-after": "1" }), Response.json({ items: [] }));
    await createBankClient(options).waitForPosition(42);
    expect(sent.map(({ url }) => new URL(url).search)).toEqual(["?limit=1&min-position=42", "?limit=1&min-position=42"]);
  });

  it("given a number with signs of an address, then it stays one loan", async () => {
    const { options, sent } = fakeServer(Response.json({ loan: "L/1?x" }));
    await createBankClient(options).loan("L/1?x");
    expect(sent[0]?.url).toBe("https://ledger.example/bank/v1/loans/L%2F1%3Fx");
  });
});

describe("bulks", () => {
  const item = (serial: string): BulkItem => ({ message: "repayments", body: { ...repayment, serial } });
  const answer = (count: number, position: number, bad?: number) =>
    Response.json({
      mode: "each",
      position,
      counts: {},
      items: Array.from({ length: count }, (_, index) =>
        index === bad
          ? {
              index,
              message: "repayments",
              status: "refused",
              problems: [
                { code: "X", pointer: `/items/${index}/body/principal`, detailZh: "错", detailEn: "bad", remedyZh: "改", remedyEn: "mend" },
              ],
            }
          : { index, message: "repayments", status: "recorded", position: position - count + index, answer: {} },
      ),
    });

  it("given more items than a request takes, then it is cut, each part has its key, and outcomes keep their places", async () => {
    const { options, sent } = fakeServer(answer(10_000, 10_000), new TypeError("fetch failed"), answer(3, 10_003, 1));
    const items = Array.from({ length: 10_003 }, (_, index) => item(`S${index}`));
    const done: number[] = [];
    const outcome = await createBankClient(options).sendBulk(items, { idempotencyKey: "day-1", onPart: ({ items: so }) => done.push(so) });
    expect(sent.map(({ headers }) => headers.get("idempotency-key"))).toEqual(["day-1.1", "day-1.2", "day-1.2"]);
    expect(
      JSON.parse(Buffer.from(sent[2]?.body ?? []).toString()).items.map(({ body }: { body: { serial: string } }) => body.serial),
    ).toEqual(["S10000", "S10001", "S10002"]);
    expect(outcome).toMatchObject({ counts: { recorded: 10_002, refused: 1 }, position: 10_003, idempotencyKey: "day-1" });
    expect(outcome.items.map(({ index }) => index)).toEqual(items.map((_, index) => index));
    expect(outcome.items[10_001]).toMatchObject({ status: "refused", faults: [{ path: "/body/principal", code: "X", zh: "错" }] });
    expect(done).toEqual([10_000, 10_003]);
  });

  it("given large items, then a part stays below the bytes that a request takes; all in one only where they fit", async () => {
    const large = Array.from(
      { length: 20 },
      (_, index): BulkItem => ({ message: "repayments", body: { ...repayment, serial: "S".repeat(1_048_576) + index } }),
    );
    expect(partsOf(large).map((part) => part.length)).toEqual([14, 6]);
    const { options, sent } = fakeServer();
    await expect(createBankClient(options).sendBulk(large, { mode: "all" })).rejects.toThrow(RangeError);
    expect(sent).toEqual([]);
  });
});

describe("files", () => {
  const options = { kind: "repayments", contentType: "text/csv" } as const;
  const sha256 = "a".repeat(64);

  it("given a file that is still being booked, then it asks until it is", async () => {
    const server = fakeServer(
      Response.json({ sha256, status: "booking" }, { status: 202 }),
      problem(409, "BANK_FILE_STILL_BOOKING"),
      Response.json({ sha256, status: "partly" }),
    );
    const outcome = await createBankClient(server.options).uploadFile(new Blob(["贷款编号\r\n"]), options);
    expect(outcome).toMatchObject({ sha256, status: "partly" });
    expect(server.sent.map(({ method }) => method)).toEqual(["POST", "GET", "GET"]);
    const digest = createHash("sha256").update("贷款编号\r\n").digest("base64");
    expect(server.sent[0]?.headers.get("content-digest")).toBe(`sha-256=:${digest}:`);
  });

  it("given a file of which nothing was booked, then that is an outcome; a wrong signature is an error", async () => {
    const server = fakeServer(Response.json({ sha256, status: "refused" }, { status: 422 }), problem(401, "DIGEST_MISMATCH"));
    const bank = createBankClient(server.options);
    expect(await bank.uploadFile(Buffer.from("x"), options)).toMatchObject({ status: "refused" });
    expect((await failing(bank.uploadFile(Buffer.from("x"), options))).code).toBe("DIGEST_MISMATCH");
  });
});
