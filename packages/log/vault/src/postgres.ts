import type { Pool } from "pg";
import type { KeyClass, KeyName, KeyStore, StoredKey } from "./types.ts";

interface Row {
  readonly district: string;
  readonly person_id: string;
  readonly class: KeyClass;
  readonly generation: number;
  readonly master_key: string;
  readonly wrapped: Buffer | null;
}

const FIND = `SELECT k.district, k.person_id, k.class, k.generation, k.master_key, k.wrapped
  FROM unnest($1::text[], $2::text[], $3::text[]) AS wanted (district, person_id, class)
  JOIN vault_key k USING (district, person_id, class)`;

// Where two processes meet a person for the first time, the first key stays and both read it back.
const CREATE = `INSERT INTO vault_key (district, person_id, class, generation, master_key, wrapped)
  SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::int[], $5::text[], $6::bytea[])
  ORDER BY 1, 2, 3
  ON CONFLICT (district, person_id, class, generation) DO NOTHING`;

const SHRED = `UPDATE vault_key SET wrapped = NULL, shredded = now()
  WHERE district = $1 AND person_id = $2 AND class = $3 AND wrapped IS NOT NULL`;

/** Wrapped keys in the table `vault_key`. Each call is one or two round trips whatever the number of keys. */
export function postgresKeyStore(pool: Pool): KeyStore {
  const find = async (names: readonly KeyName[]): Promise<StoredKey[]> => {
    const { rows } = await pool.query<Row>(FIND, [
      names.map((n) => n.district),
      names.map((n) => n.personId),
      names.map((n) => n.keyClass),
    ]);
    return rows.map((row) => ({
      district: row.district,
      personId: row.person_id,
      keyClass: row.class,
      generation: row.generation,
      masterKey: row.master_key,
      wrapped: row.wrapped ?? undefined,
    }));
  };
  return {
    find,
    async create(keys) {
      await pool.query(CREATE, [
        keys.map((k) => k.district),
        keys.map((k) => k.personId),
        keys.map((k) => k.keyClass),
        keys.map((k) => k.generation),
        keys.map((k) => k.masterKey),
        keys.map((k) => k.wrapped),
      ]);
      return find(keys);
    },
    shred: async ({ district, personId, keyClass }) => (await pool.query(SHRED, [district, personId, keyClass])).rowCount ?? 0,
  };
}
