import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

/** What the vault must know and the database must not: master keys by id (the current one wraps) and the pepper. */
export interface VaultSecrets {
  readonly current: string;
  readonly masterKeys: ReadonlyMap<string, Uint8Array>;
  readonly pepper: Uint8Array;
}

/** The secrets are missing or malformed; the message says where they come from, never what they are. */
export class VaultSecretsFault extends Error {
  override readonly name = "VaultSecretsFault";
}

const KEY_BYTES = 32;

interface SecretsText {
  readonly current: string;
  readonly masterKeys: Readonly<Record<string, string>>;
  readonly pepper: string;
}

/** Reads secrets of the form `{"current":"m1","masterKeys":{"m1":"<base64>"},"pepper":"<base64>"}`, each 32 bytes. */
export function parseVaultSecrets(text: string): VaultSecrets {
  let read: SecretsText;
  try {
    read = JSON.parse(text) as SecretsText;
  } catch {
    throw new VaultSecretsFault("the vault secrets are not JSON");
  }
  const key = (name: string, value: unknown): Uint8Array => {
    const bytes = typeof value === "string" ? Buffer.from(value, "base64") : Buffer.alloc(0);
    if (bytes.length !== KEY_BYTES) throw new VaultSecretsFault(`the vault secret ${name} is not ${KEY_BYTES} bytes in base64`);
    return bytes;
  };
  const masterKeys = new Map(Object.entries(read.masterKeys ?? {}).map(([id, value]) => [id, key(`masterKeys.${id}`, value)]));
  if (!masterKeys.has(read.current)) throw new VaultSecretsFault("the vault secrets name a current master key that they do not have");
  return { current: read.current, masterKeys, pepper: key("pepper", read.pepper) };
}

export function generateVaultSecrets(): string {
  const secrets: SecretsText = {
    current: "m1",
    masterKeys: { m1: randomBytes(KEY_BYTES).toString("base64") },
    pepper: randomBytes(KEY_BYTES).toString("base64"),
  };
  return `${JSON.stringify(secrets)}\n`;
}

/**
 * The file of the embedded default, made on first use and readable by its owner only. Whoever loses it loses every
 * name and number in the log: it belongs into the backup, apart from the database's.
 */
export function fileVaultSecrets(file: string): VaultSecrets {
  mkdirSync(path.dirname(file), { recursive: true });
  try {
    writeFileSync(file, generateVaultSecrets(), { mode: 0o600, flag: "wx" });
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code !== "EEXIST") throw fault;
  }
  return parseVaultSecrets(readFileSync(file, "utf8"));
}
