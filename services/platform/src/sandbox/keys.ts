import { createHash, createPrivateKey, type KeyObject } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { wholeOnboarding } from "@huimin/bank-client";
import { SANDBOX_DISTRICT, SANDBOX_PUBLIC_KEYS } from "@huimin/identity";
import { parseVaultSecrets, type VaultSecrets } from "@huimin/vault";

/*
 * The sandbox's test keys. They are published on purpose, so that the handbook's examples can be run as they stand, and a
 * server that is not a sandbox refuses them (BANK_KEY_PUBLISHED, KEY_OF_SANDBOX).
 */

export interface SandboxBank {
  readonly bank: string;
  readonly name: string;
  readonly keyIds: readonly string[];
}

export const SANDBOX_BANKS: readonly SandboxBank[] = [
  { bank: "SBXA", name: "沙箱甲银行", keyIds: ["sandbox-a-1", "sandbox-a-2"] },
  { bank: "SBXB", name: "沙箱乙银行", keyIds: ["sandbox-b-1"] },
];

/** PKCS #8 before the 32 bytes of an Ed25519 seed (RFC 8410). */
const PKCS8_PREFIX = Buffer.from("302e020100300506032b657004220420", "hex");

/** The private half of a test key. It follows from its id: every sandbox has the same. */
export function sandboxPrivateKey(keyId: string): KeyObject {
  const seed = createHash("sha256").update(`Huimin Ledger sandbox key ${keyId}`).digest();
  return createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, seed]), format: "der", type: "pkcs8" });
}

export const sandboxPem = (keyId: string): string => sandboxPrivateKey(keyId).export({ format: "pem", type: "pkcs8" }) as string;

/** Test keys don't end. */
const VALID = { validFrom: "2016-12-01", validTo: "2099-12-31" } as const;
/** Who has a sandbox decides by its network who reaches it. */
const ANYWHERE = ["0.0.0.0/0", "::/0"];

/** How a sandbox's bank is let in: one client with every scope, and its test keys. */
export const sandboxAccess = ({ bank, keyIds }: SandboxBank) =>
  wholeOnboarding(
    SANDBOX_DISTRICT,
    bank,
    keyIds.map((keyId) => ({ keyId, publicKey: SANDBOX_PUBLIC_KEYS[keyId] ?? "", privateKey: sandboxPrivateKey(keyId), ...VALID })),
    ANYWHERE,
  );

/** Writes every test key into `folder` as `<key id>.pem`. */
export async function writeSandboxKeys(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const keyId of Object.keys(SANDBOX_PUBLIC_KEYS)) await writeFile(path.join(folder, `${keyId}.pem`), sandboxPem(keyId));
}

/** Keys of the sandbox's invented personal data: the same everywhere, so that a person has one id in every sandbox. */
export function sandboxVaultSecrets(): VaultSecrets {
  const bytes = (what: string): string => createHash("sha256").update(`Huimin Ledger sandbox ${what}`).digest("base64");
  return parseVaultSecrets(JSON.stringify({ current: "sandbox", masterKeys: { sandbox: bytes("master key") }, pepper: bytes("pepper") }));
}
