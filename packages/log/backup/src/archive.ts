import { createHash } from "node:crypto";
import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { TAR_BLOCK as BLOCK, headerOf, readHeader } from "./tar.ts";

/*
 * The file of a backup: a tar archive (POSIX ustar), so that anybody can look into it and take a part out. Parts are of a
 * few megabytes and written one after the other; the file has its name only once it is complete and on the disk.
 */

/** A part that would not fit into memory is no part of a backup. */
const PART_BYTES_MAX = 256 << 20;

/** Writes an archive part by part. */
export class ArchiveWriter {
  readonly #file: FileHandle;
  readonly #path: string;
  readonly #draft: string;
  #bytes = 0;

  private constructor(file: FileHandle, path: string, draft: string) {
    this.#file = file;
    this.#path = path;
    this.#draft = draft;
  }

  static async create(path: string): Promise<ArchiveWriter> {
    const draft = `${path}.${process.pid}.part`;
    return new ArchiveWriter(await open(draft, "w", 0o600), path, draft);
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Adds a part; answers its SHA-256. */
  async add(name: string, content: Buffer): Promise<string> {
    await this.#write(headerOf(name, content.length));
    await this.#write(content);
    await this.#write(Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK));
    return createHash("sha256").update(content).digest("hex");
  }

  /** Ends the archive, brings it to the disk and gives it its name. */
  async finish(): Promise<void> {
    await this.#write(Buffer.alloc(2 * BLOCK));
    await this.#file.sync();
    await this.#file.close();
    await rename(this.#draft, this.#path);
  }

  async discard(): Promise<void> {
    await this.#file.close().catch(() => undefined);
    await rm(this.#draft, { force: true });
  }

  async #write(bytes: Buffer): Promise<void> {
    await this.#file.appendFile(bytes);
    this.#bytes += bytes.length;
  }
}

/** Why a file is no archive, or not all of one. */
export class ArchiveFault extends Error {
  override readonly name = "ArchiveFault";
  readonly truncated: boolean;
  constructor(what: string, truncated: boolean) {
    super(what);
    this.truncated = truncated;
  }
}

interface Place {
  readonly at: number;
  readonly size: number;
}

/** Reads parts of an archive by name; the parts themselves are read when they are asked for. */
export class ArchiveReader {
  readonly #file: FileHandle;
  readonly #places: ReadonlyMap<string, Place>;

  private constructor(file: FileHandle, places: ReadonlyMap<string, Place>) {
    this.#file = file;
    this.#places = places;
  }

  /** Opens an archive. Throws {@link ArchiveFault}. */
  static async open(path: string): Promise<ArchiveReader> {
    const file = await open(path, "r");
    try {
      return new ArchiveReader(file, await placesIn(file));
    } catch (fault) {
      await file.close();
      throw fault;
    }
  }

  names(): readonly string[] {
    return [...this.#places.keys()];
  }

  /** The part, or undefined when there is none of this name. */
  async part(name: string): Promise<Buffer | undefined> {
    const place = this.#places.get(name);
    if (!place) return undefined;
    const bytes = Buffer.alloc(place.size);
    await this.#file.read(bytes, 0, place.size, place.at);
    return bytes;
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}

async function placesIn(file: FileHandle): Promise<Map<string, Place>> {
  const { size } = await file.stat();
  const places = new Map<string, Place>();
  const header = Buffer.alloc(BLOCK);
  let at = 0;
  for (;;) {
    if (at + BLOCK > size) throw new ArchiveFault(`the file ends after ${size} bytes in the middle of the archive`, true);
    await file.read(header, 0, BLOCK, at);
    const read = readHeader(header);
    if (read === "end") return places;
    if (read === undefined) throw new ArchiveFault(`at byte ${at} there is no part of an archive`, false);
    const { name, size: length } = read;
    if (length > PART_BYTES_MAX) throw new ArchiveFault(`part ${name} says that it has ${length} bytes`, false);
    if (at + BLOCK + length > size) throw new ArchiveFault(`the file ends after ${size} bytes, inside part ${name}`, true);
    places.set(name, { at: at + BLOCK, size: length });
    at += BLOCK + Math.ceil(length / BLOCK) * BLOCK;
  }
}
