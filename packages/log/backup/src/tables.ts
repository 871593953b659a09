import type { ClientBase } from "pg";

/** A table whose rows go into a backup. */
export interface CopiedTable {
  /** `schema.table`, the names of both are plain. */
  readonly name: string;
  /** Without generated columns: the database makes those again. */
  readonly columns: readonly string[];
  /** Columns of the primary key, in whose order the rows are written. */
  readonly key: readonly string[];
}

/** A sequence and the last value it gave; null when it has given none. */
export interface CopiedSequence {
  readonly name: string;
  readonly last: string | null;
}

/** Names that need no quotes: what a manifest says is put into SQL only when it is one. */
export const PLAIN_NAME = /^[a-z_][a-z0-9_]*(\.[a-z_][a-z0-9_]*)?$/;

const TABLES_SQL = `
SELECT n.nspname || '.' || c.relname AS name,
  (SELECT json_agg(a.attname ORDER BY a.attnum) FROM pg_attribute a
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '') AS columns,
  (SELECT coalesce(json_agg(a.attname ORDER BY k.n), '[]') FROM pg_index i CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS k (attnum, n)
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum WHERE i.indrelid = c.oid AND i.indisprimary) AS key
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
  AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
ORDER BY 1`;

const REFERENCES_SQL = `
SELECT a.nspname || '.' || f.relname AS child, b.nspname || '.' || p.relname AS parent
FROM pg_constraint k JOIN pg_class f ON f.oid = k.conrelid JOIN pg_namespace a ON a.oid = f.relnamespace
  JOIN pg_class p ON p.oid = k.confrelid JOIN pg_namespace b ON b.oid = p.relnamespace
WHERE k.contype = 'f' AND k.conrelid <> k.confrelid`;

const SEQUENCES_SQL = `SELECT schemaname || '.' || sequencename AS name, last_value::text AS last FROM pg_sequences ORDER BY 1`;

/** Tables and sequences of the database; what another refers to comes first. `excluded` tells which names are left out. */
export async function copiedTables(
  client: ClientBase,
  excluded: (name: string) => boolean,
): Promise<{ readonly tables: CopiedTable[]; readonly sequences: CopiedSequence[] }> {
  const found = (await client.query<CopiedTable>(TABLES_SQL)).rows.filter(({ name }) => !excluded(name));
  const references = (await client.query<{ child: string; parent: string }>(REFERENCES_SQL)).rows;
  const sequences = (await client.query<CopiedSequence>(SEQUENCES_SQL)).rows.filter(({ name }) => !excluded(name));
  for (const { name, columns } of found) {
    const odd = [name, ...columns].find((one) => !PLAIN_NAME.test(one));
    if (odd !== undefined) throw new Error(`${odd} in ${name} is no plain name: it can't be backed up`);
  }
  return { tables: parentsFirst(found, references), sequences };
}

function parentsFirst(
  tables: readonly CopiedTable[],
  references: readonly { readonly child: string; readonly parent: string }[],
): CopiedTable[] {
  const ordered = new Map<string, CopiedTable>();
  const byName = new Map(tables.map((table) => [table.name, table]));
  const visit = (name: string, path: ReadonlySet<string>): void => {
    const table = byName.get(name);
    if (!table || ordered.has(name) || path.has(name)) return;
    for (const { child, parent } of references) if (child === name) visit(parent, new Set([...path, name]));
    ordered.set(name, table);
  };
  // Partitions are made from the head of the log, so its row is there before the events.
  visit("log.head", new Set());
  for (const { name } of tables) visit(name, new Set());
  return [...ordered.values()];
}
