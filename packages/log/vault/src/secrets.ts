import { randomBytes } from "node:crypto";
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";

/** A key that wraps data keys, and the cipher suite under which it does. */
export interface MasterKey {
  readonly suite: string;
  readonly key: Uint8Array;
}

/**
 * What the vault must know and the database must not: master keys by id (the current one wraps) and peppers by id (the
 * current one makes new ids). Older ones stay while something is still wrapped or found under them.
 */
export interface VaultSecrets {
  readonly current: string;
  readonly masterKeys: ReadonlyMap<string, MasterKey>;
  readonly pepper: Uint8Array;
  readonly pepperId: string;
  readonly olderPeppers: ReadonlyMap<string, Uint8Array>;
}

/** The secrets are missing or malformed; the message says where they come from, never what they are. */
export class VaultSecretsFault extends Error {
  override readonly name = "VaultSecretsFault";
}

const PEPPER_BYTES = 32;
const KEY_BYTES_MIN = 16;
const KEY_BYTES_MAX = 32;
const STANDARD_SUITE = "v1";
const FIRST_PEPPER = "p1";
/** `<base64>` under the standard suite, or `<suite>:<base64>`. */
const MASTER_KEY_TEXT = /^(?:([a-z0-9]+):)?([A-Za-z0-9+/]+=*)$/;
const ID_PATTERN = /^[a-z0-9][a-z0-9-]{0,31}$/i;

interface SecretsText {
  readonly current: string;
  readonly masterKeys: Readonly<Record<string, string>>;
  readonly pepper: string;
  readonly pepperId?: string;
  readonly olderPeppers?: Readonly<Record<string, string>>;
}

const bytesOf = (name: string, text: unknown, min: number, max: number): Uint8Array => {
  const bytes = typeof text === "string" ? Buffer.from(text, "base64") : Buffer.alloc(0);
  if (bytes.length < min || bytes.length > max)
    throw new VaultSecretsFault(`the vault secret ${name} is not ${min === max ? min : `${min} to ${max}`} bytes in base64`);
  return bytes;
};

function masterKeyOf(id: string, text: unknown): MasterKey {
  const [, suite = STANDARD_SUITE, body] = typeof text === "string" ? (MASTER_KEY_TEXT.exec(text) ?? []) : [];
  if (!ID_PATTERN.test(id)) throw new VaultSecretsFault(`${id} can't name a master key`);
  return { suite, key: bytesOf(`masterKeys.${id}`, body, KEY_BYTES_MIN, KEY_BYTES_MAX) };
}

