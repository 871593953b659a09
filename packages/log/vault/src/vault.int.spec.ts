import { openPool } from "@huimin/database";
import { testDatabase } from "@huimin/test-support";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { specSecrets, vaultContract } from "./contract.ts";
import { createVault, postgresKeyStore, type SealRequest, vaultMigrations } from "./index.ts";

let database: Awaited<ReturnType<typeof testDatabase>>;
let pool: ReturnType<typeof openPool>;
beforeAll(async () => {
  database = await testDatabase(vaultMigrations);
  pool = openPool({ url: database.url });
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

describe("the vault on PostgreSQL", () => {
  vaultContract(async () => {
    await pool.query("TRUNCATE vault_key");
    return postgresKeyStore(pool);
  });

  it("seals a register of 3,074 people at once", async () => {
    await pool.query("TRUNCATE vault_key");
    const people: SealRequest[] = Array.from({ length: 3074 }, (_, n) => n).flatMap((n) => {
      const person = { district: "410803", personId: `p${n}` };
      return [
        { ...person, field: "name", keyClass: "K1", text: "张三" },
        { ...person, field: "idNumber", keyClass: "K1", text: `4108991987100${n}` },
        { ...person, field: "phone", keyClass: "K2", text: "13812345678" },
      ] satisfies SealRequest[];
    });
    const started = performance.now();
    const sealed = await createVault({ secrets: specSecrets, keys: postgresKeyStore(pool) }).seal(people);
    const elapsed = performance.now() - started;
    process.stderr.write(`sealed ${sealed.length} fields of 3,074 people in ${Math.round(elapsed)} ms\n`);
    expect((await pool.query("SELECT count(*)::int AS n FROM vault_key")).rows[0].n).toBe(2 * 3074);
  });

  it("keeps plain keys out of the database and never brings a shredded key back", async () => {
    await pool.query("TRUNCATE vault_key");
    const vault = createVault({ secrets: specSecrets, keys: postgresKeyStore(pool) });
    await vault.seal([{ district: "410803", personId: "p1", field: "name", keyClass: "K1", text: "张三" }]);
    const { rows } = await pool.query("SELECT * FROM vault_key");
    expect(rows[0].wrapped.length).toBe(12 + 32 + 16);
    await vault.shred("410803", "p1", "K1");
    await expect(pool.query("UPDATE vault_key SET wrapped = $1, shredded = NULL", [rows[0].wrapped])).rejects.toThrow(/never replaced/);
    await expect(pool.query("DELETE FROM vault_key")).rejects.toThrow(/never replaced/);
  });

  it("lets the lending service read keys but not make or shred them", async () => {
    await pool.query("GRANT huimin_startup_lending TO CURRENT_USER");
    const lending = openPool({ url: database.url, role: "huimin_startup_lending" });
    const shared = createVault({ secrets: specSecrets, keys: postgresKeyStore(pool) });
    const request = { district: "410803", personId: "p9", field: "name", keyClass: "K1" as const, text: "李四" };
    const [sealed] = (await shared.seal([request])) as [string];
    const vault = createVault({ secrets: specSecrets, keys: postgresKeyStore(lending) });
    expect(await vault.unseal({ ...request, sealed })).toBe("李四");
    await expect(vault.seal([{ ...request, personId: "p10" }])).rejects.toThrow(/permission denied/);
    await expect(vault.shred("410803", "p9", "K1")).rejects.toThrow(/permission denied/);
    await lending.end();
  });
});
