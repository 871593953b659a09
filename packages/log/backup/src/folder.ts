import { createCipheriv, createDecipheriv, createHash, type Hash } from "node:crypto";
import { type FileHandle, mkdir, open, readdir, rename, rm } from "node:fs/promises";
import path from "node:path";
import { headerOf, readHeader, TAR_BLOCK } from "./tar.ts";

/*
 * Files beside the database (the banks', as they came) in a backup: one tar stream of the folder, cut into parts of a few
 * megabytes, each compressed and sealed under a key of this backup, which a master key wraps. They hold names and accounts
 * in clear, and whoever has the backup alone must read none. By hand: open, `zstd -d`, join the parts, `tar x`.
 */

/** A folder of a backup as its list of contents says it. */
export interface BackedUpFolder {
  readonly name: string;
  readonly files: number;
  readonly bytes: number;
  /** SHA-256 of `sha256sum`'s lines of all files, in byte order of their paths: what the restored folder must give again. */
  readonly sha256: string;
  /** Which master key wraps the key of these parts, and how. Base64. */
  readonly masterKey: string;
  readonly wrapped: string;
  readonly parts: readonly { readonly name: string; readonly sha256: string }[];
  /** Files whose content is no longer what their name, the hash that the log knows, says. */
  readonly altered: readonly string[];
}

/** Files named in a warning and in the list of contents. */
const ALTERED_NAMED_MAX = 100;
/** Bytes read from a file at once. */
const CHUNK_BYTES = 1 << 20;
/** `{bank}/{file}`, as the banks' files lie; nothing else is copied, and nothing else is written by a restore. */
const NAME = /^[\w.-]{1,100}$/;
/** What is still arriving, and drafts: not part of the books. */
const isDraft = (folder: string, file: string): boolean => folder === "spool" || file.endsWith(".part");
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Counts files and hashes their list; `listing` at the end. */
class Listing {
  readonly #hash: Hash = createHash("sha256");
  readonly altered: string[] = [];
  files = 0;
  bytes = 0;

  add(name: string, size: number, sha256: string): void {
    this.files += 1;
    this.bytes += size;
    this.#hash.update(`${sha256}  ${name}\n`);
    const [, told] = /\/([0-9a-f]{64})\.file$/.exec(name) ?? [];
    if (told !== undefined && told !== sha256 && this.altered.length < ALTERED_NAMED_MAX) this.altered.push(name);
  }

  done(): Pick<BackedUpFolder, "files" | "bytes" | "sha256" | "altered"> {
    const { files, bytes, altered } = this;
    return { files, bytes, sha256: this.#hash.digest("hex"), altered };
  }
}

async function* filesIn(root: string): AsyncGenerator<readonly [folder: string, file: string]> {
  const folders = await readdir(root, { withFileTypes: true }).catch((fault: NodeJS.ErrnoException) => {
    if (fault.code === "ENOENT") return [];
    throw fault;
  });
  for (const { name: folder } of folders.filter((one) => one.isDirectory() && NAME.test(one.name)).sort(byName)) {
    const files = await readdir(path.join(root, folder), { withFileTypes: true });
    for (const { name: file } of files.filter((one) => one.isFile() && NAME.test(one.name)).sort(byName))
      if (!isDraft(folder, file)) yield [folder, file];
  }
}

const byName = (a: { readonly name: string }, b: { readonly name: string }): number => (a.name < b.name ? -1 : 1);

/** Exactly `size` bytes of an open file: what is renamed over it meanwhile is another file. */
async function* bytesOf(file: FileHandle, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < size; ) {
    const chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, size - at));
    const { bytesRead } = await file.read(chunk, 0, chunk.length, at);
    if (bytesRead === 0) throw new Error(`a file became shorter while it was backed up, at byte ${at} of ${size}`);
    at += bytesRead;
    yield chunk.subarray(0, bytesRead);
  }
}

/** The folder as one tar stream; the listing is complete when the stream has ended. */
async function* tarOf(root: string, listing: Listing): AsyncGenerator<Buffer> {
  for await (const [folder, name] of filesIn(root)) {
    const file = await open(path.join(root, folder, name), "r");
    try {
      const { size } = await file.stat();
      const hash = createHash("sha256");
      yield headerOf(name, size, folder);
      for await (const chunk of bytesOf(file, size)) {
        hash.update(chunk);
        yield chunk;
      }
      const padding = (TAR_BLOCK - (size % TAR_BLOCK)) % TAR_BLOCK;
      if (padding > 0) yield Buffer.alloc(padding);
      listing.add(`${folder}/${name}`, size, hash.digest("hex"));
    } finally {
      await file.close();
    }
  }
  yield Buffer.alloc(2 * TAR_BLOCK);
}

/** Files, bytes and the hash of the list of a folder that lies on this machine. */
export async function listingOf(root: string): Promise<Pick<BackedUpFolder, "files" | "bytes" | "sha256" | "altered">> {
  const listing = new Listing();
  for await (const _ of tarOf(root, listing));
  return listing.done();
}

