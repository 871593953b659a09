import { readFile } from "node:fs/promises";
import { type BackedUpFolder, BackupFault, type OpenBackup, restoreFolder, roomFor } from "@huimin/backup";
import type { Config } from "@huimin/config";
import { fileVaultSecrets, parseVaultSecrets, SUITES, type VaultSecrets } from "@huimin/vault";

/*
 * The banks' files in a backup: sealed under a key of that backup, which the current master key of personal data wraps, so
 * that a backup without its keys shows nobody's name, and a master key that is thrown away closes them too.
 */

/** The one folder of files that belongs to the books and lies beside the database. */
export const BANK_FILES = "bank-files";

const CONTEXT = Buffer.from(JSON.stringify(["backup of files", BANK_FILES]));

/** Wraps the key of a backup's files under the current master key. */
export function wrapperOf(vaultSecretsFile: string) {
  return (key: Uint8Array): { readonly masterKey: string; readonly wrapped: Uint8Array } => {
    const { current, masterKeys } = fileVaultSecrets(vaultSecretsFile);
    const master = masterKeys.get(current);
    const suite = SUITES.find(({ tag }) => tag === master?.suite);
    if (!master || !suite) throw new Error(`the vault secrets have no key ${current} of a known suite`);
    return { masterKey: current, wrapped: suite.encrypt(master.key, key, CONTEXT) };
  };
}

function unwrapped({ masterKey, wrapped }: BackedUpFolder, secrets: VaultSecrets | undefined): Uint8Array | undefined {
  const master = secrets?.masterKeys.get(masterKey);
  const suite = SUITES.find(({ tag }) => tag === master?.suite);
  return master && suite?.decrypt(master.key, Buffer.from(wrapped, "base64"), CONTEXT);
}

/** Secrets of a home, or as they were backed up; undefined where there are none. */
export async function secretsAt({ vaultSecretsFile }: Pick<Config, "vaultSecretsFile">, given?: string): Promise<VaultSecrets | undefined> {
  const text = given ?? (await readFile(vaultSecretsFile, "utf8").catch(() => undefined));
  return text === undefined ? undefined : parseVaultSecrets(text);
}

export const bankFilesOf = ({ manifest }: OpenBackup): BackedUpFolder | undefined =>
  manifest.folders.find(({ name }) => name === BANK_FILES);

/** Refuses BACKUP_FILES_KEY where the secrets don't open the banks' files of a backup. Before anything is written. */
export function keyOfBankFiles(backup: OpenBackup, secrets: VaultSecrets | undefined): Uint8Array | undefined {
  const folder = bankFilesOf(backup);
  if (folder === undefined || folder.files === 0) return undefined;
  const key = unwrapped(folder, secrets);
  if (key === undefined) throw new BackupFault("BACKUP_FILES_KEY", { file: backup.file, masterKey: folder.masterKey });
  return key;
}

/** Refuses RESTORE_FILES_OCCUPIED where other files lie, before anything is written. */
export async function assertRoomForBankFiles(backup: OpenBackup, target: string): Promise<void> {
  const folder = bankFilesOf(backup);
  if (folder && (await roomFor(folder, target)) === "occupied") throw new BackupFault("RESTORE_FILES_OCCUPIED", { folder: target });
}

/** Puts the banks' files of a backup to `target`. Throws RESTORE_FILES_OCCUPIED, RESTORE_FILES_DIFFER, BACKUP_FILES_KEY. */
export async function restoreBankFiles(backup: OpenBackup, key: Uint8Array | undefined, target: string): Promise<number> {
  const folder = bankFilesOf(backup);
  if (folder === undefined || key === undefined) return 0;
  const done = await restoreFolder(folder, backup.bytes(folder, key), target);
  if (done === "occupied") throw new BackupFault("RESTORE_FILES_OCCUPIED", { folder: target });
  if (done === "differs") throw new BackupFault("RESTORE_FILES_DIFFER", { folder: target });
  return folder.files;
}
