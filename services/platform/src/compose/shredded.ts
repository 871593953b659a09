import { appendFile, mkdir, readFile } from "node:fs/promises";
import path from "node:path";
import type { KeyClass } from "@huimin/vault";
import type { ClientBase } from "pg";

/*
 * A backup that was made before a shredding still has the key, wrapped. So that no restore brings back what was erased, the
 * names of shredded keys are kept beside the checkpoints, outside the database: pseudonyms, nothing that says who it was.
 * A restore destroys them again before the copy may serve.
 */

const FILE = "shredded-keys.jsonl";

export interface ShreddedKey {
  readonly district: string;
  readonly personId: string;
  readonly keyClass: KeyClass;
  /** The last generation that was destroyed. */
  readonly generation: number;
  readonly at: string;
}

/** Remembers that a key is gone. Written before the key is destroyed: what is listed too early is shredded, never the reverse. */
export async function rememberShredded(folder: string, keys: readonly ShreddedKey[]): Promise<void> {
  if (keys.length === 0) return;
  await mkdir(folder, { recursive: true });
  await appendFile(path.join(folder, FILE), keys.map((key) => `${JSON.stringify(key)}\n`).join(""), { flush: true });
}

/** Keys that are listed as shredded; a line that was cut off by a crash is passed over. */
export async function shreddedKeys(folder: string): Promise<ShreddedKey[]> {
  const text = await readFile(path.join(folder, FILE), "utf8").catch(() => "");
  return text.split("\n").flatMap((line) => {
    try {
      return line === "" ? [] : [JSON.parse(line) as ShreddedKey];
    } catch {
      return [];
    }
  });
}

const SHRED_SQL = `UPDATE vault_key k SET wrapped = NULL, shredded = now()
  FROM unnest($1::text[], $2::text[], $3::text[], $4::int[]) AS s (district, person_id, class, generation)
  WHERE k.district = s.district AND k.person_id = s.person_id AND k.class = s.class AND k.generation <= s.generation AND k.wrapped IS NOT NULL`;
const LOOKUP_SQL = `DELETE FROM vault_lookup l USING unnest($1::text[], $2::text[]) AS s (district, person_id)
  WHERE l.district = s.district AND l.person_id = s.person_id AND NOT EXISTS (SELECT FROM vault_key k
    WHERE k.district = s.district AND k.person_id = s.person_id AND k.class = 'K1' AND k.wrapped IS NOT NULL)`;

/** Destroys in a copy what was destroyed in the original after the backup. Answers how many keys there were. */
export async function shredAgain(client: ClientBase, folder: string): Promise<number> {
  const keys = await shreddedKeys(folder);
  if (keys.length === 0) return 0;
  const columns = [keys.map((k) => k.district), keys.map((k) => k.personId), keys.map((k) => k.keyClass), keys.map((k) => k.generation)];
  const { rowCount } = await client.query(SHRED_SQL, columns);
  const identity = keys.filter(({ keyClass }) => keyClass === "K1");
  await client.query(LOOKUP_SQL, [identity.map((k) => k.district), identity.map((k) => k.personId)]);
  return rowCount ?? 0;
}
