import { readFile } from "node:fs/promises";
import { backedUpRows, type OpenBackup } from "@huimin/backup";
import { type CheckpointFile, CheckpointFolder } from "@huimin/checkpoints";
import { type CliContext, fileOf } from "./context.ts";
import { WrongUsage } from "./output.ts";

/* What `verify` compares a log with besides its own checkpoints: notes that somebody kept, and folders of them. */

const BEGIN = "-----BEGIN CHECKPOINT-----\n";
const END = "-----END CHECKPOINT-----";

/** A checkpoint as it was mailed, or the note alone. */
export function noteIn(text: string): string {
  const unix = text.replaceAll("\r\n", "\n");
  const from = unix.indexOf(BEGIN);
  const note = from < 0 ? unix : unix.slice(from + BEGIN.length, unix.includes(END, from) ? unix.indexOf(END, from) : undefined);
  return `${note.trimEnd()}\n`;
}

/** Checkpoints that were given by name: files, or folders of them. */
export async function givenCheckpoints(context: CliContext, given: readonly string[] = []): Promise<CheckpointFile[]> {
  const files: CheckpointFile[] = [];
  for (const name of given) {
    const place = fileOf(context, name);
    const inFolder = await new CheckpointFolder(place).notes();
    if (inFolder.length > 0) files.push(...inFolder.map(({ file, note, size }) => ({ place: file, note, size })));
    else {
      const text = await readFile(place, "utf8").catch(() => {
        throw new WrongUsage(`--checkpoint: ${name} is neither a checkpoint nor a folder of them`);
      });
      files.push({ place, note: noteIn(text) });
    }
  }
  return files;
}

/** Checkpoints that were signed before the backup: rows of proof.checkpoint in it. */
export async function backedUpCheckpoints(backup: OpenBackup, district: string): Promise<CheckpointFile[]> {
  const files: CheckpointFile[] = [];
  for await (const { district: of, size, note } of backedUpRows(backup, "proof.checkpoint"))
    if (of === district && note !== undefined) files.push({ place: backup.file, note, size: Number(size) });
  const lines = new Map<string, string>();
  for await (const { district: of, size = "", line = "" } of backedUpRows(backup, "proof.cosignature"))
    if (of === district) lines.set(size, (lines.get(size) ?? "") + line);
  return files.map((file) => ({ ...file, note: file.note + (lines.get(String(file.size)) ?? "") }));
}
