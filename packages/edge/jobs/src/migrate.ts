import { runMigrations } from "bullmq";
import type { Client, PoolClient } from "pg";

/** Schema of BullMQ's own tables, and the role that works with them. */
export const JOBS_SCHEMA = "huimin_jobs";
export const JOBS_ROLE = "huimin_jobs";

/**
 * Makes or upgrades BullMQ's tables and lets the role `huimin_jobs` use them. Run as the owner of the database; a second
 * process waits and finds nothing to do.
 */
export async function migrateJobs(client: Client | PoolClient): Promise<void> {
  await runMigrations(client, JOBS_SCHEMA);
  await client.query(`
DO $$ BEGIN CREATE ROLE ${JOBS_ROLE} NOLOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
GRANT USAGE ON SCHEMA ${JOBS_SCHEMA} TO ${JOBS_ROLE};
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${JOBS_SCHEMA} TO ${JOBS_ROLE};
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA ${JOBS_SCHEMA} TO ${JOBS_ROLE};
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA ${JOBS_SCHEMA} TO ${JOBS_ROLE};`);
}
