import { expect, it } from "vitest";
import { generateVaultSecrets, parseVaultSecrets } from "./secrets.ts";
import type { KeyStore, SealRequest } from "./types.ts";
import { createVault } from "./vault.ts";

export const specSecrets = parseVaultSecrets(generateVaultSecrets());
const district = "410803";

/** What every key store must do; `makeStore` gives an empty one. */
export function vaultContract(makeStore: () => Promise<KeyStore>): void {
  const name = (personId: string, text: string): SealRequest => ({ district, personId, field: "name", keyClass: "K1", text });

  it("gives back what was sealed, in order, across two vaults over the same store", async () => {
    const keys = await makeStore();
    const requests = [name("p1", "张三"), name("p2", "𠮷建国"), { ...name("p1", "13812345678"), field: "phone", keyClass: "K2" as const }];
    const sealed = await createVault({ secrets: specSecrets, keys }).seal(requests);
    expect(sealed.every((text, index) => text.startsWith(`sealed:v1:${requests[index]?.keyClass}:1:`))).toBe(true);
    expect(sealed.join()).not.toContain("张");
    const other = createVault({ secrets: specSecrets, keys });
    expect(await other.unsealMany(requests.map((request, index) => ({ ...request, sealed: sealed[index] as string })))).toEqual(
      requests.map(({ text }) => text),
    );
  });

  it("seals the same datum to the same text, another person's or field's to another", async () => {
    const vault = createVault({ secrets: specSecrets, keys: await makeStore() });
    const [a, b, c, d] = await vault.seal([
      name("p1", "张三"),
      name("p1", "张三"),
      name("p2", "张三"),
      { ...name("p1", "张三"), field: "cause" },
    ]);
    expect(a).toBe(b);
    expect(new Set([a, c, d]).size).toBe(3);
  });

  it("does not open for another person, field or district, nor after a change of one character", async () => {
    const vault = createVault({ secrets: specSecrets, keys: await makeStore() });
    const [sealed, other] = (await vault.seal([name("p1", "张三"), name("p2", "李四")])) as [string, string];
    await expect(vault.unseal({ district, personId: "p2", field: "name", sealed })).rejects.toThrow(/another person/);
    await expect(vault.unseal({ district, personId: "p1", field: "phone", sealed })).rejects.toThrow(/another person/);
    await expect(vault.unseal({ district: "410811", personId: "p1", field: "name", sealed })).rejects.toThrow(/never had/);
    const at = sealed.length - 5;
    const altered = sealed.slice(0, at) + (sealed[at] === "A" ? "B" : "A") + sealed.slice(at + 1);
    await expect(vault.unseal({ district, personId: "p1", field: "name", sealed: altered })).rejects.toThrow(/altered/);
    await expect(vault.unseal({ district, personId: "p1", field: "name", sealed: "张三" })).rejects.toThrow(/form/);
    expect(await vault.unseal({ district, personId: "p2", field: "name", sealed: other })).toBe("李四");
  });

  it("shreds one class of one person for ever, and seals anew under another generation", async () => {
    const keys = await makeStore();
    const vault = createVault({ secrets: specSecrets, keys });
    const phone = (text: string): SealRequest => ({ district, personId: "p1", field: "phone", keyClass: "K2", text });
    const [old, kept, others] = (await vault.seal([
      phone("13812345678"),
      name("p1", "张三"),
      { ...phone("13912345678"), personId: "p2" },
    ])) as [string, string, string];
    expect(await vault.shred(district, "p1", "K2")).toBe(1);
    expect(await vault.unseal({ ...phone(""), sealed: old })).toBeUndefined();
    expect(await vault.unseal({ ...name("p1", ""), sealed: kept })).toBe("张三");
    expect(await vault.unseal({ ...phone(""), personId: "p2", sealed: others })).toBe("13912345678");
    const [fresh] = (await vault.seal([phone("13812345678")])) as [string];
    expect(fresh).toMatch(/^sealed:v1:K2:2:/);
    expect(
      await vault.unsealMany([
        { ...phone(""), sealed: fresh },
        { ...phone(""), sealed: old },
      ]),
    ).toEqual(["13812345678", undefined]);
    expect(await vault.shred(district, "p1", "K2")).toBe(1);
    expect(await vault.shred(district, "p1", "K2")).toBe(0);
  });

  it("agrees on one key when many processes meet a person at once", async () => {
    const keys = await makeStore();
    const vaults = Array.from({ length: 8 }, () => createVault({ secrets: specSecrets, keys }));
    const sealed = await Promise.all(vaults.map((vault) => vault.seal([name("p1", "张三")])));
    expect(new Set(sealed.flat()).size).toBe(1);
  });

  it("forgets a key that another process shredded within a minute", async () => {
    const keys = await makeStore();
    let now = 0;
    const vault = createVault({ secrets: specSecrets, keys, now: () => now });
    const [sealed] = (await vault.seal([name("p1", "张三")])) as [string];
    await createVault({ secrets: specSecrets, keys }).shred(district, "p1", "K1");
    now = 60_001;
    expect(await vault.unseal({ ...name("p1", ""), sealed })).toBeUndefined();
  });
}
