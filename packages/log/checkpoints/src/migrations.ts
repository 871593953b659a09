import { readFileSync } from "node:fs";

/** Tables of the checkpoints; after those of the log, whose protection they use. */
export const checkpointMigrations: readonly { readonly name: string; readonly sql: string }[] = ["001-checkpoints", "002-cosignatures"].map(
  (name) => ({ name: `checkpoints/${name}`, sql: readFileSync(new URL(`../sql/${name}.sql`, import.meta.url), "utf8") }),
);
