import { createHash, randomUUID } from "node:crypto";
import { createWriteStream } from "node:fs";
import { chmod, mkdir, open, readFile, rename, rm } from "node:fs/promises";
import path from "node:path";
import { finished } from "node:stream/promises";
import { BankFileFault, bankFileErrors, FILE_BYTES_MAX } from "@huimin/bank-files";

/*
 * Where files lie: `spool/` while they arrive, `{bank}/{sha256}.file` and the bank's report beside it afterwards. They
 * contain names and account numbers in clear, so only the process's user reads them. The log has their hashes.
 */

export interface Spooled {
  readonly path: string;
  readonly sha256: string;
  readonly bytes: number;
}

/** Owner only. */
const MODE = 0o600;
const DIRECTORY_MODE = 0o700;
const SAFE = /^[\w.-]{1,80}$/;

export class BankFileStorage {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  async #directory(name: string): Promise<string> {
    const directory = path.join(this.#root, name);
    await mkdir(directory, { recursive: true, mode: DIRECTORY_MODE });
    return directory;
  }

  /** Writes what arrives to disk and computes its hash on the way. Throws BANK_FILE_TOO_LARGE, BANK_FILE_EMPTY. */
  async spool(chunks: AsyncIterable<Uint8Array>): Promise<Spooled> {
    const file = path.join(await this.#directory("spool"), randomUUID());
    const hash = createHash("sha256");
    let bytes = 0;
    try {
      await writeChunks(file, counted());
      if (bytes === 0) throw new BankFileFault(bankFileErrors.BANK_FILE_EMPTY);
    } catch (fault) {
      await rm(file, { force: true });
      throw fault;
    }
    return { path: file, sha256: hash.digest("hex"), bytes };

    async function* counted(): AsyncGenerator<Uint8Array> {
      for await (const chunk of chunks) {
        bytes += chunk.length;
        if (bytes > FILE_BYTES_MAX) throw new BankFileFault(bankFileErrors.BANK_FILE_TOO_LARGE, { what: "bytes", limit: FILE_BYTES_MAX });
        hash.update(chunk);
        yield chunk;
      }
    }
  }

  /** Moves a spooled file to its place; one that is there already has the same bytes. */
  async keep(bank: string, spooled: Spooled): Promise<string> {
    const file = path.join(await this.#directory(folderOf(bank)), `${spooled.sha256}.file`);
    await rename(spooled.path, file);
    return file;
  }

  async drop(spooled: Spooled): Promise<void> {
    await rm(spooled.path, { force: true });
  }

  fileOf(bank: string, sha256: string): string {
    return path.join(this.#root, folderOf(bank), `${sha256}.file`);
  }

  reportOf(bank: string, sha256: string, extension: string): string {
    return path.join(this.#root, folderOf(bank), `${sha256}.report.${extension}`);
  }

  /** Writes a file that is whole as soon as it is there. Answers the SHA-256 of what was written. */
  async write(file: string, chunks: AsyncIterable<Uint8Array | string>): Promise<string> {
    await mkdir(path.dirname(file), { recursive: true, mode: DIRECTORY_MODE });
    const hash = createHash("sha256");
    const part = `${file}.${randomUUID()}.part`;
    try {
      await writeChunks(part, hashed());
      await rename(part, file);
    } catch (fault) {
      await rm(part, { force: true });
      throw fault;
    }
    return hash.digest("hex");

    async function* hashed(): AsyncGenerator<Uint8Array> {
      for await (const chunk of chunks) {
        const bytes = typeof chunk === "string" ? Buffer.from(chunk) : chunk;
        hash.update(bytes);
        yield bytes;
      }
    }
  }

  /** The summary that the bank got, as JSON; undefined where there is none. */
  async readSummary(bank: string, sha256: string): Promise<unknown> {
    const text = await readFile(this.reportOf(bank, sha256, "summary.json"), "utf8").catch(() => undefined);
    return text === undefined ? undefined : JSON.parse(text);
  }
}

/** A bank's id may hold what a folder's name may not. */
const folderOf = (bank: string): string =>
  SAFE.test(bank) && !/^\.+$/.test(bank) ? bank : createHash("sha256").update(bank).digest("hex").slice(0, 32);

async function writeChunks(file: string, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  const stream = createWriteStream(file, { mode: MODE, flags: "wx" });
  // Listening from the start: a full disk is this file's fault and not the process's.
  const done = finished(stream);
  done.catch(() => undefined);
  try {
    for await (const chunk of chunks) {
      if (stream.destroyed) break;
      if (!stream.write(chunk)) await Promise.race([new Promise((resolve) => stream.once("drain", resolve)), done]);
    }
    stream.end();
  } catch (fault) {
    stream.destroy();
    throw fault;
  }
  await done;
  const handle = await open(file, "r+");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
  await chmod(file, MODE);
}
