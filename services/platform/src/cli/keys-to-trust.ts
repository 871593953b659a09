import { readFile } from "node:fs/promises";
import { NoteError, type NoteVerifier, noteSigner, parseVerifierKey, verifierKey } from "@huimin/proof-log";
import { KEY_FILES } from "../compose/backup.ts";
import { originOf } from "../compose/log-key.ts";
import { type CliContext, configOf, fileOf } from "./context.ts";
import { WrongUsage } from "./output.ts";

/** Keys of the log to trust a backup by: named, of this home, or from a file of secrets. None of them: undefined. */
export async function keysToTrust(
  context: CliContext,
  named: readonly string[] | undefined,
  secrets: Readonly<Record<string, string>> | undefined,
): Promise<NoteVerifier[] | undefined> {
  const { district, logKeyFile } = configOf(context);
  if (named) return Promise.all(named.map((key) => namedKey(context, key)));
  const pem = (await readFile(logKeyFile, "utf8").catch(() => undefined)) ?? secrets?.[KEY_FILES.logKeyFile];
  return pem === undefined ? undefined : [parseVerifierKey(verifierKey(noteSigner(originOf(district), pem).verifier))];
}

async function namedKey(context: CliContext, key: string): Promise<NoteVerifier> {
  const text = /\+[0-9a-f]{8}\+/.test(key) ? key : await readFile(fileOf(context, key), "utf8").catch(() => "");
  try {
    return parseVerifierKey(text.trim());
  } catch (fault) {
    throw fault instanceof NoteError ? new WrongUsage(`--key: ${key} is neither a public key (name+keyid+key) nor a file with one`) : fault;
  }
}
