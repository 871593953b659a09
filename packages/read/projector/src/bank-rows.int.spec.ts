import { openPool } from "@huimin/database";
import { type TestDatabase, testDatabase } from "@huimin/test-support";
import type { Pool } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bankRowsSql, withBank } from "./index.ts";

const district = "410803";
const notes = "SELECT note FROM spec.note ORDER BY note";

let database: TestDatabase;
let owner: Pool;
let gateway: Pool;
beforeAll(async () => {
  database = await testDatabase();
  owner = openPool({ url: database.url });
  await owner.query(`
    DO $$ BEGIN CREATE ROLE huimin_bank_gateway NOLOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
    GRANT huimin_bank_gateway TO CURRENT_USER;
    CREATE SCHEMA spec;
    CREATE TABLE spec.note (district text, bank text, note text, PRIMARY KEY (district, bank, note));
    ${bankRowsSql("spec.note")}
    GRANT USAGE ON SCHEMA spec TO huimin_bank_gateway;
    GRANT SELECT, INSERT, UPDATE, DELETE ON spec.note TO huimin_bank_gateway;
    INSERT INTO spec.note VALUES ('410803', 'K1', 'a'), ('410803', 'K2', 'b'), ('410804', 'K1', 'c');`);
  gateway = openPool({ url: database.url, role: "huimin_bank_gateway", max: 1 });
});
afterAll(async () => {
  await gateway.end();
  await owner.end();
  await database.drop();
});

describe("a bank's transaction", () => {
  it("shows the rows of one bank in one district, and nothing once it is over", async () => {
    const seen = await withBank(gateway, district, "K1", async (client) => (await client.query(notes)).rows);
    expect(seen).toEqual([{ note: "a" }]);
    expect((await gateway.query(notes)).rows).toEqual([]); // the one connection of the pool
  });

  it("is read-only unless it says that it writes, and then writes its own rows only", async () => {
    const insert = (bank: string, writes: boolean) =>
      withBank(gateway, district, "K1", (client) => client.query("INSERT INTO spec.note VALUES ($1, $2, 'n')", [district, bank]), {
        writes,
      });
    await expect(insert("K1", false)).rejects.toThrow(/read-only transaction/);
    await expect(insert("K2", true)).rejects.toThrow(/row-level security/);
    await insert("K1", true);
    const touched = await withBank(gateway, district, "K1", (client) => client.query("DELETE FROM spec.note WHERE note IN ('b', 'n')"), {
      writes: true,
    });
    expect(touched.rowCount).toBe(1);
  });

  it("gives the connection back clean after a fault, whatever the bank is called", async () => {
    await expect(withBank(gateway, district, "K1", (client) => client.query("SELECT 1/0"))).rejects.toThrow(/division/);
    expect(await withBank(gateway, district, "K'1\\ $$", async (client) => (await client.query(notes)).rows)).toEqual([]);
    expect((await gateway.query(notes)).rows).toEqual([]);
    await expect(withBank(gateway, district, "", async () => undefined)).rejects.toThrow(/names its district and its bank/);
  });

  it("does not hold back the office, whose grants say what it may see", async () => {
    expect((await owner.query("SELECT count(*)::int AS n FROM spec.note")).rows).toEqual([{ n: 3 }]);
  });
});
