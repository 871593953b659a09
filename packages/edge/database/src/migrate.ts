import { createHash } from "node:crypto";
import type { Client, PoolClient } from "pg";

/** A change of the schema in plain SQL. Names sort in the order of application; a name once applied never changes. */
export interface Migration {
  /** `package/001-what`, unique. */
  readonly name: string;
  readonly sql: string;
}

/** A migration that was applied differs from the one in the code: the schema's history was edited. */
export class MigrationChanged extends Error {
  override readonly name = "MigrationChanged";
}

/** One advisory lock for all migrating processes of a database: the second waits and finds nothing to do. */
const MIGRATION_LOCK = 4_108_030_001;

/**
 * Applies the migrations that are missing, in the given order, each in its own transaction.
 * Refuses (throws {@link MigrationChanged}) when an applied one was edited. Returns the names applied now.
 */
export async function migrate(client: Client | PoolClient, migrations: readonly Migration[]): Promise<string[]> {
  await client.query("SELECT pg_advisory_lock($1)", [MIGRATION_LOCK]);
  try {
    await client.query(
      "CREATE TABLE IF NOT EXISTS public.schema_migration (name text PRIMARY KEY, sha256 text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())",
    );
    const known = new Map<string, string>(
      (await client.query<{ name: string; sha256: string }>("SELECT name, sha256 FROM public.schema_migration")).rows.map((row) => [
        row.name,
        row.sha256,
      ]),
    );
    const applied: string[] = [];
    for (const migration of migrations) {
      const sha256 = createHash("sha256").update(migration.sql).digest("hex");
      const before = known.get(migration.name);
      if (before === sha256) continue;
      if (before !== undefined)
        throw new MigrationChanged(`migration ${migration.name} was applied with another text; add a new migration instead`);
      await applyOne(client, migration, sha256);
      known.set(migration.name, sha256);
      applied.push(migration.name);
    }
    return applied;
  } finally {
    await client.query("SELECT pg_advisory_unlock($1)", [MIGRATION_LOCK]);
  }
}

async function applyOne(client: Client | PoolClient, migration: Migration, sha256: string): Promise<void> {
  await client.query("BEGIN");
  try {
    await client.query(migration.sql);
    await client.query("INSERT INTO public.schema_migration (name, sha256) VALUES ($1, $2)", [migration.name, sha256]);
    await client.query("COMMIT");
  } catch (fault) {
    await client.query("ROLLBACK");
    throw fault;
  }
}
