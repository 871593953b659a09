export type { EmbeddedOptions, EmbeddedServer } from "./embedded.ts";
export { EmbeddedServerFault, startEmbedded } from "./embedded.ts";
export type { Migration } from "./migrate.ts";
export { MigrationChanged, migrate } from "./migrate.ts";
export type { PoolOptions } from "./pools.ts";
export { dropDatabase, ensureDatabase, openPool } from "./pools.ts";
export { queries } from "./queries.ts";
