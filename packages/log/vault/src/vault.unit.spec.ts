import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { specSecrets, vaultContract } from "./contract.ts";
import {
  aes256Gcm,
  type CipherSuite,
  createVault,
  fileVaultSecrets,
  generateVaultSecrets,
  type MasterKey,
  memoryKeyStore,
  parseVaultSecrets,
  VaultSecretsFault,
} from "./index.ts";

const district = "410803";

describe("the vault in memory", () => vaultContract(async () => memoryKeyStore()));

describe("lookup", () => {
  const vault = createVault({ secrets: specSecrets, keys: memoryKeyStore() });
  it("gives one id per person, district and pepper", () => {
    const id = vault.personId(district, "410899198710050028");
    expect(id).toMatch(/^[a-z2-7]{26}$/);
    expect(vault.personId(district, "410899198710050028")).toBe(id);
    expect(vault.personId("410811", "410899198710050028")).not.toBe(id);
    expect(vault.fingerprint(district, "account", "410899198710050028")).not.toBe(id);
    const other = createVault({ secrets: parseVaultSecrets(generateVaultSecrets()), keys: memoryKeyStore() });
    expect(other.personId(district, "410899198710050028")).not.toBe(id);
  });
});

describe("batches beyond what is kept in memory", () => {
  it("seals and opens 25,000 persons, some of them known before", async () => {
    const vault = createVault({ secrets: specSecrets, keys: memoryKeyStore() });
    const of = (n: number) => ({ district, personId: `p${n}`, field: "name", keyClass: "K1" as const, text: `张${n}` });
    await vault.seal([of(1), of(24_000)]);
    const requests = Array.from({ length: 25_000 }, (_, n) => of(n));
    const sealed = await vault.seal(requests);
    expect(await vault.unsealMany(requests.map((request, n) => ({ ...request, sealed: sealed[n] as string })))).toEqual(
      requests.map(({ text }) => text),
    );
  });
});

describe("suites and secrets", () => {
  it("opens texts of an older suite after a new one was chosen", async () => {
    const keys = memoryKeyStore();
    const request = { district, personId: "p1", field: "name", keyClass: "K1" as const, text: "张三" };
    const [old] = (await createVault({ secrets: specSecrets, keys }).seal([request])) as [string];
    const next: CipherSuite = { ...aes256Gcm, tag: "v2" };
    const vault = createVault({ secrets: specSecrets, keys, suites: [next, aes256Gcm] });
    const [fresh] = (await vault.seal([request])) as [string];
    expect(fresh.startsWith("sealed:v2:")).toBe(true);
    expect(
      await vault.unsealMany([
        { ...request, sealed: old },
        { ...request, sealed: fresh },
      ]),
    ).toEqual(["张三", "张三"]);
  });

  it("reads keys of an older master key, and says so when it is gone", async () => {
    const keys = memoryKeyStore();
    const request = { district, personId: "p1", field: "name", keyClass: "K1" as const, text: "张三" };
    const [sealed] = (await createVault({ secrets: specSecrets, keys }).seal([request])) as [string];
    const fresh = parseVaultSecrets(generateVaultSecrets());
    const rotated = {
      ...specSecrets,
      current: "m2",
      masterKeys: new Map([...specSecrets.masterKeys, ["m2", fresh.masterKeys.get("m1") as MasterKey]]),
    };
    expect(await createVault({ secrets: rotated, keys }).unseal({ ...request, sealed })).toBe("张三");
    await expect(createVault({ secrets: fresh, keys }).unseal({ ...request, sealed })).rejects.toThrow(/not those of this database/);
  });

  it("makes the file once, for its owner only", () => {
    const home = mkdtempSync(path.join(tmpdir(), "huimin-vault-"));
    const file = path.join(home, "keys", "vault.json");
    const first = fileVaultSecrets(file);
    expect(fileVaultSecrets(file).pepper).toEqual(first.pepper);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    rmSync(home, { recursive: true });
  });

  it.each(["", "{}", '{"current":"m1","masterKeys":{"m1":"short"},"pepper":"short"}', '{"current":"m2","masterKeys":{},"pepper":""}'])(
    "refuses secrets %j without repeating them",
    (text) => {
      expect(() => parseVaultSecrets(text)).toThrow(VaultSecretsFault);
    },
  );
});

describe("AES-256-GCM with a synthetic nonce", () => {
  it("opens with the same key and associated data, and with nothing else", () => {
    const bytes = fc.uint8Array({ maxLength: 64 });
    const key = fc.uint8Array({ minLength: 32, maxLength: 32 });
    fc.assert(
      fc.property(key, key, bytes, bytes, bytes, (k, k2, text, a, a2) => {
        const sealed = aes256Gcm.encrypt(k, text, a);
        expect(Buffer.from(aes256Gcm.decrypt(k, sealed, a) as Uint8Array).equals(Buffer.from(text))).toBe(true);
        if (!Buffer.from(k).equals(Buffer.from(k2))) expect(aes256Gcm.decrypt(k2, sealed, a)).toBeUndefined();
        if (!Buffer.from(a).equals(Buffer.from(a2))) expect(aes256Gcm.decrypt(k, sealed, a2)).toBeUndefined();
        expect(aes256Gcm.decrypt(k, sealed.subarray(1), a)).toBeUndefined();
      }),
    );
  });
});
