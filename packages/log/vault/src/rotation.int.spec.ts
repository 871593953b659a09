import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { openPool } from "@huimin/database";
import { testDatabase } from "@huimin/test-support";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import {
  aes256Gcm,
  createVault,
  dropOlderLookups,
  keysByMaster,
  liveVaultSecrets,
  lookupsByPepper,
  postgresKeyStore,
  postgresLookupStore,
  RotationRunning,
  rebuildLookups,
  rewrapKeys,
  type SealedNumber,
  type SealRequest,
  sm4Gcm,
  vaultMigrations,
  whileRotating,
  withNewMasterKey,
  withNewPepper,
  withoutMasterKey,
  withoutOlderPeppers,
  writeVaultSecrets,
} from "./index.ts";

const district = "410803";
const PEOPLE = 1_200;
const ids = Array.from({ length: PEOPLE }, (_, n) => `41089919${String(n).padStart(10, "0")}`);

let database: Awaited<ReturnType<typeof testDatabase>>;
let pool: ReturnType<typeof openPool>;
let folder: string;
let file: string;
beforeAll(async () => {
  database = await testDatabase(vaultMigrations);
  pool = openPool({ url: database.url });
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});
beforeEach(async () => {
  await pool.query("TRUNCATE vault_key, vault_lookup");
  folder = mkdtempSync(path.join(tmpdir(), "huimin-keys-"));
  file = path.join(folder, "vault-secrets.json");
  return () => rmSync(folder, { recursive: true });
});

/** A process of the product: it has its own memory and looks at the file of keys. */
function product() {
  let now = 0;
  const secrets = liveVaultSecrets(file, () => now);
  const lookups = postgresLookupStore(pool);
  return {
    vault: createVault({ secrets, keys: postgresKeyStore(pool), lookups, now: () => now }),
    secrets,
    lookups,
    later: (milliseconds: number) => {
      now += milliseconds;
    },
  };
}

async function people(vault: ReturnType<typeof product>["vault"]): Promise<(SealRequest & { sealed: string })[]> {
  const personIds = await vault.personIds(district, ids);
  const requests = ids.map((text, n) => ({ district, personId: personIds[n] as string, field: "idNumber", keyClass: "K1" as const, text }));
  const sealed = await vault.seal(requests);
  return requests.map((request, n) => ({ ...request, sealed: sealed[n] as string }));
}

it("given a new master key, when a rotation is killed half-way and begun again, then every datum is readable throughout and after", async () => {
  const { vault, later } = product();
  const known = await people(vault);
  const read = async (of = vault) => (await of.unsealMany(known)).every((text, n) => text === ids[n]);
  const rotator = liveVaultSecrets(file);
  writeVaultSecrets(file, withNewMasterKey(rotator(), aes256Gcm));
  expect(statSync(file).mode & 0o777).toBe(0o600);
  await expect(
    rewrapKeys({
      pool,
      secrets: rotator,
      onBatch: (done) => {
        if (done >= 500) throw new Error("killed");
      },
    }),
  ).rejects.toThrow("killed");
  expect([...(await keysByMaster(pool))]).toEqual([
    ["m1", PEOPLE - 500],
    ["m2", 500],
  ]);
  later(61_000); // the running process forgets its keys and reads those of both master keys
  expect(await read()).toBe(true);
  // What comes in meanwhile is under the new one.
  const [fresh] = await vault.seal([{ district, personId: "new", field: "name", keyClass: "K1", text: "李四" }]);
  expect((await keysByMaster(pool)).get("m2")).toBe(501);
  const begun: number[] = [];
  expect(await rewrapKeys({ pool, secrets: rotator, onBatch: (done, total) => begun.push(total - done) })).toBe(PEOPLE - 500);
  expect(begun.at(-1)).toBe(0);
  expect(await rewrapKeys({ pool, secrets: rotator })).toBe(0);
  writeVaultSecrets(file, withoutMasterKey(rotator(true), "m1"));
  later(61_000);
  expect(await read()).toBe(true);
  expect(await read(product().vault)).toBe(true);
  expect(await vault.unseal({ district, personId: "new", field: "name", sealed: fresh as string })).toBe("李四");
});

