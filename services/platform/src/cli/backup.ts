import { stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { listBackups, PASSPHRASE_LENGTH_MIN, sealFiles } from "@huimin/backup";
import { LogAltered, LogForked } from "@huimin/checkpoints";
import type { Command } from "commander";
import { backUp, keyFiles } from "../compose/backup.ts";
import { type CliContext, configOf, fileOf, optionsOf, withPlatform } from "./context.ts";
import { CommandRefused, printTable, WrongUsage } from "./output.ts";
import { passphraseOf } from "./passphrase.ts";
import { startProgress } from "./progress.ts";

interface BackupOptions {
  readonly out?: string;
  readonly keep?: string;
  readonly withSecrets?: string;
  readonly passphraseFile?: string;
  readonly json?: boolean;
}

/** backup, backup list: copies of the database while it serves, and which there are. */
export function backupCommands(program: Command, context: CliContext): void {
  const backup = program
    .command("backup")
    .description("备份: a signed copy of the database in one snapshot, while it serves; without the keys of personal data")
    .option("--out <path>", "a folder (the file gets a name of its own), or a file that does not exist")
    .option("--keep <n>", "newest backups that the folder keeps; older ones are removed")
    .option("--with-secrets <file>", "also write vault-secrets.json and log-key.pem, sealed under a passphrase; keep it apart")
    .option("--passphrase-file <file>", `passphrase of at least ${PASSPHRASE_LENGTH_MIN} characters; or HUIMIN_BACKUP_PASSPHRASE`)
    .option("--json", "print JSON")
    .action((_options, command: Command) => makeOne(context, optionsOf<BackupOptions>(command)));
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
    (platform) => backUp({ platform, ...config, out, isFolder, keep, onProgress: (rows, total) => progress.update(rows, total) }),
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
  const { place, position, root, bytes, sha256, removed } = made;
  if (options.json) return context.terminal.out(JSON.stringify(made));
  context.terminal.out(`${place}\n  ${bytes} bytes, SHA-256 ${sha256}\n  position ${position}, root ${root}`);
  for (const file of removed) context.terminal.out(`  removed ${file}`);
  context.terminal.out(
    options.withSecrets === undefined
      ? "  密钥不在其中，请另行保存 vault-secrets.json 与 log-key.pem / the keys are not in it: keep vault-secrets.json and log-key.pem apart"
      : `  密钥另存于 / keys in ${fileOf(context, options.withSecrets)}`,
  );
}
