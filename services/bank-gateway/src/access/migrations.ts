import { readFileSync } from "node:fs";

/** Tables of this service, for the migration runner. */
export const bankGatewayMigrations: readonly { readonly name: string; readonly sql: string }[] = ["001-access"].map((name) => ({
  name: `bank-gateway/${name}`,
  sql: readFileSync(new URL(`../../sql/${name}.sql`, import.meta.url), "utf8"),
}));
