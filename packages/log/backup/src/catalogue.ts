import { createHash } from "node:crypto";
import { createReadStream, readFileSync } from "node:fs";
import { readdir, rm, stat } from "node:fs/promises";
import path from "node:path";
import type { ClientBase, Pool } from "pg";
import type { Manifest } from "./manifest.ts";

/** A backup that was made of this database. */
export interface CataloguedBackup {
  readonly id: string;
  readonly madeAt: string;
  readonly place: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly position: number;
  readonly root: string;
  readonly masterKeys: readonly string[];
  readonly removedAt: string | null;
}

const INSTANT = (column: string): string => `to_char(${column} AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD"T"HH24:MI:SS.MS"+08:00"')`;
const LIST_SQL = `SELECT id, ${INSTANT("made_at")} AS "madeAt", place, bytes, sha256, position, root, master_keys AS "masterKeys",
  ${INSTANT("removed_at")} AS "removedAt" FROM backup.catalogue WHERE district = $1 ORDER BY made_at`;

export async function listBackups(db: Pick<ClientBase | Pool, "query">, district: string): Promise<CataloguedBackup[]> {
  const { rows } = await db.query<CataloguedBackup>(LIST_SQL, [district]);
  return rows.map((row) => ({ ...row, bytes: Number(row.bytes), position: Number(row.position) }));
}

/** Enters a backup that is on the disk. */
export async function enterBackup(db: Pick<ClientBase | Pool, "query">, manifest: Manifest, file: string): Promise<CataloguedBackup> {
  const digest = createHash("sha256");
  for await (const chunk of createReadStream(file)) digest.update(chunk as Buffer);
  const { size } = await stat(file);
  const log = manifest.logs.find(({ district }) => district === manifest.district);
  const entry = { id: manifest.id, madeAt: manifest.madeAt, place: file, bytes: size, sha256: digest.digest("hex") };
  const end = { position: log?.position ?? 0, root: log?.root ?? "", masterKeys: manifest.masterKeys, removedAt: null };
  await db.query(
    `INSERT INTO backup.catalogue (district, id, made_at, place, bytes, sha256, position, root, master_keys)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (district, id) DO NOTHING`,
    [manifest.district, entry.id, entry.madeAt, entry.place, entry.bytes, entry.sha256, end.position, end.root, end.masterKeys],
  );
  return { ...entry, ...end };
}

const FILE = /^huimin-(\d{6})-\d{8}T\d{9}\.tar$/;

/** Name of a backup in a folder: district and when it was made (ISO instant with milliseconds). */
export const backupFileName = (district: string, madeAt: string): string =>
  `huimin-${district}-${madeAt.slice(0, 23).replaceAll(/[-:.]/g, "")}.tar`;

/** Removes all but the `keep` newest backups of a district from a folder. Answers what was removed. */
export async function keepNewest(db: Pick<ClientBase | Pool, "query">, folder: string, district: string, keep: number): Promise<string[]> {
  const names = (await readdir(folder)).filter((name) => FILE.exec(name)?.[1] === district).sort();
  const removed = names.slice(0, Math.max(0, names.length - keep)).map((name) => path.join(folder, name));
  for (const file of removed) {
    await rm(file);
    await db.query("UPDATE backup.catalogue SET removed_at = now() WHERE district = $1 AND place = $2 AND removed_at IS NULL", [
      district,
      file,
    ]);
  }
  return removed;
}

/** Tables of this package. */
export const backupMigrations: readonly { readonly name: string; readonly sql: string }[] = ["001-catalogue"].map((name) => ({
  name: `backup/${name}`,
  sql: readFileSync(new URL(`../sql/${name}.sql`, import.meta.url), "utf8"),
}));
