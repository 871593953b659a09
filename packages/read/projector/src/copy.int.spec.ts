import { testDatabase } from "@huimin/test-support";
import fc from "fast-check";
import { Client } from "pg";
import { expect, it } from "vitest";
import { CopyRows } from "./copy.ts";

it("COPY writes what was given: numbers to their bounds, any text, many rows from one buffer", async () => {
  const database = await testDatabase();
  const client = new Client({ connectionString: database.url });
  await client.connect();
  await client.query("CREATE TABLE t (n int, a smallint, b integer, c bigint, d bigint, e text)");
  const rows = new CopyRows();
  const row = fc.record({
    a: fc.integer({ min: -32_768, max: 32_767 }),
    b: fc.integer(),
    c: fc.maxSafeInteger(),
    d: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    e: fc.string({ unit: "grapheme", maxLength: 300 }).filter((text) => !text.includes("\u0000")),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(row, { maxLength: 400 }), async (list) => {
      await client.query("TRUNCATE t");
      rows.start();
      list.forEach((each, n) => {
        rows.row(6);
        rows.int4(n);
        rows.int2(each.a);
        rows.int4(each.b);
        rows.int8(each.c);
        rows.bigint(each.d);
        rows.text(each.e);
      });
      await rows.copy(client as never, "t (n, a, b, c, d, e)");
      const stored = (await client.query("SELECT a, b, c, d, e FROM t ORDER BY n")).rows;
      expect(stored.map((each) => ({ ...each, c: Number(each.c), d: BigInt(each.d) }))).toEqual(list);
    }),
    { numRuns: 30 },
  );
  rows.start();
  rows.row(1);
  rows.text("not a number");
  await expect(rows.copy(client as never, "t (n)")).rejects.toThrow(/incorrect binary data format/);
  expect((await client.query("SELECT 1 AS one")).rows).toEqual([{ one: 1 }]);
  await client.end();
  await database.drop();
});
