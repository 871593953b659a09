import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { zstdDecompress } from "node:zlib";
import { type NoteVerifier, parseVerifierKey } from "@huimin/proof-log";
import { ArchiveFault, ArchiveReader } from "./archive.ts";
import { BackupFault } from "./errors.ts";
import { type BackedUpFolder, openPart } from "./folder.ts";
import { FORMAT, MANIFEST, type Manifest, manifestFault, SIGNATURE } from "./manifest.ts";
import { PLAIN_NAME } from "./tables.ts";

const decompress = promisify(zstdDecompress);
/** A part holds some megabytes of rows and the last of them whole. */
const PART_RAW_BYTES_MAX = 512 << 20;

/** A backup whose list of contents is signed and whose parts are as listed. */
export interface OpenBackup {
  readonly file: string;
  readonly manifest: Manifest;
  /** The keys that its signature was checked with. */
  readonly verifiers: readonly NoteVerifier[];
  /** The rows of a part. */
  rows(part: Manifest["parts"][number]): Promise<Buffer>;
  /** A folder as one tar stream. Throws BACKUP_FILES_KEY where the key is not the one that sealed it. */
  bytes(folder: BackedUpFolder, key: Uint8Array): AsyncGenerator<Buffer>;
  close(): Promise<void>;
}

/**
 * Opens a backup and checks it whole before anything is done with it. Throws {@link BackupFault}: BACKUP_UNREADABLE,
 * BACKUP_TRUNCATED, BACKUP_ALTERED (naming the part), BACKUP_SIGNATURE.
 * @param keys - keys to trust; the key that comes with the backup when there is none
 */
export async function openBackup(
  file: string,
  keys: readonly NoteVerifier[] | undefined,
  onProgress: (done: number, total: number) => void = () => undefined,
): Promise<OpenBackup> {
  const archive = await ArchiveReader.open(file).catch((fault: unknown) => {
    if (fault instanceof ArchiveFault)
      throw new BackupFault(fault.truncated ? "BACKUP_TRUNCATED" : "BACKUP_UNREADABLE", { file, why: fault.message });
    const code = (fault as NodeJS.ErrnoException).code;
    if (code !== undefined) throw new BackupFault("BACKUP_UNREADABLE", { file, why: code });
    throw fault;
  });
  try {
    const { manifest, verifiers } = await openManifest(archive, file, keys);
    for (const [index, { name, sha256 }] of manifest.parts.entries()) {
      const content = await archive.part(name);
      if (!content) throw new BackupFault("BACKUP_TRUNCATED", { file, why: `part ${name} is missing` });
      if (createHash("sha256").update(content).digest("hex") !== sha256) throw altered(file, manifest, index);
      onProgress(index + 1, manifest.parts.length);
    }
    for (const part of manifest.folders.flatMap(({ parts }) => parts)) {
      const content = await archive.part(part.name);
      if (!content) throw new BackupFault("BACKUP_TRUNCATED", { file, why: `part ${part.name} is missing` });
      if (createHash("sha256").update(content).digest("hex") !== part.sha256)
        throw new BackupFault("BACKUP_ALTERED", { file, part: part.name, why: "SHA-256 of files beside the database" });
    }
    return {
      file,
      manifest,
      verifiers,
      async rows({ name }) {
        const content = (await archive.part(name)) as Buffer;
        return decompress(content, { maxOutputLength: PART_RAW_BYTES_MAX });
      },
      async *bytes({ parts, masterKey }, key) {
        for (const { name } of parts) {
          const content = openPart(key, name, (await archive.part(name)) as Buffer);
          if (!content) throw new BackupFault("BACKUP_FILES_KEY", { file, masterKey });
          yield await decompress(content, { maxOutputLength: PART_RAW_BYTES_MAX });
        }
      },
      close: () => archive.close(),
    };
  } catch (fault) {
    await archive.close();
    throw fault;
  }
}

function altered(file: string, { parts }: Manifest, index: number): BackupFault {
  const { name, table, from, to } = parts[index] as Manifest["parts"][number];
  const positions = from === undefined ? "" : `, positions ${from}–${to}`;
  return new BackupFault("BACKUP_ALTERED", { file, part: name, why: `SHA-256 of rows of ${table}${positions}` });
}

async function openManifest(
  archive: ArchiveReader,
  file: string,
  keys: readonly NoteVerifier[] | undefined,
): Promise<{ readonly manifest: Manifest; readonly verifiers: readonly NoteVerifier[] }> {
  const [bytes, note] = [await archive.part(MANIFEST), await archive.part(SIGNATURE)];
  if (!bytes || !note) throw new BackupFault("BACKUP_TRUNCATED", { file, why: "it has no signed list of contents" });
  let manifest: Manifest;
  try {
    manifest = JSON.parse(bytes.toString("utf8")) as Manifest;
  } catch {
    throw new BackupFault("BACKUP_ALTERED", { file, part: MANIFEST, why: "it is not JSON" });
  }
  if (manifest.format !== FORMAT) throw new BackupFault("BACKUP_OTHER_VERSION", { file, migration: `format ${String(manifest.format)}` });
  const names = [...manifest.tables.flatMap(({ name, columns }) => [name, ...columns]), ...manifest.sequences.map(({ name }) => name)];
  if (names.some((name) => !PLAIN_NAME.test(name)))
    throw new BackupFault("BACKUP_ALTERED", { file, part: MANIFEST, why: "names of tables" });
  // The manifest is signed under the backup's own name; a log's key signs under the log's.
  const trusted = keys ?? [parseVerifierKey(manifest.key)];
  const fault = manifestFault(manifest.district, bytes, note.toString("utf8"), trusted);
  if (fault !== undefined) throw new BackupFault("BACKUP_SIGNATURE", { file, why: fault });
  return { manifest, verifiers: trusted };
}
