export { EmbeddedServerFault, startEmbedded } from "./embedded.ts";
export type { EmbeddedOptions, EmbeddedServer } from "./embedded.ts";
export { MigrationChanged, migrate } from "./migrate.ts";
export type { Migration } from "./migrate.ts";
export { dropDatabase, ensureDatabase, openPool } from "./pools.ts";
export type { PoolOptions } from "./pools.ts";
