import { mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import path from "node:path";

/*
 * Checkpoints as files outside the database: a folder on another machine, or the files that are mailed to the auditor. One
 * file a checkpoint, never overwritten with another text, and one more with the cosignatures of witnesses where there are.
 */

const FILE = /^(checkpoint|witnessed)-(\d{12})\.txt$/;
const nameOf = (size: number, kind = "checkpoint"): string => `${kind}-${String(size).padStart(12, "0")}.txt`;

/** A checkpoint as a file; `size` is what its name says. */
export interface FiledCheckpoint {
  readonly file: string;
  readonly note: string;
  readonly size: number;
}

export class CheckpointFolder {
  readonly path: string;

  constructor(folder: string) {
    this.path = folder;
  }

  /** Writes a checkpoint whole or not at all. Throws when the folder has another text for this size. */
  async write(size: number, note: string): Promise<void> {
    const file = path.join(this.path, nameOf(size));
    const known = await readFile(file, "utf8").catch(() => undefined);
    if (known === note) return;
    if (known !== undefined) throw new Error(`${file} has another checkpoint of the same size`);
    await this.#put(file, note);
  }

  /** Writes a checkpoint with the cosignatures that it has by now. */
  async writeWitnessed(size: number, note: string): Promise<void> {
    await this.#put(path.join(this.path, nameOf(size, "witnessed")), note);
  }

  async #put(file: string, text: string): Promise<void> {
    await mkdir(this.path, { recursive: true });
    const draft = `${file}.${process.pid}.part`;
    await writeFile(draft, text, { flush: true });
    await rename(draft, file);
  }

  /** Files of checkpoints, smallest size first. */
  async notes(): Promise<FiledCheckpoint[]> {
    const found = (await readdir(this.path).catch(() => [])).flatMap((name) => {
      const size = FILE.exec(name)?.[2];
      return size === undefined ? [] : [{ file: path.join(this.path, name), size: Number(size) }];
    });
    found.sort((a, b) => a.size - b.size || (a.file < b.file ? -1 : 1));
    return Promise.all(found.map(async (one) => ({ ...one, note: await readFile(one.file, "utf8") })));
  }

  async latest(): Promise<string | undefined> {
    return (await this.notes()).at(-1)?.note;
  }
}
