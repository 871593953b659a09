import type { ClientBase } from "pg";
import { BackupFault } from "./errors.ts";

/*
 * Whether a database may serve. A copy that a restore makes is `loading`, then `unverified`, and `verified` once its log was
 * hashed anew and compared with the signed checkpoints. A copy that PostgreSQL itself made (a base backup with archived WAL,
 * a promoted standby) runs on another timeline than the one that was verified last, and counts as unverified too.
 */

export type CopyState = "loading" | "unverified" | "verified";

export interface DatabaseState {
  readonly state: CopyState;
  readonly backup: string | null;
  readonly why: string;
  /** What was accepted as lost, when a copy was older than a known checkpoint. */
  readonly accepted: string | null;
}

/** Without the last column's guard a second row could say something else. */
const TABLE_SQL = `CREATE TABLE IF NOT EXISTS public.database_state (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  state text NOT NULL CHECK (state IN ('loading', 'unverified', 'verified')),
  backup text,
  why text NOT NULL,
  accepted text,
  server text,
  at timestamptz NOT NULL DEFAULT now()
)`;

export const STATE_TABLE = "public.database_state";

/** Identity of the cluster and its timeline; null where the server does not say. */
const SERVER_SQL =
  "SELECT system_identifier::text || '/' || left(pg_walfile_name(pg_current_wal_lsn()), 8) AS server FROM pg_control_system()";

async function serverOf(client: ClientBase): Promise<string | null> {
  await client.query("SAVEPOINT server");
  try {
    const { rows } = await client.query<{ server: string }>(SERVER_SQL);
    return rows[0]?.server ?? null;
  } catch {
    await client.query("ROLLBACK TO SAVEPOINT server"); // a hosted server may not let its users ask
    return null;
  }
}

async function inTransaction<T>(client: ClientBase, work: () => Promise<T>): Promise<T> {
  await client.query("BEGIN");
  try {
    const result = await work();
    await client.query("COMMIT");
    return result;
  } catch (fault) {
    await client.query("ROLLBACK").catch(() => undefined);
    throw fault;
  }
}

interface StateRow extends DatabaseState {
  readonly server: string | null;
}

async function storedState(client: ClientBase): Promise<StateRow | undefined> {
  const { rows } = await client.query<{ known: boolean }>("SELECT to_regclass($1) IS NOT NULL AS known", [STATE_TABLE]);
  if (!rows[0]?.known) return undefined;
  return (await client.query<StateRow>("SELECT state, backup, why, accepted, server FROM public.database_state")).rows[0];
}

/** What is known of the database; undefined for one that no restore and no start has marked. */
export const readState = (client: ClientBase): Promise<DatabaseState | undefined> => storedState(client);

export const writeState = (client: ClientBase, state: DatabaseState): Promise<void> =>
  inTransaction(client, async () => {
    // Two processes that start at once make the table once.
    await client.query("SELECT pg_advisory_xact_lock(4108030006)");
    await client.query(TABLE_SQL);
    await client.query(
      `INSERT INTO public.database_state (state, backup, why, accepted, server) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (one) DO UPDATE SET state = $1, backup = $2, why = $3, accepted = $4, server = $5, at = now()`,
      [state.state, state.backup, state.why, state.accepted, await serverOf(client)],
    );
  });

/** Throws DATABASE_NOT_VERIFIED for a copy that may not serve; marks a database that is new. */
export async function assertMayServe(client: ClientBase): Promise<void> {
  const stored = await storedState(client);
  if (!stored) return writeState(client, { state: "verified", backup: null, why: "first start", accepted: null });
  if (stored.state === "verified") {
    const server = await inTransaction(client, () => serverOf(client));
    if (server === null || stored.server === null || server === stored.server) return;
    const why = `server ${stored.server} is now ${server}: a base backup, a standby or another cluster`;
    await inTransaction(client, () => client.query("UPDATE public.database_state SET state = 'unverified', why = $1, at = now()", [why]));
    throw new BackupFault("DATABASE_NOT_VERIFIED", { state: "unverified", why });
  }
  throw new BackupFault("DATABASE_NOT_VERIFIED", { state: stored.state, why: stored.why });
}
