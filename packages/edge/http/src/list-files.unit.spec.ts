import pino from "pino";
import { Type } from "typebox";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildApp } from "./app.ts";
import { listsAsFiles } from "./list-files.ts";
import { decodeCursor, PageOf, PageQuery, pageOf } from "./pages.ts";
import { RefusalError } from "./problem.ts";
import type { App } from "./server.ts";

/** 1,203 items, so that a file is three pages. */
const ITEMS = 1_203;
const Line = Type.Object({ account: Type.String(), debit: Type.String() });
const Item = Type.Object({
  position: Type.Integer(),
  village: Type.Object({ name: Type.String() }),
  tags: Type.Array(Type.String()),
  reason: Type.Optional(Type.String()),
  lines: Type.Array(Line),
});

describe("lists as files", () => {
  let app: App;
  const asked: string[] = [];

  beforeAll(async () => {
    app = await buildApp({ logger: pino({ level: "silent" }), documents: false });
    const text = async function* (rows: AsyncIterable<readonly string[]>) {
      for await (const row of rows) yield `${row.join("|")}\n`;
    };
    listsAsFiles(app, { csv: text, xlsx: text });
    await app.register(
      async (scope) => {
        const api = scope as App;
        api.get(
          "/entries",
          { schema: { querystring: Type.Object({ ...PageQuery, kind: Type.Optional(Type.String()) }), response: { 200: PageOf(Item) } } },
          async (request) => {
            asked.push(request.url);
            if (request.headers.authorization !== "Bearer t") throw new RefusalError({ code: "CURSOR_INVALID" });
            const { limit = 50, cursor } = request.query;
            const from = Number(decodeCursor(cursor, 1)?.[0] ?? 0);
            const rows = Array.from({ length: Math.min(limit + 1, ITEMS - from) }, (_, n) => ({
              position: from + n + 1,
              village: { name: "周窑村" },
              tags: ["a", "b"],
              lines: [
                { account: "1002.01", debit: "1.00" },
                { account: "2303.01", debit: "-1.00" },
              ],
            }));
            return pageOf(rows, limit, ({ position }) => [position]);
          },
        );
        api.get("/one", { schema: { response: { 200: Item } } }, async () => ({}) as never);
      },
      { prefix: "/api/v1" },
    );
  });
  afterAll(() => app.close());

  it("given a list of several pages, then its file has all rows, one for each element of the list within", async () => {
    const answer = await app.inject({ url: "/api/v1/entries.csv?kind=x", headers: { authorization: "Bearer t" } });
    expect([answer.statusCode, answer.headers["content-type"], answer.headers["content-disposition"]]).toEqual([
      200,
      "text/csv; charset=utf-8",
      'attachment; filename="entries.csv"',
    ]);
    const lines = answer.body.trimEnd().split("\n");
    expect(lines[0]).toBe("日志序号 position|名称 village.name|tags|原因 reason|科目 lines.account|借方 lines.debit");
    expect(lines.length).toBe(1 + 2 * ITEMS);
    expect(lines[1]).toBe("1|周窑村|a b||1002.01|1.00");
    expect(lines.at(-1)).toBe(`${ITEMS}|周窑村|a b||2303.01|-1.00`);
    expect(asked.every((url) => url.includes("kind=x") && url.includes("limit=500"))).toBe(true);
    expect((await app.inject({ url: "/api/v1/entries.xlsx", headers: { authorization: "Bearer t" } })).statusCode).toBe(200);
  });

  it("asks in the caller's name: what the list refuses, its file refuses", async () => {
    const answer = await app.inject({ url: "/api/v1/entries.csv" });
    expect([answer.statusCode, answer.json().code]).toEqual([400, "CURSOR_INVALID"]);
  });

  it("is only there for lists", async () => {
    expect((await app.inject({ url: "/api/v1/one.csv" })).statusCode).toBe(404);
  });
});
