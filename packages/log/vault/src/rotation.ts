import type { Pool } from "pg";
import { Wrapping } from "./key-ring.ts";
import { lookupOf } from "./lookup.ts";
import type { VaultSecrets } from "./secrets.ts";
import { type CipherSuite, SUITES } from "./suite.ts";
import type { KeyClass, Lookup, LookupStore, StoredKey, Vault } from "./types.ts";

/*
 * Rotation of what the database does not have. A new master key wraps the data keys anew; the data keys, the ciphertexts
 * and with them every hash stay as they are, so no event is ever sealed again. A new pepper makes the lookups anew. Both go
 * in bounded batches while the product runs, and go on where they were when they are begun again.
 */

/** Keys that are wrapped anew in one transaction. */
export const REWRAP_BATCH_MAX = 500;

/** One rotation at a time. */
const ROTATION_LOCK = 4_108_030_005;

/** Another rotation runs on this database. */
export class RotationRunning extends Error {
  override readonly name = "RotationRunning";
}

/** Runs `work` while nobody else rotates; ends with the process, so a killed rotation blocks nobody. */
export async function whileRotating<T>(pool: Pool, work: () => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    const { rows } = await client.query<{ mine: boolean }>("SELECT pg_try_advisory_lock($1) AS mine", [ROTATION_LOCK]);
    if (!rows[0]?.mine) throw new RotationRunning("another rotation of keys is running");
    try {
      return await work();
    } finally {
      await client.query("SELECT pg_advisory_unlock($1)", [ROTATION_LOCK]);
    }
  } finally {
    client.release();
  }
}

/** Data keys by the master key that wraps them; shredded ones are under none. */
export async function keysByMaster(pool: Pool): Promise<ReadonlyMap<string, number>> {
  const { rows } = await pool.query<{ master_key: string; n: string }>(
    "SELECT master_key, count(*) AS n FROM vault_key WHERE wrapped IS NOT NULL GROUP BY master_key ORDER BY master_key",
  );
  return new Map(rows.map((row) => [row.master_key, Number(row.n)]));
}

interface KeyRow {
  readonly district: string;
  readonly person_id: string;
  readonly class: KeyClass;
  readonly generation: number;
  readonly master_key: string;
  readonly wrapped: Buffer;
}

const OLD_KEYS_SQL = `SELECT district, person_id, class, generation, master_key, wrapped FROM vault_key
  WHERE master_key <> $1 AND wrapped IS NOT NULL AND (district, person_id, class, generation) > ($2, $3, $4, $5)
  ORDER BY district, person_id, class, generation LIMIT ${REWRAP_BATCH_MAX}`;

/** A key that was shredded or wrapped by somebody else meanwhile is left alone. */
const REWRAP_SQL = `UPDATE vault_key k SET master_key = $1, wrapped = n.wrapped
  FROM unnest($2::text[], $3::text[], $4::text[], $5::int[], $6::text[], $7::bytea[]) AS n (district, person_id, class, generation, was, wrapped)
  WHERE (k.district, k.person_id, k.class, k.generation) = (n.district, n.person_id, n.class, n.generation)
    AND k.master_key = n.was AND k.wrapped IS NOT NULL`;

export interface RewrapOptions {
  /** Of the owner: no service may change under which key a data key is wrapped. */
  readonly pool: Pool;
  readonly secrets: (again?: boolean) => VaultSecrets;
  readonly suites?: readonly CipherSuite[];
  /** After each batch; a fault thrown here ends the run, and the next goes on. */
  readonly onBatch?: (done: number, total: number) => void;
}

/** Wraps every data key under the current master key. Answers how many were under an older one. */
export async function rewrapKeys(options: RewrapOptions): Promise<number> {
  const { pool, secrets, onBatch = () => undefined } = options;
  const wrapping = new Wrapping(secrets, new Map((options.suites ?? SUITES).map((suite) => [suite.tag, suite])));
  const { current } = secrets(true);
  const total = [...(await keysByMaster(pool))].reduce((sum, [id, count]) => (id === current ? sum : sum + count), 0);
  let done = 0;
  let after: readonly unknown[] = ["", "", "", 0];
  for (;;) {
    const { rows } = await pool.query<KeyRow>(OLD_KEYS_SQL, [current, ...after]);
    const last = rows.at(-1);
    if (!last) return done;
    after = [last.district, last.person_id, last.class, last.generation];
    const fresh = rows.map((row): StoredKey => {
      const name = { district: row.district, personId: row.person_id, keyClass: row.class, generation: row.generation };
      return wrapping.wrap(name, wrapping.unwrap({ ...name, masterKey: row.master_key, wrapped: row.wrapped }) as Uint8Array);
    });
    const columns = [
      rows.map((row) => row.district),
      rows.map((row) => row.person_id),
      rows.map((row) => row.class),
      rows.map((row) => row.generation),
      rows.map((row) => row.master_key),
      fresh.map(({ wrapped }) => wrapped),
    ];
    done += (await pool.query(REWRAP_SQL, [current, ...columns])).rowCount ?? 0;
    onBatch(done, total);
  }
}

/** Lookups that are not under the current pepper yet. */
export async function lookupsByPepper(pool: Pool): Promise<ReadonlyMap<string, number>> {
  const { rows } = await pool.query<{ pepper: string; n: string }>(
    "SELECT pepper, count(*) AS n FROM vault_lookup GROUP BY pepper ORDER BY pepper",
  );
  return new Map(rows.map((row) => [row.pepper, Number(row.n)]));
}

/** A number as the read models have it: sealed, and what events carry for it. */
export interface SealedNumber {
  readonly purpose: Lookup["purpose"];
  readonly personId: string;
  /** The person's id, or the fingerprint. */
  readonly value: string;
  readonly sealed: string;
}

export interface RebuildLookupsOptions {
  readonly district: string;
  readonly secrets: (again?: boolean) => VaultSecrets;
  readonly vault: Pick<Vault, "unsealMany">;
  readonly lookups: LookupStore;
  /** Every number that the register knows, in batches. */
  readonly numbers: AsyncIterable<readonly SealedNumber[]>;
  readonly onBatch?: (done: number) => void;
}

/** Makes the lookup of every number under the current pepper; one that is there already is left. Answers how many were read. */
export async function rebuildLookups(options: RebuildLookupsOptions): Promise<number> {
  const { district, vault, lookups } = options;
  let done = 0;
  for await (const batch of options.numbers) {
    const texts = await vault.unsealMany(
      batch.map(({ purpose, personId, sealed }) => ({ district, personId, field: purpose === "person" ? "idNumber" : "account", sealed })),
    );
    const secrets = options.secrets();
    await lookups.add(
      district,
      batch.flatMap(({ purpose, personId, value }, index) => {
        const text = texts[index];
        return text === undefined ? [] : [lookupOf(secrets, district, { purpose, personId, value, text })];
      }),
    );
    done += batch.length;
    options.onBatch?.(done);
  }
  return done;
}

/** Removes the lookups of other peppers than the current. Answers how many there were. */
export async function dropOlderLookups(pool: Pool, current: string): Promise<number> {
  return (await pool.query("DELETE FROM vault_lookup WHERE pepper <> $1", [current])).rowCount ?? 0;
}
