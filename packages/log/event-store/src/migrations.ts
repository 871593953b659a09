import { readdirSync, readFileSync } from "node:fs";

/** The schema of the log in order of application, from `sql/`. */
export const eventStoreMigrations: readonly { readonly name: string; readonly sql: string }[] = readdirSync(
  new URL("../sql/", import.meta.url),
)
  .filter((file) => file.endsWith(".sql"))
  .sort()
  .map((file) => ({ name: `event-store/${file.slice(0, -4)}`, sql: readFileSync(new URL(`../sql/${file}`, import.meta.url), "utf8") }));
