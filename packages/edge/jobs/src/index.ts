export { type JobData, type JobKind, type Jobs, type JobsOptions, jobId, startJobs } from "./jobs.ts";
export { JOBS_ROLE, JOBS_SCHEMA, migrateJobs } from "./migrate.ts";
