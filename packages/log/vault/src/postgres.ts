import { type ColumnType, type Generated, Kysely, PostgresDialect, sql } from "kysely";
import type { Pool } from "pg";
import type { KeyClass, KeyName, KeyStore, StoredKey } from "./types.ts";

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

/** Names as a table of one parameter a column: thousands of them in one statement of the same text. */
const wantedRows = (names: readonly KeyName[]) =>
  sql<KeyNameColumns>`unnest(${names.map((n) => n.district)}::text[], ${names.map((n) => n.personId)}::text[], ${names.map((n) => n.keyClass)}::text[])`.as<"wanted">(
    sql`wanted (district, person_id, class)`,
  );

const newRows = (keys: readonly StoredKey[]) =>
  sql<NewKeyColumns>`unnest(${keys.map((k) => k.district)}::text[], ${keys.map((k) => k.personId)}::text[], ${keys.map((k) => k.keyClass)}::text[],
    ${keys.map((k) => k.generation)}::int[], ${keys.map((k) => k.masterKey)}::text[], ${keys.map((k) => k.wrapped)}::bytea[])`.as<"fresh">(
    sql`fresh (district, person_id, class, generation, master_key, wrapped)`,
  );

/** Wrapped keys in the table `vault_key`. Each call is one or two round trips whatever the number of keys. */
export function postgresKeyStore(pool: Pool): KeyStore {
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  const find = async (names: readonly KeyName[]): Promise<StoredKey[]> => {
    const rows = await db
      .selectFrom(wantedRows(names))
      .innerJoin("vault_key as k", (on) =>
        on.onRef("k.district", "=", "wanted.district").onRef("k.person_id", "=", "wanted.person_id").onRef("k.class", "=", "wanted.class"),
      )
      .select(["k.district", "k.person_id", "k.class", "k.generation", "k.master_key", "k.wrapped"])
      .execute();
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
    async shred({ district, personId, keyClass }) {
      const { numUpdatedRows } = await db
        .updateTable("vault_key")
        .set({ wrapped: null, shredded: sql<Date>`now()` })
        .where("district", "=", district)
        .where("person_id", "=", personId)
        .where("class", "=", keyClass)
        .where("wrapped", "is not", null)
        .executeTakeFirstOrThrow();
      return Number(numUpdatedRows);
    },
  };
}
