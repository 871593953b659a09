import { Kysely, PostgresDialect } from "kysely";
import type { Pool } from "pg";

/**
 * Typed queries on a pool that others own and end: never `destroy()` what this gives. For ordinary questions; where
 * statements are pipelined or copied in bulk (append lane, projector), use `pg` itself: Kysely awaits each one.
 */
export const queries = <Tables>(pool: Pool): Kysely<Tables> => new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
