import { createHash, randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises";
import path from "node:path";
import { pipeline } from "node:stream/promises";

/** Two processes that make the same file must not write into each other's. */
const partOf = (file: string): string => `${file}.${randomBytes(4).toString("hex")}.part`;

/** Removes what processes left that ended in the middle of a file. */
export async function removeParts(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) if (name.endsWith(".part")) await rm(path.join(folder, name), { force: true });
}

/** Writes a file whole or not at all: what is there under its name is complete. */
export async function writeWhole(file: string, content: Uint8Array | string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  const part = partOf(file);
  const handle = await open(part, "w", 0o600);
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(part, file);
}

/** The same for content that comes in pieces; answers its SHA-256. */
export async function writePieces(file: string, pieces: AsyncIterable<string> | Iterable<string>): Promise<string> {
  await mkdir(path.dirname(file), { recursive: true });
  const hash = createHash("sha256");
  const part = partOf(file);
  const handle = await open(part, "w", 0o600);
  try {
    for await (const piece of pieces) {
      hash.update(piece);
      await handle.write(piece);
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(part, file);
  return hash.digest("hex");
}

export const sha256 = (content: Uint8Array | string): string => createHash("sha256").update(content).digest("hex");

/** SHA-256 of a file, read in pieces; undefined where there is none. */
export async function sha256OfFile(file: string): Promise<string | undefined> {
  const hash = createHash("sha256");
  try {
    await pipeline(createReadStream(file), hash);
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw fault;
  }
  return hash.digest("hex");
}

/** JSON of a file; undefined where there is none. */
export async function readJson<T>(file: string): Promise<T | undefined> {
  const text = await readFile(file, "utf8").catch((fault: NodeJS.ErrnoException) => {
    if (fault.code === "ENOENT") return undefined;
    throw fault;
  });
  return text === undefined ? undefined : (JSON.parse(text) as T);
}
