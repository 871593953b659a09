import { LogBusy } from "@huimin/event-store";
import { BrokenInvariant, errorEntries } from "@huimin/outcome";
import { pino } from "pino";
import { Type } from "typebox";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type App,
  buildApp,
  decodeCursor,
  idempotencyKey,
  needsIdempotencyKey,
  PageQuery,
  pageOf,
  RefusalError,
  statusOf,
} from "./index.ts";

const Repayment = Type.Object(
  {
    loan: Type.String({ minLength: 1 }),
    currency: Type.Literal("CNY"),
    amount: Type.String({ pattern: "^(0|[1-9]\\d{0,11})\\.\\d{2}$" }),
    valueDate: Type.String({ format: "date" }),
    kind: Type.Optional(Type.Literal("repayment")),
    channel: Type.Optional(Type.Enum(["counter", "online"])),
  },
  { additionalProperties: false },
);
const GOOD = { loan: "L1", currency: "CNY", amount: "100.00", valueDate: "2018-03-20" };

let app: App;
const broken: Error[] = [];
beforeAll(async () => {
  app = await buildApp({ logger: pino({ level: "silent" }), limits: { bodyBytes: 2000 }, onBroken: (fault) => broken.push(fault) });
  app.post("/repayments", { onRequest: needsIdempotencyKey, schema: { body: Repayment } }, async (request) => ({
    key: idempotencyKey(request),
    bytes: request.rawBody?.length,
  }));
  app.get("/list", { schema: { querystring: Type.Object(PageQuery, { additionalProperties: false }) } }, async (request) => ({
    limit: request.query.limit ?? -1,
    after: decodeCursor(request.query.cursor, 2) ?? null,
  }));
  app.get("/fail/:how", async (request) => {
    const how = (request.params as { how: string }).how;
    if (how === "busy") throw new LogBusy("full");
    if (how === "rule") throw new RefusalError({ code: "CURSOR_INVALID", path: "/x" });
    if (how === "invariant") throw new BrokenInvariant("sum of debits");
    if (how === "database") throw Object.assign(new Error("terminating connection"), { code: "57P01" });
    throw new Error("secret 410899195202290013");
  });
  await app.ready();
});
afterAll(() => app.close());

const post = (payload: unknown, headers: Record<string, string> = {}) =>
  app.inject({
    method: "POST",
    url: "/repayments",
    headers: { "content-type": "application/json", "idempotency-key": "k-1", ...headers },
    payload: payload instanceof Uint8Array || typeof payload === "string" ? (payload as string) : JSON.stringify(payload),
  });

const refusedAs = async (payload: unknown, headers: Record<string, string> = {}) => {
  const answer = await post(payload, headers);
  const problem = answer.json();
  expect(answer.headers["content-type"]).toContain("application/problem+json");
  expect(problem.status).toBe(answer.statusCode);
  for (const text of [problem.detailZh, problem.detailEn, problem.remedyZh, problem.remedyEn]) expect(text.length).toBeGreaterThan(5);
  expect(JSON.stringify(problem)).not.toMatch(/\{\w+\}/);
  return { status: answer.statusCode, code: problem.code, pointer: problem.errors[0]?.pointer, en: problem.detailEn as string };
};

