import { createHash } from "node:crypto";
import { BANK_READER } from "./bank-rows.ts";
import type { Projection } from "./types.ts";

const CHECKPOINTS = `
CREATE SCHEMA projector;

-- Version of the tables that serve now; a rebuild raises the generation.
CREATE TABLE projector.projection (
  name text PRIMARY KEY,
  version integer NOT NULL,
  generation integer NOT NULL DEFAULT 1
);

-- How far each projection has folded a district's log. Moved in the transaction that writes the fold, so every event
-- is applied exactly once; its row lock lets one process at a time project a district.
CREATE TABLE projector.checkpoint (
  district text COLLATE "C" NOT NULL,
  projection text COLLATE "C" NOT NULL REFERENCES projector.projection (name),
  position bigint NOT NULL DEFAULT 0 CHECK (position >= 0),
  updated_at timestamptz NOT NULL DEFAULT now(),
  stopped_at bigint,
  stopped_by text,
  stopped_type text,
  stopped_reason text,
  PRIMARY KEY (district, projection)
) WITH (fillfactor = 20);
`;

const NAME_PATTERN = /^[a-z][a-z_]*$/;

export function assertProjectionName(name: string): void {
  if (!NAME_PATTERN.test(name)) throw new Error(`not a projection name: ${name}`);
}

/** Who may read the read models, and who may write them: roles of the server; one that does not exist is passed over. */
export interface Grants {
  readonly readers: readonly string[];
  readonly writers: readonly string[];
}

/** Every service reads; the process that runs the projector (the ledger, or the platform) writes. */
export const DEFAULT_GRANTS: Grants = {
  readers: [
    "huimin_registry",
    "huimin_startup_lending",
    BANK_READER,
    "huimin_ledger",
    "huimin_statements",
    "huimin_reconciliation",
    "huimin_platform",
    "huimin_auditor",
  ],
  writers: ["huimin_ledger", "huimin_platform"],
};

/**
 * What a database needs for these projections, in the form that the migration runner takes. The tables of a projection
 * are made where there are none; tables of an older version stay as they are until `rebuild` replaces them.
 */
export function projectionMigrations(
  projections: readonly Projection[],
  grants: Grants = DEFAULT_GRANTS,
): { readonly name: string; readonly sql: string }[] {
  const checkpoints = CHECKPOINTS + grantsOn("projector", grants);
  return [{ name: "projector/001-checkpoint", sql: checkpoints }, ...projections.map((projection) => tablesMigration(projection, grants))];
}

const ROLE_PATTERN = /^[a-z_][a-z0-9_]*$/;

function grantsOn(schema: string, grants: Grants): string {
  const each = (roles: readonly string[], rights: string): string =>
    roles
      .map((role) => {
        if (!ROLE_PATTERN.test(role)) throw new Error(`not a role name: ${role}`);
        return `IF to_regrole('${role}') IS NOT NULL THEN GRANT USAGE ON SCHEMA ${schema} TO ${role}; GRANT ${rights} ON ALL TABLES IN SCHEMA ${schema} TO ${role}; END IF;`;
      })
      .join("\n");
  return `\nDO $grants$ BEGIN\n${each(grants.readers, "SELECT")}\n${each(grants.writers, "SELECT, INSERT, UPDATE, DELETE")}\nEND $grants$;\n`;
}

function tablesMigration(projection: Projection, grants: Grants): { name: string; sql: string } {
  assertProjectionName(projection.name);
  const readers = projection.forBanks === true ? grants.readers : grants.readers.filter((role) => role !== BANK_READER);
  const body = [
    `CREATE SCHEMA ${projection.name};`,
    projection.tables(projection.name),
    projection.indexes(projection.name),
    grantsOn(projection.name, { ...grants, readers }),
    `INSERT INTO projector.projection (name, version) VALUES ('${projection.name}', ${projection.version});`,
  ].join("\n");
  const quote = `$ddl_${createHash("sha256").update(body).digest("hex").slice(0, 8)}$`;
  return {
    name: `projector/${projection.name}-v${projection.version}`,
    sql: `DO $outer$ BEGIN
  IF to_regnamespace('${projection.name}') IS NULL THEN
    EXECUTE ${quote}${body}${quote};
  END IF;
END $outer$;`,
  };
}

export const SQL = {
  register: `INSERT INTO projector.checkpoint (district, projection) SELECT $1, unnest($2::text[]) ON CONFLICT DO NOTHING`,
  versions: `SELECT name, version, generation FROM projector.projection WHERE name = ANY ($1::text[])`,
  /** Nothing comes back for a row that another process holds. While it is held, no rebuild puts other tables in place. */
  lock: `SELECT projection, position FROM projector.checkpoint
    WHERE district = $1 AND projection = ANY ($2::text[]) ORDER BY projection FOR UPDATE SKIP LOCKED`,
  advance: `UPDATE projector.checkpoint SET position = greatest(position, $3), updated_at = now(), stopped_at = NULL, stopped_by = NULL, stopped_type = NULL, stopped_reason = NULL
    WHERE district = $1 AND projection = ANY ($2::text[])`,
  stop: `UPDATE projector.checkpoint SET stopped_at = $3, stopped_type = $4, stopped_reason = $5, stopped_by = $6
    WHERE district = $1 AND projection = ANY ($2::text[]) AND position < $3`,
  progress: `SELECT position, stopped_at, stopped_by, stopped_type, stopped_reason FROM projector.checkpoint
    WHERE district = $1 AND projection = ANY ($2::text[])`,
  orphans: `SELECT quote_ident(n.nspname) AS name FROM pg_namespace n JOIN projector.projection p ON n.nspname IN (p.name || '_next', p.name || '_old')`,
  districts: `SELECT DISTINCT district FROM projector.checkpoint ORDER BY district`,
  /** Holds every district of these projections: nobody projects until the transaction ends. */
  hold: `SELECT district, projection, position FROM projector.checkpoint WHERE projection = ANY ($1::text[]) ORDER BY district, projection FOR UPDATE`,
  settle: `INSERT INTO projector.checkpoint (district, projection, position) SELECT $1, unnest($2::text[]), $3
    ON CONFLICT (district, projection) DO UPDATE SET position = $3, updated_at = now(), stopped_at = NULL, stopped_by = NULL, stopped_type = NULL, stopped_reason = NULL`,
  replaced: `INSERT INTO projector.projection (name, version) VALUES ($1, $2)
    ON CONFLICT (name) DO UPDATE SET version = $2, generation = projector.projection.generation + 1`,
  /** The rights on the tables that serve now, as statements for the tables that will. */
  rights: `SELECT format('GRANT %s ON SCHEMA %I TO %s', a.privilege_type, $2::text, CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END) AS statement
      FROM pg_namespace n CROSS JOIN LATERAL aclexplode(n.nspacl) a WHERE n.nspname = $1 AND a.grantee <> n.nspowner
    UNION ALL
    SELECT format('GRANT %s ON %I.%I TO %s', a.privilege_type, $2::text, c.relname, CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END)
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace CROSS JOIN LATERAL aclexplode(c.relacl) a
      WHERE n.nspname = $1 AND c.relkind IN ('r', 'p', 'v') AND a.grantee <> c.relowner
        AND to_regclass(format('%I.%I', $2::text, c.relname)) IS NOT NULL`,
} as const;