it("given a master key of another suite (SM4), then keys are wrapped under it and texts of both suites open", async () => {
  const { vault } = product();
  const known = (await people(vault)).slice(0, 3);
  const rotator = liveVaultSecrets(file);
  writeVaultSecrets(file, withNewMasterKey(rotator(), sm4Gcm));
  await rewrapKeys({ pool, secrets: rotator });
  const { rows } = await pool.query("SELECT DISTINCT master_key, length(wrapped) AS bytes FROM vault_key");
  expect(rows).toEqual([{ master_key: "m2", bytes: 12 + 32 + 16 }]);
  const domestic = createVault({ secrets: rotator, keys: postgresKeyStore(pool), suites: [sm4Gcm, aes256Gcm] });
  const [sealed] = (await domestic.seal([{ district, personId: "p1", field: "name", keyClass: "K1", text: "王五" }])) as [string];
  expect(sealed).toMatch(/^sealed:sm4:K1:1:/);
  expect(await vault.unseal({ district, personId: "p1", field: "name", sealed })).toBe("王五");
  expect(await domestic.unsealMany(known)).toEqual(ids.slice(0, 3));
});

it("given keys shredded during a rotation, then they stay shredded; two rotations at once are refused", async () => {
  const { vault } = product();
  const known = await people(vault);
  const rotator = liveVaultSecrets(file);
  writeVaultSecrets(file, withNewMasterKey(rotator(), aes256Gcm));
  const gone = known[PEOPLE - 1] as (typeof known)[number];
  await whileRotating(pool, async () => {
    await expect(whileRotating(pool, async () => undefined)).rejects.toThrow(RotationRunning);
    await vault.shred(district, gone.personId, "K1");
    expect(await rewrapKeys({ pool, secrets: rotator })).toBe(PEOPLE - 1);
  });
  expect(await vault.unseal(gone)).toBeUndefined();
  expect(await vault.findPerson(district, gone.text)).toBeUndefined();
});

it("given a new pepper, when the lookups are rebuilt in two goes, then everybody is found under the id that the log has", async () => {
  const { vault, secrets, lookups, later } = product();
  const known = await people(vault);
  const number = "6299994108990000011";
  const before = vault.fingerprint(district, "account", number);
  const holder = known[0]?.personId as string;
  const [account] = await vault.seal([{ district, personId: holder, field: "account", keyClass: "K1", text: number }]);
  writeVaultSecrets(file, withNewPepper(secrets()));
  later(1_001);
  // While both peppers are there nobody is lost, and nobody gets a second id.
  expect(await vault.personIds(district, [ids[0] as string, ids[1] as string])).toEqual([holder, known[1]?.personId]);
  expect(vault.personId(district, ids[0] as string)).not.toBe(holder);

  async function* numbers(stopAfter = Number.POSITIVE_INFINITY): AsyncGenerator<readonly SealedNumber[]> {
    yield [{ purpose: "account", personId: holder, value: before, sealed: account as string }];
    for (let at = 0; at < known.length; at += 400) {
      if (at >= stopAfter) throw new Error("killed");
      yield known.slice(at, at + 400).map(({ personId, sealed }) => ({ purpose: "person", personId, value: personId, sealed }));
    }
  }
  await expect(rebuildLookups({ district, secrets, vault, lookups, numbers: numbers(400) })).rejects.toThrow("killed");
  expect(await rebuildLookups({ district, secrets, vault, lookups, numbers: numbers() })).toBe(PEOPLE + 1);
  expect(await dropOlderLookups(pool, secrets().pepperId)).toBe(PEOPLE + 1);
  writeVaultSecrets(file, withoutOlderPeppers(secrets()));
  later(1_001);
  expect([...(await lookupsByPepper(pool))]).toEqual([["p2", PEOPLE + 1]]);
  expect(await vault.personIds(district, ids)).toEqual(known.map(({ personId }) => personId));
  expect(await vault.findPerson(district, ids[7] as string)).toBe(known[7]?.personId);
  expect(await vault.accountFingerprints(district, [number])).toEqual([before]);
  expect(await vault.findPerson(district, "410899198710050028")).toBeUndefined();
});

it("given another process that shreds and seals anew, then this one neither seals under the dead key nor stumbles over the new one", async () => {
  const one = product();
  const other = product();
  const phone = (text: string): SealRequest => ({ district, personId: "p1", field: "phone", keyClass: "K2", text });
  await one.vault.seal([phone("13812345678")]);
  await other.vault.shred(district, "p1", "K2");
  const [sealed] = (await one.vault.seal([phone("13900000000")])) as [string];
  expect(sealed).toMatch(/^sealed:v1:K2:2:/);
  expect(await other.vault.unseal({ ...phone(""), sealed })).toBe("13900000000");
  // A shredding that is carried out late reaches only what there was when it was decided.
  expect(await other.vault.shred(district, "p1", "K2", 1)).toBe(0);
  expect(await one.vault.keyState(district, "p1", "K2")).toEqual({ generation: 2, readable: true });
});