describe("a body", () => {
  it("given a right one, then it is taken as it is, with its bytes", async () => {
    const answer = await post(GOOD);
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toEqual({ key: "k-1", bytes: JSON.stringify(GOOD).length });
  });

  it.each([
    ["100", "0 decimals"],
    ["100.005", "3 decimals"],
    ["1e3", "exponent"],
    ["1,000.00", "thousands"],
    ["-5.00", "negative"],
    ["007.00", "leading zeros"],
    ["1234567890123.00", "too many digits"],
    ["NaN", "not a decimal"],
    ["", "not a decimal"],
    ["１００.００", "not a decimal"],
    [100.5, "JSON number"],
    [null, "not text"],
  ])("given the amount %j, then AMOUNT_FORMAT says: %s", async (amount, says) => {
    const refused = await refusedAs({ ...GOOD, amount });
    expect(refused).toMatchObject({ status: 400, code: "AMOUNT_FORMAT", pointer: "/amount" });
    expect(refused.en).toContain(says);
  });

  it.each(["2018-02-29", "2018-13-01", "20180320", "2018-3-2", "2018-03-20T00:00:00Z", 20180320, ""])(
    "given the date %j, then DATE_NOT_EXISTING",
    async (valueDate) => {
      expect(await refusedAs({ ...GOOD, valueDate })).toMatchObject({ status: 400, code: "DATE_NOT_EXISTING", pointer: "/valueDate" });
    },
  );

  it.each(["USD", "cny", "", 156])("given the currency %j, then CURRENCY_NOT_SUPPORTED", async (currency) => {
    expect(await refusedAs({ ...GOOD, currency })).toMatchObject({ code: "CURRENCY_NOT_SUPPORTED", pointer: "/currency" });
  });

  it("given a missing or unknown field, then its pointer is named; the most telling error gives the code", async () => {
    const { loan: _, ...rest } = GOOD;
    expect(await refusedAs(rest)).toMatchObject({ code: "FIELD_MISSING", pointer: "/loan" });
    expect(await refusedAs({ ...GOOD, "a/b~": 1 })).toMatchObject({ code: "FIELD_UNKNOWN", pointer: "/a~1b~0" });
    expect(await refusedAs({ ...rest, amount: 5, extra: 1 })).toMatchObject({ code: "AMOUNT_FORMAT" });
    const all = (await post({ ...rest, amount: 5, extra: 1 })).json().errors.map((one: { code: string }) => one.code);
    expect(all.sort()).toEqual(["AMOUNT_FORMAT", "FIELD_MISSING", "FIELD_UNKNOWN"]);
  });

  it.each([
    ["another type", { ...GOOD, loan: 7 }, "/loan", "FIELD_TYPE", "string"],
    ["another constant", { ...GOOD, kind: "refund" }, "/kind", "FIELD_VALUE", '"repayment"'],
    ["none of the values", { ...GOOD, channel: "fax" }, "/channel", "FIELD_VALUE", "counter, online"],
  ])(
    "given a field of %s, then its pointer is named and what it must be, and nothing is converted",
    async (_, body, pointer, code, must) => {
      const refused = await refusedAs(body);
      expect(refused).toMatchObject({ status: 400, code, pointer });
      expect(refused.en).toContain(`${must}.`);
      expect((await post(body)).json().errors).toHaveLength(1);
    },
  );

  it("given what is not JSON, not UTF-8, too large, of another type or a prototype, then it is refused", async () => {
    expect(await refusedAs("{")).toMatchObject({ status: 400, code: "BODY_NOT_JSON" });
    expect(await refusedAs("")).toMatchObject({ status: 400, code: "BODY_NOT_JSON" });
    expect(await refusedAs(Buffer.from([0x7b, 0x22, 0xd6, 0xd0, 0x22, 0x3a, 0x31, 0x7d]))).toMatchObject({
      status: 400,
      code: "BODY_NOT_UTF8",
    });
    expect(await refusedAs({ ...GOOD, loan: "x".repeat(3000) })).toMatchObject({ status: 413, code: "BODY_TOO_LARGE" });
    expect(await refusedAs("a=1", { "content-type": "application/x-www-form-urlencoded" })).toMatchObject({
      status: 415,
      code: "MEDIA_TYPE",
    });
    expect(await refusedAs('{"__proto__":{"x":1}}')).toMatchObject({ status: 400, code: "BODY_NOT_JSON" });
  });

  it("given a BOM before UTF-8, then it is read", async () => {
    expect((await post(`\uFEFF${JSON.stringify(GOOD)}`)).statusCode).toBe(200);
  });
});

describe("the Idempotency-Key", () => {
  it("given none or a wrong one, then it is refused; quoted or bare, it is the same", async () => {
    expect(await refusedAs(GOOD, { "idempotency-key": "" })).toMatchObject({ status: 400, code: "IDEMPOTENCY_KEY_MISSING" });
    expect(await refusedAs(GOOD, { "idempotency-key": "x".repeat(129) })).toMatchObject({ code: "IDEMPOTENCY_KEY_INVALID" });
    expect(await refusedAs(GOOD, { "idempotency-key": "has space" })).toMatchObject({ code: "IDEMPOTENCY_KEY_INVALID" });
    expect((await post(GOOD, { "idempotency-key": '"k-2"' })).json().key).toBe("k-2");
  });
});

