import { runMigrations } from "bullmq";
import type { Client, PoolClient } from "pg";

/** Schema of BullMQ's own tables, and the role that works with them. */
export const JOBS_SCHEMA = "huimin_jobs";
export const JOBS_ROLE = "huimin_jobs";

/** One advisory lock for all processes that grant: PostgreSQL refuses two that change the rights of one table at a time. */
const GRANT_LOCK = 4_108_030_002;

/** One text, so one transaction: the lock is held to its end. Rights that are there already are not written again. */
const GRANTS = `
SELECT pg_advisory_xact_lock(${GRANT_LOCK});
DO $$ BEGIN CREATE ROLE ${JOBS_ROLE} NOLOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
DO $$ BEGIN
  IF NOT has_schema_privilege('${JOBS_ROLE}', '${JOBS_SCHEMA}', 'USAGE')
    OR EXISTS (SELECT FROM pg_class WHERE relnamespace = '${JOBS_SCHEMA}'::regnamespace AND CASE
      WHEN relkind IN ('r', 'p') THEN EXISTS (SELECT FROM unnest('{SELECT,INSERT,UPDATE,DELETE}'::text[]) AS right_of
        WHERE NOT has_table_privilege('${JOBS_ROLE}', oid, right_of))
      WHEN relkind = 'S' THEN NOT has_sequence_privilege('${JOBS_ROLE}', oid, 'USAGE') ELSE false END)
    OR EXISTS (SELECT FROM pg_proc WHERE pronamespace = '${JOBS_SCHEMA}'::regnamespace
      AND NOT has_function_privilege('${JOBS_ROLE}', oid, 'EXECUTE'))
  THEN
    GRANT USAGE ON SCHEMA ${JOBS_SCHEMA} TO ${JOBS_ROLE};
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${JOBS_SCHEMA} TO ${JOBS_ROLE};
    GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA ${JOBS_SCHEMA} TO ${JOBS_ROLE};
    GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA ${JOBS_SCHEMA} TO ${JOBS_ROLE};
  END IF;
END $$;`;

/**
 * Makes or upgrades BullMQ's tables and lets the role `huimin_jobs` use them. Run as the owner of the database; a second
 * process waits and finds nothing to do.
 */
export async function migrateJobs(client: Client | PoolClient): Promise<void> {
  await runMigrations(client, JOBS_SCHEMA);
  await client.query(GRANTS);
}
