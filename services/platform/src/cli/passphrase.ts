import { readFile } from "node:fs/promises";
import { type CliContext, fileOf } from "./context.ts";
import { WrongUsage } from "./output.ts";

/** A passphrase never stands in an argument, where every user of the machine can read it. */
export async function passphraseOf(context: CliContext, file: string | undefined): Promise<string> {
  if (file !== undefined) {
    const text = await readFile(fileOf(context, file), "utf8").catch(() => {
      throw new WrongUsage(`--passphrase-file: ${file} can't be read`);
    });
    return text.replace(/\r?\n$/, "");
  }
  const given = context.environment.HUIMIN_BACKUP_PASSPHRASE;
  if (given) return given;
  throw new WrongUsage("name a file with --passphrase-file, or set HUIMIN_BACKUP_PASSPHRASE");
}
