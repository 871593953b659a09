import { mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import path from "node:path";

/*
 * Checkpoints as files outside the database: a folder on another machine, or the files that are mailed to the auditor. One
 * file a checkpoint, never overwritten with another text; `latest` is the one of the largest size.
 */

const FILE = /^checkpoint-(\d{12})\.txt$/;
const nameOf = (size: number): string => `checkpoint-${String(size).padStart(12, "0")}.txt`;

export class CheckpointFolder {
  readonly path: string;

  constructor(folder: string) {
    this.path = folder;
  }

  /** Writes a checkpoint whole or not at all. Throws when the folder has another text for this size. */
  async write(size: number, note: string): Promise<void> {
    await mkdir(this.path, { recursive: true });
    const file = path.join(this.path, nameOf(size));
    const known = await readFile(file, "utf8").catch(() => undefined);
    if (known === note) return;
    if (known !== undefined) throw new Error(`${file} has another checkpoint of the same size`);
    const draft = `${file}.${process.pid}.part`;
    await writeFile(draft, note, { flush: true });
    await rename(draft, file);
  }

  /** Files of checkpoints, smallest size first. */
  async notes(): Promise<{ readonly file: string; readonly note: string }[]> {
    const names = (await readdir(this.path).catch(() => [])).filter((name) => FILE.test(name)).sort();
    return Promise.all(
      names.map(async (name) => ({ file: path.join(this.path, name), note: await readFile(path.join(this.path, name), "utf8") })),
    );
  }

  async latest(): Promise<string | undefined> {
    return (await this.notes()).at(-1)?.note;
  }
}
