import { type ColumnType, type Generated, Kysely, PostgresDialect, sql } from "kysely";
import type { Pool } from "pg";
import type { KeyClass, KeyName, KeyStore, Lookup, LookupStore, StoredKey } from "./types.ts";

interface KeyNameColumns {
  district: string;
  person_id: string;
  class: KeyClass;
}

interface NewKeyColumns extends KeyNameColumns {
  generation: number;
  master_key: string;
  /** Null once shredded. */
  wrapped: Buffer | null;
}

interface Tables {
  vault_key: NewKeyColumns & { created: Generated<Date>; shredded: ColumnType<Date | null, never, Date> };
}

interface FoundKey {
  readonly number: number;
  readonly generation: number;
  readonly master_key: string;
  readonly wrapped: Buffer | null;
}

/** Thousands of names in one statement of the same text. OFFSET 0: one look into the index for each, whatever the statistics say. */
const FIND_KEYS = `SELECT w.number::int AS number, k.generation, k.master_key, k.wrapped
  FROM unnest($1::text[], $2::text[], $3::text[]) WITH ORDINALITY AS w (district, person_id, class, number)
  CROSS JOIN LATERAL (SELECT generation, master_key, wrapped FROM vault_key
    WHERE district = w.district AND person_id = w.person_id AND class = w.class OFFSET 0) k`;

const newRows = (keys: readonly StoredKey[]) =>
  sql<NewKeyColumns>`unnest(${keys.map((k) => k.district)}::text[], ${keys.map((k) => k.personId)}::text[], ${keys.map((k) => k.keyClass)}::text[],
    ${keys.map((k) => k.generation)}::int[], ${keys.map((k) => k.masterKey)}::text[], ${keys.map((k) => k.wrapped)}::bytea[])`.as<"fresh">(
    sql`fresh (district, person_id, class, generation, master_key, wrapped)`,
  );

/** Wrapped keys in the table `vault_key`. Each call is one or two round trips whatever the number of keys. */
export function postgresKeyStore(pool: Pool): KeyStore {
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  const find = async (names: readonly KeyName[]): Promise<StoredKey[]> => {
    const { rows } = await pool.query<FoundKey>({
      name: "vault-find-keys",
      text: FIND_KEYS,
      values: [names.map((n) => n.district), names.map((n) => n.personId), names.map((n) => n.keyClass)],
    });
    return rows.map(({ number, generation, master_key, wrapped }) => {
      const { district, personId, keyClass } = names[number - 1] as KeyName;
      return { district, personId, keyClass, generation, masterKey: master_key, wrapped: wrapped ?? undefined };
    });
  };
  return {
    find,
    async create(keys) {
      const columns = ["district", "person_id", "class", "generation", "master_key", "wrapped"] as const;
      // Where two processes meet a person for the first time, the first key stays and both read it back.
      // One order of insertion for all of them, or two would wait for each other.
      await db
        .insertInto("vault_key")
        .columns(columns)
        .expression(db.selectFrom(newRows(keys)).select(columns).orderBy("district").orderBy("person_id").orderBy("class"))
        .onConflict((known) => known.columns(["district", "person_id", "class", "generation"]).doNothing())
        .execute();
      return find(keys);
    },
    async shred({ district, personId, keyClass }, generation) {
      let keys = db
        .updateTable("vault_key")
        .set({ wrapped: null, shredded: sql<Date>`now()` })
        .where("district", "=", district)
        .where("person_id", "=", personId)
        .where("class", "=", keyClass)
        .where("wrapped", "is not", null);
      if (generation !== undefined) keys = keys.where("generation", "<=", generation);
      const { numUpdatedRows } = await keys.executeTakeFirstOrThrow();
      return Number(numUpdatedRows);
    },
  };
}

const FIND_LOOKUPS = `SELECT l.purpose, l.pepper, l.digest, l.person_id AS "personId", l.value
  FROM unnest($2::text[], $3::text[], $4::text[]) AS wanted (purpose, pepper, digest)
  JOIN vault_lookup l ON l.district = $1 AND l.purpose = wanted.purpose AND l.pepper = wanted.pepper AND l.digest = wanted.digest`;
const ADD_LOOKUPS = `INSERT INTO vault_lookup (district, purpose, pepper, digest, person_id, value)
  SELECT $1, * FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[]) AS fresh (purpose, pepper, digest, person_id, value)
  ORDER BY 2, 3, 4, 5 ON CONFLICT DO NOTHING`;

/** Lookups in the table `vault_lookup`: one round trip a call. */
export function postgresLookupStore(pool: Pool): LookupStore {
  const columns = (rows: readonly Pick<Lookup, "purpose" | "pepper" | "digest">[]) => [
    rows.map(({ purpose }) => purpose),
    rows.map(({ pepper }) => pepper),
    rows.map(({ digest }) => digest),
  ];
  return {
    find: async (district, wanted) => (await pool.query<Lookup>(FIND_LOOKUPS, [district, ...columns(wanted)])).rows,
    async add(district, lookups) {
      await pool.query(ADD_LOOKUPS, [district, ...columns(lookups), lookups.map((l) => l.personId), lookups.map((l) => l.value)]);
    },
    async remove(district, personId) {
      const { rowCount } = await pool.query("DELETE FROM vault_lookup WHERE district = $1 AND person_id = $2", [district, personId]);
      return rowCount ?? 0;
    },
  };
}