/** Pieces of about `size` bytes, for a part each. */
export async function copyFolder(
  root: string,
  size: number,
  onPiece: (piece: readonly Buffer[], bytes: number) => Promise<void>,
): Promise<Pick<BackedUpFolder, "files" | "bytes" | "sha256" | "altered">> {
  const listing = new Listing();
  let piece: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of tarOf(root, listing)) {
    piece.push(chunk);
    bytes += chunk.length;
    if (bytes < size) continue;
    await onPiece(piece, bytes);
    piece = [];
    bytes = 0;
  }
  if (bytes > 0) await onPiece(piece, bytes);
  return listing.done();
}

/** AES-256-GCM under the key of this backup; the name of the part is bound to it, and is its nonce's number. */
export function sealPart(key: Uint8Array, name: string, content: Buffer, number: number): Buffer {
  const nonce = Buffer.alloc(NONCE_BYTES);
  nonce.writeUInt32BE(number, NONCE_BYTES - 4);
  const cipher = createCipheriv("aes-256-gcm", key, nonce);
  cipher.setAAD(Buffer.from(name));
  return Buffer.concat([nonce, cipher.update(content), cipher.final(), cipher.getAuthTag()]);
}

/** Undefined when key, name or bytes are not those of the sealing. */
export function openPart(key: Uint8Array, name: string, sealed: Buffer): Buffer | undefined {
  if (sealed.length < NONCE_BYTES + TAG_BYTES) return undefined;
  const decipher = createDecipheriv("aes-256-gcm", key, sealed.subarray(0, NONCE_BYTES));
  decipher.setAAD(Buffer.from(name));
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, sealed.length - TAG_BYTES)), decipher.final()]);
  } catch {
    return undefined;
  }
}

/** Reads a stream of chunks by counts of bytes. */
class ByteReader {
  readonly #chunks: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(chunks: AsyncIterable<Buffer>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** At most `count` bytes, at least one. */
  async some(count: number): Promise<Buffer> {
    while (this.#rest.length === 0) {
      const { value, done } = await this.#chunks.next();
      if (done) throw new Error("the files of the backup end in the middle");
      this.#rest = value;
    }
    const taken = this.#rest.subarray(0, count);
    this.#rest = this.#rest.subarray(taken.length);
    return taken;
  }

  async exactly(count: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    for (let left = count; left > 0; ) {
      const part = await this.some(left);
      parts.push(part);
      left -= part.length;
    }
    return parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts, count);
  }
}

/** Writes the files of a tar stream below `root`, for the owner only. Throws for a name that leads elsewhere. */
async function unpack(chunks: AsyncIterable<Buffer>, root: string): Promise<void> {
  const reader = new ByteReader(chunks);
  for (;;) {
    const header = readHeader(await reader.exactly(TAR_BLOCK));
    if (header === "end") return;
    if (header === undefined) throw new Error("the files of the backup are no tar stream");
    const { prefix, name, size } = header;
    if (![prefix, name].every((one) => NAME.test(one) && !/^\.+$/.test(one))) throw new Error(`${prefix}/${name} is no file of a bank`);
    await mkdir(path.join(root, prefix), { recursive: true, mode: 0o700 });
    const file = await open(path.join(root, prefix, name), "wx", 0o600);
    try {
      for (let left = size; left > 0; ) {
        const chunk = await reader.some(left);
        await file.write(chunk);
        left -= chunk.length;
      }
      await file.sync();
    } finally {
      await file.close();
    }
    await reader.exactly((TAR_BLOCK - (size % TAR_BLOCK)) % TAR_BLOCK);
  }
}

const isSame = async (folder: BackedUpFolder, root: string): Promise<boolean> => {
  const { files, sha256 } = await listingOf(root);
  return files === folder.files && sha256 === folder.sha256;
};

/** What lies where a folder is to go: nothing, the very same files, or others. */
export async function roomFor(folder: BackedUpFolder, target: string): Promise<"room" | "there" | "occupied"> {
  const found = await readdir(target).catch(() => []);
  return found.length === 0 ? "room" : (await isSame(folder, target)) ? "there" : "occupied";
}

/**
 * Puts a folder of a backup to its place. What was there is never written over: it must be empty, absent, or the very same
 * files. A restore that was killed leaves a draft beside it, which the next one throws away. Answers `occupied` for other
 * files, `differs` when the written files are not what the list of contents says.
 */
export async function restoreFolder(
  folder: BackedUpFolder,
  chunks: AsyncIterable<Buffer>,
  target: string,
): Promise<"written" | "there" | "occupied" | "differs"> {
  const room = await roomFor(folder, target);
  if (room !== "room") return room;
  const draft = `${target}.restoring`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { recursive: true, mode: 0o700 });
  await unpack(chunks, draft);
  if (!(await isSame(folder, draft))) return "differs";
  await rm(target, { recursive: true, force: true });
  await rename(draft, target);
  return "written";
}
