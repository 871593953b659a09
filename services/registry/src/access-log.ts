import { readFileSync } from "node:fs";
import type { Pool } from "pg";

/** One look at personal data in clear. */
export interface Access {
  readonly actor: string;
  readonly role: string;
  readonly subjectKind: "household" | "search";
  /** Household number; never a name or an ID number. */
  readonly subject: string;
  readonly fields: readonly string[];
  readonly reason: string;
  readonly correlation: string;
}

export interface RecordedAccess extends Access {
  readonly id: number;
  readonly at: string;
}

export interface AccessLog {
  /** Stored before the data is shown: who can't be logged sees nothing. */
  record(district: string, access: Access): Promise<void>;
  /** Newest first, before the given id. */
  list(
    district: string,
    filter: { readonly subject?: string | undefined; readonly before?: number | undefined; readonly limit: number },
  ): Promise<RecordedAccess[]>;
}

const INSERT = `INSERT INTO access_log (district, actor, role, subject_kind, subject, fields, reason, correlation) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`;
const LIST = `SELECT id::int AS id, to_char(at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD"T"HH24:MI:SS.MS"+08:00"') AS at, actor, role,
    subject_kind AS "subjectKind", subject, fields, reason, correlation
  FROM access_log WHERE district = $1 AND ($2::text IS NULL OR subject = $2) AND ($3::bigint IS NULL OR id < $3) ORDER BY id DESC LIMIT $4`;

export function createAccessLog(pool: Pool): AccessLog {
  return {
    async record(district, { actor, role, subjectKind, subject, fields, reason, correlation }) {
      await pool.query(INSERT, [district, actor, role, subjectKind, subject, fields, reason, correlation]);
    },
    list: async (district, { subject, before, limit }) =>
      (await pool.query<RecordedAccess>(LIST, [district, subject ?? null, before ?? null, limit])).rows,
  };
}

/** Tables of this service. */
export const registryMigrations: readonly { readonly name: string; readonly sql: string }[] = ["001-access-log"].map((name) => ({
  name: `registry/${name}`,
  sql: readFileSync(new URL(`../sql/${name}.sql`, import.meta.url), "utf8"),
}));
