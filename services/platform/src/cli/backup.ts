import { readFile, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { listBackups, openBackup, openFiles, PASSPHRASE_LENGTH_MIN, sealFiles } from "@huimin/backup";
import { LogAltered, LogForked } from "@huimin/checkpoints";
import type { Command } from "commander";
import { backUp, KEY_FILES, keyFiles } from "../compose/backup.ts";
import { keyOfBankFiles, restoreBankFiles, secretsAt } from "../compose/backup-files.ts";
import { type CliContext, configOf, fileOf, optionsOf, withPlatform } from "./context.ts";
import { keysToTrust } from "./keys-to-trust.ts";
import { CommandRefused, printTable, WrongUsage } from "./output.ts";
import { passphraseOf } from "./passphrase.ts";
import { startProgress } from "./progress.ts";

interface BackupOptions {
  readonly out?: string;
  readonly keep?: string;
  readonly withSecrets?: string;
  readonly withoutBankFiles?: boolean;
  readonly passphraseFile?: string;
  readonly json?: boolean;
}

interface FilesOptions {
  readonly out?: string;
  readonly key?: string[];
  readonly secrets?: string;
  readonly passphraseFile?: string;
}

/** backup, backup files, backup list: copies of the database while it serves, and which there are. */
export function backupCommands(program: Command, context: CliContext): void {
  const backup = program
    .command("backup")
    .description("备份: a signed copy of the database in one snapshot, while it serves; without the keys of personal data")
    .option("--out <path>", "a folder (the file gets a name of its own), or a file that does not exist")
    .option("--keep <n>", "newest backups that the folder keeps; older ones are removed")
    .option("--with-secrets <file>", "also write vault-secrets.json and log-key.pem, sealed under a passphrase; keep it apart")
    .option("--without-bank-files", "leave the banks' files out: they are backed up by other means")
    .option("--passphrase-file <file>", `passphrase of at least ${PASSPHRASE_LENGTH_MIN} characters; or HUIMIN_BACKUP_PASSPHRASE`)
    .option("--json", "print JSON")
    .action((_options, command: Command) => makeOne(context, optionsOf<BackupOptions>(command)));
  backup
    .command("files <file>")
    .description("take the banks' files out of a backup; needs the master key that sealed them")
    .option("--out <folder>", "an empty folder, or one that does not exist")
    .option("--key <vkey...>", "public keys of the log to trust, or files with them; default: this home's log key, or the backup's own")
    .option("--secrets <file>", "keys that backup --with-secrets wrote; default: vault-secrets.json of this home")
    .option("--passphrase-file <file>", "passphrase of --secrets; or HUIMIN_BACKUP_PASSPHRASE")
    .action((file: string, _options, command: Command) => takeFiles(context, file, optionsOf<FilesOptions>(command)));
  backup
    .command("list")
    .description("backups that were made of this database")
    .option("--json", "print JSON")
    .action(async (_options, command: Command) => {
      const entries = await withPlatform(context, ({ pool, district }) => listBackups(pool, district), { project: false });
      if (optionsOf<BackupOptions>(command).json) return context.terminal.out(JSON.stringify({ backups: entries }));
      printTable(
        context.terminal,
        ["made", "position", "bytes", "master keys", "place", ""],
        entries.map((one) => [
          one.madeAt.slice(0, 19),
          String(one.position),
          String(one.bytes),
          one.masterKeys.join(" "),
          one.place,
          one.removedAt ? "removed" : "",
        ]),
        new Set([1, 2]),
      );
    });
}

/** The banks' files of a backup in a folder of their own: after a restore without them, or to look something up. */
async function takeFiles(context: CliContext, file: string, options: FilesOptions): Promise<void> {
  if (options.out === undefined) throw new WrongUsage("--out names the folder for the files");
  const out = fileOf(context, options.out);
  const config = configOf(context);
  const sealed = options.secrets;
  const secrets =
    sealed === undefined
      ? undefined
      : await openFiles(await readFile(fileOf(context, sealed)), await passphraseOf(context, options.passphraseFile), sealed);
  const backup = await openBackup(fileOf(context, file), await keysToTrust(context, options.key, secrets));
  try {
    const key = keyOfBankFiles(backup, await secretsAt(config, secrets?.[KEY_FILES.vaultSecretsFile]));
    const files = await restoreBankFiles(backup, key, out);
    context.terminal.out(`银行文件 banks' files: ${files} → ${out}`);
  } finally {
    await backup.close();
  }
}

async function makeOne(context: CliContext, options: BackupOptions): Promise<void> {
  if (options.out === undefined) throw new WrongUsage("--out names the folder or the file of the backup");
  const keep = options.keep === undefined ? undefined : Number(options.keep);
  if (keep !== undefined && !(Number.isInteger(keep) && keep >= 1)) throw new WrongUsage("--keep is a whole number of at least 1");
  const out = fileOf(context, options.out);
  const found = await stat(out).catch(() => undefined);
  const isFolder = found?.isDirectory() ?? (options.out.endsWith(path.sep) || !options.out.endsWith(".tar"));
  if (found && !isFolder) throw new WrongUsage(`${out} exists: a backup is never written over`);
  if (keep !== undefined && !isFolder) throw new WrongUsage("--keep needs a folder as --out");
  const passphrase = options.withSecrets === undefined ? undefined : await passphraseOf(context, options.passphraseFile);
  const config = configOf(context);
  const progress = startProgress("backup", !options.json);
  const made = await withPlatform(
    context,
    (platform) =>
      backUp({
        platform,
        ...config,
        bankFiles: !options.withoutBankFiles,
        out,
        isFolder,
        keep,
        onProgress: (rows, total) => progress.update(rows, total),
      }),
    { project: false },
  ).catch((fault: unknown) => {
    if (!(fault instanceof LogForked || fault instanceof LogAltered)) throw fault;
    context.terminal.err(`未备份: 日志与签名不符 no backup was made, the log is not what was signed: ${fault.message}`);
    throw new CommandRefused([]);
  });
  progress.stop();
  if (options.withSecrets !== undefined && passphrase !== undefined) {
    const file = fileOf(context, options.withSecrets);
    await writeFile(file, await sealFiles(await keyFiles(config), passphrase, file), { mode: 0o600, flag: "wx" });
  }
  const { place, position, root, bytes, sha256, removed, bankFiles } = made;
  for (const name of bankFiles?.altered ?? [])
    context.terminal.err(`银行文件与日志所记哈希不符 a bank's file is not what the log says of it: ${name}`);
  if (options.json) return context.terminal.out(JSON.stringify(made));
  context.terminal.out(`${place}\n  ${bytes} bytes, SHA-256 ${sha256}\n  position ${position}, root ${root}`);
  if (bankFiles) context.terminal.out(`  银行文件 banks' files: ${bankFiles.files}, ${bankFiles.bytes} bytes, sealed under the master key`);
  for (const file of removed) context.terminal.out(`  removed ${file}`);
  context.terminal.out(
    options.withSecrets === undefined
      ? "  密钥不在其中，请另行保存 vault-secrets.json 与 log-key.pem / the keys are not in it: keep vault-secrets.json and log-key.pem apart"
      : `  密钥另存于 / keys in ${fileOf(context, options.withSecrets)}`,
  );
}
