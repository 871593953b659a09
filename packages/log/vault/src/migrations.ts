import { readFileSync } from "node:fs";

/** Tables of the vault in order of application. The roles that they grant to are made where they do not exist yet. */
export const vaultMigrations: readonly { readonly name: string; readonly sql: string }[] = ["001-vault"].map((name) => ({
  name: `vault/${name}`,
  sql: readFileSync(new URL(`../sql/${name}.sql`, import.meta.url), "utf8"),
}));
