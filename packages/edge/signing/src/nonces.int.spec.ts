import { testDatabase } from "@huimin/test-support";
import { Pool } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PostgresNonceStore, signingMigrations } from "./index.ts";

let pool: Pool;
let drop: () => Promise<void>;
beforeAll(async () => {
  const database = await testDatabase(signingMigrations);
  drop = database.drop;
  pool = new Pool({ connectionString: database.url, max: 4, options: "-c role=huimin_bank_gateway" });
});
afterAll(async () => {
  await pool.end();
  await drop();
});

describe("nonces in PostgreSQL", () => {
  it("given two processes and many claims at once, then each nonce is fresh exactly once", async () => {
    const stores = [new PostgresNonceStore(pool, "410803", () => 0), new PostgresNonceStore(pool, "410803", () => 0)];
    const claims = Array.from({ length: 2000 }, (_, index) => stores[index % 2]?.claim("K1", `nonce-${Math.floor(index / 2)}`, 100));
    const fresh = (await Promise.all(claims)).filter(Boolean);
    expect(fresh).toHaveLength(1000);
    expect(await stores[0]?.claim("K2", "nonce-1", 100)).toBe(true);
    expect(await new PostgresNonceStore(pool, "410804", () => 0).claim("K1", "nonce-1", 100)).toBe(true);
  });

  it("given expired nonces, then they are swept", async () => {
    const later = new PostgresNonceStore(pool, "410803", () => 900_000);
    expect(await later.claim("K1", "nonce-later", 1000)).toBe(true);
    await expect
      .poll(async () => (await pool.query("SELECT count(*)::int AS n FROM signing.nonce WHERE district = '410803'")).rows[0].n)
      .toBe(1);
  });

  it("given a database that fails, then the claim fails and may be made again", async () => {
    const broken = new Pool({ connectionString: "postgresql://x:x@127.0.0.1:1/none" });
    const store = new PostgresNonceStore(broken, "410803", () => 0);
    await expect(store.claim("K1", "n-broken-1", 100)).rejects.toThrow();
    await expect(store.claim("K1", "n-broken-1", 100)).rejects.toThrow();
    await broken.end();
  });
});
