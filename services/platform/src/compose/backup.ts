import { createHash } from "node:crypto";
import { mkdir, readFile, rename } from "node:fs/promises";
import path from "node:path";
import {
  ArchiveWriter,
  type BackedUpFolder,
  BackupFault,
  backupFileName,
  type CataloguedBackup,
  enterBackup,
  keepNewest,
  makeBackup,
  type OlderCopy,
  STATE_TABLE,
} from "@huimin/backup";
import { shanghaiInstant } from "@huimin/calendar";
import { CheckpointFolder, Checkpoints } from "@huimin/checkpoints";
import { openPool } from "@huimin/database";
import { JOBS_SCHEMA } from "@huimin/jobs";
import { parseCheckpointText, parseNote } from "@huimin/proof-log";
import type { Platform } from "../types.ts";
import { BANK_FILES, wrapperOf } from "./backup-files.ts";
import { platformMigrations } from "./database.ts";
import { fileLogSigner } from "./log-key.ts";
import { projections } from "./projections.ts";

/** What a backup leaves out, and why: by schema, or `schema.table`. */
export function leftOut(): Readonly<Record<string, string>> {
  const models = projections().flatMap(({ name }) => [name, `${name}_next`, `${name}_old`]);
  return {
    ...Object.fromEntries(models.map((name) => [name, "read model: made anew from the log"])),
    projector: "how far read models are",
    [JOBS_SCHEMA]: "job queues: every job follows from the log",
    "people.session": "who is signed in: a copy begins without",
    "log.append_grant": "made by the schema, for its owner",
    "public.schema_migration": "made by the schema; what it was is in the list of contents",
    [STATE_TABLE]: "says whether this database may serve, not its copy",
  };
}

/** What belongs to the books and is in no backup: the list of contents says where it lies. */
function elsewhere({ platform, checkpointFolder, auditFolder, bankFiles }: BackupRequest): Readonly<Record<string, string>> {
  return {
    checkpoints: `${checkpointFolder}: signed checkpoints and the list of shredded keys; kept where who holds the database can't write`,
    audit: `${auditFolder}: the auditor's own key, hashes and findings; backed up apart`,
    attachments: "files of vouchers, kept by the office; the log has their SHA-256, and vouchers name them",
    keys: "master keys, pepper and the log's key: backup --with-secrets, apart",
    ...(bankFiles === false ? { [BANK_FILES]: `${platform.bankFilesFolder}: left out on request, backed up by other means` } : {}),
  };
}

/** Migrations of this program by name, as the migration runner knows them. */
export const knownMigrations = (): { readonly name: string; readonly sha256: string }[] =>
  platformMigrations().map(({ name, sql }) => ({ name, sha256: createHash("sha256").update(sql).digest("hex") }));

export interface BackupRequest {
  readonly platform: Pick<Platform, "databaseUrl" | "district" | "store" | "clock" | "bankFilesFolder">;
  readonly logKeyFile: string;
  readonly checkpointFolder: string;
  readonly auditFolder: string;
  readonly vaultSecretsFile: string;
  /** False: the banks' files are backed up by other means; the list of contents says where they lie. */
  readonly bankFiles?: boolean | undefined;
  /** A folder, in which the file gets a name of its own, or the file. */
  readonly out: string;
  readonly isFolder: boolean;
  /** Newest backups that the folder keeps. */
  readonly keep?: number | undefined;
  readonly onProgress?: (rows: number, total: number) => void;
}

export interface MadeBackup extends CataloguedBackup {
  /** The banks' files in it; those that are no longer what the log says of them. */
  readonly bankFiles?: Pick<BackedUpFolder, "files" | "bytes" | "altered"> | undefined;
  readonly removed: readonly string[];
}

/**
 * Backs the database up while it serves. The log is signed first, so that an altered one is found before anything is
 * written; the end of the log that is in the backup gets a checkpoint of its own, inside and outside the database.
 */
export async function backUp(request: BackupRequest): Promise<MadeBackup> {
  const { platform, logKeyFile, checkpointFolder, onProgress } = request;
  const { district, store, databaseUrl } = platform;
  const signerOf = (of: string) => fileLogSigner(logKeyFile, of);
  const folder = new CheckpointFolder(checkpointFolder);
  const pool = openPool({ url: databaseUrl, max: 3, applicationName: "huimin backup" });
  try {
    await new Checkpoints({ pool, store, district, signer: signerOf(district), folder }).sign();
    const now = shanghaiInstant(platform.clock());
    const file = request.isFolder ? path.join(request.out, backupFileName(district, now)) : request.out;
    await mkdir(path.dirname(file), { recursive: true });
    const archive = await ArchiveWriter.create(file);
    const client = await pool.connect();
    client.on("error", () => undefined); // a connection that breaks fails the query in hand, which says so
    try {
      const manifest = await makeBackup({
        client,
        archive,
        district,
        signerOf,
        leftOut: leftOut(),
        elsewhere: elsewhere(request),
        folders: request.bankFiles === false ? {} : { [BANK_FILES]: platform.bankFilesFolder },
        wrap: wrapperOf(request.vaultSecretsFile),
        now,
        ...(onProgress ? { onProgress } : {}),
      });
      for (const { district: of, position, checkpoint } of manifest.logs) {
        if (of === district) await folder.write(position, checkpoint);
        const values = [of, position, checkpoint];
        await pool.query("INSERT INTO proof.checkpoint (district, size, note) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING", values);
      }
      const entry = await enterBackup(pool, manifest, file);
      const removed = request.keep === undefined ? [] : await keepNewest(pool, path.dirname(file), district, request.keep);
      return { ...entry, removed, bankFiles: manifest.folders.find(({ name }) => name === BANK_FILES) };
    } catch (fault) {
      await archive.discard();
      throw fault;
    } finally {
      client.release();
    }
  } finally {
    await pool.end();
  }
}

/** The two files that a backup does not hold and a copy can't do without: who reads names, and who signs the log. */
export const KEY_FILES = { vaultSecretsFile: "vault-secrets.json", logKeyFile: "log-key.pem" } as const;

export async function keyFiles(config: Readonly<Record<keyof typeof KEY_FILES, string>>): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const [setting, name] of Object.entries(KEY_FILES) as [keyof typeof KEY_FILES, string][])
    files[name] = await readFile(config[setting], "utf8");
  return files;
}

/** The refusal that names a copy as older than what was signed. */
export const olderFault = ({ position, signed, missing, place }: OlderCopy): BackupFault =>
  new BackupFault("RESTORE_OLDER", { position, signed, missing, place });

/**
 * Puts the checkpoints of what is lost aside, where an auditor still finds them: the log goes on from the copy, and is
 * another log than those checkpoints have signed.
 */
export async function supersedeCheckpoints(folder: string, position: number, now: string): Promise<readonly string[]> {
  const aside = path.join(folder, `superseded-${now.slice(0, 23).replaceAll(/[-:.]/g, "")}`);
  const later = (await new CheckpointFolder(folder).notes()).filter(
    ({ note }) => parseCheckpointText(parseNote(note).text).size > position,
  );
  if (later.length > 0) await mkdir(aside, { recursive: true });
  for (const { file } of later) await rename(file, path.join(aside, path.basename(file)));
  return later.map(({ file }) => file);
}