/** Reads secrets of the form `{"current":"m1","masterKeys":{"m1":"<base64>"},"pepper":"<base64>"}`; `pepperId` and `olderPeppers` after a rotation. */
export function parseVaultSecrets(text: string): VaultSecrets {
  let read: SecretsText;
  try {
    read = JSON.parse(text) as SecretsText;
  } catch {
    throw new VaultSecretsFault("the vault secrets are not JSON");
  }
  const masterKeys = new Map(Object.entries(read.masterKeys ?? {}).map(([id, value]) => [id, masterKeyOf(id, value)]));
  if (!masterKeys.has(read.current)) throw new VaultSecretsFault("the vault secrets name a current master key that they do not have");
  const older = Object.entries(read.olderPeppers ?? {});
  return {
    current: read.current,
    masterKeys,
    pepper: bytesOf("pepper", read.pepper, PEPPER_BYTES, PEPPER_BYTES),
    pepperId: read.pepperId ?? FIRST_PEPPER,
    olderPeppers: new Map(older.map(([id, value]) => [id, bytesOf(`olderPeppers.${id}`, value, PEPPER_BYTES, PEPPER_BYTES)])),
  };
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");

/** The text that {@link parseVaultSecrets} reads. */
export function writtenSecrets(secrets: VaultSecrets): string {
  const { current, masterKeys, pepper, pepperId, olderPeppers } = secrets;
  const text: SecretsText = {
    current,
    masterKeys: Object.fromEntries(
      [...masterKeys].map(([id, { suite, key }]) => [id, suite === STANDARD_SUITE ? base64(key) : `${suite}:${base64(key)}`]),
    ),
    pepper: base64(pepper),
    ...(pepperId === FIRST_PEPPER ? {} : { pepperId }),
    ...(olderPeppers.size === 0 ? {} : { olderPeppers: Object.fromEntries([...olderPeppers].map(([id, key]) => [id, base64(key)])) }),
  };
  return `${JSON.stringify(text)}\n`;
}

export function generateVaultSecrets(): string {
  return writtenSecrets({
    current: "m1",
    masterKeys: new Map([["m1", { suite: STANDARD_SUITE, key: randomBytes(KEY_BYTES_MAX) }]]),
    pepper: randomBytes(PEPPER_BYTES),
    pepperId: FIRST_PEPPER,
    olderPeppers: new Map(),
  });
}

/** Next free id of a series: m1, m2 … */
function nextId(prefix: string, taken: Iterable<string>): string {
  const numbers = [...taken].map((id) => (id.startsWith(prefix) ? Number(id.slice(prefix.length)) : 0)).filter(Number.isInteger);
  return `${prefix}${Math.max(0, ...numbers) + 1}`;
}

/** With a new master key that wraps from now on; the older ones stay. */
export function withNewMasterKey(secrets: VaultSecrets, suite: { readonly tag: string; readonly keyBytes: number }): VaultSecrets {
  const current = nextId("m", secrets.masterKeys.keys());
  const masterKeys = new Map([...secrets.masterKeys, [current, { suite: suite.tag, key: randomBytes(suite.keyBytes) }] as const]);
  return { ...secrets, current, masterKeys };
}

export function withoutMasterKey(secrets: VaultSecrets, id: string): VaultSecrets {
  if (id === secrets.current) throw new VaultSecretsFault(`${id} is the current master key`);
  return { ...secrets, masterKeys: new Map([...secrets.masterKeys].filter(([one]) => one !== id)) };
}

/** With a new pepper; the one before stays until the lookups are rebuilt. */
export function withNewPepper(secrets: VaultSecrets): VaultSecrets {
  const { pepper, pepperId, olderPeppers } = secrets;
  const id = nextId("p", [pepperId, ...olderPeppers.keys()]);
  return { ...secrets, pepper: randomBytes(PEPPER_BYTES), pepperId: id, olderPeppers: new Map([...olderPeppers, [pepperId, pepper]]) };
}

export const withoutOlderPeppers = (secrets: VaultSecrets): VaultSecrets => ({ ...secrets, olderPeppers: new Map() });

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

/** Replaces the file whole or not at all: half a file of keys would be the loss of every name. */
export function writeVaultSecrets(file: string, secrets: VaultSecrets): void {
  const draft = `${file}.${process.pid}.part`;
  writeFileSync(draft, writtenSecrets(secrets), { mode: 0o600 });
  const handle = openSync(draft, "r");
  fsyncSync(handle);
  closeSync(handle);
  renameSync(draft, file);
}

/** A running process looks at most so often whether the file was changed by a rotation. */
const LOOK_AGAIN_MS = 1_000;

/**
 * The secrets of the file as they are now: a process that serves takes up a new key within a second, without a restart.
 * A file that can't be read in the middle of a change leaves what was known.
 */
export function liveVaultSecrets(file: string, now: () => number = () => performance.now()): (again?: boolean) => VaultSecrets {
  let known = fileVaultSecrets(file);
  let stamp = stampOf(file);
  let looked = now();
  return (again = false) => {
    if (!again && now() - looked < LOOK_AGAIN_MS) return known;
    looked = now();
    const found = stampOf(file);
    if (found === undefined || found === stamp) return known;
    try {
      known = parseVaultSecrets(readFileSync(file, "utf8"));
      stamp = found;
    } catch (fault) {
      if (!(fault instanceof VaultSecretsFault)) throw fault;
    }
    return known;
  };
}

function stampOf(file: string): string | undefined {
  const { mtimeMs, size, ino } = statSync(file, { throwIfNoEntry: false }) ?? {};
  return ino === undefined ? undefined : `${ino} ${mtimeMs} ${size}`;
}