describe("answers", () => {
  it("given Accept-Language en, then detail is English, else Chinese", async () => {
    expect((await post({ ...GOOD, amount: "1" }, { "accept-language": "en-GB,en" })).json().detail).toContain("amount");
    expect((await post({ ...GOOD, amount: "1" })).json().detail).toContain("金额");
  });

  it("given faults, then one mapping of status, Retry-After where it helps, and nothing of the inside", async () => {
    const get = async (how: string) => app.inject({ url: `/fail/${how}` });
    expect((await get("busy")).statusCode).toBe(503);
    expect((await get("busy")).headers["retry-after"]).toBe("1");
    expect((await get("database")).json()).toMatchObject({ status: 503, code: "UNAVAILABLE" });
    expect((await get("rule")).json().errors).toMatchObject([{ pointer: "/x", code: "CURSOR_INVALID" }]);
    const inside = await get("other");
    expect(inside.json()).toMatchObject({ status: 500, code: "INTERNAL" });
    expect(inside.body).not.toContain("4108");
    expect(broken).toHaveLength(0);
    expect((await get("invariant")).statusCode).toBe(500);
    expect(broken).toHaveLength(1);
    expect((await app.inject({ url: "/nowhere" })).json()).toMatchObject({ status: 404, code: "ROUTE_MISSING" });
  });

  it("given a correlation id, then it comes back; a wrong one is replaced", async () => {
    expect((await app.inject({ url: "/nowhere", headers: { "x-correlation-id": "bank-msg-77" } })).headers["x-correlation-id"]).toBe(
      "bank-msg-77",
    );
    expect((await app.inject({ url: "/nowhere", headers: { "x-correlation-id": "a\tb" } })).headers["x-correlation-id"]).toMatch(
      /^[0-9a-f-]{36}$/,
    );
  });

  it("every declared error has a status", () => {
    for (const entry of errorEntries()) expect(statusOf(entry.code)).toBeGreaterThanOrEqual(400);
  });
});

describe("pages", () => {
  it("cut to the limit, and the cursor leads on", async () => {
    const page = pageOf([{ id: 1 }, { id: 2 }, { id: 3 }], 2, (row) => ["L", row.id]);
    expect(page.items).toEqual([{ id: 1 }, { id: 2 }]);
    const answer = await app.inject({ url: `/list?limit=5&cursor=${page.next}` });
    expect(answer.json()).toEqual({ limit: 5, after: ["L", 2] });
    expect((await app.inject({ url: "/list" })).json().limit).toBe(50);
    expect((await app.inject({ url: "/list?cursor=zzz" })).json().code).toBe("CURSOR_INVALID");
    expect((await app.inject({ url: "/list?limit=0" })).json().errors[0].pointer).toBe("#querystring/limit");
    expect(pageOf([{ id: 1 }], 2, (row) => [row.id]).next).toBeUndefined();
  });
});

describe("the API document", () => {
  it("is OpenAPI 3.1 with problems on every route, and its page loads nothing from elsewhere", async () => {
    const document = (await app.inject({ url: "/openapi.json" })).json();
    expect(document.openapi).toBe("3.1.0");
    expect(document.paths["/repayments"].post.responses.default.content["application/problem+json"].schema.properties.code).toBeDefined();
    expect(document.paths["/openapi.json"]).toBeUndefined();
    const page = await app.inject({ url: "/docs/" });
    expect(page.statusCode).toBe(200);
    expect(page.body.match(/(src|href)="https?:/g)).toBeNull();
    expect(page.headers["content-security-policy"]).toContain("connect-src 'self'");
    expect((await app.inject({ url: "/docs/js/scalar.js" })).body.length).toBeGreaterThan(1_000_000);
    expect((await app.inject({ url: "/list" })).headers["content-security-policy"]).toContain("script-src 'self';");
    expect((await app.inject({ url: "/docs/errors" })).body).toContain('id="AMOUNT_FORMAT"');
  });
});
