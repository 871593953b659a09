import { createReadStream } from "node:fs";
import { copyFile, lstat, mkdir, readdir, rename } from "node:fs/promises";
import path from "node:path";
import type { BankFileKind, BankFileMode } from "@huimin/bank-file/events";
import { BankFileFault } from "@huimin/bank-files";
import type { BankFileIntake, FileAnswer } from "./intake.ts";
import { BANK_FILE_KINDS } from "./kinds.ts";

/*
 * The pick-up folder, as an SFTP server shows it to a bank with a batch window: `{bank}/in` is where it puts files,
 * `done` and `failed` where they go, `out` where the reports lie. The kind stands in the name: `repayments-20180510.csv`,
 * `repayments.all-….csv` for all or nothing; a message of ISO 20022 may have any name.
 *
 * in → (untouched for STABLE_MS, renamed) → work → done | failed. Only one process wins the rename; what a process leaves
 * in work when it ends is taken up again.
 */

/** A file that was written to since is still being written. */
export const STABLE_MS = 10_000;
/** Files of one bank and look; the rest waits for the next. */
const FILES_PER_LOOK_MAX = 50;
const DIRECTORIES = ["in", "work", "done", "failed", "out"] as const;
/** Names that uploads have before they are whole. */
const UNFINISHED = /^\.|\.(part|tmp|filepart|crdownload|swp)$|~$/i;
const BANK_NAME = /^[\w.-]{1,64}$/;

export interface FolderOptions {
  readonly intake: BankFileIntake;
  /** Directory with one directory a bank. */
  readonly root: string;
  /** Milliseconds since 1970, on the clock of the file system. */
  readonly now?: () => number;
  readonly onFile?: (file: { readonly bank: string; readonly name: string; readonly status: string; readonly sha256?: string }) => void;
  /** A file that could not be dealt with now; it stays and is taken up at the next look. */
  readonly onFault?: (fault: unknown, file: { readonly bank: string; readonly name: string }) => void;
}

export interface Look {
  readonly taken: number;
  /** Left alone: still being written. */
  readonly growing: number;
  readonly failed: number;
}

/** Looks once into the folder of every bank that is registered. */
export async function lookIntoFolder(options: FolderOptions): Promise<Look> {
  const look = { taken: 0, growing: 0, failed: 0 };
  const entries = await readdir(options.root, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    if (!entry.isDirectory() || !BANK_NAME.test(entry.name) || !(await options.intake.knows(entry.name))) continue;
    const directory = path.join(options.root, entry.name);
    for (const name of DIRECTORIES) await mkdir(path.join(directory, name), { recursive: true });
    for (const name of await filesIn(path.join(directory, "work"))) count(look, await takeOne(options, entry.name, directory, name));
    for (const name of await filesIn(path.join(directory, "in"))) {
      if (await claimed(options, directory, name)) count(look, await takeOne(options, entry.name, directory, name));
      else look.growing += 1;
    }
  }
  return look;
}

type Taken = "taken" | "failed" | "later";

function count(look: { taken: number; growing: number; failed: number }, taken: Taken): void {
  if (taken === "taken") look.taken += 1;
  if (taken === "failed") look.failed += 1;
}

/** Ordinary files only: a link could lead anywhere. */
async function filesIn(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && !UNFINISHED.test(entry.name))
    .map(({ name }) => name)
    .sort()
    .slice(0, FILES_PER_LOOK_MAX);
}

/** Takes a file out of `in` when nobody has written to it for a while. */
async function claimed({ now = Date.now }: FolderOptions, directory: string, name: string): Promise<boolean> {
  const from = path.join(directory, "in", name);
  const found = await lstat(from).catch(() => undefined);
  if (!found?.isFile() || now() - found.mtimeMs < STABLE_MS) return false;
  return rename(from, path.join(directory, "work", name)).then(
    () => true,
    () => false,
  );
}

/** `repayments.all-20180510.csv` → repayments, all. */
export function namedKind(name: string): { readonly kind?: BankFileKind; readonly mode?: BankFileMode } {
  const kind = [...BANK_FILE_KINDS].find((one) => new RegExp(`^${one}([._-]|$)`).test(name));
  if (kind === undefined) return {};
  return /^\.all([._-]|$)/.test(name.slice(kind.length)) ? { kind, mode: "all" } : { kind };
}

async function takeOne(options: FolderOptions, bank: string, directory: string, name: string): Promise<Taken> {
  const { intake, onFile, onFault } = options;
  const file = path.join(directory, "work", name);
  try {
    const spooled = await intake.storage.spool(createReadStream(file));
    const { answer } = await intake.take(spooled, { bank, ...namedKind(name) }, { bank, channel: "file" });
    await giveReport(intake, directory, name, answer);
    const done = answer.status !== "refused";
    await rename(file, path.join(directory, done ? "done" : "failed", `${answer.sha256.slice(0, 12)}-${name}`));
    onFile?.({ bank, name, status: answer.status, sha256: answer.sha256 });
    return done ? "taken" : "failed";
  } catch (fault) {
    if (fault instanceof BankFileFault) {
      // It could not even be spooled: empty, or larger than any file may be.
      await rename(file, path.join(directory, "failed", `${fault.refusal.code}-${name}`));
      onFile?.({ bank, name, status: fault.refusal.code });
      return "failed";
    }
    onFault?.(fault, { bank, name });
    return "later";
  }
}

/** The report lies in `out` as a whole file from the moment it is there. */
async function giveReport(intake: BankFileIntake, directory: string, name: string, { bank, sha256, report }: FileAnswer): Promise<void> {
  if (report === undefined) return;
  const to = path.join(directory, "out", `${path.parse(name).name}.report.${report}`);
  await copyFile(intake.storage.reportOf(bank, sha256, report), `${to}.part`);
  await rename(`${to}.part`, to);
}
