import { readFileSync } from "node:fs";

/** Tables of this package, for the migration runner. */
export const webhookMigrations: readonly { readonly name: string; readonly sql: string }[] = ["001-deliveries"].map((name) => ({
  name: `webhooks/${name}`,
  sql: readFileSync(new URL(`../sql/${name}.sql`, import.meta.url), "utf8"),
}));
