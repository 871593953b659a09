import type { RecordedEvent } from "@huimin/decider";
import type { StoredEvent } from "@huimin/event-store";
import type { PoolClient } from "pg";

/** A column of a table: SQL type, and its value in a row. */
export type Columns<R> = Readonly<Record<string, readonly [type: string, value: (row: R) => unknown]>>;

/** Rows that belong to one aggregate: written anew whenever it changes. */
export interface Part<S> {
  readonly table: string;
  readonly rows: (state: S) => readonly Readonly<Record<string, unknown>>[];
  /** Column and SQL type, without district and the aggregate's key. */
  readonly columns: Readonly<Record<string, string>>;
}

/**
 * One kind of subject as a table with a row each: the state that the write side's own fold gives, and columns for
 * finding and showing it.
 */
export interface Aggregate<S = unknown> {
  readonly table: string;
  readonly key: string;
  /** The subject of an event, or undefined when it is not about this kind. */
  readonly subject: (event: StoredEvent) => string | undefined;
  readonly initial: S;
  readonly evolve: (state: S, event: RecordedEvent) => S;
  readonly columns: Columns<S>;
  readonly parts: readonly Part<S>[];
}

/** Folds the events of a batch into one kind: at most two statements, and two for each part, whatever its size. */
export async function applyAggregate<S>(
  client: PoolClient,
  schema: string,
  district: string,
  kind: Aggregate<S>,
  batch: readonly StoredEvent[],
): Promise<void> {
  const bySubject = Map.groupBy(
    batch.filter((event) => kind.subject(event) !== undefined),
    (event) => kind.subject(event) as string,
  );
  if (bySubject.size === 0) return;
  const subjects = [...bySubject.keys()];
  const known = await client.query<{ key: string; state: S }>(
    `SELECT ${kind.key} AS key, state FROM ${schema}.${kind.table} WHERE district = $1 AND ${kind.key} = ANY ($2::text[])`,
    [district, subjects],
  );
  const states = new Map(known.rows.map(({ key, state }) => [key, state]));
  for (const [subject, events] of bySubject) {
    states.set(
      subject,
      events.reduce((state, event) => kind.evolve(state, event as RecordedEvent), states.get(subject) ?? kind.initial),
    );
  }
  const columns = Object.entries(kind.columns);
  const rows = subjects.map((subject) => {
    const state = states.get(subject) as S;
    const last = bySubject.get(subject)?.at(-1) as StoredEvent;
    return {
      [kind.key]: subject,
      position: last.position,
      state,
      ...Object.fromEntries(columns.map(([name, [, value]]) => [name, value(state)])),
    };
  });
  await client.query(upsertSql(schema, kind), [district, JSON.stringify(rows)]);
  for (const part of kind.parts) {
    await client.query(`DELETE FROM ${schema}.${part.table} WHERE district = $1 AND ${kind.key} = ANY ($2::text[])`, [district, subjects]);
    const parts = subjects.flatMap((subject) => part.rows(states.get(subject) as S).map((row) => ({ [kind.key]: subject, ...row })));
    if (parts.length > 0)
      await client.query(insertSql(schema, part.table, { [kind.key]: "text", ...part.columns }), [district, JSON.stringify(parts)]);
  }
}

const typed = (columns: Readonly<Record<string, string>>): string =>
  Object.entries(columns)
    .map(([name, type]) => `${name} ${type}`)
    .join(", ");

const columnTypes = <S>(kind: Aggregate<S>): Readonly<Record<string, string>> => ({
  [kind.key]: "text",
  position: "bigint",
  state: "json", // read whole and often, searched seldom: the text comes back as it went in
  ...Object.fromEntries(Object.entries(kind.columns).map(([name, [type]]) => [name, type])),
});

const insertSql = (schema: string, table: string, columns: Readonly<Record<string, string>>): string => {
  const names = Object.keys(columns).join(", ");
  return `INSERT INTO ${schema}.${table} (district, ${names}) SELECT $1, ${names} FROM json_to_recordset($2::json) AS row (${typed(columns)})`;
};

function upsertSql<S>(schema: string, kind: Aggregate<S>): string {
  const columns = columnTypes(kind);
  const set = Object.keys(columns)
    .filter((name) => name !== kind.key)
    .map((name) => `${name} = excluded.${name}`)
    .join(", ");
  return `${insertSql(schema, kind.table, columns)} ON CONFLICT (district, ${kind.key}) DO UPDATE SET ${set}`;
}

/** Table definitions of a kind. `keys`: further columns of a part's primary key. */
export function tablesOf<S>(schema: string, kind: Aggregate<S>): string {
  const parts = kind.parts.map(
    ({ table, columns }) =>
      `CREATE TABLE ${schema}.${table} (district text NOT NULL, ${kind.key} text NOT NULL, ${typed(columns)}, PRIMARY KEY (district, ${kind.key}, ordinal));`,
  );
  return [
    `CREATE TABLE ${schema}.${kind.table} (district text NOT NULL, ${typed(columnTypes(kind))}, PRIMARY KEY (district, ${kind.key}));`,
    ...parts,
  ].join("\n");
}
