import { argon2, createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { BackupFault } from "./errors.ts";

/*
 * The keys that a backup does not hold, in a file of their own under a passphrase: argon2id makes a key of it, AES-256-GCM
 * seals. Whoever has the backup alone, or this file alone, reads nobody's name.
 */

export const PASSPHRASE_LENGTH_MIN = 12;
/** RFC 9106's second recommendation: 64 MiB, three passes. Opening is rare. */
const MEMORY_KIB = 65_536;
const PASSES = 3;
const MAGIC = "huimin-keys/1\n";
const SALT_BYTES = 16;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

const keyOf = (passphrase: string, salt: Buffer): Promise<Buffer> =>
  new Promise((done, failed) =>
    argon2(
      "argon2id",
      { message: passphrase.normalize("NFC"), nonce: salt, parallelism: 1, tagLength: 32, memory: MEMORY_KIB, passes: PASSES },
      (fault, key) => (fault ? failed(fault) : done(key)),
    ),
  );

/** Files by name, sealed. Throws BACKUP_PASSPHRASE for a passphrase that is too short. */
export async function sealFiles(files: Readonly<Record<string, string>>, passphrase: string, name: string): Promise<Buffer> {
  if (passphrase.length < PASSPHRASE_LENGTH_MIN) throw new BackupFault("BACKUP_PASSPHRASE", { file: name, length: PASSPHRASE_LENGTH_MIN });
  const salt = randomBytes(SALT_BYTES);
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv("aes-256-gcm", await keyOf(passphrase, salt), nonce);
  cipher.setAAD(Buffer.from(MAGIC));
  const sealed = Buffer.concat([cipher.update(JSON.stringify(files), "utf8"), cipher.final(), cipher.getAuthTag()]);
  return Buffer.concat([Buffer.from(MAGIC), salt, nonce, sealed]);
}

/** Throws BACKUP_PASSPHRASE when passphrase and file do not belong together. */
export async function openFiles(bytes: Buffer, passphrase: string, name: string): Promise<Record<string, string>> {
  const start = MAGIC.length + SALT_BYTES + NONCE_BYTES;
  const fault = new BackupFault("BACKUP_PASSPHRASE", { file: name, length: PASSPHRASE_LENGTH_MIN });
  if (bytes.length < start + TAG_BYTES || bytes.toString("latin1", 0, MAGIC.length) !== MAGIC) throw fault;
  const salt = bytes.subarray(MAGIC.length, MAGIC.length + SALT_BYTES);
  const decipher = createDecipheriv("aes-256-gcm", await keyOf(passphrase, salt), bytes.subarray(start - NONCE_BYTES, start));
  decipher.setAAD(Buffer.from(MAGIC));
  decipher.setAuthTag(bytes.subarray(bytes.length - TAG_BYTES));
  try {
    const text = Buffer.concat([decipher.update(bytes.subarray(start, bytes.length - TAG_BYTES)), decipher.final()]);
    return JSON.parse(text.toString("utf8")) as Record<string, string>;
  } catch {
    throw fault;
  }
}
